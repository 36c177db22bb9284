import { expect, test } from "vitest";
import { promptHash } from "../../src/lib/hash.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import { openWorkload } from "../../src/workload/index.ts";
import { failure, jsonl, prompts, put, readAll, scratch } from "./scratch.ts";
import { rowsOf, sample, SAMPLES } from "./samples.ts";

const open = (...inputs: string[]) => openWorkload({ inputs, seed: 1, cwd: scratch });
const calls = (prompt: Prompt | undefined) => prompt?.outcomes.map(({ model, quality, costUsd, error }) => [model, quality, costUsd, error]);
const byId = (read: readonly Prompt[], id: string): Prompt => read.find((prompt) => prompt.id === id) as Prompt;

/** One graded cached result of RouterArena. */
const cached = (id: string, model: string | null, more: object = {}, question = `Q ${id}`) => ({
  global_index: id,
  question,
  ...(model === null ? {} : { llm_selected: model }),
  generated_answer: "A",
  token_usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
  success: true,
  error: null,
  evaluation_result: { extracted_answer: "A", ground_truth: "A", score: 1, metric: "mcq_accuracy", inference_cost: 0.001 },
  ...more,
});
const failed = { success: false, error: "503", generated_answer: "", token_usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 }, evaluation_result: null };

test("RouterArena: the files of all models are one workload, a prompt an index, in the order of first rows", async () => {
  const { prompts: read, summary } = await readAll("routerarena", { cwd: SAMPLES });
  const workload = await openWorkload({ inputs: ["routerarena"], seed: 1, cwd: SAMPLES });
  expect(workload.files.map(({ name, format }) => [name, format])).toEqual([
    ["routerarena/cost.json", "prices"],
    ["routerarena/grand_large-2.jsonl", "routerarena"],
    ["routerarena/little-1b.jsonl", "routerarena"],
  ]);
  // grand_large-2 has the prompts backwards and lacks 107, which little-1b adds at the end.
  expect(read.map(({ id, file, row }) => [id, file.slice(12), row])).toEqual([
    ...[111, 110, 109, 108].map((n, row) => [`Facts_${n}`, "grand_large-2.jsonl", row]),
    ...[106, 105, 104].map((n, i) => [`Words_${n}`, "grand_large-2.jsonl", i + 4]),
    ...[103, 102, 101, 100].map((n, i) => [`Sums_${n}`, "grand_large-2.jsonl", i + 7]),
    ["Words_107", "little-1b.jsonl", 7],
  ]);
  expect(summary.promptsPerFile).toEqual([0, 11, 12]);
  expect(byId(read, "Sums_100")).toMatchObject({ dataset: "Sums", reference: "43", grader: "exact_match", messages: [{ role: "user", content: "Please answer.\n\nQuestion: What is 17 + 26?" }] });
  expect(byId(read, "Sums_100").outcomes.map(({ model, inputTokens, outputTokens }) => [model, inputTokens, outputTokens])).toEqual([["grand/large-2", 20, 21], ["little-1b", 20, 17]]);
  expect(calls(byId(read, "Words_107"))?.map(([model]) => model)).toEqual(["little-1b"]);
  expect(calls(byId(read, "Sums_103"))?.[1]).toEqual(["little-1b", null, null, "503 overloaded"]);
  // Not graded yet, and a grader that broke: no quality, and the price list's price.
  expect(calls(byId(read, "Words_105"))?.[1]).toEqual(["little-1b", null, (25 * 0.1 + 17 * 0.4) / 1e6, null]);
  expect(byId(read, "Words_105").reference).toBe("late");
  expect(calls(byId(read, "Facts_109"))?.[0]).toEqual(["grand/large-2", null, (29 * 2 + 21 * 8) / 1e6, null]);
  // Of two runs the first.
  expect(byId(read, "Facts_108").outcomes[1]?.text).toBe("\\boxed{?}");
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^1 call is recorded more than once for a prompt and model, differently: one of them is taken .*little-1b on Facts_108/),
    expect.stringMatching(/^1 answer whose grading failed: .*grand\/large-2 on Facts_109/),
    expect.stringMatching(/^1 file is a price list and holds no prompts; .*cost\.json/),
    expect.stringMatching(/^2 calls have no recorded cost: priced by tokens and the price list/),
  ]);
});

test("RouterArena: a file is named for its model where its rows are not", async () => {
  const [prompt] = await prompts([put("named/a-model.jsonl", jsonl(cached("X_1", null))), put("named/b-model.jsonl", jsonl(cached("X_1", null)))]);
  expect(calls(prompt)?.map(([model]) => model)).toEqual(["a-model", "b-model"]);
});

test("RouterArena: what is right comes from the file that was graded", async () => {
  const [prompt] = await prompts([put("graded/a.jsonl", jsonl(cached("X_1", "a", { evaluation_result: null }))), put("graded/b.jsonl", jsonl(cached("X_1", "b")))]);
  expect(prompt).toMatchObject({ reference: "A", grader: "mcq_accuracy", outcomes: [{ quality: null }, { quality: 1 }] });
});

test("RouterArena: one index with two texts is two prompts, and so is one text under two indices", async () => {
  put("texts/a.jsonl", jsonl(cached("X_1", "a"), cached("X_2", "a", {}, "same"), cached("X_3", "a", {}, "same")));
  put("texts/b.jsonl", jsonl(cached("X_1", "b", {}, "perturbed"), cached("X_3", "b", {}, "same"), cached("X_2", "b", {}, "same")));
  const { prompts: read, summary } = await readAll("texts");
  expect(read.map((prompt) => [prompt.id, prompt.outcomes.map(({ model }) => model)])).toEqual([["X_1", ["a"]], ["X_2", ["a", "b"]], ["X_3", ["a", "b"]], ["X_1", ["b"]]]);
  expect(summary.promptsPerFile).toEqual([3, 3]);
  expect(summary.warnings).toEqual(['1 id is used by several rows; rows are never merged by id (for example "X_1" in X)']);
});

test("RouterArena: which of several runs of one query counts", async () => {
  const ungraded = { evaluation_result: null };
  const run = (n: number, text: string, more: object = {}) => cached("X_1", "a", { run_number: n, generated_answer: text, ...more });
  const kept = async (...rows: object[]) => (await prompts(put("runs.jsonl", jsonl(...rows))))[0]?.outcomes.map(({ text }) => text);
  expect(await kept(run(2, "second"), run(1, "first", ungraded))).toEqual(["first"]);
  expect(await kept(run(3, "third", failed), run(2, "second", ungraded))).toEqual(["second"]);
  expect(await kept(run(1, "old", ungraded), run(1, "graded"))).toEqual(["graded"]);
  expect(await kept(run(2, "one"), run(3, "two"))).toEqual(["one"]);
  expect((await readAll(put("same.jsonl", jsonl(cached("X_1", "a"), cached("X_1", "a"))))).summary.warnings).toEqual([]);
});

test("RouterArena: an answer without reported tokens is no failed call, one without a text is", async () => {
  const none = { token_usage: { input_tokens: 0, output_tokens: 0 }, evaluation_result: { score: 0, metric: "m", inference_cost: 0 } };
  const { prompts: read, summary } = await readAll(put("usage.jsonl", jsonl(cached("X_1", "a", none), cached("X_2", "a", { ...none, generated_answer: "" }))));
  expect(read.map((prompt) => [calls(prompt)?.[0], prompt.outcomes[0]?.inputTokens])).toEqual([
    [["a", 0, null, null], null],
    [["a", null, null, "recorded with no tokens"], 0],
  ]);
  expect(summary.warnings).toEqual([expect.stringMatching(/^1 call with quality 0/), expect.stringMatching(/^1 answer has a text, but 0 tokens: taken as tokens and cost not known \(for example a on X_1\)$/)]);
});

test("RouterArena: predictions are a router's choices, and join the cached results", async () => {
  const prediction = (id: string, model: string, more: object = {}) => ({ "global index": id, prompt: `Q ${id}`, prediction: model, ...more });
  const done = { generated_result: { generated_answer: "A", success: true, token_usage: { input_tokens: 4, output_tokens: 2 }, error: null }, cost: 0.5, accuracy: 1, for_optimality: false };
  put("router/my-router.json", JSON.stringify([prediction("X_1", "b", done), prediction("X_1", "c", { ...done, accuracy: 0, for_optimality: true }), prediction("X_2", "a", { generated_result: null })]));
  put("router/other.json", JSON.stringify([prediction("X_1", "a", done), prediction("X_2", "a")]));
  put("router/zz-a.jsonl", jsonl(cached("X_1", "a"), cached("X_2", "a"), cached("X_3", "a")));
  const { prompts: read, summary } = await readAll("router");
  expect(read.map((prompt) => [prompt.id, prompt.chosen, prompt.outcomes.map(({ model, costUsd }) => [model, costUsd])])).toEqual([
    ["X_1", "b", [["b", 0.5], ["c", 0.5], ["a", 0.5]]],
    ["X_2", "a", [["a", 0.001]]],
    ["X_3", null, [["a", 0.001]]],
  ]);
  expect(summary.promptsPerFile).toEqual([2, 2, 3]);
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^1 call is recorded more than once .*a on X_1/),
    expect.stringMatching(/^1 prompt has choices of several routers: the first is taken as logged \(for example X_1\)$/),
  ]);
});

test("RouterArena: bad rows are told with their files and lines, whichever file of the workload they stand in", async () => {
  put("bad/a.jsonl", jsonl(cached("X_1", "a"), cached("X_2", "a", { evaluation_result: { score: 7 } })));
  put("bad/b.jsonl", `${jsonl(cached("X_1", "b"))}\n${jsonl({ ...cached("X_2", "b"), question: 5 }, { ...cached("X_3", "b"), global_index: "" })}not json\n`);
  expect(await failure("bad")).toEqual({
    error: `bad/a.jsonl:2: "evaluation_result.score" must be a number from 0 to 1 (got 7), and 3 more bad rows: bad/b.jsonl:3, bad/b.jsonl:4, bad/b.jsonl:5`,
    hint: expect.stringContaining("divide scores on another scale"),
  });
  expect((await failure("bad/b.jsonl")).error).toMatch(/^bad\/b\.jsonl:3: "question" must be a text \(got 5\), and 2 more bad rows/);
  expect((await failure(put("not.jsonl", jsonl({ a: 1 })), { format: "routerarena" })).error).toMatch(/^not\.jsonl: not a RouterArena file: it needs "global_index"/);
});

test("files that are read as one are other sources than each alone, and in another order another workload", async () => {
  const [a, b] = [put("one/a.jsonl", jsonl(cached("X_1", "a"))), put("one/b.jsonl", jsonl(cached("X_1", "b")))];
  const alone = await open(a);
  const both = await open(a, b);
  const turned = await open(b, a);
  expect(new Set([alone, both, turned].map(({ hash }) => hash)).size).toBe(3);
  const importHash = (workload: typeof alone) => workload.files.find(({ name }) => name === a)?.importHash;
  expect(new Set([alone, both, turned].map(importHash)).size).toBe(3);
  expect(importHash(await open(a, b))).toBe(importHash(both));
  const price = put("one/cost.json", JSON.stringify({ a: { input_token_price_per_million: 1, output_token_price_per_million: 2 } }));
  expect(importHash(await open(a, price))).not.toBe(importHash(alone));
  // Models may be named after files.
  const [x, y] = [await open(put("name/x.jsonl", jsonl(cached("X_1", null)))), await open(put("name/y.jsonl", jsonl(cached("X_1", null))))];
  expect([x.files[0]?.sha256 === y.files[0]?.sha256, x.files[0]?.importHash === y.files[0]?.importHash]).toEqual([true, false]);
  expect((await open(put("plain.csv", "prompt,x,y\na,True,False\n"))).files[0]?.importHash).toBe((await open("plain.csv", price)).files[0]?.importHash);
});

test("filters, sample and split count a prompt for every file that it stands in", async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `X_${i}`);
  put("many/a.jsonl", jsonl(...ids.map((id) => cached(id, "a"))));
  put("many/b.jsonl", jsonl(...ids.slice(10).map((id) => cached(id, "b"))));
  expect((await readAll("many", { where: 'prompt.id == "X_3" || prompt.id == "X_30"' })).summary).toMatchObject({ read: 40, filtered: 38, promptsPerFile: [2, 1] });
  const { prompts: few, summary } = await readAll("many", { sample: 12 });
  expect(summary.promptsPerFile).toEqual([12, few.filter((prompt) => prompt.outcomes.length === 2).length]);
  const sides = [await readAll("many", { split: "train" }), await readAll("many", { split: "test" })];
  expect(sides.map((side) => side.summary.promptsPerFile[0] as number).reduce((a, b) => a + b)).toBe(40);
  expect(sides.map((side) => side.summary.promptsPerFile[1] as number).reduce((a, b) => a + b)).toBe(30);
});

const sheet = (more: object = {}) =>
  JSON.stringify({
    "tiny-1b-instruct": { size: "1B", feature: "Cheap at $0.10 per million input tokens and $0.10 per million output tokens.", input_price: 0.1, output_price: 0.1, model: "x/tiny" },
    "huge-90b": { size: "90B", feature: "It costs $0.90 per million input and output tokens.", input_price: 0.8, output_price: 0.9, embedding: [0.5, 1] },
    ...more,
  });

test("LLMRouter routing data: grouped by query, seconds, failed calls, priced by the sheet", async () => {
  put("lr/routing.jsonl", sample("llmrouter.jsonl"));
  put("lr/default_llm.json", sheet());
  const { prompts: read, summary } = await readAll("lr");
  expect(read.map(({ id, dataset, reference, grader }) => [id, dataset, reference, grader])[4]).toEqual(["4", "words", "otter", "em"]);
  expect(calls(read[0])).toEqual([["tiny-1b-instruct", 0, (25 * 0.1 + 5 * 0.1) / 1e6, null], ["huge-90b", 1, (25 * 0.8 + 5 * 0.9) / 1e6, null]]);
  expect(read[0]?.outcomes.map(({ latencyMs, inputTokens, outputTokens, text }) => [latencyMs, inputTokens, outputTokens, text])).toEqual([[250, 25, 5, "no idea"], [500, 25, 5, "43"]]);
  expect(read[2]?.outcomes[1]).toEqual({ model: "huge-90b", quality: null, costUsd: null, latencyMs: null, ttftMs: null, inputTokens: 0, outputTokens: 0, error: "ERROR: Read timed out", text: null });
  expect(calls(read[4])?.[0]).toEqual(["tiny-1b-instruct", null, (29 * 0.1 + 5 * 0.1) / 1e6, null]);
  expect(summary.promptsPerFile).toEqual([0, 6]);
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^1 file is a price list/),
    "11 calls have no recorded cost: priced by tokens and the price list (for example tiny-1b-instruct on 0)",
  ]);
});

test("LLMRouter: without its sheet there is no cost", async () => {
  const read = await prompts(put("unpriced.jsonl", sample("llmrouter.jsonl")));
  expect(read.flatMap((prompt) => prompt.outcomes).every(({ costUsd }) => costUsd === null)).toBe(true);
});

test("LLMRouter: a price in a model's description that is not its price is told, and does not count", async () => {
  put("prose/routing.jsonl", sample("llmrouter.jsonl"));
  put("prose/llm.json", sheet({ "huge-90b": { feature: "priced at $0.30 per million input tokens and $0.90 per million output tokens", input_price: 0.2, output_price: 0.9 }, other: { feature: "$7/1M tokens", input_price: 6, output_price: 6 } }));
  const { prompts: read, summary } = await readAll("prose");
  expect(calls(read[0])?.[1]?.[2]).toBe((25 * 0.2 + 5 * 0.9) / 1e6);
  expect(summary.warnings.at(-1)).toMatch(/^2 price list entries describe a model at another price than the price fields: the fields count \(for example huge-90b in prose\/llm\.json\)$/);
});

test("LLMRouter: an API error is a failed call; one query of two users is two prompts; the same call twice is told", async () => {
  const row = (user: string | null, model: string, response: string) => ({ task_name: "chat", query: "Hi", ground_truth: "x", metric: "f1_score", model_name: model, response, input_tokens: 1, output_tokens: 2, response_time: 1.5, performance: 0.4, embedding_id: 7, user_id: user });
  const { prompts: read, summary } = await readAll(put("users.jsonl", jsonl(row("u1", "a", "API Error: 500"), row("u2", "a", "ok"), row("u1", "b", "ok"), row("u1", "b", "again"))));
  expect(read.map((prompt) => prompt.outcomes.map(({ model, quality, error, latencyMs, text }) => [model, quality, error, latencyMs, text]))).toEqual([
    [["a", null, "API Error: 500", 1500, null], ["b", 0.4, null, 1500, "ok"]],
    [["a", 0.4, null, 1500, "ok"]],
  ]);
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^1 id is used by several rows/),
    expect.stringMatching(/^1 duplicate prompt has different recorded outcomes/),
    "1 call is recorded more than once for a prompt and model, differently: one of them is taken (for example b on 7)",
  ]);
});

test("LLMRouter: scores by model, two lists, queries alone, chats", async () => {
  const wide = await prompts(put("scores.json", sample("llmrouter.json")));
  expect(wide).toHaveLength(12);
  expect(wide[3]).toMatchObject({ id: "scores#3", dataset: "scores", meta: { cluster_id: 1 } });
  expect(calls(wide[3])).toEqual([["tiny-1b-instruct", 1, null, null], ["huge-90b.v2", null, null, null], ["middling", 0.75, null, null]]);
  const [listed] = await prompts(put("lists.jsonl", jsonl({ query: "Who?", llm_name_list: ["a", "b"], perf_list: [0.3, null] })));
  expect(calls(listed)).toEqual([["a", 0.3, null, null], ["b", null, null, null]]);
  const chat = [{ role: "system", content: "Be kind." }, { role: "user", content: "Hi" }];
  const [code, talk] = await prompts(put("queries.jsonl", jsonl(
    { task_name: "human_eval", query: "Write f", ground_truth: "def f", metric: "code_eval", choices: null, task_id: "HumanEval/3" },
    { task_name: "personalized", query: chat, ground_truth: null, metric: "f1_score", choices: null, task_id: null },
  )));
  expect(code).toMatchObject({ id: "HumanEval/3", dataset: "human_eval", reference: "def f", grader: "code_eval", outcomes: [] });
  expect(talk).toMatchObject({ id: "queries#1", messages: chat, reference: null });
});

test("LLMRouter: cells that cannot be right", async () => {
  const errorOf = async (...rows: object[]) => (await failure(put("odd-cells.jsonl", jsonl(...rows)))).error;
  const score = (scores: unknown) => ({ question: "q", scores });
  expect(await errorOf(score({ a: 1 }), score({ a: 2 }))).toMatch(/^odd-cells\.jsonl:2: "scores\.a" must be a number from 0 to 1 \(got 2\)/);
  expect(await errorOf(score({ a: 1 }), score([1]))).toMatch(/:2: "scores" must be an object of models \(got \[1\]\)/);
  expect(await errorOf({ query: "q", llm_name_list: ["a"], perf_list: [1, 0] })).toMatch(/:1: "llm_name_list" and "perf_list" must be lists of one length/);
  expect(await errorOf({ query: 5, model_name: "a", performance: 1 }, { query: "q", model_name: null, performance: 1 })).toMatch(/:1: "query" must be a text \(got 5\), and 1 more bad row: line 2/);
  expect((await failure("odd-cells.jsonl", { format: "llmrouter", where: "true" })).error).toContain("odd-cells.jsonl:1");
  expect((await failure(put("not-lr.jsonl", jsonl({ a: 1 })), { format: "llmrouter" })).error).toMatch(/^not-lr\.jsonl: not an LLMRouter file/);
});

test("LLMRouterBench, the long table: grades, blanks, failed calls, free models, rows missing for a model", async () => {
  const { prompts: read, summary } = await readAll("llmrouterbench.csv", { cwd: SAMPLES });
  expect(read.map(({ id, dataset, messages }) => [id, dataset, messages])).toEqual(["SUMS_1", "SUMS_2", "SUMS_3", "WORDS_1", "WORDS_2", "WORDS_3"].map((id) => [id, id.split("_")[0], null]));
  expect(calls(read[1])?.[1]).toEqual(["paid-large", null, null, "recorded with no tokens"]);
  expect(calls(read[3])?.map(([, quality]) => quality)).toEqual([0.5, 0.5, 0.5]);
  expect(calls(read[4])?.map(([model]) => model)).toEqual(["Free-8B", "paid-large"]);
  expect(calls(read[5])?.[0]).toEqual(["Free-8B", null, 0, null]);
  expect(summary.warnings).toEqual([expect.stringMatching(/^1 call with quality 0, no tokens and no cost/)]);
});

const record = (index: number, more: object = {}) => ({
  index, origin_query: `q${index}`, prompt: `Think. q${index}`, prompt_tokens: 5, completion_tokens: 6, cost: 0.01, score: 1, prediction: "A", ground_truth: "A", raw_output: `It is A`, extra_fields: {}, ...more,
});
const run = (model: string, records: object[], more: object = {}) => JSON.stringify({ performance: 1, model_name: model, dataset_name: "aime", split: "test", demo: false, records, ...more }, null, 2);

test("LLMRouterBench, the collector's records: one prompt of all models' documents", async () => {
  put("bench/aime/test/a/aime-test-a-20260101_000000.json", run("a", [record(1), record(2, { score: 0.25, cost: 0 })]));
  put("bench/aime/test/b/aime-test-b-20260101_000000.json", run("b/x", [record(2), record(1, { score: null, prompt_tokens: 0, completion_tokens: 0, cost: 0, prediction: "", raw_output: "Processing failed: 429" })]));
  put("bench/bbh/test/a/bbh-test-a-20260101_000000.json", run("a", [record(1, { score: null })], { dataset_name: "bbh" }));
  const { prompts: read, summary } = await readAll("bench");
  expect(read.map(({ id, dataset, meta, reference, messages }) => [id, dataset, meta, reference, messages?.[0]?.content])).toEqual([
    ["aime_1", "aime", { split: "test" }, "A", "Think. q1"],
    ["aime_2", "aime", { split: "test" }, "A", "Think. q2"],
    ["bbh_1", "bbh", { split: "test" }, "A", "Think. q1"],
  ]);
  expect(read.map(calls)).toEqual([
    [["a", 1, 0.01, null], ["b/x", null, null, "Processing failed: 429"]],
    [["a", 0.25, 0, null], ["b/x", 1, 0.01, null]],
    [["a", null, 0.01, null]],
  ]);
  expect(read[0]?.outcomes[0]?.text).toBe("It is A");
  expect(summary.promptsPerFile).toEqual([2, 2, 1]);
});

test("LLMRouterBench: the latest run counts, a demo only where there is no other, whatever order files are named in", async () => {
  const name = (time: string) => `again/aime-test-a-${time}.json`;
  put(name("20260301_101010"), run("a", [record(1, { score: 0.75 })]));
  put(name("20260201_000000"), run("a", [record(1, { score: 0.5 }), record(2, { score: 0.5 })]));
  put(name("20260401_000000"), run("a", [record(1, { score: 0 }), record(3, { score: 0 })], { demo: true }));
  for (const inputs of [["again"], [name("20260401_000000"), name("20260301_101010"), name("20260201_000000")]]) {
    const { prompts: read, summary } = await readAll(inputs);
    expect(Object.fromEntries(read.map((prompt) => [prompt.id, prompt.outcomes.map(({ quality }) => quality)]))).toEqual({ aime_1: [0.75], aime_2: [0.5], aime_3: [0] });
    expect(summary.warnings).toEqual([expect.stringMatching(/^2 calls are recorded more than once for a prompt and model, differently/)]);
  }
});

test("LLMRouterBench: one index with two texts (the data changed) is two prompts", async () => {
  const name = (model: string) => `changed/aime-test-${model}-20260101_000000.json`;
  put(name("a"), run("a", [record(1)]));
  put(name("b"), run("b", [record(1, { prompt: "Changed." })]));
  expect((await prompts("changed")).map(({ outcomes }) => outcomes.map(({ model }) => model))).toEqual([["a"], ["b"]]);
});

test("LLMRouterBench: what stands around the records may stand behind them, or not at all", async () => {
  put("order/a.json", JSON.stringify({ records: [record(1)], demo: false, split: "test", model_name: "late", dataset_name: "aime" }));
  put("order/b.json", JSON.stringify({ performance: 1, records: [record(1), record(2, { prompt: "", origin_query: "" })] }));
  const read = await prompts("order");
  expect(read.map((prompt) => [prompt.id, prompt.dataset, prompt.messages === null, prompt.outcomes.map(({ model }) => model)])).toEqual([
    ["aime_1", "aime", false, ["late"]],
    ["prompt_1", "b", false, ["b"]],
    ["prompt_2", "b", true, ["b"]],
  ]);
});

test("LLMRouterBench: bad records", async () => {
  expect((await failure(put("bench-bad.json", run("a", [record(1), record(2, { cost: -1 })])))).error).toMatch(/^bench-bad\.json:\d+: "cost" must be a number ≥ 0 \(got -1\)$/);
  expect((await failure(put("bench-bad.csv", "dataset,prompt_id,model,score,cost,prompt_tokens,completion_tokens\nd,,m,1,0,1,1\nd,x,m,free,0,1,1\n"))).error).toBe(
    `bench-bad.csv:2: "index" is blank, and nothing else names the prompt, and 1 more bad row: line 3`,
  );
  expect((await failure(put("not-bench.csv", "a,b\n1,2\n"), { format: "llmrouterbench" })).error).toMatch(/^not-bench\.csv: not an LLMRouterBench file/);
});

test("RouteFoundry: observations, traces as sessions, tasks", async () => {
  const { prompts: read, summary } = await readAll("routefoundry.jsonl", { cwd: SAMPLES });
  expect(read.map(({ id, dataset, session, turn, meta }) => [id, dataset, session, turn, meta["task"], meta["grader"], meta["hard"]])).toEqual(
    Array.from({ length: 7 }, (_, i) => [`p-00${i}`, "routefoundry", `trace-${Math.floor(i / 3)}`, i % 3, i < 4 ? "sums" : "words", "exact-v1", i > 4]),
  );
  expect(read[0]?.outcomes[0]).toMatchObject({ model: "local:1b", quality: 0, latencyMs: 300.5, costUsd: 0, inputTokens: null });
  expect(read[4]?.outcomes[1]?.quality).toBeNull();
  expect([read[5]?.messages, read[6]?.messages]).toEqual([[{ role: "user", content: "The opposite of “early” is …" }], null]);
  expect(summary.warnings).toEqual([expect.stringMatching(/^7 rows state a model's load time/)]);
});

test("RouteFoundry: the suite that autopilot measures is no conversation", async () => {
  const rows = rowsOf("routefoundry.jsonl").map((row) => ({ ...row, trace_id: "autopilot-suite" }));
  const [first] = await prompts(put("suite.jsonl", jsonl(...rows)));
  expect(first).toMatchObject({ dataset: "sums", session: null, turn: null, meta: { task: "sums" } });
});

test("RouteFoundry: the same prompt and model twice, and cells that cannot be right", async () => {
  const row = (more: object = {}) => ({ prompt_id: "p", model: "m", quality: 1, latency_ms: 1, cost_usd: 0, ...more });
  const errorOf = async (...rows: object[]) => (await failure(put("rf.jsonl", jsonl(...rows)))).error;
  expect(await errorOf(row(), row({ model: "n" }), row({ quality: 0 }))).toBe('rf.jsonl:3: two rows for model "m" and prompt "p" (first at line 1)');
  expect(await errorOf(row({ latency_ms: -1 }))).toMatch(/:1: "latency_ms" must be a number ≥ 0/);
  expect(await errorOf(row({ metadata: [1] }))).toMatch(/:1: "metadata" must be an object of facts/);
  expect(await errorOf(row({ prompt_id: "" }), row({ model: "" }), row({ prompt: 1 }))).toMatch(/:1: "prompt_id" must name the prompt \(got ""\), and 2 more bad rows: lines 2, 3/);
  expect((await failure(put("not-rf.jsonl", jsonl({ prompt_id: 1 })), { format: "routefoundry" })).error).toMatch(/^not-rf\.jsonl: not a RouteFoundry file: it has no "model"/);
});

test("OmnisBench: the items of a run, a task and model each; unpriced models; an opaque router's choices", async () => {
  const { prompts: read, summary } = await readAll("omnisbench.json", { cwd: SAMPLES });
  expect(read.map(({ id, dataset, messages, grader, chosen, meta }) => [id, dataset, messages, grader, chosen, meta["contamination"], meta["level"]])).toEqual(
    Array.from({ length: 6 }, (_, i) => {
      const dataset = i < 4 ? "sums" : "words";
      return [`${dataset}/${i}`, dataset, null, "exact_match", ["cheap/nano", "dear/opus", "else/unlisted"][i % 3], i % 2 ? "fresh" : "likely_contaminated", i];
    }),
  );
  expect(calls(read[2])).toEqual([["cheap/nano", 1, expect.closeTo(3e-5), null], ["dear/opus", 1, expect.closeTo(63e-5), null], ["else/unlisted", 1, null, null]]);
  expect(calls(read[3])?.[1]).toEqual(["dear/opus", null, null, "recorded with no tokens"]);
  expect(calls(read[4])?.[0]).toEqual(["cheap/nano", null, expect.closeTo(5e-5), null]);
  expect(read[0]?.outcomes[1]).toMatchObject({ latencyMs: 800.5, inputTokens: 20, outputTokens: 6, text: "43" });
  // Rows of several policies that tell of one cached call are no repeats.
  expect(summary.warnings).toEqual([expect.stringMatching(/^1 call with quality 0/), expect.stringMatching(/^2 calls cost 0 because the run had no price for the model: .*else\/unlisted on sums\/2/)]);
});

test("OmnisBench: keys in any order, older runs without what came later", async () => {
  const { items, leaderboard, provenance } = JSON.parse(sample("omnisbench.json")) as Record<"items" | "leaderboard" | "provenance", unknown>;
  const expected = (await prompts(put("omnis/sorted.json", JSON.stringify({ items, leaderboard, provenance }, null, 1)))).map(({ chosen, outcomes }) => [chosen, outcomes]);
  expect((await prompts("omnisbench.json", { cwd: SAMPLES })).map(({ chosen, outcomes }) => [chosen, outcomes])).toEqual(expected);
  const routers = [{ policy: "router", kind: "opaque" }, { policy: "always_big", kind: "opaque" }];
  expect((await prompts(put("omnis/two.json", JSON.stringify({ leaderboard: routers, items }, null, 1)))).every(({ chosen }) => chosen === null)).toBe(true);
  expect((await prompts(put("omnis/bare.json", JSON.stringify({ items }, null, 1)))).map(({ chosen }) => chosen)).toEqual(Array.from({ length: 6 }, () => null));
  expect((await failure(put("omnis/bad.json", JSON.stringify({ leaderboard, items: [{ policy: "p", dataset: "d", item_id: "i", chosen_model: "m", passed: "maybe" }] }, null, 1)))).error).toMatch(/^omnis\/bad\.json:\d+: "passed" must be a number from 0 to 1 \(got "maybe"\)$/);
  expect((await failure(put("not-omnis.json", '[{"policy": 1}]'), { format: "omnisbench" })).error).toMatch(/^not-omnis\.json: not an OmnisBench run: its items have no "dataset"/);
});

test("a leaderboard is rows where there is no other list", async () => {
  const leaderboard = [{ q: "a", s: 1 }, { q: "b", s: 0 }];
  const name = put("board.json", JSON.stringify({ leaderboard, n: 2 }, null, 1));
  expect((await prompts(name, { map: { prompt: "q", "quality.m": "s" } })).map((prompt) => [prompt.hash, prompt.row])).toEqual(["a", "b"].map((content, row) => [promptHash([{ role: "user", content }]), row]));
});
