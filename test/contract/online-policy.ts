import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policySpecSchema, type PolicySpec } from "../../src/model/config.ts";
import { buildPolicy, type RouterContext } from "../../src/router/index.ts";
import type { Contexts, Online } from "../../src/router/online/online.ts";
import { replay } from "../../src/router/online/replay.ts";
import { random } from "../../src/stats/random.ts";

/** What a policy is built from, of models that are all graded and priced. */
export function onlineOf(spec: Record<string, unknown>): Online {
  const models = ["a", "b"].map((name) => ({ name, quality: 0.5, costUsdPer1k: 1 }));
  const context: RouterContext = { models, weak: null, strong: null, factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } };
  return buildPolicy(policySpecSchema.parse(spec) as PolicySpec, context).online as Online;
}

/** Outcomes by arm and prompt, with what is known of the prompts. */
export interface Played {
  readonly quality: readonly Float64Array[];
  readonly costUsd: readonly Float64Array[];
  readonly order?: Int32Array;
  readonly graded?: Uint8Array;
  readonly contexts?: Contexts;
  readonly seed?: number;
}

/** [prompt] the arm. */
export function played(online: Online, { quality, costUsd, order, graded, contexts, seed = 1 }: Played): Int32Array {
  const n = quality[0]?.length ?? 0;
  const asked = new Uint32Array(quality.length);
  const learner = online.start({ arms: quality.length, prompts: n, contexts: online.dimensions === null ? null : (contexts ?? circle(n)), asked, random: random(seed, "test") });
  const chosen = replay(learner, { order: order ?? Int32Array.from({ length: n }, (_, i) => i), quality, costUsd, graded: graded ?? new Uint8Array(n).fill(1), delay: online.delay }, asked);
  for (let arm = 0; arm < asked.length; arm++) expect(asked[arm]).toBe(chosen.filter((one) => one === arm).length);
  return chosen;
}

/** Prompts around a circle. */
function circle(n: number): Contexts {
  return { rows: { count: n, width: 2, data: Float32Array.from({ length: 2 * n }, (_, k) => (k % 2 === 0 ? Math.cos : Math.sin)(Math.floor(k / 2))) }, known: new Uint8Array(n).fill(1) };
}

/** What every policy that learns as it goes must do. */
export function onlinePolicyContract(spec: Record<string, unknown>): void {
  const build = (more: Record<string, unknown> = {}) => onlineOf({ ...spec, ...more });
  const cell = fc.constantFrom(0, 0.25, 1, NaN);
  const cost = fc.constantFrom(0.0001, 0.002, NaN);
  const table = fc.integer({ min: 1, max: 5 }).chain((arms) =>
    fc.integer({ min: 1, max: 40 }).chain((n) => {
      const columns = (value: fc.Arbitrary<number>) => fc.array(fc.array(value, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values)), { minLength: arms, maxLength: arms });
      return fc.record({ quality: columns(cell), costUsd: columns(cost), otherQuality: columns(cell), otherCost: columns(cost), seed: fc.nat(1000), shuffle: fc.nat(1000), delay: fc.constantFrom(0, 1, 3, 100), comes: fc.array(fc.constantFrom(0, 1), { minLength: n, maxLength: n }) });
    }),
  );

  describe(JSON.stringify(spec), () => {
    test("never looks at what it did not choose, nor at what has not come: other outcomes there, the same choices", () => {
      fc.assert(
        fc.property(table, ({ quality, costUsd, otherQuality, otherCost, seed, shuffle, delay, comes }) => {
          const n = comes.length;
          const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => random(shuffle, a).next() - random(shuffle, b).next());
          const common = { order, graded: Uint8Array.from(comes), seed };
          const online = build({ delay });
          const chosen = played(online, { quality, costUsd, ...common });
          const known = new Set([...order].slice(0, Math.max(0, n - 1 - delay)));
          const seen = (own: readonly Float64Array[], other: readonly Float64Array[], always: boolean) =>
            own.map((column, arm) => column.map((value, i) => (chosen[i] === arm && known.has(i) && (always || comes[i] === 1) ? value : (other[arm]?.[i] as number))));
          expect(played(online, { quality: seen(quality, otherQuality, false), costUsd: seen(costUsd, otherCost, true), ...common })).toEqual(chosen);
        }),
        { numRuns: 150 },
      );
    });

    test("the same seed, the same choices; every prompt has an arm", () => {
      fc.assert(
        fc.property(table, ({ quality, costUsd, seed }) => {
          const online = build();
          const chosen = played(online, { quality, costUsd, seed });
          expect(played(online, { quality, costUsd, seed })).toEqual(chosen);
          expect(chosen.every((arm) => arm >= 0 && arm < quality.length)).toBe(true);
        }),
        { numRuns: 50 },
      );
    });

    const bernoulli = (n: number, ...shares: number[]) => ({
      quality: shares.map((share, arm) => Float64Array.from({ length: n }, (_, i) => (random(7, arm, i).next() < share ? 1 : 0))),
      costUsd: shares.map(() => new Float64Array(n).fill(0.001)),
    });

    test("the better model gets most prompts of the second half", () => {
      const chosen = played(build(), bernoulli(2000, 0.1, 0.9));
      expect(chosen.slice(1000).filter((arm) => arm === 1).length).toBeGreaterThan(800);
    });

    test.each([["no grade ever comes", { graded: new Uint8Array(300) }, {}], ["the delay is longer than the workload", {}, { delay: 300 }]])("%s: nothing is learned", (_what, given, more) => {
      const online = build({ ...(spec["kind"] === "budgeted" ? { budgetUsdPer1k: 1000 } : {}), ...more });
      const [one, other] = [bernoulli(300, 0, 1), bernoulli(300, 1, 0)].map((outcomes) => played(online, { ...outcomes, ...given })) as [Int32Array, Int32Array];
      expect(one).toEqual(other);
    });

    test("one model; equal models share; 33 models are all tried", () => {
      expect(new Set(played(build(), bernoulli(50, 0.5)))).toEqual(new Set([0]));
      const equal = played(build(), { quality: [0, 1].map(() => new Float64Array(400).fill(0.5)), costUsd: [0, 1].map(() => new Float64Array(400).fill(0.001)) });
      for (const arm of [0, 1]) expect(equal.filter((one) => one === arm).length).toBeGreaterThan(0);
      expect(new Set(played(build(), bernoulli(1500, ...Array.from({ length: 33 }, () => 0.5)))).size).toBe(33);
    });

    test("a model whose outcomes are missing is no trap once others have come: unknown is neither 0 nor an error", () => {
      const outcomes = bernoulli(2000, 0.9, 0.9);
      const gaps = { quality: [outcomes.quality[0] as Float64Array, (outcomes.quality[1] as Float64Array).map((q, i) => (i % 3 === 0 ? q : NaN))], costUsd: outcomes.costUsd };
      const chosen = played(build(), gaps);
      for (const arm of [0, 1]) expect(chosen.filter((one) => one === arm).length).toBeGreaterThan(10);
    });
  });
}
