import { expect, test } from "vitest";
import { onlineOf, onlinePolicyContract, played } from "../contract/online-policy.ts";

for (const spec of [
  { kind: "epsilon-greedy" },
  { kind: "epsilon-greedy", decay: 5, lambda: 10 },
  { kind: "epsilon-greedy", discount: 0.99 },
  { kind: "ucb" },
  { kind: "ucb", exploration: 0.5, lambda: 20, discount: 0.995 },
  { kind: "linucb" },
  { kind: "linucb", lambda: 10 },
  { kind: "thompson" },
  { kind: "thompson", lambda: 10 },
  { kind: "thompson", model: "linear" },
  { kind: "budgeted", budgetUsdPer1k: 2 },
])
  onlinePolicyContract(spec);

test("lambda: a dear model that is a little better is left for a cheap one", () => {
  const n = 1500;
  const outcomes = { quality: [new Float64Array(n).fill(0.6), new Float64Array(n).fill(0.7)], costUsd: [new Float64Array(n).fill(0.001), new Float64Array(n).fill(0.02)] };
  for (const spec of [{ kind: "epsilon-greedy" }, { kind: "ucb", exploration: 0.1 }, { kind: "linucb" }, { kind: "thompson" }]) {
    const late = (more: Record<string, unknown>) => played(onlineOf({ ...spec, ...more }), outcomes).slice(1000).reduce((sum, arm) => sum + arm, 0) / 500;
    expect(late({}), spec.kind).toBeGreaterThan(0.7);
    expect(late({ lambda: 20 }), spec.kind).toBeLessThan(0.3);
  }
});

test("a model that nothing is known of comes first, the least asked of several, then the first", () => {
  const n = 12;
  const chosen = played(onlineOf({ kind: "ucb", delay: 5 }), { quality: [0, 1, 2].map(() => new Float64Array(n).fill(0.5)), costUsd: [0, 1, 2].map(() => new Float64Array(n).fill(0)) });
  expect(Array.from(chosen.slice(0, 6))).toEqual([0, 1, 2, 0, 1, 2]);
});

test("a model of which no cost is known is no bargain when the budget is spent", () => {
  const n = 60;
  const costUsd = [new Float64Array(n).fill(0.001), new Float64Array(n).fill(0.01), new Float64Array(n).fill(NaN)];
  const chosen = played(onlineOf({ kind: "budgeted", budgetUsdPer1k: 0.5, exploration: 0 }), { quality: [0.9, 0.5, 0.1].map((q) => new Float64Array(n).fill(q)), costUsd });
  expect(Array.from(chosen.slice(0, 3).toSorted())).toEqual([0, 1, 2]);
  expect(new Set(chosen.slice(50))).toEqual(new Set([0]));
});
