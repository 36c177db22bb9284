import * as fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { test } from "vitest";
import { outcome, PATIENCE_MS, reads, rows, RUNS } from "./fuzz.ts";
import { mutated } from "./mutations.ts";
import { jsonl, put } from "./scratch.ts";

const longTable = "question,model,grade,usd\na,m,1,0.1\na,n,0,0.2\nb,m,0,0.1\nb,n,1,0.2\n";

const parquet = (codec: "SNAPPY" | "UNCOMPRESSED") =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: "id", data: rows.map((row) => row.id), type: "STRING" },
        { name: "prompt", data: rows.map((row) => row.prompt), type: "STRING" },
        { name: "inputTokens", data: rows.map((_, i) => i), type: "INT32" },
        { name: "outcomes", data: rows.map((row) => row.outcomes), type: "JSON" },
      ],
      codec,
      rowGroupSize: 4,
    }),
  );

test("one row a prompt and model", { timeout: PATIENCE_MS }, async () => {
  const map = { prompt: "question", model: "model", quality: "grade", cost: "usd" };
  await fc.assert(fc.asyncProperty(mutated([Buffer.from(longTable)]), (bytes) => reads(bytes, { map })), RUNS);
});

// A thousand in all. Some never come to an end in the decoder; each then takes until its thread is ended.
test.each([["SNAPPY"], ["UNCOMPRESSED"]] as const)("Parquet, %s", { timeout: PATIENCE_MS }, async (codec) => {
  await fc.assert(fc.asyncProperty(mutated([parquet(codec)], true), (bytes) => reads(bytes, {})), { ...RUNS, numRuns: 500 });
});

test("lists of prompts to leave out", { timeout: PATIENCE_MS }, async () => {
  const data = put("data.jsonl", jsonl(...rows));
  const lists = ["eval_prompt,x\nquestion,1\n\"a\nb\",2\n", "question one\nquestion two\n", JSON.stringify([{ prompt: "a" }, { prompt: "b" }])].map((text) => Buffer.from(text));
  await fc.assert(fc.asyncProperty(mutated(lists), async (bytes) => void (await outcome(data, { exclude: [put("list", bytes)] }))), { ...RUNS, numRuns: 500 });
});
