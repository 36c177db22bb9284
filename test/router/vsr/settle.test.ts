import { stringify } from "yaml";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readVsrConfig, recipeOf } from "../../../src/router/vsr/config.ts";
import { vsrEngine, type Engine, type Evaluation } from "../../../src/router/vsr/engine.ts";
import { settle } from "../../../src/router/vsr/settle.ts";
import type { Span } from "../../../src/router/vsr/span.ts";
import { given } from "./vectors.ts";

function engineOf(routing: Record<string, unknown>, topK = 0): Engine {
  const text = stringify({ providers: { models: [{ name: "m" }] }, routing, global: { model_catalog: { embeddings: { semantic: { embedding_config: { top_k: topK } } } } } }, { aliasDuplicateObjects: false });
  const config = readVsrConfig(text, "case.yaml");
  return vsrEngine(config, recipeOf(config, {}));
}

function evaluated(engine: Engine, readings: ReturnType<typeof given>): Evaluation {
  const evaluation = engine.evaluate(readings);
  if (!evaluation) throw new Error("nothing was assumed");
  return evaluation;
}

function settled(engine: Engine, readings: ReturnType<typeof given>) {
  return settle(engine, readings, (winner) => winner?.decision.name ?? "(default)", (name) => name);
}

/** Kinds that a random case routes by: two known, five that may be unknown. */
const SIGNALS = {
  keywords: [{ name: "k0" }, { name: "k1" }],
  jailbreak: [{ name: "j0" }],
  embeddings: [{ name: "e0" }, { name: "e1" }],
  domains: [{ name: "math" }, { name: "law" }, { name: "stem", mmlu_categories: ["math", "physics"] }],
};
const LEAVES = [
  ["keyword", "k0"],
  ["keyword", "k1"],
  ["jailbreak", "j0"],
  ["embedding", "e0"],
  ["embedding", "e1"],
  ["domain", "math"],
  ["domain", "law"],
  ["domain", "stem"],
] as const;
const OPEN = LEAVES.slice(2).map(([type, name]) => `${type}:${name}`);

const projected = ["low", "mid", "high", "any"].map((name) => ["projection", name] as const);
const leaf = fc.constantFrom(...LEAVES, ...projected).map(([type, name]) => ({ type, name }));
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.record({ operator: fc.constantFrom("AND", "OR", "NOT"), conditions: fc.array(tie("node"), { maxLength: 3 }) }),
  ),
})).node;

const input = fc.record({
  leaf: fc.constantFrom(...LEAVES),
  weight: fc.constantFrom(-0.5, 0.2, 0.4, 1),
  value_source: fc.constantFrom("", "confidence"),
  miss: fc.constantFrom(0, 0.1),
});
const routing = fc.record({
  strategy: fc.constantFrom("priority", "confidence"),
  decisions: fc.array(fc.record({ rules: fc.option(tree, { nil: undefined, freq: 8 }), priority: fc.integer({ min: 0, max: 2 }), tier: fc.constantFrom(0, 0, 0, 1, 2) }), { minLength: 1, maxLength: 4 }),
  inputs: fc.array(input, { minLength: 1, maxLength: 4 }),
  partition: fc.constantFrom(null, "exclusive", "softmax_exclusive"),
  fallback: fc.constantFrom("", "law"),
  topK: fc.constantFrom(0, 1),
  unknown: fc.uniqueArray(fc.constantFrom(...OPEN), { minLength: 1, maxLength: 3 }),
  matched: fc.uniqueArray(fc.constantFrom(...LEAVES), { maxLength: 5 }),
  confidence: fc.constantFrom(0.3, 0.5, 0.9),
});

type Case = typeof routing extends fc.Arbitrary<infer T> ? T : never;

function built(one: Case): { engine: Engine; readingsWith: (filled: ReadonlyMap<string, number | null>) => ReturnType<typeof given>; open: ReturnType<typeof given> } {
  const engine = engineOf(
    {
      strategy: one.strategy,
      signals: SIGNALS,
      decisions: one.decisions.map((decision, k) => ({ name: `d${k}`, ...decision, modelRefs: [{ model: "m" }] })),
      projections: {
        partitions: one.partition === null ? [] : [{ name: "p", semantics: one.partition, temperature: 0.3, members: ["math", "law"], default: one.fallback }],
        scores: [{ name: "s", method: "weighted_sum", inputs: one.inputs.map(({ leaf: [type, name], ...rest }) => ({ type, name, ...rest })) }],
        mappings: [
          { name: "m", source: "s", method: "threshold_bands", outputs: [{ name: "low", lt: 0.2 }, { name: "mid", gte: 0.2, lt: 0.6 }, { name: "high", gte: 0.6 }] },
          { name: "n", source: "s", method: "multi_emit", outputs: [{ name: "any", gt: 0 }] },
        ],
      },
    },
    one.topK,
  );
  const known = one.matched.filter(([type, name]) => !one.unknown.includes(`${type}:${name}`));
  const readingsWith = (filled: ReadonlyMap<string, number | null>) => {
    const matched: Record<string, string[]> = {};
    const confidences: Record<string, number> = {};
    const add = (type: string, name: string, confidence: number) => {
      (matched[type] ??= []).push(name);
      if (type !== "keyword") confidences[`${type}:${name}`] = confidence;
    };
    for (const [type, name] of known) add(type, name, one.confidence);
    for (const [key, confidence] of filled) if (confidence !== null) add(...(key.split(":") as [string, string]), confidence);
    return given({ matched, confidences });
  };
  const open = { ...readingsWith(new Map()), unknown: new Set(one.unknown) };
  return { engine, readingsWith, open };
}

/** Every way that the unknown can turn out, on a grid of confidences. */
function* fillings(keys: readonly string[], grid: readonly (number | null)[] = [null, 0.01, 0.3, 0.45, 0.5, 0.7, 0.95, 1]): Generator<Map<string, number | null>> {
  const [first, ...rest] = keys;
  if (first === undefined) return yield new Map();
  for (const more of fillings(rest, grid)) for (const value of grid) yield new Map([...more, [first, value]]);
}

describe("what is unknown", () => {
  test("never changes what is called determined", () => {
    const counts = { determined: 0, stable: 0, cases: 0 };
    fc.assert(
      fc.property(routing, (one) => {
        const { engine, readingsWith, open } = built(one);
        const said = settled(engine, open);
        const outcomes = new Set<string>();
        for (const filled of fillings(one.unknown)) outcomes.add(engine.evaluate(readingsWith(filled))?.winners[0]?.decision.name ?? "(default)");
        counts.cases++;
        if (outcomes.size === 1) counts.stable++;
        if (!said.determined) return;
        counts.determined++;
        expect([...outcomes]).toEqual(said.outcomes);
      }),
      { numRuns: 200 },
    );
    // Not by calling nothing determined: most of what the grid cannot change is proved.
    expect(counts.determined).toBeGreaterThan(0.85 * counts.stable);
    expect(counts.stable).toBeLessThan(counts.cases);
  });

  test("bounds whatever can come out: scores, matches, confidences and the decision", () => {
    const inside = (value: number, span: Span | undefined) => span !== undefined && value >= span.lo - 1e-12 && value <= span.hi + 1e-12;
    fc.assert(
      fc.property(routing, (one) => {
        const { engine, readingsWith, open } = built(one);
        const bounds = evaluated(engine, open);
        for (const filled of fillings(one.unknown, [null, 0.01, 0.45, 1])) {
          const real = evaluated(engine, readingsWith(filled));
          for (const [name, score] of real.scores) expect(inside(score.lo, bounds.scores.get(name)), `score ${name}`).toBe(true);
          for (const [k, { decision, result }] of real.judged.entries()) {
            const bound = bounds.judged[k]?.result;
            expect(bound?.match ?? result.match, decision.name).toBe(result.match);
            if (result.match === true) expect(inside(result.confidence.lo, bound?.confidence), `confidence of ${decision.name}`).toBe(true);
          }
          expect(bounds.winners.map((winner) => winner?.decision.name ?? null)).toContain(real.winners[0]?.decision.name ?? null);
          // What is assumed and true changes none of that.
          const truths = OPEN.filter((key) => one.unknown.includes(key)).map((key) => [key, real.state.match(key)] as [string, boolean]);
          const assuming = engine.evaluate(open, new Map(truths));
          expect(assuming?.winners.map((winner) => winner?.decision.name ?? null)).toContain(real.winners[0]?.decision.name ?? null);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("bands of one score are of one mind", () => {
    const engine = engineOf({
      signals: { jailbreak: [{ name: "j" }], keywords: [{ name: "k" }] },
      projections: {
        scores: [{ name: "risk", method: "weighted_sum", inputs: [{ type: "jailbreak", name: "j", weight: 1 }] }],
        mappings: [{ name: "band", source: "risk", method: "threshold_bands", outputs: [{ name: "calm", lt: 0.5 }, { name: "hot", gte: 0.5 }] }],
      },
      decisions: [{ name: "either", rules: { operator: "OR", conditions: [{ type: "projection", name: "calm" }, { type: "projection", name: "hot" }] }, modelRefs: [{ model: "m" }] }],
    });
    expect(settled(engine, given({ unknown: ["jailbreak:j"] }))).toEqual({ determined: true, outcomes: ["either"] });
  });

  test("one level of a complexity rule holds, and only one", () => {
    const leaves = (levels: readonly string[]) => levels.map((level) => ({ type: "complexity", name: `c:${level}` }));
    const engine = engineOf({
      signals: { complexity: [{ name: "c" }] },
      decisions: [
        { name: "two at once", priority: 2, rules: { operator: "AND", conditions: leaves(["hard", "easy"]) }, modelRefs: [{ model: "m" }] },
        { name: "rest", priority: 1, modelRefs: [{ model: "m" }] },
      ],
    });
    expect(settled(engine, given({ unknown: ["complexity:c"] }))).toEqual({ determined: true, outcomes: ["rest"] });
  });

  test("is told with what may come out", () => {
    const engine = engineOf({
      signals: { domains: [{ name: "law" }] },
      decisions: [{ name: "legal", rules: { type: "domain", name: "law" }, modelRefs: [{ model: "m" }] }],
    });
    expect(settled(engine, given({ unknown: ["domain:law"] }))).toEqual({ determined: false, outcomes: ["(default)", "legal"] });
  });
});
