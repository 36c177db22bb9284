import { describe, expect, test } from "vitest";
import { folder, jsonl, policy } from "../wrp.ts";

/** Slips of somebody new to the tool: each is told, none costs anything. */
const rows = Array.from({ length: 20 }, (_, i) => ({
  id: `r${i}`,
  prompt: [1, 2, 3, 4, 5].slice(0, 1 + (i % 5)).map((k) => 1000 + i + k).join(" "),
  chosen: i % 4 ? "small" : "gone",
  outcomes: { small: { quality: i % 2, costUsd: 0.001 }, large: { quality: 1, costUsd: 0.01 } },
}));
const at = folder({ "data.jsonl": jsonl(rows) });

describe("told, with exit code 2", () => {
  test.each<[string, string[], string]>([
    ["a report over its input", ["eval", "data.jsonl", "-o", "./data.jsonl"], "is an input: it would be written over"],
    ["an import over its input", ["import", "data.jsonl", "-o", "data.jsonl"], "is an input: it would be written over"],
    ["JSONL into a .csv", ["import", "data.jsonl", "-o", "data.csv"], "wrp import writes JSONL"],
    ["two prompts", ["route", "one", "two"], "too many arguments"],
    ["an empty prompt", ["route", ""], "the prompt is empty"],
    ["a prompt and messages", ["route", "--messages", "chat.json", "hello"], "a prompt and --messages: give one"],
    ["a train share without a split", ["eval", "data.jsonl", "--train-share", "0.7"], "--train-share needs --split"],
    ["a negative lambda", ["eval", "data.jsonl", "--lambda", "-3"], "--lambda must be ≥ 0"],
    ["a threshold given twice over", ["eval", "data.jsonl", "--policy", "threshold(threshold=9,strongShare=0.3)"], "both threshold and strongShare"],
    ["a cascade without a rule", ["eval", "data.jsonl", "--policy", "cascade(models=[a,b])"], "stop must be given"],
    ["best-of without models", ["eval", "data.jsonl", "--policy", "best-of(name=x)"], "models must be given, as [a, b, …]"],
    ["a mix without its weights", ["eval", "data.jsonl", "--policy", "mix(name=x)"], "weights must be given, as {name: number, …}"],
    ["a misspelt key", ["eval", "data.jsonl", "--policy", "always(modle=small)"], 'unknown key "modle"'],
    ["a zero router beyond the dearest model", ["eval", "data.jsonl", "--policy", "zero-router(costUsdPer1k=99)"], "is above the dearest hull model's 10.00"],
  ])("%s", async (_, args, message) => {
    const before = at.read("data.jsonl");
    const ran = await at.inside(...args);
    expect(ran.stderr).toContain(message);
    expect(ran.code).toBe(2);
    expect(at.read("data.jsonl")).toBe(before);
  });
});

test("strongShare takes the nearest share that equal lengths allow", async () => {
  const report = (await at.inside("eval", "data.jsonl", "--store", ":memory:", "--json", "--policy", "threshold(name=t,strongShare=0.3)")).json();
  expect(policy(report, "t").share["large"]?.mean).toBe(0.2); // five lengths of four prompts each: 20 % or 40 %
});

test("prompt.tokens is counted where the data states none", async () => {
  const report = (await at.inside("eval", "data.jsonl", "--store", ":memory:", "--json", "--policy", "threshold(name=t,fact=prompt.tokens,threshold=4)")).json();
  expect(policy(report, "t").quality.n).toBe(20);
});

test("--no-config leaves wrp.yaml aside", async () => {
  const other = folder({ "data.jsonl": jsonl(rows), "wrp.yaml": "policies:\n  - { kind: always, name: x, model: heron }\n" });
  expect((await other.inside("eval", "data.jsonl", "--store", ":memory:", "-q")).code).toBe(2);
  expect((await other.inside("eval", "data.jsonl", "--store", ":memory:", "-q", "--no-config")).code).toBe(0);
});

test("a logged choice that is no model is counted, and does not stop wrp route", async () => {
  const ran = await at.inside("eval", "data.jsonl", "--json", "--policy", "recorded");
  expect(ran.json().warnings).toContain("recorded decides on 15 of 20 compared prompts: the others have no logged choice, or one that is no model of this run");
  const routed = await at.inside("route", "Count to three.", "--all", "--json");
  expect(routed.code, routed.stderr).toBe(0);
});
