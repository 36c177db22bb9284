import { expect, test } from "vitest";
import { failure, jsonl, prompts, put, readAll } from "./scratch.ts";

const WIDE = put(
  "wide.csv",
  [
    "q,who,label,n,s4,c4,t4,s5,e5,when,flag,code,blank",
    'Why?,"{""x"":1}",hard,3,True,0.01,1200,0.5,,2024,true,007,',
    "How?,,soft,,,,,0.9,timeout,2025,False,1e3,",
    "",
  ].join("\n"),
);

test("models side by side; a model's name may hold dots", async () => {
  const map = {
    prompt: "q", dataset: "label", inputTokens: "n", tags: "label", session: "who",
    "quality.gpt-4.1": "s4", "cost.gpt-4.1": "c4", "latencyMs.gpt-4.1": "t4", "quality.b": "s5", "error.b": "e5",
  };
  const read = await prompts(WIDE, { map });
  expect(read.map(({ id, dataset, session, inputTokens, tags, meta }) => ({ id, dataset, session, inputTokens, tags, meta }))).toEqual([
    { id: "wide#0", dataset: "hard", session: '{"x":1}', inputTokens: 3, tags: ["hard"], meta: {} },
    { id: "wide#1", dataset: "soft", session: null, inputTokens: null, tags: ["soft"], meta: {} },
  ]);
  expect(read.map(({ outcomes }) => outcomes.map(({ model, quality, costUsd, latencyMs, error }) => [model, quality, costUsd, latencyMs, error]))).toEqual([
    [["gpt-4.1", 1, 0.01, 1200, null], ["b", 0.5, null, null, null]],
    [["gpt-4.1", null, null, null, null], ["b", null, null, null, "timeout"]],
  ]);
});

test("facts: one by one, or all columns that nothing else names; numbers are read from text", async () => {
  expect((await prompts(WIDE, { map: { prompt: "q", "meta.year": "when" } })).map((prompt) => prompt.meta)).toEqual([{ year: 2024 }, { year: 2025 }]);
  const all = await prompts(WIDE, { map: { prompt: "q", "meta.*": "*", "meta.year": "when", "quality.a": "s4", "quality.b": "s5" } });
  expect(all.map((prompt) => prompt.meta)).toEqual([
    { year: 2024, who: '{"x":1}', label: "hard", n: 3, c4: 0.01, t4: 1200, e5: null, flag: true, code: "007", blank: null },
    { year: 2025, who: null, label: "soft", n: null, c4: null, t4: null, e5: "timeout", flag: false, code: 1000, blank: null },
  ]);
});

test("nested keys by dotted path; keys that only later rows have", async () => {
  const rows: unknown[] = Array.from({ length: 40 }, (_, i) => ({ q: `${i}`, scores: { "m.1": 1 } }));
  rows.push({ q: "last", scores: { "m.1": 0 }, failure: "429" });
  const name = put("nested.jsonl", jsonl(...rows));
  const read = await prompts(name, { map: { prompt: "q", "quality.m": "scores.m.1", "error.m": "failure" } });
  expect(read.at(-1)?.outcomes[0]).toMatchObject({ quality: null, error: "429" });
  expect(read[0]?.outcomes[0]).toMatchObject({ quality: 1, error: null });
  expect(await failure(name, { map: { prompt: "q", "error.m": "mistake" } })).toEqual({
    error: 'nested.jsonl: there is no column "mistake"',
    hint: "columns: q, scores.m.1",
  });
});

test("chats as API logs hold them: JSON text, content in parts", async () => {
  const chat = [
    { role: "system", content: "Be brief.", name: "x" },
    { role: "user", content: [{ type: "text", text: "See" }, { type: "image_url", image_url: {} }, { type: "text", text: "this" }] },
    { role: "assistant", content: null, tool_calls: [] },
  ];
  const plain = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "See\nthis" },
    { role: "assistant", content: "" },
  ];
  const { prompts: read, summary } = await readAll(put("chat.jsonl", jsonl({ m: chat }, { m: JSON.stringify(chat) })), { map: { messages: "m" } });
  expect(read.map((prompt) => prompt.messages)).toEqual([plain, plain]);
  expect(summary.warnings).toEqual(["2 message parts are not text and left out (for example chat.jsonl, record 1)"]);
  expect((await failure(put("no-chat.csv", "m\nhello\n"), { map: { messages: "m" } })).error).toBe(
    'no-chat.csv:2: "m" must be a list of {role, content} as JSON (got "hello")',
  );
});

const LONG = [
  "task,text,llm,score,usd,in,out",
  "t1,Why?,a,1,0,5,7",
  "t2,How?,a,0,0,0,0",
  "t1,Why?,b,0.5,0.25,5,8",
  "t1,When?,a,0,0,5,9",
  "t3,Who?,b,,,,",
  "",
].join("\n");
const LONG_MAP = { id: "task", prompt: "text", model: "llm", quality: "score", cost: "usd", inputTokens: "in", outputTokens: "out" };

test("one row a prompt and model: grouped by id and text wherever they stand; absent models are gaps", async () => {
  const { prompts: read, summary } = await readAll(put("long.csv", LONG), { map: LONG_MAP });
  expect(read.map(({ id, row, ordinal, inputTokens, outcomes }) => [id, row, ordinal, inputTokens, outcomes.map((o) => [o.model, o.quality, o.costUsd, o.inputTokens, o.outputTokens])])).toEqual([
    ["t1", 0, 0, null, [["a", 1, 0, 5, 7], ["b", 0.5, 0.25, 5, 8]]],
    ["t2", 1, 1, null, [["a", null, null, 0, 0]]],
    ["t1", 3, 2, null, [["a", 0, 0, 5, 9]]],
    ["t3", 4, 3, null, [["b", null, null, null, null]]],
  ]);
  expect(summary.read).toBe(4);
  expect(summary.warnings).toEqual([
    "1 call with quality 0, no tokens and no cost: taken as failed, not as wrong answers (for example a on t2)",
    '1 id is used by several rows; rows are never merged by id (for example "t1" in long)',
  ]);
});

test("figures without text are named by id", async () => {
  const { prompt: _, ...map } = LONG_MAP;
  const read = await prompts(put("ids.csv", LONG.replace("t1,When?,a", "t4,When?,a")), { map });
  expect(read.map(({ id, messages, outcomes }) => [id, messages, outcomes.length])).toEqual([["t1", null, 2], ["t2", null, 1], ["t4", null, 1], ["t3", null, 1]]);
  expect(new Set(read.map((prompt) => prompt.hash)).size).toBe(4);
});

test.each<[string, Record<string, string>, string, string | undefined]>([
  ["unknown key", { prompt: "text", qualty: "score" }, 'unknown map key "qualty"', expect.stringContaining("known: prompt, messages, request, tools, id, ") as string],
  ["no model", { prompt: "text", quality: "score" }, '"quality" does not say which model it is of', "write quality.MODEL=COLUMN, or model=COLUMN where a column names the model"],
  ["both forms", { prompt: "text", model: "llm", "quality.a": "score" }, '"quality.a" and "model" cannot both be mapped', "where a column names the model, figures have one column each: quality=score"],
  ["no prompt", { "quality.a": "score" }, "the column map does not say where the prompt is", "add prompt=COLUMN (or messages=, or request= for requests' bodies, or id= for figures only); columns: task, text, llm, score, usd, in, out"],
  ["two prompts", { prompt: "text", messages: "text" }, '"prompt" and "messages" cannot both be mapped', undefined],
  ["absent column", { prompt: "txt" }, 'errors.csv: there is no column "txt"', "columns: task, text, llm, score, usd, in, out"],
  ["star", { prompt: "text", "meta.*": "usd" }, '"meta.*" takes all columns: write meta.*=* (got meta.*=usd)', undefined],
])("%s", async (_, map, error, hint) => {
  expect(await failure(put("errors.csv", LONG), { map })).toEqual({ error, hint });
});

test("two rows of one prompt and model name both lines", async () => {
  const name = put("again.csv", `${LONG}t1,Why?,b,1,0,1,1\n`);
  expect(await failure(name, { map: LONG_MAP })).toEqual({
    error: 'again.csv:7: two rows for model "b" and prompt "t1" (first at line 4)',
    hint: undefined,
  });
  const { id: _, ...map } = LONG_MAP;
  expect((await failure(name, { map })).hint).toBe("prompts are told apart by their text: map id=COLUMN where several have the same");
});

test.each<[string, string, string]>([
  ["n", "1.5", '"n" must be a whole number ≥ 0 (got "1.5")'],
  ["s", "95", '"s" must be a number from 0 to 1 (got "95")'],
  ["c", "$3", '"c" must be a number ≥ 0 (got "$3")'],
  ["l", "-2", '"l" must be a number ≥ 0 (got "-2")'],
])("bad cell in %s", async (column, cell, error) => {
  const map = { prompt: "q", "quality.m": "s", "cost.m": "c", "latencyMs.m": "l", "outputTokens.m": "n" };
  const cells = ["s", "c", "l", "n"].map((name) => (name === column ? cell : ""));
  expect((await failure(put("cell.csv", `q,s,c,l,n\na,${cells.join(",")}\n`), { map })).error).toBe(`cell.csv:2: ${error}`);
});
