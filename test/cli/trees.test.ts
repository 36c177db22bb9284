import { join } from "node:path";
import { expect, test } from "vitest";
import { lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy } from "../wrp.ts";

/** The right model is told by a number beside the text, and by nothing in it. */
const ROWS = Array.from({ length: 120 }, (_, i) => ({
  id: `p${i}`,
  prompt: `a ${"b ".repeat(1 + (i % 11))}${"a ".repeat(Math.floor(i / 11))}`,
  meta: i % 10 === 0 ? {} : { rank: i % 7 },
  outcomes: { geo: { quality: Number(i % 7 > 3 || i % 10 === 0), costUsd: 0.002 }, post: { quality: Number(i % 7 <= 3 && i % 10 !== 0), costUsd: 0.001 } },
}));
const SETTINGS = "facts=[meta.rank],components=0,minLeaf=3";

test("facts that a spec names reach the trees, gaps too: in folds, from a file, and of a new prompt", async () => {
  const at = folder({ "rows.jsonl": jsonl(ROWS), "wrp.yaml": "embedder: {model: models/model.onnx}\n" });
  written(join(at.path, "models"), lookup(table(2, { a: [1, 0], b: [0, 1] })));
  const folds = await at.wrp("eval", "rows.jsonl", "--json", "-q", "--resamples", "200", "--policy", `trees(name=own,${SETTINGS})`);
  expect(folds.code, folds.stderr).toBe(0);
  expect(policy(folds.json(), "own").quality.mean).toBe(1);

  const trained = await at.wrp("train", `trees(${SETTINGS})`, "rows.jsonl", "--split", "train", "-o", "own.safetensors", "-q");
  expect(trained.code, trained.stderr).toBe(0);
  const judged = await at.wrp("eval", "rows.jsonl", "--split", "test", "--json", "-q", "--resamples", "200", "--policy", "trees:own.safetensors");
  expect(judged.code, judged.stderr).toBe(0);
  expect(policy(judged.json(), "trees:own.safetensors").quality.mean).toBe(1);
  for (const [args, model] of [[["--meta", "rank=1"], "post"], [["--meta", "rank=6"], "geo"], [[], "geo"]] as const) expect((await at.wrp("route", "b", "--policy", "trees:own.safetensors", ...args)).stdout).toMatch(new RegExp(`^${model} {3}by trees:`, "m"));

  const unknown = await at.wrp("eval", "rows.jsonl", "--policy", "trees(facts=[meta.size])");
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("no prompt has meta.size")]);
});
