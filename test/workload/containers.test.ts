import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { failure, jsonl, prompts, put } from "./scratch.ts";

const BOM = "\ufeff";
const MAP = { id: "id", prompt: "question", "quality.m": "score" };
const seen = async (name: string, content: string | Uint8Array) =>
  (await prompts(put(name, content), { map: MAP })).map(({ id, row, messages, outcomes }) => [id, row, messages?.[0]?.content, outcomes[0]?.quality]);
const told = (name: string, content: string | Uint8Array) => failure(put(name, content), { map: MAP });

const TWO = [
  ["1", 0, "first, with\na newline and \"quotes\"", 1],
  ["2", 1, "zweite Frage: straße 😀", 0.5],
];
const CSV = 'id,question,score\n1,"first, with\na newline and ""quotes""",1\n2,zweite Frage: straße 😀,0.5\n';
const ROWS = [
  { id: "1", question: 'first, with\na newline and "quotes"', score: 1 },
  { id: "2", question: "zweite Frage: straße 😀", score: 0.5 },
];

test.each<[string, string | Uint8Array]>([
  ["plain.csv", CSV],
  ["bom.csv", BOM + CSV],
  ["no-newline-at-end.csv", CSV.trimEnd()],
  ["blank-lines.csv", CSV.replace("score\n", "score\n\n").concat("\n\n")],
  ["tabs.tsv", CSV.replaceAll(",", "\t").replace("first\t", "first,")],
  ["semicolons.csv", CSV.replaceAll(",", ";").replace("first;", "first,")],
  ["gzipped.csv.gz", gzipSync(CSV)],
  ["two-members.csv.gz", Buffer.concat([gzipSync(CSV.slice(0, 30)), gzipSync(CSV.slice(30))])],
  ["wrong-ending.json", CSV],
  ["lines.jsonl", jsonl(...ROWS)],
  ["bom.jsonl", BOM + jsonl(...ROWS)],
  ["crlf.jsonl", jsonl(...ROWS).replaceAll("\n", "\r\n")],
  ["blank.jsonl", `\n${jsonl(...ROWS).replaceAll("\n", "\n \n")}`],
  ["no-newline-at-end.jsonl", jsonl(...ROWS).trimEnd()],
  ["gzipped-without-ending.jsonl", gzipSync(jsonl(...ROWS))],
  ["list.json", JSON.stringify(ROWS)],
  ["bom.json", BOM + JSON.stringify(ROWS)],
  ["pretty.json", JSON.stringify(ROWS, null, 2)],
  ["held.json", JSON.stringify({ data: ROWS })],
  ["held-pretty.json", JSON.stringify({ version: 3, by: { name: "us" }, tags: ["a", "b"], rows: ROWS }, null, 2)],
  ["list.json.gz", gzipSync(JSON.stringify(ROWS))],
  ["rows.parquet", parquet()],
  ["rows.parquet.gz", gzipSync(parquet())],
  ["several-groups.parquet", parquet(1)],
])("%s", async (name, content) => {
  expect(await seen(name, content)).toEqual(TWO);
});

test("JSON objects with lists, one after the other, and JSONL whose first line is longer than what is looked at", async () => {
  const [one, two] = ROWS.map((row) => JSON.stringify({ rows: [row] }, null, 1));
  expect(await seen("followed.json", `${one}\n${two}\n`)).toEqual(TWO);
  const long = "x".repeat(300 * 1024);
  expect(await seen("long-first.jsonl", jsonl({ rows: [{ ...ROWS[0], long }] }, { rows: [ROWS[1]] }))).toEqual(TWO);
});

test("a page of an API, on one line longer than what is looked at", async () => {
  const rows = [...ROWS, { id: "3", question: "x".repeat(300 * 1024), score: 0 }];
  expect((await seen("page.json", JSON.stringify({ object: "list", count: 3, next: null, has_more: false, data: rows }))).slice(0, 2)).toEqual(TWO);
});

test("an object without a list of objects is a row, over several lines too", async () => {
  expect(await seen("row.json", JSON.stringify(ROWS[0]))).toEqual([TWO[0]]);
  expect(await seen("row-pretty.json", JSON.stringify({ ...ROWS[0], messages: [{ role: "user" }] }, null, 2))).toEqual([TWO[0]]);
});

test("CRLF ends records of CSV, and stays inside quotes", async () => {
  expect(await seen("crlf.csv", CSV.replaceAll("\n", "\r\n"))).toEqual([["1", 0, 'first, with\r\na newline and "quotes"', 1], TWO[1]]);
});

test("lines may end in either way within one CSV", async () => {
  expect(await seen("mixed.csv", "id,question,score\r\n1,a,1\n2,b,0\r\n")).toEqual([["1", 0, "a", 1], ["2", 1, "b", 0]]);
});

test("records longer than any buffer", async () => {
  const long = "long ä ".repeat(150_000);
  for (const [name, content] of [
    ["long.csv", `id,question,score\n1,"${long}",1\n2,${long},0\n`],
    ["long.jsonl", jsonl({ id: "1", question: long, score: 1 }, { id: "2", question: long, score: 0 })],
    ["long.json", JSON.stringify([{ id: "1", question: long, score: 1 }, { id: "2", question: long, score: 0 }])],
  ] as const)
    expect(await seen(name, content), name).toEqual([["1", 0, long, 1], ["2", 1, long, 0]]);
});

test("batches hold at most 512 prompts, in order, whatever the container", async () => {
  const rows = Array.from({ length: 1300 }, (_, i) => ({ id: String(i), question: `q${i}`, score: 0 }));
  for (const [name, content] of [
    ["many.csv", `id,question,score\n${rows.map((row) => `${row.id},${row.question},0\n`).join("")}`],
    ["many.jsonl", jsonl(...rows)],
    ["many.json", JSON.stringify(rows)],
    ["many.parquet", parquet(1300, rows)],
  ] as const)
    expect((await prompts(put(name, content), { map: MAP })).map((prompt) => [prompt.ordinal, prompt.row, prompt.id]), name).toEqual(
      rows.map((row, i) => [i, i, row.id]),
    );
});

test.each<[string, string | Uint8Array, string]>([
  ["empty.csv", "", "empty.csv: the file is empty"],
  ["blank.csv", " \n\n", "blank.csv: the file is empty"],
  ["empty.csv.gz", gzipSync(""), "empty.csv.gz: the file is empty"],
  ["header.csv", "id,question,score\n", "header.csv: no prompts: the file has a header and no rows"],
  ["none.json", "[]", "none.json: no prompts: the file has no rows"],
  ["twice.csv", "id,question,id\n1,a,1\n", 'twice.csv:1: two columns are named "id"'],
  ["cells.csv", CSV + "\n3,more\n4,a,b,c\n5,good,1\n", "cells.csv:6: 2 cells, but the header has 3 columns, and 1 more bad row: line 7"],
  ["open.csv", `${CSV}3,"never\nclosed,1\n4,b,0\n`, "open.csv:5: a quote is opened in this record and never closed"],
  ["behind.csv", 'id,question,score\n1,"a" b,1\n', "behind.csv:2: a quoted cell of this record goes on behind its closing quote"],
  ["inside.csv", 'id,question,score\n1,a "b",1\n', "inside.csv:2: a cell of this record has a quote inside but does not begin with one"],
  ["latin1.csv", Buffer.from("id,question,score\n1,a,1\n2,caf\u00e9,0\n", "latin1"), "latin1.csv:3: not UTF-8 text"],
  ["latin1.jsonl", Buffer.from(`${jsonl(ROWS[0])}{"id":"é"}`, "latin1"), "latin1.jsonl:2: not UTF-8 text"],
  ["latin1.json", Buffer.from('[\n{"id":"é"}]', "latin1"), "latin1.json:2: not UTF-8 text"],
  ["cut-character.csv", Buffer.from("id,question,score\n1,a,1\n2,b,é").subarray(0, -1), "cut-character.csv:3: not UTF-8 text"],
  ["utf16.csv", Buffer.from(BOM + CSV, "utf16le"), "utf16.csv:1: this is UTF-16 text, not UTF-8"],
  ["cut.csv.gz", gzipSync(CSV).subarray(0, -20), "cut.csv.gz: the gzip file ends too early"],
  ["list.jsonl", `${jsonl(ROWS[0])}\n[1]\n`, "list.jsonl:3: each line must be a JSON object (got a list)"],
  ["null.jsonl", `${jsonl(ROWS[0])}null\n`, "null.jsonl:2: each line must be a JSON object (got null)"],
  ["scalars.json", "[1, 2]", "scalars.json:1: each item of the list must be an object"],
  ["cut.json", JSON.stringify(ROWS, null, 1).slice(0, -5), "cut.json:10: the JSON ends too early: it was cut off"],
  ["several.json", JSON.stringify({ a: ROWS, b: ROWS }, null, 1), 'several.json:15: the JSON object holds several lists of objects ("a" and "b")'],
  ["no-list.json", JSON.stringify({ a: 1, b: { c: 2 } }, null, 1), 'no-list.json:1: "question" must be a text (got undefined)'],
  ["no-lists.json", `${JSON.stringify({ a: 1, b: { c: 2 } }, null, 1)}\n{"a": 2}`, "no-lists.json: the JSON object holds no list of objects"],
])("%s is refused", async (name, content, error) => {
  expect((await told(name, content)).error).toBe(error);
});

test("lines are found far into a file", async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${i},"cell of\n${"several lines\r\n".repeat(20)}ä",1\n`);
  rows[2500] = "bad,row\n";
  expect((await told("far.csv", `${BOM}id,question,score\n\n${rows.join("")}`)).error).toBe(
    `far.csv:${3 + 2500 * 22}: 2 cells, but the header has 3 columns`,
  );
});

const HUGE = "x".repeat(65 * 1024 * 1024);
test.each<[string, string, string]>([
  ["huge.jsonl.gz", `{"id": "${HUGE}`, "huge.jsonl.gz:1: a line is longer than 64 MiB"],
  ["huge.csv.gz", `id,question,score\n1,a,1\n2,"${HUGE}`, "huge.csv.gz:3: a record is longer than 64 MiB (is a quote never closed?)"],
  ["huge.json.gz", `[{"id": 1},\n{"id": "${HUGE}`, "huge.json.gz:2: an object is longer than 64 MiB"],
  ["huge-outside.json.gz", `{"a": 1,\n"b": "${HUGE}`, "huge-outside.json.gz:2: an object is longer than 64 MiB"],
])("%s is bounded", async (name, content, error) => {
  expect((await told(name, gzipSync(content, { level: 1 }))).error).toBe(error);
});

test("JSON errors name their line", async () => {
  expect((await told("broken.jsonl", `${jsonl(...ROWS)}{"id": }\n`)).error).toMatch(/^broken\.jsonl:3: not valid JSON \(.+\)$/);
  expect((await told("broken.json", '[\n {"id": "1"},\n {"id" "2"}\n]')).error).toMatch(/^broken\.json:3: not valid JSON \(.+\)$/);
  expect((await told("trailing.json", `${JSON.stringify(ROWS)}\n]`)).error).toMatch(/^trailing\.json:\d: not valid JSON \(.+\)$/);
});

test("damaged gzip and Parquet say so", async () => {
  const gzip = Buffer.from(gzipSync(CSV));
  gzip.fill(7, 20, 40);
  expect((await told("damaged.csv.gz", gzip)).error).toMatch(/^damaged\.csv\.gz: the gzip file is damaged \(.+\)$/);
  expect((await told("cut.parquet", parquet().slice(0, -30))).error).toMatch(/^cut\.parquet: the Parquet file is damaged or cut off \(.+\)$/);
  expect((await told("head.parquet", "PAR1")).error).toMatch(/^head\.parquet: the Parquet file is damaged or cut off \(.+\)$/);
});

test("Parquet errors name the row, for want of lines", async () => {
  const rows = [...ROWS, { id: "3", question: "c", score: 7 }, { id: "4", question: "d", score: -1 }];
  expect((await told("scores.parquet", parquet(10, rows))).error).toBe(
    'scores.parquet: row 3: "score" must be a number from 0 to 1 (got 7), and 1 more bad row: row 4',
  );
});

test("Parquet's big integers, dates, NaN and nested values become what JSON would hold", async () => {
  const name = put(
    "types.parquet",
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "id", data: ["a", "b"], type: "STRING" },
          { name: "n", data: [12n, 9n], type: "INT64" },
          { name: "at", data: [new Date(0), new Date(1000)], type: "TIMESTAMP" },
          { name: "x", data: [Number.NaN, 0.25], type: "DOUBLE" },
          { name: "chat", data: [{ who: { name: "us" } }, { who: { name: "you" } }], type: "JSON" },
        ],
      }),
    ),
  );
  const map = { id: "id", inputTokens: "n", "meta.at": "at", "quality.m": "x", "meta.who": "chat.who.name" };
  expect((await prompts(name, { map })).map(({ inputTokens, meta, outcomes }) => [inputTokens, meta, outcomes[0]?.quality])).toEqual([
    [12, { at: "1970-01-01T00:00:00.000Z", who: "us" }, null],
    [9, { at: "1970-01-01T00:00:01.000Z", who: "you" }, 0.25],
  ]);
});

function parquet(rowGroupSize = 1000, rows: readonly { id: string; question: string; score: number }[] = ROWS): Uint8Array {
  const column = (name: "id" | "question" | "score") => ({ name, data: rows.map((row) => row[name]) });
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { ...column("id"), type: "STRING" },
        { ...column("question"), type: "STRING" },
        { ...column("score"), type: "DOUBLE" },
      ],
      rowGroupSize,
    }),
  );
}
