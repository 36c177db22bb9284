import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openWorkload } from "../../src/workload/index.ts";
import { failure, jsonl, prompts, put, readAll, scratch, type Options } from "./scratch.ts";

const NAME = put(
  "ten.jsonl",
  jsonl(...Array.from({ length: 10 }, (_, i) => ({ id: `p${i}`, prompt: `question ${i}`, ...(i % 2 ? { meta: { level: i } } : {}), tags: i > 7 ? ["pii"] : [] }))),
);
const ids = async (options: Options, name = NAME) => (await prompts(name, options)).map((prompt) => prompt.id);

test("where keeps what is true; a missing field is no match and is counted", async () => {
  expect(await ids({ where: "'pii' in prompt.tags" })).toEqual(["p8", "p9"]);
  const { prompts: read, summary } = await readAll(NAME, { where: "meta.level > 4.0" });
  expect(read.map((prompt) => [prompt.ordinal, prompt.id, prompt.row])).toEqual([[0, "p5", 5], [1, "p7", 7], [2, "p9", 9]]);
  expect(summary).toEqual({
    read: 10,
    excluded: 0,
    filtered: 7,
    sampledOut: 0,
    promptsPerFile: [3],
    warnings: ["5 prompts lack a field of the condition and do not match (No such key: level)"],
  });
});

test("where that is no CEL, or not true or false", async () => {
  expect((await failure(NAME, { where: "meta.level >" })).error).toMatch(/^CEL expression "meta\.level >": /);
  expect((await failure(NAME, { where: "prompt.id" })).error).toBe('CEL expression "prompt.id" on prompt p0: must be true or false (got a string)');
});

test.each<[string, string]>([
  ["list.txt", "question 1\r\n\nquestion 3\n"],
  ["starts like json.txt", "[1] is a note\nquestion 1\nquestion 3"],
  ["one line each", "question 1\nquestion 3"],
  ["list.jsonl", jsonl({ prompt: "question 1" }, { prompt: "question 3" })],
  ["list.json", JSON.stringify({ rows: [{ text: "question 1" }, { text: "question 3" }] })],
  ["list.csv", 'id,question\n1,question 1\n2,"question 3"\n'],
  ["pairs.jsonl", jsonl({ train_prompt: "question 5", eval_prompt: "question 1" }, { train_prompt: "question 7", eval_prompt: "question 3" })],
])("exclude %s", async (name, content) => {
  expect(await ids({ exclude: [put(name, content)] })).toEqual(["p0", "p2", "p4", "p5", "p6", "p7", "p8", "p9"]);
});

test("exclude matches whole texts only, counts entries that match nothing, and comes before where", async () => {
  const exclude = [put("a.txt", "question 1\nquestion\nquestion 99\n"), put("b.txt", "question 2\nquestion 1\n")];
  const { summary } = await readAll(NAME, { exclude, where: "prompt.id != 'p1'" });
  expect(summary).toMatchObject({ read: 10, excluded: 2, filtered: 0, warnings: ["2 of 4 prompts to exclude match nothing in the workload"] });
});

test("exclude matches a cell as the file has it, texts of several messages, and figures by hash", async () => {
  const bench = put("lit.csv", "sample_id,prompt,eval_name,m,m|total_cost\n1,['What?'],e,1,0\n2,['Why?'],e,1,0\n3,\"['a', 'b']\",e,1,0\n");
  expect(await ids({ exclude: [put("raw.txt", "['What?']\nWhy?\n")] }, bench)).toEqual(["3"]);
  expect(await ids({ exclude: [put("joined.jsonl", jsonl({ prompt: "a\nb" }))] }, bench)).toEqual(["1", "2"]);
  const [first] = await prompts(NAME);
  const figures = put("figures.jsonl", jsonl({ promptHash: first?.hash }, { id: "other", outcomes: {} }));
  expect(await ids({ exclude: [put("zero.txt", "question 0\n")] }, figures)).toEqual(["other"]);
});

test("a list to exclude is no data where a folder holds both", async () => {
  put("both/data.jsonl", jsonl({ prompt: "a" }, { prompt: "b" }));
  const exclude = [put("both/list.jsonl", jsonl({ prompt: "b" }))];
  expect((await prompts("both", { exclude })).map((prompt) => prompt.file)).toEqual(["both/data.jsonl"]);
});

test.each<[string, string, string]>([
  ["none.jsonl", jsonl({ answer: "x" }), "none.jsonl: none of its columns holds prompts to exclude: answer"],
  ["numbers.jsonl", jsonl({ prompt: 7 }), "numbers.jsonl: no prompts to exclude were found"],
  ["nothing.txt", "\n \n", "nothing.txt: no prompts to exclude were found"],
  ["header.csv", "prompt\n", "header.csv: no prompts: the file has a header and no rows"],
])("exclude: %s", async (name, content, error) => {
  expect((await failure(NAME, { exclude: [put(name, content)] })).error).toBe(error);
});

test("exclude: a missing file, a folder", async () => {
  expect((await failure(NAME, { exclude: ["lost.txt"] })).error).toBe('no such file or folder: "lost.txt"');
  expect((await failure(NAME, { exclude: ["."] })).error).toBe('"." is a folder, not a file');
});

type Texts = readonly { readonly text: number; readonly session: number | null; readonly dataset: string }[];
const texts: fc.Arbitrary<Texts> = fc.array(
  fc.record({ text: fc.integer({ min: 0, max: 30 }), session: fc.option(fc.integer({ min: 0, max: 12 })), dataset: fc.constantFrom("x", "y") }),
  { minLength: 1, maxLength: 60 },
);

function putTexts(rows: Texts): string {
  return put(
    "random.jsonl",
    jsonl(...rows.map(({ text, session, dataset }, i) => ({ id: `${i}`, prompt: `t${text}`, dataset, ...(session === null ? {} : { session: `s${session}` }) }))),
  );
}

test("split: the sides are disjoint and together everything; duplicates and sessions stay together; seeded", async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 0, max: 1000 }), fc.constantFrom(undefined, 0.2, 0.9), async (rows, seed, trainShare) => {
      const name = putTexts(rows);
      const side = (split: "train" | "test") => prompts(name, { split, seed, ...(trainShare === undefined ? {} : { trainShare }) });
      const [train, rest] = [await side("train"), await side("test")];
      expect([...train, ...rest].map((prompt) => Number(prompt.id)).sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
      for (const part of [train, rest]) expect(part.map((prompt) => prompt.ordinal)).toEqual(part.map((_, i) => i));
      for (const key of ["hash", "session"] as const) {
        const keysOf = (part: typeof train) => new Set(part.filter((prompt) => prompt[key] !== null).map((prompt) => (key === "hash" ? "" : `${prompt.dataset}/`) + prompt[key]));
        expect(keysOf(train).intersection(keysOf(rest)).size).toBe(0);
      }
      expect(await side("train")).toEqual(train);
    }),
    { numRuns: 60 },
  );
});

const hashes = async (list: Texts, options: Options) => (await prompts(putTexts(list), options)).map((prompt) => prompt.hash).sort();

test("split does not depend on the order of rows, but on the seed", async () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({ text: i, session: i % 3 ? i % 7 : null, dataset: "x" }));
  const train = await hashes(rows, { split: "train", seed: 1 });
  expect(await hashes(rows.toReversed(), { split: "train", seed: 1 })).toEqual(train);
  expect(await hashes(rows, { split: "train", seed: 2 })).not.toEqual(train);
});

test("split keeps about the train share", async () => {
  const rows = Array.from({ length: 2000 }, (_, i) => ({ text: i, session: null, dataset: "x" }));
  const share = async (trainShare?: number) => (await prompts(putTexts(rows), { split: "train", trainShare })).length / rows.length;
  expect(await share()).toBeCloseTo(0.5, 1);
  expect(await share(0.8)).toBeCloseTo(0.8, 1);
});

test("sample: exactly as many as asked for, in workload order, seeded", async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 9 }), async (rows, sample, seed) => {
      const { prompts: chosen, summary } = await readAll(putTexts(rows), { sample, seed });
      expect(chosen).toHaveLength(Math.min(sample, rows.length));
      expect(chosen.map((prompt) => prompt.ordinal)).toEqual(chosen.map((_, i) => i));
      expect(chosen.map((prompt) => prompt.row)).toEqual(chosen.map((prompt) => prompt.row).sort((a, b) => a - b));
      expect(summary.sampledOut).toBe(rows.length - chosen.length);
      expect(summary.warnings.filter((warning) => warning.startsWith("a sample"))).toEqual(
        sample > rows.length ? [`a sample of ${sample} was asked for, but there are only ${rows.length} prompts: all are taken`] : [],
      );
    }),
    { numRuns: 60 },
  );
});

test("sample chooses by content and seed, not by place; every prompt has its chance", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ text: i, session: null, dataset: "x" }));
  const chosen = await hashes(rows, { sample: 30, seed: 1 });
  expect(await hashes(rows.toReversed(), { sample: 30, seed: 1 })).toEqual(chosen);
  expect(await hashes(rows, { sample: 30, seed: 2 })).not.toEqual(chosen);
  const times = new Map<string, number>();
  for (let seed = 0; seed < 60; seed++) for (const hash of await hashes(rows, { sample: 30, seed })) times.set(hash, (times.get(hash) ?? 0) + 1);
  expect(times.size).toBe(100);
  expect(Math.max(...times.values())).toBeLessThan(36);
});

test("split comes before sample", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ text: i, session: null, dataset: "x" }));
  const name = putTexts(rows);
  const train = new Set((await prompts(name, { split: "train" })).map((prompt) => prompt.id));
  const { prompts: chosen, summary } = await readAll(name, { split: "train", sample: 20 });
  expect(chosen).toHaveLength(20);
  expect(chosen.every((prompt) => train.has(prompt.id))).toBe(true);
  expect(summary.sampledOut).toBe(80);
});

test.each<[Options, string]>([
  [{ sample: 0 }, "a sample must be a whole number of prompts, at least 1 (got 0)"],
  [{ sample: 2.5 }, "a sample must be a whole number of prompts, at least 1 (got 2.5)"],
  [{ split: "train", trainShare: 1 }, "the train share must be between 0 and 1 (got 1)"],
  [{ split: "dev" as "test" }, 'a split is "train" or "test" (got "dev")'],
])("%j", async (options, error) => {
  expect((await failure(NAME, options)).error).toBe(error);
});

test("a workload's hash changes with what is read from it, and with nothing else", async () => {
  const list = put("hash.txt", "question 1\n");
  const hashOf = async (options: Options) => (await openWorkload({ inputs: [NAME], seed: 1, cwd: scratch, ...options })).hash;
  const plain = await hashOf({});
  expect(await hashOf({ seed: 2 })).toBe(plain);
  expect(await hashOf({ inputs: [`./${NAME}`] })).toBe(plain);
  expect(await hashOf({ format: "wrp" })).toBe(plain);
  const others = [
    { where: "true" }, { exclude: [list] }, { sample: 3 }, { sample: 3, seed: 2 }, { sample: 4 }, { split: "train" }, { split: "test" },
    { split: "test", seed: 2 }, { split: "test", trainShare: 0.4 }, { map: { prompt: "prompt" } }, { map: { prompt: "id" } },
  ] satisfies Options[];
  const all = [plain, ...(await Promise.all(others.map(hashOf)))];
  put("hash.txt", "question 2\n");
  all.push(await hashOf({ exclude: [list] }));
  expect(new Set(all).size).toBe(all.length);
  expect(await hashOf({ split: "test", trainShare: 0.5 })).toBe(await hashOf({ split: "test" }));
});

test("a workload can be read again, with the same prompts and summary", async () => {
  const workload = await openWorkload({ inputs: [NAME], seed: 1, cwd: scratch, exclude: [put("again.txt", "question 1\nnone\n")], where: "meta.level > 1.0" });
  expect(() => workload.summary()).toThrow("a workload has its summary when its prompts have been read");
  const read = async () => {
    const batches: unknown[] = [];
    for await (const batch of workload.batches()) batches.push(batch);
    return { batches, summary: workload.summary() };
  };
  const first = await read();
  expect(first.summary.warnings).toHaveLength(2);
  expect(await read()).toEqual(first);
});
