import { beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk, DESK_MODELS, mean, type DeskRow } from "../desk.ts";
import { folder, jsonl, policy } from "../wrp.ts";

const rows = desk();
const CONFIG = `
name: desk rules
reference: live
models:
  - {name: wren, trusted: true}
  - {name: heron, guarded: true}
policies:
  - {kind: always, name: plain heron, model: heron}
  - {kind: random, name: coin}
  - {kind: mix, name: blend, weights: {wren: 3, condor: 1}}
  - {kind: cheapest, name: thrifty}
  - {kind: best-single, name: best}
  - {kind: oracle, name: hindsight}
  - {kind: zero-router, name: between, costUsdPer1k: 2}
  - {kind: threshold, name: long ones, fact: prompt.tokens, threshold: 150}
  - {kind: threshold, name: long third, strongShare: 0.3, weak: heron}
  - {kind: threshold, name: hard ones, fact: meta.hardness, threshold: 0.6, weak: wren, strong: heron}
  - kind: rules
    name: house
    rules:
      - {name: keep private, when: "'pii' in prompt.tags", model: wren}
      - {when: meta.hardness > 0.7, model: condor}
      - {when: "meta.topic == 'recipes' && !meta.urgent", model: heron}
      - {when: prompt.text.contains('Desk question 9'), model: condor}
      - {when: prompt.tokens > 250.0 || prompt.lengthCodePoints < 100, model: heron}
    default: wren
  - {kind: recorded, name: live}
`;

/** What each choosing policy must choose, computed here from the rows alone. */
const expected: Record<string, (row: DeskRow) => string> = {
  "plain heron": () => "heron",
  thrifty: () => extreme((model) => -meanOf(model, "costUsd")),
  best: () => extreme((model) => meanOf(model, "quality")),
  hindsight: (row) => {
    const best = Math.max(...DESK_MODELS.map((model) => row.outcomes[model]?.quality as number));
    const winners = DESK_MODELS.filter((model) => row.outcomes[model]?.quality === best);
    return winners.toSorted((a, b) => (row.outcomes[a]?.costUsd as number) - (row.outcomes[b]?.costUsd as number))[0] as string;
  },
  "long ones": (row) => (row.inputTokens >= 150 ? "condor" : "wren"),
  "hard ones": (row) => (row.meta.hardness >= 0.6 ? "heron" : "wren"),
  house: (row) => {
    if (row.tags.includes("pii")) return "wren";
    if (row.meta.hardness > 0.7) return "condor";
    if (row.meta.topic === "recipes" && !row.meta.urgent) return "heron";
    if (row.prompt.includes("Desk question 9")) return "condor";
    return row.inputTokens > 250 || row.prompt.length < 100 ? "heron" : "wren";
  },
  live: (row) => row.chosen,
};

/** The exact shares of mixtures. */
const mixtures: Record<string, () => Record<string, number>> = {
  coin: () => ({ wren: 1 / 3, heron: 1 / 3, condor: 1 / 3 }),
  blend: () => ({ wren: 0.75, condor: 0.25 }),
  between: () => {
    const [low, high] = [1000 * meanOf("heron", "costUsd"), 1000 * meanOf("condor", "costUsd")];
    const share = (2 - low) / (high - low);
    return { heron: 1 - share, condor: share };
  },
};

let report: Report;
let decisions: { ordinal: number; policy: string; model: string | null; rule: string | null; quality: number | null; costUsd: number | null }[];

beforeAll(async () => {
  const at = folder({ "desk.jsonl": jsonl(rows), "wrp.yaml": CONFIG });
  const ran = await at.wrp("eval", "desk.jsonl", "--json", "-o", "d.jsonl");
  expect(ran.code, ran.stderr).toBe(0);
  report = ran.json();
  decisions = at
    .read("d.jsonl")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as (typeof decisions)[number]);
});

test("every single model is a policy named after the model; the config's follow, then the controls", () => {
  expect(report.policies.map((p) => [p.name, p.control])).toEqual([
    ...DESK_MODELS.map((name) => [name, false]),
    ...["plain heron", "coin", "blend", "thrifty", "best", "hindsight", "between", "long ones", "long third", "hard ones", "house", "live"].map((name) => [name, false]),
    ...["random", "cheapest", "best-single", "zero-router", "length", "oracle"].map((name) => [name, true]),
  ]);
});

test.each(Object.keys(expected))("%s: every decision, its quality, its cost", (name) => {
  const made = decisions.filter((d) => d.policy === name);
  const wanted = rows.map((row) => (expected[name] as (row: DeskRow) => string)(row));
  expect(made.map((d) => d.model)).toEqual(wanted);
  expect(made.map((d) => d.ordinal)).toEqual(rows.map((_, i) => i));
  const quality = rows.map((row, i) => row.outcomes[wanted[i] as string]?.quality as number);
  const cost = rows.map((row, i) => row.outcomes[wanted[i] as string]?.costUsd as number);
  expect(made.map((d) => d.quality)).toEqual(quality);
  const row = policy(report, name);
  expect(row.quality.mean).toBeCloseTo(mean(quality), 12);
  expect(row.costUsdPer1k?.mean).toBeCloseTo(1000 * mean(cost), 10);
  for (const model of new Set(wanted)) expect(row.share[model]?.mean).toBeCloseTo(wanted.filter((w) => w === model).length / rows.length, 12);
  expect(sum(Object.values(row.share).map((s) => s.mean))).toBeCloseTo(1, 12);
});

test.each(Object.keys(mixtures))("%s is an exact expectation, not one draw", (name) => {
  const shares = (mixtures[name] as () => Record<string, number>)();
  const row = policy(report, name);
  expect(Object.keys(row.share).toSorted()).toEqual(Object.keys(shares).toSorted());
  for (const [model, share] of Object.entries(shares)) expect(row.share[model]?.mean).toBeCloseTo(share, 10);
  expect(row.quality.mean).toBeCloseTo(sum(Object.entries(shares).map(([model, w]) => w * meanOf(model, "quality"))), 12);
  expect(row.costUsdPer1k?.mean).toBeCloseTo(1000 * sum(Object.entries(shares).map(([model, w]) => w * meanOf(model, "costUsd"))), 9);
  const made = decisions.filter((d) => d.policy === name);
  expect(made).toHaveLength(rows.length);
  expect(made.every((d) => d.model === null && d.rule === "mixture")).toBe(true);
});

test("a threshold without a number is the quantile that sends the share asked for to strong", () => {
  const share = policy(report, "long third").share;
  expect(share["condor"]?.mean).toBeGreaterThanOrEqual(0.3);
  expect(share["condor"]?.mean).toBeLessThan(0.36);
  const lengths = decisions.flatMap((d) => (d.policy === "long third" ? [{ length: rows[d.ordinal]?.prompt.length as number, model: d.model }] : []));
  const shortest = Math.min(...lengths.filter((d) => d.model === "condor").map((d) => d.length));
  expect(lengths.every((d) => (d.length >= shortest) === (d.model === "condor"))).toBe(true);
});

test("each threshold policy has its sweep, named after it", () => {
  expect(report.sweeps.map((s) => [s.name, s.fact, s.weak, s.strong])).toEqual([
    ["long ones", "prompt.tokens", "wren", "condor"],
    ["long third", "prompt.lengthCodePoints", "heron", "condor"],
    ["hard ones", "meta.hardness", "wren", "heron"],
    ["length", "prompt.lengthCodePoints", "wren", "condor"],
    ["oracle", expect.stringContaining("hindsight"), "wren", "condor"],
  ]);
});

test("a decision by rules says which rule", () => {
  const rules = decisions.flatMap((d) => (d.policy === "house" ? [d.rule] : []));
  expect(rules[0]).toBe("keep private");
  expect(new Set(rules)).toEqual(
    new Set(["keep private", "rule 2: meta.hardness > 0.7", "rule 3: meta.topic == 'recipes' && !meta.urgent", "rule 4: prompt.text.contains('Desk question 9')", "rule 5: prompt.tokens > 250.0 || prompt.lengthCodePoints < 100", "default"]),
  );
});

test("hindsight is marked wherever a policy looks at the outcomes it is judged on", () => {
  expect(report.policies.filter((p) => p.hindsight).map((p) => p.name)).toEqual(["hindsight", "oracle"]);
});

test("the prompts that moved between two policies are those that they send to different models", () => {
  const pair = report.moved.find((m) => m.b === "house") as Report["moved"][number];
  expect(pair.a).toBe(report.statistics.reference);
  const [a, b] = [decidedBy(pair.a), decidedBy("house")];
  expect(pair.count).toBe(a.filter((model, i) => model !== b[i]).length);
  for (const moved of pair.prompts) {
    const row = rows[moved.ordinal] as DeskRow;
    expect([moved.id, moved.modelA, moved.modelB]).toEqual([row.id, a[moved.ordinal], b[moved.ordinal]]);
    expect(moved.qualityDifference).toBe((row.outcomes[moved.modelB]?.quality as number) - (row.outcomes[moved.modelA]?.quality as number));
    expect(moved.text).toBe(row.prompt);
  }
});

test("a difference is the paired mean over all compared prompts", () => {
  for (const { a, b, difference, n } of report.comparisons.filter((c) => c.metric === "quality" && c.b !== "cost-matched-mix")) {
    const [left, right] = [qualitiesOf(a), qualitiesOf(b)];
    expect(difference, `${a} against ${b}`).toBeCloseTo(mean(left.map((q, i) => q - (right[i] as number))), 12);
    expect(n).toBe(rows.length);
  }
});

function meanOf(model: string, figure: "quality" | "costUsd"): number {
  return mean(rows.map((row) => row.outcomes[model]?.[figure] as number));
}

function extreme(of: (model: string) => number): string {
  return DESK_MODELS.reduce((held: string, model) => (of(model) > of(held) ? model : held), DESK_MODELS[0]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function decidedBy(name: string): (string | null)[] {
  return decisions.flatMap((d) => (d.policy === name ? [d.model] : []));
}

function qualitiesOf(name: string): number[] {
  return decisions.flatMap((d) => (d.policy === name ? [d.quality as number] : []));
}
