import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { datasetRowSchema } from "../../src/model/dataset-row.ts";
import { WrpError } from "../../src/model/errors.ts";
import { exportWorkload, openWorkload } from "../../src/workload/index.ts";
import { content, jsonl, prompts, put, scratch } from "./scratch.ts";

const open = (input: string) => openWorkload({ inputs: [input], seed: 1, cwd: scratch });

test("writes wrp's own rows, facts not known left out", async () => {
  const name = put("mmlu_trees.csv", "prompt,a,b\nOak?,True,False\nElm?,,True\n");
  expect(await exportWorkload(await open(name), join(scratch, "trees.jsonl"))).toBe(2);
  expect(readFileSync(join(scratch, "trees.jsonl"), "utf8")).toBe(
    jsonl(
      { id: "mmlu_trees#0", prompt: "Oak?", dataset: "mmlu_trees", meta: { subject: "trees" }, outcomes: { a: { quality: 1 }, b: { quality: 0 } } },
      { id: "mmlu_trees#1", prompt: "Elm?", dataset: "mmlu_trees", meta: { subject: "trees" }, outcomes: { a: {}, b: { quality: 1 } } },
    ),
  );
});

test("gzips where the name says so, and writes to a stream that stays open", async () => {
  const name = put("few.jsonl", jsonl({ id: "1", prompt: "a", dataset: "d" }));
  await exportWorkload(await open(name), join(scratch, "few.out.jsonl.gz"));
  expect(gunzipSync(readFileSync(join(scratch, "few.out.jsonl.gz"))).toString()).toBe(jsonl({ id: "1", prompt: "a", dataset: "d" }));
  const written: string[] = [];
  const stream = new Writable({ write: (chunk, _, done) => (written.push(String(chunk)), done()) });
  await exportWorkload(await open(name), stream);
  expect([written.join(""), stream.writableEnded]).toEqual([jsonl({ id: "1", prompt: "a", dataset: "d" }), false]);
});

test("leaves nothing under the name, and what stood there, when reading or writing fails", async () => {
  const bad = await open(put("half.jsonl", jsonl(...Array.from({ length: 600 }, () => ({ prompt: "a" })), { prompt: 1 })));
  const target = join(scratch, put("kept.jsonl", "before"));
  await expect(exportWorkload(bad, target)).rejects.toThrow(WrpError);
  expect([readFileSync(target, "utf8"), existsSync(`${target}.partial`)]).toEqual(["before", false]);
  const good = await open(put("good.jsonl", jsonl({ prompt: "a" })));
  await expect(exportWorkload(good, join(scratch, "no/such/folder.jsonl"))).rejects.toThrow("cannot be written (ENOENT)");
});

const figure = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }).map((x) => x + 0), { nil: undefined });
const count = fc.option(fc.nat(), { nil: undefined });
const text = fc.option(fc.string({ unit: "grapheme" }), { nil: undefined });
const word = fc.option(fc.string({ unit: "grapheme", minLength: 1 }), { nil: undefined });
const outcome = fc.record({ quality: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0), { nil: undefined }), costUsd: figure, latencyMs: figure, ttftMs: figure, inputTokens: count, outputTokens: count, error: word, text });
const row = fc.record({
  id: fc.string({ minLength: 1 }),
  messages: fc.option(fc.array(fc.record({ role: fc.constantFrom("user", "system"), content: fc.string({ unit: "grapheme" }) }), { minLength: 1 }), { nil: undefined }),
  dataset: fc.constantFrom("d", "e"),
  lengthCodePoints: count,
  inputTokens: count,
  reference: text,
  grader: word,
  meta: fc.option(fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.nat(), fc.boolean(), fc.constant(null))), { nil: undefined }),
  tags: fc.option(fc.array(fc.string()), { nil: undefined }),
  session: word,
  turn: count,
  chosen: word,
  outcomes: fc.option(fc.dictionary(fc.string({ minLength: 1 }), outcome), { nil: undefined }),
});

test("an exported workload is the same workload", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
      const name = put("any.jsonl", jsonl(...rows));
      await exportWorkload(await openWorkload({ inputs: [name], format: "wrp", seed: 1, cwd: scratch }), join(scratch, "copy.jsonl"));
      const [before, after] = [await prompts(name, { format: "wrp" }), await prompts("copy.jsonl", { format: "wrp" })];
      expect(after.map(content)).toEqual(before.map(content));
      for (const line of readFileSync(join(scratch, "copy.jsonl"), "utf8").trim().split("\n")) expect(datasetRowSchema.safeParse(JSON.parse(line)).success).toBe(true);
    }),
    { numRuns: 80 },
  );
});
