import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { docString, onnxFile } from "../../src/lib/onnx-file.ts";
import { linear, lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy, type Folder } from "../wrp.ts";

const WORDS = ["paris", "mail", "a", "b"] as const;
const ROWS = Array.from({ length: 24 }, (_, i) => ({
  id: `p${i}`,
  prompt: `${i % 2 === 0 ? "paris" : "mail"} ${"a ".repeat(1 + (i % 7))}${"b ".repeat(1 + Math.floor(i / 7))}`,
  meta: { rank: i % 3 },
  outcomes: { geo: { quality: i % 2 === 0 ? 1 : 0, costUsd: 0.003 }, post: { quality: i % 2, costUsd: 0.001 }, other: { quality: 0.5, costUsd: 0.002 } },
}));
/** Of the vector and of a fact: geo where paris is, post where mail is, both less the higher the rank. */
const SCORES = [[1, 0, 0, 0, -0.1], [0, 1, 0, 0, -0.1]];

/** With an embedder that counts words, and a router of its vectors. */
function desk(): Folder {
  const at = folder({ "rows.jsonl": jsonl(ROWS), "wrp.yaml": "embedder: {model: models/model.onnx}\n", "router.onnx": onnxFile(linear(SCORES, { vector: ["n", 4], facts: ["n", 1] }, { sigmoid: true })) });
  written(join(at.path, "models"), lookup(table(WORDS.length, Object.fromEntries(WORDS.map((word, k) => [word, WORDS.map((_, d) => Number(d === k))])))));
  return at;
}

const SPEC = "inputs={vector: vector, facts: meta.rank}";
const POLICY = `onnx:router.onnx(models=[geo, post], ${SPEC})`;
const named = (more = "") => `onnx(name=own, model=router.onnx, models=[geo, post], ${SPEC}${more})`;
const FAST = ["--resamples", "200", "-q"];

const evaluated = async (at: Folder, ...args: string[]) => {
  const ran = await at.wrp("eval", "rows.jsonl", "--json", ...FAST, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};

test("decides every prompt by the file's scores, and says that it was made elsewhere", async () => {
  const report = await evaluated(desk(), "--policy", named());
  expect(policy(report, "own").quality.mean).toBe(1);
  expect(policy(report, "own").kind).toBe("onnx");
  const warnings = report.warnings.join("\n");
  expect(warnings).toMatch(/scored by router\.onnx \([0-9a-f]{12}\), which was made elsewhere: whether it was fitted on these prompts is not known/);
  expect(warnings).toContain("it does not score other, and never chooses it");
});

test("lambda weighs each model's mean cost", async () => {
  const report = await evaluated(desk(), "--policy", named(", lambda=1000"));
  expect(policy(report, "own").share["post"]?.mean).toBe(1);
});

test("beside a policy that is fitted in folds; another file of the same name is decided anew", async () => {
  const at = desk();
  const report = await evaluated(at, "--policy", named(), "--policy", "knn(k=3)");
  expect(policy(report, "own").quality.mean).toBe(1);
  at.put("router.onnx", onnxFile(linear(SCORES.toReversed(), { vector: ["n", 4], facts: ["n", 1] }, { sigmoid: true })));
  expect(policy(await evaluated(at, "--policy", named()), "own").quality.mean).toBe(0);
});

test("routes a new prompt, from the flag and from the config, with what it expects", async () => {
  const at = desk();
  const ran = await at.wrp("route", "mail a", "--policy", POLICY, "--meta", "rank=2", "--json");
  expect(ran.code, ran.stderr).toBe(0);
  const [decision] = ran.json<{ decisions: { model: string; rule: string; facts: { name: string; value: number }[] }[] }>().decisions;
  expect(decision).toMatchObject({ model: "post", rule: "as router.onnx scores it" });
  expect(decision?.facts.map(({ name }) => name)).toEqual(["geo: expected quality", "post: expected quality"]);
  expect(decision?.facts[1]?.value).toBeCloseTo(1 / (1 + Math.exp(-(Math.SQRT1_2 - 0.2))), 5);
  at.put("wrp.yaml", `embedder: {model: models/model.onnx}\npolicies:\n  - {kind: onnx, name: own, model: router.onnx, models: [geo, post], inputs: {vector: vector, facts: meta.rank}}\n`);
  expect((await at.wrp("route", "paris b", "--policy", "own", "--meta", "rank=0")).stdout).toMatch(/^geo {3}by own/m);
  const without = await at.wrp("route", "paris b", "--policy", "own");
  expect(without.code).toBe(2);
  expect(without.stderr).toContain("it expects nothing of any model here");
});

describe("refused, with the file or the line", () => {
  test.each([
    ["no such file", { model: "none.onnx" }, /wrp\.yaml:3: none\.onnx: no such file/],
    ["no model", { model: "rows.jsonl" }, /rows\.jsonl: is no ONNX model/],
    ["a model that is not here", { models: ["geo", "nobody"] }, /wrp\.yaml:3: unknown model "nobody"/],
    ["a fact that is none", { inputs: { vector: "vector", facts: "size" } }, /wrp\.yaml:3: unknown fact "size"/],
    ["a fact that no prompt has", { inputs: { vector: "vector", facts: "meta.size" } }, /no prompt has meta\.size/],
    ["vectors too long", { inputs: { vector: ["vector", "meta.rank"], facts: "meta.rank" } }, /router\.onnx: the model's input vector has the shape \[n, 4\], and it is given 5 numbers a prompt/],
  ])("%s", async (_what, more, told) => {
    const at = desk();
    const spec = { kind: "onnx", name: "own", model: "router.onnx", models: ["geo", "post"], inputs: { vector: "vector", facts: "meta.rank" }, ...more };
    at.put("wrp.yaml", `embedder: {model: models/model.onnx}\npolicies:\n  - ${JSON.stringify(spec)}\n`);
    const ran = await at.wrp("eval", "rows.jsonl", ...FAST);
    expect(ran.stderr).toMatch(told);
    expect(ran.code).toBe(2);
  });

  test("training it, folds for it alone, and lambda where a cost is not known", async () => {
    const at = desk();
    expect((await at.wrp("train", named(), "rows.jsonl", "-o", "x.safetensors")).stderr).toContain("policies of kind onnx are not trained");
    expect((await at.wrp("eval", "rows.jsonl", "--policy", named(), "--cv", "3")).stderr).toContain("--cv is for policies that learn here");
    at.put("rows.jsonl", jsonl(ROWS.map((row) => ({ ...row, outcomes: { geo: { quality: 1 }, post: { quality: 0, costUsd: 1 } } }))));
    expect((await at.wrp("eval", "rows.jsonl", "--policy", named(", lambda=1"))).stderr).toContain("the cost of geo is not known");
  });
});

test("a file with another note in it is another file: its hash is of its bytes", async () => {
  const at = desk();
  const hash = (warnings: readonly string[]) => /router\.onnx \(([0-9a-f]{12})\)/.exec(warnings.join("\n"))?.[1];
  const first = hash((await evaluated(at, "--policy", named())).warnings);
  at.put("router.onnx", Buffer.concat([onnxFile(linear(SCORES, { vector: ["n", 4], facts: ["n", 1] }, { sigmoid: true })), docString("again")]));
  const second = hash((await evaluated(at, "--policy", named())).warnings);
  expect(first).not.toBe(second);
});
