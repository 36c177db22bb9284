import { expect, test } from "vitest";
import type { Comparison } from "../../src/model/report.ts";
import { comparisonsThatMatter, comparisonWords } from "../../src/report/render/words.ts";
import { examples } from "./example-report.ts";

const report = examples.routerbench();
const [first] = report.comparisons as [Comparison];

function words(...comparisons: Partial<Comparison>[]): string[] {
  const changed = { ...report, comparisons: comparisons.map((c) => ({ ...first, ...c })) };
  return comparisonsThatMatter(changed).map((pair) => comparisonWords(changed, pair).replaceAll("\u00A0", " "));
}

test("quality and cost of the same two are one sentence", () => {
  expect(words({ metric: "costUsdPer1k", difference: -2, simultaneousCi: [-2.5, -1.5], verdict: "better" }, {})).toEqual([
    "similarity-knn is better than rules-v2 by 0.0710 [0.0659, 0.0761]; it costs $2.000 [$1.500, $2.500] less per 1,000",
  ]);
  expect(words({ metric: "costUsdPer1k", difference: 2, simultaneousCi: [1.5, 2.5], verdict: "worse" }, {})[0]).toContain(
    "it costs $2.000 [$1.500, $2.500] more",
  );
});

test("a cost that cannot be told apart is not called less", () => {
  const open = { metric: "costUsdPer1k", difference: -0.01, simultaneousCi: [-0.1, 0.1] as [number, number], verdict: "inconclusive" as const, nToSettle: 812 };
  expect(words(open, {})[0]).toContain("which costs less is inconclusive (about 820 prompts would settle it)");
});

test("two that never differ are the same, not inconclusive", () => {
  const same = { difference: 0, ci: [0, 0] as [number, number], simultaneousCi: [0, 0] as [number, number], verdict: "inconclusive" as const, nToSettle: null };
  expect(words(same, { ...same, metric: "costUsdPer1k" })).toEqual(["similarity-knn is the same as rules-v2 on every prompt that both decide; they cost the same on every prompt"]);
});

test("a mix is named for what it is, and what is its own mix is left out", () => {
  const mix = { b: "cost-matched-mix", verdict: "inconclusive" as const, nToSettle: null };
  expect(words({ ...mix, difference: 0.001, simultaneousCi: [-0.002, 0.004] })).toEqual([
    "similarity-knn against the static mix of models at its own cost: inconclusive: +0.0010 [−0.0020, 0.0040]",
  ]);
  expect(words({ ...mix, difference: 0 })).toEqual([]);
});

test("configured policies come before models, and the oracle is no option", () => {
  const list = words(
    { a: "oracle", b: "gpt-4-1106-preview" },
    { a: "claude-v1", b: "gpt-4-1106-preview" },
    { a: "random", b: "gpt-4-1106-preview" },
    { a: "rules-v2", b: "gpt-4-1106-preview" },
    { a: "zero-one-ai/Yi-34B-Chat", b: "gpt-4-1106-preview" },
  );
  expect(list.map((text) => text.split(" ")[0])).toEqual(["rules-v2", "zero-one-ai/Yi-34B-Chat", "claude-v1", "random"]);
});

test("an interval that cannot be given is not made up", () => {
  expect(words({ ci: null, simultaneousCi: null })).toEqual(["similarity-knn is better than rules-v2 by 0.0710"]);
});
