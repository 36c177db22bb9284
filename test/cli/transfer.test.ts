import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { random } from "../../src/stats/random.ts";
import { lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy, SHARED_DATA } from "../wrp.ts";

const WORDS = ["paris", "mail", "joe", "at", "example", "com"] as const;
const draws = random(13, "test");

/** Which model is right is told by the topic; `turned`: the other one. Different datasets use different filler. */
const rows = (name: string, turned: boolean, filler: readonly string[]) =>
  Array.from({ length: 60 }, (_, i) => {
    const topic = i % 2 === 0 ? "paris" : "mail";
    const geo = (topic === "paris") !== turned ? 1 : 0;
    return { id: `${name}${i}`, prompt: [topic, ...Array.from({ length: 6 }, () => filler[draws.below(filler.length)])].join(" "), outcomes: { geo: { quality: geo, costUsd: 0.002 }, post: { quality: 1 - geo, costUsd: 0.001 } } };
  });

function desk() {
  const at = folder({ "here.jsonl": jsonl(rows("h", false, ["joe", "at"])), "there.jsonl": jsonl(rows("t", false, ["example", "com"])), "turned.jsonl": jsonl(rows("u", true, ["example", "com"])), "wrp.yaml": "embedder: {model: models/model.onnx}\n" });
  written(join(at.path, "models"), lookup(table(WORDS.length, Object.fromEntries(WORDS.map((word, k) => [word, WORDS.map((_, d) => (d === k ? (k < 2 ? 3 : 1) : 0))])))));
  return at;
}

test("what is trained on one dataset is judged on another, and the report names both; the same dataset is no transfer", async () => {
  const at = desk();
  const trained = await at.wrp("train", "knn(k=5)", "here.jsonl", "--split", "train", "-o", "own.safetensors", "-q");
  expect(trained.code, trained.stderr).toBe(0);
  const judged = async (...data: string[]) => {
    const ran = await at.wrp("eval", ...data, "--policy", "knn:own.safetensors", "--json", "-q", "--resamples", "200");
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    return { quality: policy(report, "knn:own.safetensors").quality.mean as number, warnings: report.warnings.join("\n") };
  };
  const there = await judged("there.jsonl");
  expect(there.quality).toBe(1);
  expect(there.warnings).toContain("transfer: it was trained on here and is judged on there: its figures are of how well it carries over");
  expect((await judged("turned.jsonl")).quality).toBe(0); // what held there holds here no more
  const same = await judged("here.jsonl", "--split", "test");
  expect(same.quality).toBe(1);
  expect(same.warnings).not.toContain("transfer:");
});

const absent = !existsSync(SHARED_DATA);
if (absent) console.warn(`real data is absent (${SHARED_DATA}): transfer is not tried on it`);

test.skipIf(absent)("from routerbench's mbpp to arc_challenge, samples of them", async () => {
  const at = folder();
  const data = (name: string) => join(SHARED_DATA, "routerbench", `${name}_test.csv`);
  const trained = await at.inside("train", "knn", data("mbpp"), "--sample", "100", "-o", "mbpp.safetensors", "-q");
  expect(trained.code, trained.stderr).toBe(0);
  const ran = await at.inside("eval", data("arc_challenge"), "--sample", "100", "--policy", "knn:mbpp.safetensors", "--json", "-q", "--resamples", "200");
  expect(ran.code, ran.stderr).toBe(0);
  const report = ran.json();
  expect(policy(report, "knn:mbpp.safetensors").quality.n).toBe(report.workload.prompts);
  expect(report.warnings.join("\n")).toMatch(/transfer: it was trained on mbpp\S* and is judged on arc_challenge/);
});
