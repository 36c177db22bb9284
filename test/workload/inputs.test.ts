import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openWorkload } from "../../src/workload/index.ts";
import { failure, jsonl, prompts, put, scratch } from "./scratch.ts";

const row = (id: string) => jsonl({ id, prompt: `question ${id}` });

put("logs/b.jsonl", row("b"));
put("logs/a.jsonl", row("a"));
put("logs/deep/c.ndjson.gz", gzipSync(row("c")));
put("logs/.hidden.jsonl", "not read");
put("logs/notes.md", "not data");
put("single/one [1].jsonl", row("1"));

const open = (...inputs: string[]) => openWorkload({ inputs, seed: 1, cwd: scratch });
const names = async (...inputs: string[]) => (await open(...inputs)).files.map((file) => file.name);

test("a folder is every data file in it, sorted by code unit, named below the folder's name", async () => {
  expect(await names("logs")).toEqual(["logs/a.jsonl", "logs/b.jsonl", "logs/deep/c.ndjson.gz"]);
  expect((await prompts("logs")).map((prompt) => [prompt.ordinal, prompt.id, prompt.file, prompt.row])).toEqual([
    [0, "a", "logs/a.jsonl", 0],
    [1, "b", "logs/b.jsonl", 0],
    [2, "c", "logs/deep/c.ndjson.gz", 0],
  ]);
});

test("inputs keep the order given; each is sorted in itself", async () => {
  expect(await names("logs/deep", "logs/*.jsonl")).toEqual(["logs/deep/c.ndjson.gz", "logs/a.jsonl", "logs/b.jsonl"]);
});

test("a glob may be absolute; a file whose name looks like a glob is a file", async () => {
  expect(await names(join(scratch, "logs/*.jsonl"))).toEqual([join(scratch, "logs/a.jsonl"), join(scratch, "logs/b.jsonl")]);
  expect(await names("single/one [1].jsonl")).toEqual(["single/one [1].jsonl"]);
});

test("a workload is named after its file, or the folder that its files share", async () => {
  expect((await open("logs/a.jsonl")).name).toBe("a");
  expect((await open("logs/deep/c.ndjson.gz")).name).toBe("c");
  expect((await open("logs")).name).toBe("logs");
  expect((await open("logs/*.jsonl")).name).toBe("logs");
});

test.each<[string, string[], string, string | undefined]>([
  ["missing", ["logs/aa.jsonl"], 'no such file or folder: "logs/aa.jsonl"', 'did you mean "logs/a.jsonl"?'],
  ["missing, nothing near", ["elsewhere"], 'no such file or folder: "elsewhere"', undefined],
  ["missing folder", ["nowhere/at/all.csv"], 'no such file or folder: "nowhere/at/all.csv"', undefined],
  ["glob without match", ["logs/*.csv"], 'no file matches "logs/*.csv"', undefined],
  ["named twice", ["logs/a.jsonl", "logs/a.jsonl"], '"logs/a.jsonl" is named twice', undefined],
  ["found twice", ["logs/a.jsonl", "logs"], '"logs/a.jsonl" is named twice', undefined],
  ["found under two names", ["./logs/a.jsonl", "logs"], '"logs/a.jsonl" is named twice', 'it is the same file as "./logs/a.jsonl"'],
  ["no inputs", [], "no data was named", "name files, folders or globs"],
])("%s", async (_, inputs, error, hint) => {
  expect(await failure(inputs)).toEqual({ error, hint });
});

test("a link to a file already named is that file", async () => {
  symlinkSync(join(scratch, "logs/a.jsonl"), join(scratch, "link.jsonl"));
  expect((await failure(["logs/a.jsonl", "link.jsonl"])).error).toBe('"link.jsonl" is named twice');
});

test("a folder without data files", async () => {
  put("docs/readme.txt", "words");
  expect((await failure("docs")).error).toBe('no data files in folder "docs"');
});
