import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Components } from "../../src/stats/clusters.ts";
import { design, drawWeights, type Design } from "../../src/stats/design.ts";
import { random } from "../../src/stats/random.ts";

const of = (cluster: number[], stratum: number[]): Design => {
  const clusters = Math.max(-1, ...cluster) + 1;
  return design(Int32Array.from(cluster), clusters, Int32Array.from(stratum), random(1, "units"));
};
/** `n` independent prompts. */
const sized = (n: number, stratumOf: (i: number) => number) =>
  design(Int32Array.from({ length: n }, (_, i) => i), n, Int32Array.from({ length: n }, (_, i) => stratumOf(i)), random(1, "units"));
const stratumOfUnit = (d: Design, unit: number) => d.start.findIndex((from, h) => unit >= from && unit < (d.start[h + 1] ?? -1));

test("prompts that share any key, through others too, are one component", () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"), { minLength: 1, maxLength: 3 }), { maxLength: 14 }), (prompts) => {
      const components = new Components();
      for (const keys of prompts) components.add(keys);
      const { cluster, clusters } = components.labels();
      // Brute force: Warshall's closure of "shares a key".
      const n = prompts.length;
      const joined = prompts.map((a) => prompts.map((b) => a.some((key) => b.includes(key))));
      for (let k = 0; k < n; k++) for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (joined[i]?.[k] && joined[k]?.[j]) (joined[i] as boolean[])[j] = true;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) expect(cluster[i] === cluster[j]).toBe(joined[i]?.[j]);
      expect(new Set(cluster).size).toBe(clusters);
      // Numbered in order of first appearance.
      let next = 0;
      for (const c of cluster) {
        expect(c).toBeLessThanOrEqual(next);
        if (c === next) next++;
      }
    }),
  );
});

test("components grow past their first room", () => {
  const components = new Components();
  for (let i = 0; i < 5000; i++) components.add([`text ${i}`, `session ${i % 7}`]);
  expect(components.labels().clusters).toBe(7);
});

const prompts = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 40 });

test("every prompt has a unit; clusters stay whole; strata are contiguous and of two units or more", () => {
  fc.assert(
    fc.property(prompts, (rows) => {
      const d = of(rows.map(([c]) => c), rows.map(([, h]) => h));
      const used = new Set(rows.map(([c]) => c)).size;
      expect([d.units, d.clusters, d.start[0], d.start.at(-1)]).toEqual([used, used, 0, used]);
      expect(new Set(d.unit).size).toBe(d.units);
      rows.forEach(([c], i) => rows.forEach(([other], j) => expect(d.unit[i] === d.unit[j]).toBe(c === other)));
      for (let h = 0; h + 1 < d.start.length; h++) expect((d.start[h + 1] as number) - (d.start[h] as number)).toBeGreaterThanOrEqual(Math.min(2, used));
      // Clusters at home in one stratum of two or more stand together.
      const home = new Map<number, number>();
      for (const [c, h] of rows) if (!home.has(c)) home.set(c, h);
      rows.forEach(([c], i) => {
        const mates = [...home].filter(([, h]) => h === home.get(c)).map(([mate]) => mate);
        const stratum = stratumOfUnit(d, d.unit[i] as number);
        rows.forEach(([other], j) => {
          if (mates.includes(other)) expect(stratumOfUnit(d, d.unit[j] as number)).toBe(stratum);
        });
      });
    }),
  );
});

test("strata of one cluster are pooled; one alone joins another stratum", () => {
  expect([...of([0, 1, 2, 3, 4], [0, 0, 0, 1, 2]).start]).toEqual([0, 3, 5]);
  expect([...of([0, 1, 2, 3], [0, 0, 1, 1]).start]).toEqual([0, 2, 4]);
  expect([...of([0, 1, 2], [0, 0, 1]).start]).toEqual([0, 3]);
  expect([...of([0], [0]).start]).toEqual([0, 1]);
  expect([...of([0, 1], [0, 1]).start]).toEqual([0, 2]);
});

test("strata stand in their own order, not in that of their first prompts", () => {
  expect([...of([0, 1, 2, 3, 4], [1, 0, 0, 1, 1]).start]).toEqual([0, 2, 5]);
});

test("a cluster across strata is at home where its first prompt is", () => {
  const d = of([0, 0, 1, 2, 3], [0, 1, 0, 1, 1]);
  expect([...d.start]).toEqual([0, 2, 4]);
  expect(d.unit[1]).toBe(d.unit[0]);
});

test("5,000 clusters stand alone, more are dealt into some 5,000 groups of equal size within each stratum", () => {
  expect(sized(5000, () => 0)).toMatchObject({ units: 5000 });
  const n = 23_457;
  const d = sized(n, (i) => (i < 40 ? 0 : i < 8000 ? 1 : 2));
  expect(d.clusters).toBe(n);
  expect(Math.abs(d.units - 5000)).toBeLessThan(40);
  expect((d.start[1] as number) - (d.start[0] as number)).toBe(30); // a small stratum keeps 30
  const sizes = Array.from({ length: d.units }, () => 0);
  for (const u of d.unit) (sizes[u] as number) += 1;
  for (let h = 0; h < 3; h++) {
    const own = sizes.slice(d.start[h], d.start[h + 1]);
    expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
  }
  for (let i = 0; i < n; i++) expect(stratumOfUnit(d, d.unit[i] as number)).toBe(i < 40 ? 0 : i < 8000 ? 1 : 2);
  // At random, not in order: neighbours in the workload do not share a group more than chance has it.
  const together = [...d.unit].filter((u, i) => i > 0 && u === d.unit[i - 1]).length;
  expect(together).toBeLessThan(30);
  // Nor are every thousandth prompts, as dealing without a shuffle would have it.
  const step = (d.start[3] as number) - (d.start[2] as number);
  expect([...d.unit.subarray(8000, n - step)].filter((u, i) => u === d.unit[8000 + i + step]).length).toBeLessThan(40);
});

test("a resample draws as many units as a stratum has, each as likely", () => {
  const d = of(Array.from({ length: 12 }, (_, i) => i), [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  const r = random(4, "draw");
  const weights = new Float64Array(12);
  const total = new Float64Array(12);
  const rounds = 6000;
  for (let b = 0; b < rounds; b++) {
    drawWeights(d, r, weights);
    expect(weights.subarray(0, 7).reduce((a, w) => a + w)).toBe(7);
    expect(weights.subarray(7).reduce((a, w) => a + w)).toBe(5);
    weights.forEach((w, u) => ((total[u] as number) += w));
  }
  // Mean 1, variance (1 - 1/C) a draw: within 5 standard errors.
  for (const t of total) expect(Math.abs(t / rounds - 1)).toBeLessThan(5 / Math.sqrt(rounds));
});
