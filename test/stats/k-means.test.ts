import * as fc from "fast-check";
import { expect, test } from "vitest";
import { kMeans, nearestCentre } from "../../src/stats/k-means.ts";
import { random } from "../../src/stats/random.ts";
import { plainProducts, rowsOf } from "./rows.ts";

const vectors = fc.array(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 40 });
const apart = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, d) => sum + (v - (b[d] as number)) ** 2, 0);
const centresOf = ({ count, width, data }: { count: number; width: number; data: Float32Array }) => Array.from({ length: count }, (_, c) => [...data.subarray(c * width, (c + 1) * width)]);

test("two groups far apart are told apart, whatever the seed: centres, clusters and inertia by hand", async () => {
  const rows = rowsOf([[0, 0], [10, 0], [0, 2], [10, 2], [0, 4], [10, 4]]);
  for (let seed = 0; seed < 20; seed++) {
    const { centres, cluster, inertia } = await kMeans(rows, 2, random(seed, "k"), plainProducts);
    expect(centresOf(centres).toSorted((a, b) => (a[0] as number) - (b[0] as number))).toEqual([[0, 2], [10, 2]]);
    expect(cluster[0]).toBe(cluster[4]);
    expect(cluster[1]).toBe(cluster[5]);
    expect(cluster[0]).not.toBe(cluster[1]);
    expect(inertia.at(-1)).toBeCloseTo(16, 4); // four rows at distance 2 from their centre
  }
});

test("inertia never rises; in the end every row is nearest to its centre, and is that far from it", async () => {
  await fc.assert(
    fc.asyncProperty(vectors, fc.integer({ min: 1, max: 8 }), fc.nat(1000), async (points, clusters, seed) => {
      const rows = rowsOf(points);
      const { centres, cluster, inertia } = await kMeans(rows, clusters, random(seed, "k"), plainProducts);
      for (let r = 1; r < inertia.length; r++) expect(inertia[r] as number).toBeLessThanOrEqual((inertia[r - 1] as number) * (1 + 1e-5) + 1e-3);
      const own = centresOf(centres);
      expect(own.length).toBe(Math.min(clusters, new Set(points.map(String)).size));
      let sum = 0;
      for (const [i, point] of points.entries()) {
        const distance = apart(point, own[cluster[i] as number] as number[]);
        expect(distance).toBeLessThanOrEqual(Math.min(...own.map((centre) => apart(point, centre))) + 1e-3);
        sum += distance;
      }
      expect(inertia.at(-1)).toBeCloseTo(sum, 2);
      expect(await nearestCentre(rows, centres, plainProducts)).toEqual(cluster);
    }),
  );
});

test("the same seed gives the same clusters", async () => {
  const rows = rowsOf(Array.from({ length: 200 }, (_, i) => [(i * 37) % 101, (i * 53) % 97]));
  const once = (seed: number) => kMeans(rows, 7, random(seed, "k"), plainProducts);
  expect(await once(3)).toEqual(await once(3));
  expect((await once(4)).centres.data).not.toEqual((await once(3)).centres.data);
});
