import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { failure, jsonl, prompts, put, readAll } from "./scratch.ts";

const arena = (model: string) => ({ global_index: "X_1", question: "q", llm_selected: model, generated_answer: "A", token_usage: { input_tokens: 1000, output_tokens: 100 }, success: true, error: null, evaluation_result: null });
const price = (input: unknown, output: unknown) => ({ input_token_price_per_million: input, output_token_price_per_million: output });
const costs = async (...inputs: string[]) => (await prompts(inputs))[0]?.outcomes.map(({ model, costUsd }) => [model, costUsd]);

test("prices a call that has tokens and no cost, also where the list has _ for / in a model's name", async () => {
  const data = put("pl/a.jsonl", jsonl(arena("maker/a"), arena("b"), arena("unknown")));
  const list = put("pl/cost.json", JSON.stringify({ maker_a: price(2, 10), b: price(0.5, 0), unknown: {} }));
  expect(await costs(data, list)).toEqual([["maker/a", 0.003], ["b", 0.0005], ["unknown", null]]);
  expect(await costs(list, data)).toEqual(await costs("pl"));
  expect(await costs(data)).toEqual([["maker/a", null], ["b", null], ["unknown", null]]);
});

test("gzipped, or with a byte order mark, it is a list too", async () => {
  const data = put("packed/a.jsonl", jsonl(arena("b")));
  const list = JSON.stringify({ b: price(1, 0) });
  expect(await costs(data, put("packed/cost.json.gz", gzipSync(list)))).toEqual([["b", 0.001]]);
  expect(await costs(data, put("packed/cost.json", `\uFEFF ${list}`))).toEqual([["b", 0.001]]);
});

test("of two lists the first counts, and where they differ that is told", async () => {
  const data = put("two/a.jsonl", jsonl(arena("b")));
  const [one, other] = [put("two/one.json", JSON.stringify({ b: price(1, 0), c: price(1, 1) })), put("two/other.json", JSON.stringify({ b: price(2, 0), c: price(1, 1) }))];
  expect(await costs(data, other, one)).toEqual([["b", 0.002]]);
  expect((await readAll([data, one, other])).summary.warnings).toEqual([
    expect.stringMatching(/^2 files are price lists and hold no prompts/),
    expect.stringMatching(/^1 call has no recorded cost/),
    "1 model has different prices in two lists: the first list counts (for example b)",
  ]);
});

test("beside data of another form a list is passed over, and that is told", async () => {
  put("other/rows.jsonl", jsonl({ prompt: "q", outcomes: { b: { inputTokens: 10, outputTokens: 1 } } }));
  put("other/cost.json", JSON.stringify({ b: price(1, 1) }));
  put("other/llm.json", JSON.stringify({ b: { input_price: 1, output_price: 1 } }));
  const { prompts: read, summary } = await readAll("other");
  expect([read.length, read[0]?.outcomes[0]?.costUsd, summary.promptsPerFile]).toEqual([1, null, [0, 0, 1]]);
  expect(summary.warnings).toEqual([expect.stringMatching(/^2 files are price lists and hold no prompts; prices count only where a call has tokens and no cost \(for example other\/cost\.json\)$/)]);
  // Nor do LLMRouter's prices count for RouterArena's calls.
  expect(await costs(put("other2/a.jsonl", jsonl(arena("b"))), "other/llm.json")).toEqual([["b", null]]);
  expect((await prompts(["other/rows.jsonl", "other/cost.json"], { map: { prompt: "prompt" } })).length).toBe(1);
});

test("a list alone holds no prompts", async () => {
  expect((await failure(put("alone/cost.json", JSON.stringify({ b: price(1, 1) })))).error).toBe("alone/cost.json: no prompts: the file is a price list");
});

test("prices that are none are told with their line", async () => {
  const data = put("wrong/a.jsonl", jsonl(arena("b")));
  for (const [value, shown] of [[-1, "-1"], ["free", '"free"'], [true, "true"]] as const)
    expect((await failure([data, put("wrong/cost.json", JSON.stringify({ a: price(1, 1), b: price(1, value) }, null, 1))])).error).toBe(
      `wrong/cost.json:8: "output_token_price_per_million" of "b" must be a number ≥ 0 (got ${shown})`,
    );
  expect((await failure([data, put("wrong/cost.json", `{"b": {"input_token_price_per_million": 1e999, "output_token_price_per_million": 1}}`)])).error).toMatch(/^wrong\/cost\.json:1: "input_token/);
});

test("rows that begin as a list does, or a list that is none, are read as they are", async () => {
  const rows = put("rows/nested.jsonl", jsonl({ request: { input_price: 1, output_price: 2 }, q: "a" }, { request: {}, q: "b" }));
  expect(await prompts(rows, { map: { prompt: "q" } })).toHaveLength(2);
  const document = put("rows/document.json", JSON.stringify({ meta: { input_price: 1, output_price: 1 }, rows: [{ q: "a" }] }, null, 1));
  expect(await prompts(document, { map: { prompt: "q" } })).toHaveLength(1);
  expect((await failure(put("rows/config.json", JSON.stringify({ a: { b: 1 } })))).error).toMatch(/^rows\/config\.json: /);
});
