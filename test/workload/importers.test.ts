import { expect, test } from "vitest";
import { promptHash } from "../../src/lib/hash.ts";
import { openWorkload } from "../../src/workload/index.ts";
import { failure, jsonl, prompts, put, readAll, scratch } from "./scratch.ts";

const user = (content: string) => ({ role: "user", content });
const gap = { costUsd: null, latencyMs: null, ttftMs: null, inputTokens: null, outputTokens: null, error: null, text: null };
const formatOf = async (name: string) => (await openWorkload({ inputs: [name], seed: 1, cwd: scratch })).files[0]?.format;

test("RouteLLM: a prompt, and right or wrong for each model, weak first", async () => {
  const name = put("mmlu_botany.csv", 'prompt,small/one,big-two\n"Which is a tree?\nA. fern\nB. oak",False,True\nIs moss a plant?,True,\n');
  expect(await formatOf(name)).toBe("routellm");
  expect(await prompts(name)).toEqual([
    {
      ordinal: 0,
      id: "mmlu_botany#0",
      hash: promptHash([user("Which is a tree?\nA. fern\nB. oak")]),
      messages: [user("Which is a tree?\nA. fern\nB. oak")],
      dataset: "mmlu_botany",
      file: name,
      row: 0,
      lengthCodePoints: 31,
      inputTokens: null,
      session: null,
      turn: null,
      tags: [],
      meta: { subject: "botany" },
      reference: null,
      grader: null,
      chosen: null,
      outcomes: [
        { model: "small/one", quality: 0, ...gap },
        { model: "big-two", quality: 1, ...gap },
      ],
    },
    expect.objectContaining({ id: "mmlu_botany#1", outcomes: [{ model: "small/one", quality: 1, ...gap }, { model: "big-two", quality: null, ...gap }] }),
  ]);
});

test("RouteLLM: rows in JSON, and truth as 1 and 0, are the same form", async () => {
  for (const name of [
    put("truth.jsonl", jsonl({ prompt: "a", x: true, y: false })),
    put("truth.json", JSON.stringify([{ prompt: "a", x: 1, y: 0 }])),
    put("truth.csv", "prompt,x,y\na,1,0\n"),
  ]) {
    expect(await formatOf(name)).toBe("routellm");
    expect((await prompts(name))[0]?.outcomes.map((outcome) => [outcome.model, outcome.quality])).toEqual([["x", 1], ["y", 0]]);
  }
});

test("RouteLLM: a cell that is neither true nor false", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `q${i},True,False\n`).join("");
  const name = put("maybe.csv", `prompt,x,y\n${rows}"two\nlines",maybe,True\nlast,True,2\n`);
  expect((await failure(name)).error).toBe('maybe.csv:32: "x" must be True or False (got "maybe"), and 1 more bad row: line 34');
});

const BENCH = [
  ",sample_id,prompt,eval_name,b/two,a-one,a-one|model_response,b/two|model_response,a-one|total_cost,b/two|total_cost,oracle_model_to_route_to",
  `7,arith.1,"['What is 1 + 1?\\nAnswer:']",arith,1.0,0.5,"['It\\'s 2']","[""two""]",0.0001,0.002,b/two`,
  `8,arith.1,"['You are terse.', 'What is 2 + 2?']",arith,,0.0,,['four'],,0.002,a-one`,
  "9,arith.3,[not a list,arith,0.25,nan,,,0.0001,,",
  "10,arith.4,['cut off,arith,0,0,,,0,0,no_model_correct",
  "",
].join("\n");

test("RouterBench: suffixed columns, list literals, blank scores as gaps", async () => {
  const name = put("bench.csv", BENCH);
  expect(await formatOf(name)).toBe("routerbench");
  const { prompts: read, summary } = await readAll(name);
  expect(read.map(({ id, dataset, meta, messages }) => [id, dataset, meta, messages?.map((message) => message.content)])).toEqual([
    ["arith.1", "arith", { eval_name: "arith", oracle_model_to_route_to: "b/two" }, ["What is 1 + 1?\nAnswer:"]],
    ["arith.1", "arith", { eval_name: "arith", oracle_model_to_route_to: "a-one" }, ["You are terse.", "What is 2 + 2?"]],
    ["arith.3", "arith", { eval_name: "arith" }, ["[not a list"]],
    ["arith.4", "arith", { eval_name: "arith", oracle_model_to_route_to: "no_model_correct" }, ["['cut off"]],
  ]);
  expect(read[1]?.messages?.map((message) => message.role)).toEqual(["user", "user"]);
  expect(read[1]?.lengthCodePoints).toBe("You are terse.\nWhat is 2 + 2?".length);
  expect(read.map(({ outcomes }) => outcomes.map(({ model, quality, costUsd, text }) => [model, quality, costUsd, text]))).toEqual([
    [["b/two", 1, 0.002, "two"], ["a-one", 0.5, 0.0001, "It's 2"]],
    [["b/two", null, 0.002, "four"], ["a-one", 0, null, null]],
    [["b/two", 0.25, null, null], ["a-one", null, 0.0001, null]],
    [["b/two", 0, 0, null], ["a-one", 0, 0, null]],
  ]);
  expect(summary.warnings).toEqual([
    "1 prompt begins like a Python list but cannot be read as one: taken as plain text (for example bench.csv, record 4)",
    '1 id is used by several rows; rows are never merged by id (for example "arith.1" in arith)',
  ]);
});

test.each<[string, string, string]>([
  ["quality", "1.5", 'score.csv:2: "m" must be a number from 0 to 1 (got "1.5")'],
  ["quality below", "-0.1", 'score.csv:2: "m" must be a number from 0 to 1 (got "-0.1")'],
  ["words", "good", 'score.csv:2: "m" must be a number from 0 to 1 (got "good")'],
  ["hexadecimal", "0x1", 'score.csv:2: "m" must be a number from 0 to 1 (got "0x1")'],
])("RouterBench: %s", async (_, score, error) => {
  const name = put("score.csv", `sample_id,prompt,eval_name,m,m|model_response,m|total_cost\n1,a,e,${score},b,0\n`);
  expect((await failure(name)).error).toBe(error);
});

const costing = (cost: string) => put("cost.csv", `sample_id,prompt,eval_name,m,m|model_response,m|total_cost\n1,a,e,1,b,${cost}\n`);

test("RouterBench: costs", async () => {
  for (const cost of ["free", "-1", "Infinity", "1e999", "True"])
    expect((await failure(costing(cost))).error).toBe(`cost.csv:2: "m|total_cost" must be a number ≥ 0 (got "${cost}")`);
  for (const cost of ["", "nan", "NaN", "None", "null", " "]) expect((await prompts(costing(cost)))[0]?.outcomes[0]?.costUsd, cost).toBe(null);
});

test("wrp: every field", async () => {
  const name = put(
    "own.jsonl",
    jsonl(
      {
        id: "x",
        messages: [{ role: "system", content: "Be kind. 😀" }, user("Hi")],
        dataset: "chat",
        inputTokens: 9,
        reference: "Hello",
        grader: "exact",
        meta: { hard: true, level: 3, note: null, from: "us" },
        tags: ["pii"],
        session: "s1",
        turn: 0,
        chosen: "m",
        outcomes: { m: { quality: 1, costUsd: 0.1, latencyMs: 20, ttftMs: 5, inputTokens: 9, outputTokens: 2, text: "Hello" }, n: { error: "429", quality: 0.5 } },
      },
      { promptHash: "0123456789abcdef0123456789abcdef", lengthCodePoints: 12 },
      { id: "figures", outcomes: { m: null } },
    ),
  );
  expect(await formatOf(name)).toBe("wrp");
  const read = await prompts(name);
  expect(read[0]).toEqual({
    ordinal: 0,
    id: "x",
    hash: promptHash([{ role: "system", content: "Be kind. 😀" }, user("Hi")]),
    messages: [{ role: "system", content: "Be kind. 😀" }, user("Hi")],
    dataset: "chat",
    file: name,
    row: 0,
    lengthCodePoints: 13,
    inputTokens: 9,
    session: "s1",
    turn: 0,
    tags: ["pii"],
    meta: { hard: true, level: 3, note: null, from: "us" },
    reference: "Hello",
    grader: "exact",
    chosen: "m",
    outcomes: [
      { model: "m", quality: 1, costUsd: 0.1, latencyMs: 20, ttftMs: 5, inputTokens: 9, outputTokens: 2, error: null, text: "Hello" },
      { model: "n", quality: null, ...gap, error: "429" },
    ],
  });
  expect(read[1]).toMatchObject({ id: "own#1", hash: "0123456789abcdef0123456789abcdef", messages: null, lengthCodePoints: 12, dataset: "own" });
  expect(read[2]).toMatchObject({ id: "figures", messages: null, lengthCodePoints: null, outcomes: [{ model: "m", quality: null, ...gap }] });
  expect(read[2]?.hash).toMatch(/^[0-9a-f]{32}$/);
});

test.each<[unknown, string]>([
  [{ prompt: "a", outcomes: { "gpt-4": { costUsd: "free" } } }, '"outcomes.gpt-4.costUsd" must be a number ≥ 0 (got "free")'],
  [{ prompt: "a", outcomes: { m: { quality: 1.2 } } }, '"outcomes.m.quality" must be a number from 0 to 1 (got 1.2)'],
  [{ prompt: "a", outcomes: { m: { latencyMs: -3 } } }, '"outcomes.m.latencyMs" must be a number ≥ 0 (got -3)'],
  [{ prompt: "a", outcomes: { m: { inputTokens: 1.5 } } }, '"outcomes.m.inputTokens" must be a whole number ≥ 0 (got 1.5)'],
  [{ prompt: "a", outcomes: { m: 1 } }, '"outcomes.m" must be an object of figures (got 1)'],
  [{ prompt: "a", outcomes: [] }, '"outcomes" must be an object of models (got [])'],
  [{ prompt: "a", outcomes: { m: { cost: 1 } } }, 'unknown key "outcomes.m.cost"'],
  [{ prompt: "a", outcoms: {}, outcomes: {} }, 'unknown key "outcoms"'],
  [{ prompt: 7, outcomes: {} }, '"prompt" must be a string (got 7)'],
  [{ messages: [], outcomes: {} }, '"messages" must hold at least one message (got [])'],
  [{ messages: [{ role: "user" }], outcomes: {} }, '"messages.0.content" must be a string (got nothing)'],
  [{ messages: "hi", outcomes: {} }, '"messages" must be a list of {role, content} (got "hi")'],
  [{ promptHash: "xyz" }, '"promptHash" must be 32 hex digits (got "xyz")'],
  [{ prompt: "a", meta: { deep: { er: 1 } } }, '"meta.deep" must be a string, number, true, false or null (got {"er":1})'],
  [{ prompt: "a", tags: "pii" }, '"tags" must be a list of strings (got "pii")'],
  [{ prompt: "a", turn: -1 }, '"turn" must be a whole number ≥ 0 (got -1)'],
  [{ prompt: "a", messages: [user("a")] }, 'a row has "prompt" or "messages", not both'],
  [{ outcomes: { m: { quality: 1 } } }, 'a row needs "messages" or "prompt" (or, with figures only, "promptHash" or "id")'],
])("wrp: %j", async (row, error) => {
  const name = put("bad.jsonl", `{"prompt": "good"}\n${JSON.stringify(row)}\n`);
  expect((await failure(name)).error).toBe(`bad.jsonl:2: ${error}`);
});

test("wrp: an id or a dataset that is empty is none", async () => {
  const read = await prompts(put("empty.jsonl", jsonl({ id: "", dataset: "", prompt: "a", outcomes: {} })));
  expect(read[0]).toMatchObject({ id: "empty#0", dataset: "empty" });
});

test("bad rows are told in file order, whatever is wrong with them", async () => {
  const name = put("order.jsonl", `${jsonl({ prompt: "ok" }, { prompt: 1 })}{\n${jsonl({ prompt: 2 })}`);
  expect((await failure(name)).error).toBe('order.jsonl:2: "prompt" must be a string (got 1), and 2 more bad rows: lines 3, 4');
});

test("all bad rows are counted, the first 20 named, across files", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => (i === 3 ? { prompt: "ok" } : { prompt: "a", turn: "x" }));
  const told = await failure(put("mostly-bad.jsonl", jsonl({ prompt: "ok" }, ...rows)));
  expect(told.error).toBe(
    'mostly-bad.jsonl:2: "turn" must be a whole number ≥ 0 (got "x"), and 28 more bad rows: lines 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22 and 9 others',
  );
  put("pair/a.jsonl", `${jsonl({ prompt: "ok" })}{\n`);
  put("pair/b.jsonl", jsonl({ prompt: "ok" }, { prompt: "a", turn: 0.5 }));
  expect((await failure("pair")).error).toMatch(/^pair\/a\.jsonl:2: not valid JSON \(.+\), and 1 more bad row: pair\/b\.jsonl:2$/);
});

test("no prompt is given out once a row is bad", async () => {
  const name = put("late.jsonl", jsonl(...Array.from({ length: 600 }, (_, i) => ({ prompt: `${i}` })), { prompt: 1 }, { prompt: "after" }));
  const given: string[] = [];
  const workload = await openWorkload({ inputs: [name], seed: 1, cwd: scratch });
  await expect(
    (async () => {
      for await (const batch of workload.batches()) given.push(...batch.map((prompt) => prompt.id));
    })(),
  ).rejects.toThrow('"prompt" must be a string (got 1)');
  expect(given).toHaveLength(512);
});

test("calls recorded as zeros are failed calls, not wrong answers", async () => {
  const none = { inputTokens: 0, outputTokens: 0 };
  const name = put(
    "failed.jsonl",
    jsonl(
      { id: "p", prompt: "a", outcomes: { m: { quality: 0, costUsd: 0, ...none }, n: { quality: 0, costUsd: 0 }, o: { quality: 1, ...none }, q: none } },
      { id: "r", prompt: "b", outcomes: { m: { quality: 0, costUsd: 0.1, ...none }, n: { quality: 0, inputTokens: 4, outputTokens: 0 } } },
    ),
  );
  const { prompts: read, summary } = await readAll(name);
  expect(read.map(({ outcomes }) => outcomes.map(({ model, quality, costUsd, error }) => [model, quality, costUsd, error]))).toEqual([
    [["m", null, null, "recorded with no tokens"], ["n", 0, 0, null], ["o", 1, null, null], ["q", null, null, "recorded with no tokens"]],
    [["m", 0, 0.1, null], ["n", 0, null, null]],
  ]);
  expect(summary.warnings).toEqual([
    "2 calls with quality 0, no tokens and no cost: taken as failed, not as wrong answers (for example m on p)",
  ]);
});

test("duplicate prompts stay, and those with different outcomes are counted", async () => {
  const same = { prompt: "same", outcomes: { m: { quality: 1 } } };
  const name = put(
    "twins.jsonl",
    jsonl(same, same, { prompt: "other", outcomes: { m: { quality: 1 } } }, { ...same, outcomes: { m: { quality: 0 } } }, { ...same, outcomes: { m: {} } }),
  );
  const { prompts: read, summary } = await readAll(name);
  expect(read).toHaveLength(5);
  expect(summary.warnings).toEqual(['1 duplicate prompt has different recorded outcomes (for example "twins#3" in twins)']);
});

test("a file of no known form", async () => {
  const name = put("odd.csv", "question,answer\na,b\n");
  expect(await failure(name)).toEqual({
    error: "odd.csv: cannot tell what this CSV file holds; its columns are question, answer",
    hint: expect.stringMatching(/^say which columns mean what: --map prompt=…,quality\.MODEL=…,cost\.MODEL=… \(or name a --format: (.+, )?wrp, .*, table\)$/),
  });
  expect(await failure(name, { format: "excel" })).toEqual({ error: 'unknown format "excel"', hint: expect.stringMatching(/^known: (.+, )?wrp, .*, table$/) });
  expect((await failure(name, { format: "wrp", map: { prompt: "question" } })).error).toBe('a column map goes with format "table", not "wrp"');
  expect((await failure(name, { format: "routerbench" })).error).toBe(
    'odd.csv: not a RouterBench file: it needs "prompt" and "{model}|total_cost"; its columns are question, answer',
  );
});
