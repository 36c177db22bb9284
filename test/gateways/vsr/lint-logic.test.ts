import * as fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { lintVsr } from "../../../src/gateways/vsr/lint/lint.ts";
import type { SignalReadings } from "../../../src/model/signal.ts";
import { readVsrConfig, recipeOf } from "../../../src/router/vsr/config.ts";
import { vsrEngine } from "../../../src/router/vsr/engine.ts";

/** Signals of many kinds, of which some exclude one another. */
const SIGNALS = {
  keywords: [{ name: "a", operator: "OR", keywords: ["a"] }, { name: "b", operator: "OR", keywords: ["b"] }],
  context: [{ name: "short", max_tokens: "100" }, { name: "middle", min_tokens: "50", max_tokens: "500" }, { name: "long", min_tokens: "501" }],
  structure: [
    { name: "some", feature: { type: "count", source: { type: "regex", pattern: "[?]" } }, predicate: { gte: 1 } },
    { name: "many", feature: { type: "count", source: { type: "regex", pattern: "[?]" } }, predicate: { gt: 4 } },
    { name: "few", feature: { type: "count", source: { type: "regex", pattern: "[?]" } }, predicate: { lt: 3 } },
  ],
  embeddings: [{ name: "x", threshold: 0.5, candidates: ["x"] }, { name: "y", threshold: 0.5, candidates: ["y"] }],
  domains: [{ name: "law", mmlu_categories: ["law", "philosophy"] }, { name: "thought", mmlu_categories: ["philosophy"] }, { name: "health" }],
};
const PROJECTIONS = {
  partitions: [{ name: "field", semantics: "exclusive", members: ["law", "health"], default: "health" }],
  scores: [{ name: "s", method: "weighted_sum", inputs: [{ type: "keyword", name: "a", weight: 0.4 }, { type: "keyword", name: "b", weight: 0.5 }] }],
  mappings: [{ name: "m", source: "s", method: "threshold_bands", outputs: [{ name: "low", lt: 0.3 }, { name: "mid", lt: 0.8 }, { name: "high", gte: 0.8 }, { name: "never", gte: 2 }] }],
};

const LEAVES = [
  ...["a", "b"].map((name) => ({ type: "keyword", name })),
  ...["short", "middle", "long"].map((name) => ({ type: "context", name })),
  ...["some", "many", "few"].map((name) => ({ type: "structure", name })),
  { type: "structure", name: "some", predicate: { gte: 2, lt: 4 } },
  ...["x", "y"].map((name) => ({ type: "embedding", name })),
  ...["law", "thought", "health"].map((name) => ({ type: "domain", name })),
  ...["low", "mid", "high", "never"].map((name) => ({ type: "projection", name })),
];

const tree = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, fc.constantFrom(...LEAVES), fc.record({ operator: fc.constantFrom("AND", "OR", "NOT", "XOR"), conditions: fc.array(tie("node"), { minLength: 0, maxLength: 3 }) })),
})).node;

/** Leaves and their opposites under one AND: where most that excludes one another is. */
const literal = fc.tuple(fc.constantFrom(...LEAVES), fc.boolean()).map(([leaf, holds]) => (holds ? leaf : { operator: "NOT", conditions: [leaf] }));
const row = fc.array(literal, { minLength: 2, maxLength: 3 }).map((conditions) => ({ operator: "AND", conditions }));

const decision = fc.record({ priority: fc.nat(2), tier: fc.constantFrom(0, 0, 0, 1, 2), rules: fc.oneof({ arbitrary: tree, weight: 1 }, { arbitrary: row, weight: 3 }) });

const state = fc.record({
  keywords: fc.subarray(["a", "b"]),
  tokens: fc.constantFrom(0, 49, 50, 100, 101, 500, 501, 900),
  questions: fc.constantFrom(null, 0, 1, 2, 3, 4, 5, 9),
  embeddings: fc.subarray(["x", "y"]),
  domains: fc.subarray(["law", "philosophy", "health"]),
  sure: fc.array(fc.constantFrom(0.5, 0.7, 1), { minLength: 5, maxLength: 5 }),
});

function readingsOf({ keywords, tokens, questions, embeddings, domains, sure }: typeof state extends fc.Arbitrary<infer T> ? T : never): SignalReadings {
  const context = [...(tokens <= 100 ? ["short"] : []), ...(tokens >= 50 && tokens <= 500 ? ["middle"] : []), ...(tokens >= 501 ? ["long"] : [])];
  const structure = questions === null ? [] : [...(questions >= 1 ? ["some"] : []), ...(questions > 4 ? ["many"] : []), ...(questions < 3 ? ["few"] : [])];
  const confidences = new Map([...embeddings.map((name, k): [string, number] => [`embedding:${name}`, sure[k] as number]), ...domains.map((name, k): [string, number] => [`domain:${name}`, sure[k + 2] as number]), ...structure.map((name): [string, number] => [`structure:${name}`, 0.7])]);
  const values = new Map(questions === null ? [] : ["some", "many", "few"].map((name): [string, number] => [`structure:${name}`, questions]));
  return { matched: new Map([["keyword", keywords], ["context", context], ["structure", structure], ["embedding", embeddings], ["domain", domains]]), confidences, values, errors: new Set(), unknown: new Set() };
}

test("a decision that is said to be dead never matches, and one that is said to be shadowed is never chosen", () => {
  const said = { dead: 0, shadowed: 0 };
  fc.assert(
    fc.property(fc.array(decision, { minLength: 2, maxLength: 6 }), fc.constantFrom("", "priority", "confidence"), fc.array(state, { minLength: 40, maxLength: 40 }), (decisions, strategy, states) => {
      const named = decisions.map((one, k) => ({ name: `d${k}`, ...one, modelRefs: [{ model: "m" }] }));
      const text = stringify({ version: "v0.3", providers: { defaults: { default_model: "m" }, models: [{ name: "m" }] }, routing: { strategy, signals: SIGNALS, projections: PROJECTIONS, decisions: named } });
      const { findings } = lintVsr(text, "c");
      const of = (code: string) => findings.filter((one) => one.code === code).map(({ message }) => /"(d\d)"/.exec(message)?.[1]);
      const [dead, shadowed] = [of("dead-decision"), of("shadowed-decision")];
      said.dead += dead.length;
      said.shadowed += shadowed.length;
      const config = readVsrConfig(text, "c");
      const engine = vsrEngine(config, recipeOf(config, {}));
      for (const one of states) {
        const evaluation = engine.evaluate(readingsOf(one));
        for (const { decision: { name }, result } of evaluation?.judged ?? []) if (dead.includes(name)) expect(result.match, name).toBe(false);
        const chosen = evaluation?.winners.map((winner) => winner?.decision.name);
        for (const name of shadowed) expect(chosen).not.toContain(name);
      }
    }),
    { numRuns: 150 },
  );
  expect(said.dead).toBeGreaterThan(10);
  expect(said.shadowed).toBeGreaterThan(10);
});
