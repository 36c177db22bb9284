import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Prompt } from "../../src/model/prompt.ts";
import { importers } from "../../src/workload/importers/index.ts";
import { openWorkload } from "../../src/workload/index.ts";
import { openSource } from "../../src/workload/source.ts";
import { folder, SHARED_DATA } from "../wrp.ts";
import { content, failure, jsonl, prompts, put, readAll, scratch } from "./scratch.ts";

const SAMPLES = join(import.meta.dirname, "samples");
const LOGS = ["litellm", "envoy-ai-gateway", "otel-genai", "aibrix", "vsr-replay"];
const samples = readdirSync(SAMPLES).filter((name) => LOGS.some((log) => name.startsWith(log)));
const formatOf = (name: string) => LOGS.find((log) => name.startsWith(log)) as string;

const sample = (name: string) => readAll(put(`samples/${name}`, readFileSync(join(SAMPLES, name))));
const detecting = async (name: string) => {
  const source = await openSource({ name, path: join(scratch, name) });
  return importers.filter((importer) => importer.detect(source)).map((importer) => importer.name);
};
const gap = { quality: null, costUsd: null, latencyMs: null, ttftMs: null, inputTokens: null, outputTokens: null, error: null, text: null };
const user = (text: string) => ({ role: "user", content: text });
/** The one call of a log with these rows. */
const only = async (name: string, ...rows: unknown[]): Promise<Prompt> => {
  const read = await prompts(put(name, jsonl(...rows)));
  expect(read).toHaveLength(1);
  return read[0] as Prompt;
};

describe("every sample", () => {
  test.each(samples)("%s: no other log's form fits it, and its own is found", async (name) => {
    const file = put(`samples/${name}`, readFileSync(join(SAMPLES, name)));
    const found = await detecting(file);
    expect([found[0], found.filter((one) => LOGS.includes(one))]).toEqual([formatOf(name), [formatOf(name)]]);
    expect((await openWorkload({ inputs: [file], seed: 1, cwd: scratch })).files[0]?.format).toBe(formatOf(name));
  });

  test.each(samples)("%s: written in wrp's own form, it reads back the same", async (name) => {
    const there = folder({ [name]: readFileSync(join(SAMPLES, name)) });
    const ran = await there.inside("import", name, "--format", formatOf(name), "-o", "own.jsonl");
    expect([ran.code, ran.stdout]).toEqual([0, ""]);
    const own = put(`own/${name}`, there.read("own.jsonl"));
    expect((await prompts(own)).map(content)).toEqual((await sample(name)).prompts.map(content));
  });

  test.each(samples)("%s: nothing personal and no message of an error goes in", async (name) => {
    const text = JSON.stringify((await sample(name)).prompts);
    for (const secret of ["88dc", "u-17", "someone", "10.0.0.7", "192.168", "Traceback", "api.example.com", "secret", "boom", "deadline", "Rate limit reached", "timed out", "openai-python"])
      expect(text).not.toContain(secret);
  });

  test.each(samples)("%s: one outcome a call, of the model chosen, without a grade", async (name) => {
    for (const { chosen, outcomes } of (await sample(name)).prompts) {
      expect(outcomes.map(({ model }) => model)).toEqual(chosen === null ? [] : [chosen]);
      expect(outcomes.every(({ quality }) => quality === null)).toBe(true);
    }
  });
});

test("other forms are not taken for logs", async () => {
  for (const [name, text] of [
    ["own.jsonl", jsonl({ id: "1", prompt: "a", chosen: "x", meta: { decision: "d" }, outcomes: { x: { latencyMs: 1 } } })],
    ["table.csv", "request_id,status,model,latency\n1,ok,x,2\n"],
    ["trace.jsonl", jsonl({ timestamp: 1, requests: [{ prompt: "a", prompt_length: 1, output_length: 2 }] })],
    ["mmlu_x.csv", "prompt,a,b\nq,True,False\n"],
    ["gateway.jsonl", jsonl({ start_time: "2026-09-07T08:00:01Z", response_code: 200, upstream_cluster: "c", duration: 3 })],
  ] as const) {
    put(name, text);
    expect((await detecting(name)).filter((one) => LOGS.includes(one)), name).toEqual([]);
  }
});

test.each(LOGS)("%s: asked for where the file is something else", async (format) => {
  const name = put("else.jsonl", jsonl({ question: "a", answer: 1 }, { question: "b", answer: 2 }));
  expect(await failure(name, { format })).toEqual({ error: `else.jsonl: no calls: this does not look like "${format}"; its columns are question, answer`, hint: undefined });
});

describe("LiteLLM", () => {
  test("a row of the spend logs", async () => {
    const { prompts: read, summary } = await sample("litellm.jsonl");
    expect(content(read[0] as Prompt)).toEqual({
      id: "chatcmpl-001",
      hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      messages: [user("Name three rivers that flow into the Black Sea.")],
      dataset: "litellm",
      lengthCodePoints: 47,
      inputTokens: 21,
      session: "5b1f-001",
      turn: 0,
      tags: ["feature:search"],
      meta: { startedAt: "2026-09-07T08:01:00.250Z", callType: "acompletion", requestedModel: "fast", modelGroup: "fast", deployment: "b1946ac9", provider: "openai" },
      // What is stored is the messages alone.
      request: { unknown: ["tools", "format", "limits", "metadata"] },
      reference: null,
      grader: null,
      chosen: "gpt-4o-mini",
      outcomes: [{ ...gap, model: "gpt-4o-mini", costUsd: 0.0000272, latencyMs: 1500, ttftMs: 450, inputTokens: 21, outputTokens: 40, text: "The Danube, the Dnieper and the Dniester." }],
    });
    expect(summary.warnings).toEqual([
      expect.stringMatching(/^1 message part is not text and left out \(.*record 9\)$/),
      expect.stringMatching(/^2 records are passed over: no calls of a language model \(for example call_type "aembedding" at .*record 7\)$/),
      expect.stringMatching(/^1 time or duration cannot be .*-3250 in .*record 10\)$/),
      expect.stringMatching(/^1 prompt is cut short in the log .*record 12\)$/),
    ]);
    expect(read.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, 8, 9, 10, 11]);
  });

  test("texts stand in the request's body, or nowhere", async () => {
    const { prompts: read } = await sample("litellm.jsonl");
    expect(read.map(({ messages }) => messages?.map(({ role }) => role) ?? null)).toEqual([
      ["user"], ["system", "user"], ["user", "assistant", "user"], null, null, ["user"], ["system", "user"], ["system", "user"], ["user"], ["user"],
    ]);
    expect(read[6]?.messages).toEqual([{ role: "system", content: "Be brief." }, user("Summarise this page.")]);
    expect(read[7]?.messages).toEqual([{ role: "system", content: "Reply in French." }, user("Good morning!")]);
    expect(read[4]?.outcomes[0]?.text).toBeNull();
    expect(new Set(read.filter(({ messages }) => !messages).map(({ hash }) => hash)).size).toBe(2);
  });

  test("a failure, a cached answer, cached tokens, masked data, a cut text", async () => {
    const { prompts: read } = await sample("litellm.jsonl");
    expect(read[3]?.outcomes).toEqual([{ ...gap, model: "gpt-4o", costUsd: 0, latencyMs: 500, error: "429 RateLimitError" }]);
    expect([read[3]?.meta["httpStatus"], read[3]?.inputTokens]).toEqual([429, null]);
    expect([read[5]?.meta["cached"], read[5]?.outcomes[0]?.costUsd, read[5]?.outcomes[0]?.outputTokens]).toEqual([true, 0, 40]);
    expect([read[2]?.meta["cachedInputTokens"], read[2]?.session, read[2]?.turn]).toEqual([512, "trip-planning", 1]);
    expect([read[8]?.tags, read[9]?.meta["truncated"], read[7]?.outcomes[0]?.latencyMs]).toEqual([["feature:search", "pii"], true, null]);
  });

  test("a database export as CSV says the same, but for the request's body", async () => {
    const rest = ({ messages: _m, request: _r, lengthCodePoints: _l, hash: _h, meta: { truncated: _t, ...meta }, ...prompt }: ReturnType<typeof content>) => ({ ...prompt, meta });
    const [csv, json] = await Promise.all([sample("litellm.csv"), sample("litellm.jsonl")]);
    expect(csv.prompts.map((prompt) => rest(content(prompt)))).toEqual(json.prompts.map((prompt) => rest(content(prompt))));
    expect(csv.prompts[0]?.messages).toEqual(json.prompts[0]?.messages);
  });

  test("StandardLoggingPayload", async () => {
    const { prompts: read } = await sample("litellm-payload.jsonl");
    expect(read.map(({ session, turn }) => [session, turn])).toEqual([
      ["trace-0", 0], ["trace-0", 1], ["trace-1", 0], ["trace-1", 1], ["trace-2", 0], ["trace-2", 1], ["trace-3", 0], ["trace-3", 1], ["trace-4", 0],
    ]);
    expect(read[2]?.outcomes).toEqual([{ ...gap, model: "gpt-4o", costUsd: 0, latencyMs: 800, ttftMs: 400, error: "408 Timeout" }]);
    expect(read[4]?.outcomes[0]).toMatchObject({ latencyMs: 900, ttftMs: null, text: "Answer number 4." });
    expect([read[4]?.messages, read[5]?.meta["cached"], read[6]?.messages, read[7]?.outcomes[0]?.costUsd]).toEqual([[user("Just a text prompt.")], true, null, null]);
  });

  const row = { request_id: "r", call_type: "acompletion", spend: 0.1, prompt_tokens: 5, completion_tokens: 2, startTime: "2026-09-07T08:00:00Z", endTime: "2026-09-07T08:00:02Z", model: "m" };

  test("sessions count their turns by time, whatever the order of the file", async () => {
    const newestFirst = [4, 3, 2, 1, 0].map((i) => ({ ...row, request_id: `r${i}`, startTime: `2026-09-07T08:0${i}:00Z`, endTime: null, session_id: i === 2 ? "other" : "s" }));
    const name = put("newest-first.jsonl", jsonl(...newestFirst, { ...row, request_id: "timeless", startTime: null, session_id: "s" }));
    expect((await prompts(name)).map(({ id, session, turn }) => [id, session, turn])).toEqual([
      ["r4", "s", 3], ["r3", "s", 2], ["r2", "other", 0], ["r1", "s", 1], ["r0", "s", 0], ["timeless", "s", 4],
    ]);
    // Split and sample read a workload more than once.
    const workload = await openWorkload({ inputs: [name], seed: 1, cwd: scratch });
    for (let time = 0; time < 2; time++) for await (const batch of workload.batches()) expect(batch.map(({ turn }) => turn)).toEqual([3, 2, 0, 1, 0, 4]);
  });

  test("a row of a failure before any model is known", async () => {
    const { prompts: read, summary } = await readAll(
      put("no-model.jsonl", jsonl(
        { ...row, call_type: "", model: "", model_group: "", status: "failure", metadata: { status: "failure", error_information: { error_class: "ProxyException" } } },
        { ...row, request_id: "s", model: "", status: "failure", messages: [user("Kept")] },
        { ...row, request_id: "t", model: "", model_group: "fast", status: "failure", metadata: "{}" },
      )),
    );
    expect(read.map(({ messages, chosen, outcomes }) => [messages?.[0]?.content, chosen, outcomes.map(({ error }) => error)])).toEqual([
      ["Kept", null, []], [undefined, "fast", ["failure"]],
    ]);
    expect(summary.warnings).toEqual([expect.stringMatching(/^2 calls name no model: without an outcome, or passed over where there is no text either \(.*record 1\)$/)]);
  });

  test("requests passed through are calls where they have an answer's tokens", async () => {
    const name = put("passed.jsonl", jsonl({ ...row, call_type: "pass_through_endpoint" }, { ...row, call_type: "pass_through_endpoint", completion_tokens: 0 }, { ...row, call_type: "allm_passthrough_route" }, { ...row, call_type: "arerank" }));
    expect((await prompts(name)).map(({ row: record }) => record)).toEqual([0, 2]);
  });

  test("health checks are told by any of their marks", async () => {
    const mark = "litellm-internal-health-check";
    const marks = [{ api_key: mark }, { end_user: mark }, { metadata: { user_api_key_alias: mark } }, { request_tags: [mark] }, { request_tags: `{${mark},other}` }];
    const { prompts: read, summary } = await readAll(put("health.jsonl", jsonl(...marks.map((more) => ({ ...row, ...more })))));
    expect([read, summary.warnings]).toEqual([[], ['5 records are passed over: no calls of a language model (for example a health check at health.jsonl, record 1)']]);
  });

  test("tags once each, in a list, as Postgres writes one, and between commas", async () => {
    for (const tags of [["a", "b", "a"], '["a","b"]', '{a,"b"}', "a, b", "User-Agent: curl,a,b"]) expect((await only("tags.jsonl", { ...row, request_tags: tags })).tags).toEqual(["a", "b"]);
  });

  test("no first token of what is not streamed; Anthropic's name for cached tokens", async () => {
    const first = { ...row, completionStartTime: "2026-09-07T08:00:01Z" };
    expect((await only("streamed.jsonl", first)).outcomes[0]?.ttftMs).toBe(1000);
    expect((await only("whole.jsonl", { ...first, stream: false })).outcomes[0]?.ttftMs).toBeNull();
    expect((await only("anthropic.jsonl", { ...row, metadata: { usage_object: { cache_read_input_tokens: 9 } } })).meta["cachedInputTokens"]).toBe(9);
  });

  test("a file that breaks off is told when it is read", async () => {
    expect((await failure(put("broken.json", `{"data": [${JSON.stringify(row)},\n{"request_id": }]}`))).error).toMatch(/^broken\.json:2: not valid JSON/);
    const many = Array.from({ length: 3000 }, (_, i) => `${JSON.stringify({ ...row, spend: i - 1 })},\n`).join("");
    expect((await failure(put("bad-and-broken.json", `{"data": [${many}{"request_id": }]}`))).error).toBe(
      'bad-and-broken.json:1: "spend" must be a number ≥ 0 (got -1)',
    );
  });

  test("a success without counts is no failure", async () => {
    expect((await only("uncounted.jsonl", { ...row, spend: 0, prompt_tokens: 0, completion_tokens: 0, status: "success" })).outcomes[0]).toEqual({ ...gap, model: "m", costUsd: 0, latencyMs: 2000 });
  });

  test("the API's page of rows, and JSON text within JSON", async () => {
    const page = put("page.json", JSON.stringify({ data: [{ ...row, metadata: JSON.stringify(JSON.stringify({ status: "failure", error_information: { error_code: 500 } })) }], total: 1, page: 1, page_size: 50, total_pages: 1 }));
    expect((await prompts(page))[0]?.outcomes[0]?.error).toBe("500");
  });

  test("figures that cannot be right name their line", async () => {
    expect((await failure(put("bad-spend.jsonl", jsonl(row, { ...row, spend: -1 }, { ...row, prompt_tokens: "many" })))).error).toBe(
      'bad-spend.jsonl:2: "spend" must be a number ≥ 0 (got -1), and 1 more bad row: line 3',
    );
  });
});

describe("OpenTelemetry", () => {
  test("a span of OTLP/JSON, in a document or in lines", async () => {
    const [document, inLines] = await Promise.all([sample("otel-genai.json"), sample("otel-genai.jsonl")]);
    expect(inLines.prompts.map(content)).toEqual(document.prompts.map(content));
    expect(inLines.prompts.map(({ row }) => row)).toEqual([0, 1, 3, 4, 5, 8, 9, 10, 11]);
    expect(content(document.prompts[0] as Prompt)).toMatchObject({
      id: "0000000000000001",
      messages: [user("Explain tides to a child.")],
      inputTokens: 11,
      session: "conv-1",
      turn: 0,
      meta: { startedAt: "2026-09-07T08:00:00.000Z", operation: "chat", provider: "openai", requestedModel: "gpt-4o", responseModel: "gpt-4o-2024-08-06", stream: true, finishReason: "stop" },
      chosen: "gpt-4o",
      outcomes: [{ ...gap, model: "gpt-4o", latencyMs: 1523, ttftMs: 310, inputTokens: 11, outputTokens: 140, text: "The Moon pulls on the sea." }],
    });
    expect(document.summary.warnings).toEqual([
      expect.stringMatching(/^3 records are passed over: no calls of a language model \(for example "SELECT" at .*span 3\)$/),
      expect.stringMatching(/^1 time or duration cannot be .*-5 in .*span 12\)$/),
    ]);
  });

  test("a model under one name, failed or not; another than was asked for is the one chosen", async () => {
    const { prompts: read } = await sample("otel-genai.json");
    expect(read.map(({ chosen }) => chosen)).toEqual(["gpt-4o", "gpt-4o", "gpt-4o", "small-8b", "small-8b", "gpt-4o", "small-8b", "small-8b", "small-8b"]);
    expect(read[2]?.outcomes).toEqual([{ ...gap, model: "gpt-4o", latencyMs: 30000, error: "timeout" }]);
    expect([read[3]?.meta["requestedModel"], read[3]?.outcomes[0]?.costUsd]).toEqual(["auto", 0.000021]);
    expect([read[7]?.outcomes[0]?.error, read[8]?.outcomes[0]?.latencyMs]).toEqual(["openai.APIConnectionError", null]);
    const served = async (request: string, response: string) =>
      (await only("served.jsonl", { traceId: "t", spanId: "s", startTime: "2026-09-07T08:00:00Z", attributes: { "gen_ai.request.model": request, "gen_ai.response.model": response } })).chosen;
    expect([await served("gpt-4o", "gpt-4o-mini"), await served("gpt-4", "gpt-4-0613"), await served("claude-sonnet-4", "claude-sonnet-4@20250514"), await served("qwen3", "qwen3-8b")]).toEqual([
      "gpt-4o-mini", "gpt-4", "claude-sonnet-4", "qwen3-8b",
    ]);
  });

  test("texts by instructions, numbered attributes and events", async () => {
    const { prompts: read } = await sample("otel-genai.json");
    expect(read[1]?.messages?.[0]).toEqual({ role: "system", content: "Be kind." });
    expect([read[5]?.messages, read[5]?.outcomes[0]?.text, read[5]?.inputTokens]).toEqual([[{ role: "system", content: "You translate into Danish." }, user("Good evening")], "God aften", 19]);
    expect([read[6]?.messages, read[6]?.outcomes[0]?.text]).toEqual([[{ role: "system", content: "Answer in verse." }, user("Describe autumn.")], "Leaves let go …"]);
    expect(read[2]?.messages).toBeNull();
  });

  test("spans on their own; what is not named a conversation is one by its trace", async () => {
    const { prompts: read } = await sample("otel-genai-flat.jsonl");
    expect(read.slice(0, 4).map(({ session, turn }) => [session, turn])).toEqual([["s-1", 0], ["s-1", 1], [`0x${"4".padStart(32, "0")}`, 0], [`0x${"5".padStart(32, "0")}`, 0]]);
    expect(read[2]?.outcomes[0]).toMatchObject({ latencyMs: 2000, error: "RateLimitError" });
    expect([read[3]?.messages, read[3]?.inputTokens]).toEqual([[user("Hi")], 12]);
    expect(read[4]?.messages).toEqual([user("Weather in Paris?"), { role: "assistant", content: "" }, { role: "tool", content: "rainy" }]);
  });

  test("values of every type, keys in snake case, spans of scopes alone", async () => {
    const attribute = (key: string, value: unknown) => ({ key, value });
    const parts = { array_value: { values: [{ kvlist_value: { values: [attribute("type", { string_value: "text" }), attribute("content", { string_value: "Deep" })] } }] } };
    const prompt = await only("snake.jsonl", {
      scope_spans: [{ spans: [{
        trace_id: "t", span_id: "s", start_time_unix_nano: "1788768000000000000", end_time_unix_nano: "1788768000250000000", status: { code: "STATUS_CODE_OK" },
        attributes: [
          attribute("gen_ai.operation.name", { string_value: "chat" }), attribute("gen_ai.request.model", { string_value: "m" }), attribute("gen_ai.usage.input_tokens", { int_value: 7 }),
          attribute("gen_ai.request.stream", { bool_value: false }), attribute("gen_ai.response.finish_reasons", { array_value: { values: [{ string_value: "length" }] } }),
          attribute("gen_ai.input.messages", { array_value: { values: [{ kvlist_value: { values: [attribute("role", { string_value: "user" }), attribute("parts", parts)] } }] } }),
        ],
      }] }],
    });
    expect(prompt).toMatchObject({ messages: [user("Deep")], inputTokens: 7, meta: { stream: false, finishReason: "length" }, outcomes: [{ model: "m", latencyMs: 250, error: null }] });
  });

  test("texts of other instrumentations, and times to the first token", async () => {
    const span = (attributes: object, events: unknown[] = []) => ({ traceId: "t", spanId: "s", startTime: "2026-09-07T08:00:00Z", attributes: { "gen_ai.request.model": "m", ...attributes }, events });
    const chat = JSON.stringify([{ role: "user", content: "Hi" }]);
    const details = { name: "gen_ai.client.inference.operation.details", attributes: { "gen_ai.input.messages": chat, "gen_ai.output.messages": JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: "Ho" }] }]) } };
    const vercel = span({ "ai.prompt.messages": chat, "ai.response.text": "Ho", "ai.response.msToFirstChunk": 25 });
    const azure = [{ name: "gen_ai.user.message", attributes: { "gen_ai.event.content": JSON.stringify({ role: "user", content: "Hi" }) } }, { name: "gen_ai.choice", attributes: { "gen_ai.event.content": JSON.stringify({ message: { content: "Ho" } }) } }];
    for (const [name, row] of [["details", span({}, [details])], ["vercel", vercel], ["azure", span({}, azure)]] as const) {
      const { messages, outcomes } = await only(`${name}.jsonl`, row);
      expect([messages, outcomes[0]?.text], name).toEqual([[user("Hi")], "Ho"]);
    }
    expect((await only("vercel.jsonl", vercel)).outcomes[0]?.ttftMs).toBe(25);
    expect((await only("server.jsonl", span({ "gen_ai.server.time_to_first_token": 0.5 }))).outcomes[0]?.ttftMs).toBe(500);
  });

  test("lists in lists in lists end somewhere", async () => {
    const nested = (name: string, times: number) => {
      const deep = `${'{"arrayValue":{"values":['.repeat(times)}${"]}}".repeat(times)}`;
      return put(name, `{"traceId":"t","spanId":"s","startTime":"2026-09-07T08:00:00Z","attributes":[{"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.input.messages","value":${deep}}]}\n`);
    };
    expect((await prompts(nested("deep.jsonl", 50))).map(({ chosen, messages }) => [chosen, messages])).toEqual([["m", null]]);
    await expect(prompts(nested("deeper.jsonl", 20_000))).rejects.toThrow("lists or objects stand in one another more than 200 deep");
  });

  test("spans in rows of scopes and of traces", async () => {
    const span = (id: string) => ({ traceId: "t", spanId: id, startTimeUnixNano: "1788768000000000000", attributes: [{ key: "gen_ai.request.model", value: { stringValue: "m" } }] });
    for (const [name, text] of [
      ["scopes.json", JSON.stringify({ scopeSpans: [{ spans: [span("a")] }, { scope: {}, spans: [span("b")] }] }, null, 1)],
      ["traces.jsonl", jsonl({ traceId: "t", spans: [span("a"), span("b")] }, { traceId: "u", spans: [] })],
      ["spans.json", JSON.stringify({ spans: [span("a"), span("b")] })],
      ["spans-list.json", JSON.stringify([span("a"), span("b")])],
    ] as const)
      expect((await prompts(put(name, text))).map(({ id, row }) => [id, row]), name).toEqual([["a", 0], ["b", 1]]);
  });

  test("durations in place of an end, nested attributes, columns of a CSV", async () => {
    const span = { traceId: "t", id: "s", timestamp: 1788768000000000, duration: 1452801.458, attributes: { gen_ai: { request: { model: "m" }, usage: { output_tokens: 3 } } }, status: { code: 2 } };
    expect((await only("micro.jsonl", span)).outcomes[0]).toEqual({ ...gap, model: "m", latencyMs: 1452.801, outputTokens: 3, error: "error" });
    const columns = put("columns.csv", "trace_id,span_id,start_time,duration_ms,gen_ai.request.model,gen_ai.usage.input_tokens,error.type\nt,s,2026-09-07T08:00:00Z,12.5,m,4,\n");
    expect((await prompts(columns))[0]?.outcomes[0]).toEqual({ ...gap, model: "m", latencyMs: 12.5, inputTokens: 4 });
    const clickhouse = { Timestamp: "2026-09-07 08:00:00.000000001", TraceId: "t", SpanId: "s", SpanName: "chat m", SpanAttributes: { "gen_ai.request.model": "m" }, Duration: 2_500_000, StatusCode: "Error" };
    expect((await only("clickhouse.jsonl", clickhouse)).outcomes[0]).toEqual({ ...gap, model: "m", latencyMs: 2.5, error: "error" });
  });

  test("calls far behind the first spans, and none at all", async () => {
    const http = (i: number) => ({ trace_id: "t", span_id: `${i}`, name: "GET", start_time: "2026-09-07T08:00:00Z", end_time: "2026-09-07T08:00:01Z", attributes: { "http.request.method": "GET" } });
    const others = Array.from({ length: 600 }, (_, i) => http(i));
    expect((await only("late.jsonl", ...others, { ...http(600), attributes: { "gen_ai.request.model": "m" } })).row).toBe(600);
    const { prompts: read, summary } = await readAll(put("none.jsonl", jsonl(...others)));
    expect([read, summary.warnings.length]).toEqual([[], 1]);
  });

  test("rows that hold more spans than a batch", async () => {
    const spans = Array.from({ length: 1300 }, (_, i) => ({ traceId: "t", spanId: `${i}`, startTimeUnixNano: `${1788768000000000000n + BigInt(1300 - i)}`, attributes: [{ key: "gen_ai.request.model", value: { stringValue: "m" } }] }));
    const read = await prompts(put("many-spans.json", JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })));
    expect(read.map(({ ordinal, row, id }) => [ordinal, row, id])).toEqual(spans.map(({ spanId }, i) => [i, i, spanId]));
  });
});

describe("Envoy AI Gateway", () => {
  test("access log lines", async () => {
    const { prompts: read, summary } = await sample("envoy-ai-gateway.jsonl");
    expect(content(read[0] as Prompt)).toMatchObject({
      id: "83b63da3-45a9-4196-98b8-000000000001",
      messages: null,
      lengthCodePoints: null,
      inputTokens: 15,
      session: null,
      turn: null,
      meta: {
        startedAt: "2026-09-07T08:00:01.894Z", requestedModel: "gpt-4o-mini", backend: "default/openai/route/chat/rule/0/ref/0",
        route: "httproute/default/chat/rule/0/match/0/*", httpStatus: 200, upstreamServiceMs: 508,
      },
      chosen: "gpt-4o-mini",
      outcomes: [{ ...gap, model: "gpt-4o-mini", latencyMs: 1526, inputTokens: 15, outputTokens: 7 }],
    });
    expect(read.map(({ chosen }) => chosen)).toEqual(["gpt-4o-mini", "gpt-4o-mini", "gpt-4o-mini", "gpt-4o", "gpt-4o", "gpt-4o", "gpt-4o-mini", "gpt-4o-mini", "gpt-4o-mini", "gpt-4o-mini", "no-such-model"]);
    expect(read.map(({ outcomes }) => outcomes[0]?.error)).toEqual([null, null, null, null, null, "504 UT", "429 RL", "0 DC", "200 UC", null, "404"]);
    expect(read.slice(1, 3).map(({ session, turn }) => [session, turn])).toEqual([["a", 0], ["a", 1]]);
    expect([read[4]?.outcomes[0]?.ttftMs, read[9]?.outcomes[0]?.costUsd]).toEqual([240, 38 * 1e-6]);
    expect(summary.warnings).toEqual([expect.stringMatching(/^2 records are passed over: .*\/v1\/embeddings at .*record 8\)$/)]);
  });

  test("the documented older names, dashes for what is not known, costs without a unit", async () => {
    const older = {
      ":authority": "api.example.com", duration: "1526", genai_backend_name: "default/x", genai_model_name: "gpt-4o-mini", genai_model_name_override: "-", genai_tokens_input: "15", genai_tokens_output: "-",
      genai_cost: 990, response_code: 200, response_flags: "-", start_time: "2025-08-30T16:51:37.894Z", upstream_cluster: "c", "x-envoy-origin-path": "/v1/chat/completions?beta=1", "x-request-id": "-",
    };
    const prompt = await only("older.jsonl", older);
    expect(prompt).toMatchObject({ id: "older#0", chosen: "gpt-4o-mini", meta: { genai_cost: 990, backend: "default/x" }, outcomes: [{ ...gap, model: "gpt-4o-mini", latencyMs: 1526, inputTokens: 15 }] });
    expect(Object.keys(prompt.meta)).not.toContain("responseFlags");
    const aigw = { "gen_ai.request.model": "fast", "gen_ai.response.model": "small-8b", "request.path": "/v1/messages", response_code: 500, start_time: "2025-08-30T16:51:37.894Z" };
    expect(await only("aigw.jsonl", aigw)).toMatchObject({ chosen: "small-8b", meta: { requestedModel: "fast" }, outcomes: [{ error: "500" }] });
  });

  test("MCP requests without a path, and a first token that never came", async () => {
    const line = { "gen_ai.request.model": "m", response_code: 200, start_time: "2025-08-30T16:51:37.894Z", token_latency_ttft: 0 };
    const read = await prompts(put("mcp.jsonl", jsonl(line, { ...line, mcp_method: "tools/call" }, { ...line, "mcp.method.name": "tools/list" }, { ...line, mcp_method: "-" })));
    expect(read.map(({ row, outcomes }) => [row, outcomes[0]?.ttftMs])).toEqual([[0, null], [3, null]]);
  });

  test("bad counts name the field that the operator chose", async () => {
    expect((await failure(put("counts.jsonl", jsonl({ genai_model_name: "m", genai_tokens_input: -4, response_code: 200 })))).error).toBe('counts.jsonl:1: "genai_tokens_input" must be a whole number ≥ 0 (got -4)');
  });
});

describe("AIBrix", () => {
  test("the benchmark client's output", async () => {
    const { prompts: read, summary } = await sample("aibrix.jsonl");
    expect(content(read[0] as Prompt)).toMatchObject({
      id: "0", messages: [user("Prompt number 0")], inputTokens: 120, session: null, meta: { arrivalMs: 81500 }, chosen: "qwen-7b-0",
      outcomes: [{ ...gap, model: "qwen-7b-0", latencyMs: 1250, ttftMs: 250, inputTokens: 120, outputTokens: 52, text: "Answer 0" }],
    });
    expect(read.slice(2, 4).map(({ session, turn, messages }) => [session, turn, messages?.length])).toEqual([["4", 0, 1], ["4", 1, 3]]);
    expect(read[4]?.outcomes).toEqual([{ ...gap, model: "qwen-7b-1", latencyMs: 30000, error: "APITimeoutError" }]);
    expect(read[5]?.outcomes).toEqual([{ ...gap, model: "qwen-7b-0", latencyMs: 500, error: "no answer" }]);
    expect([read[6]?.outcomes[0]?.ttftMs, read[7]?.chosen, read[7]?.outcomes]).toEqual([null, null, []]);
    expect(read.map(({ id }) => id)).not.toContain("8");
    expect(summary.warnings).toEqual([expect.stringMatching(/^2 calls name no model: .*record 8\)$/)]);
  });

  test("a model that someone added is the one chosen", async () => {
    const row = { request_id: 1, status: "success", input: "Hi", output: "Ho", prompt_tokens: 1, output_tokens: 1, total_tokens: 2, latency: 0.25, throughput: 4, start_time: 1, end_time: 1.25, target_pod: "p", model: "m" };
    expect(await only("with-model.jsonl", row)).toMatchObject({ chosen: "m", meta: { pod: "p", arrivalMs: 1000 }, messages: [user("Hi")] });
  });
});

describe("Router Replay", () => {
  test("records one a line", async () => {
    const { prompts: read, summary } = await sample("vsr-replay.jsonl");
    expect(content(read[0] as Prompt)).toMatchObject({
      id: "replay-01",
      messages: [user("Prove that the square root of 2 is irrational.")],
      inputTokens: 40,
      session: null,
      turn: null,
      tags: [],
      meta: {
        startedAt: "2026-09-07T08:00:01.123Z", requestedModel: "auto", decision: "hard-maths", category: "math", reasoningMode: "on", selectionMethod: "static", confidence: 0.87, httpStatus: 200,
        baselineModel: "qwen3-235b", baselineCostUsd: 0.0096, verdict: "good_fit", signalDomain: "math", signalComplexity: "proofs:hard",
      },
      chosen: "qwen3-235b",
      outcomes: [{ ...gap, model: "qwen3-235b", costUsd: 0.0012, latencyMs: 8120, inputTokens: 40, outputTokens: 900, text: "Suppose it were p/q …" }],
    });
    expect(read.slice(1, 3).map(({ session, turn }) => [session, turn])).toEqual([["s-7", 0], ["s-7", 1]]);
    expect([read[2]?.messages, read[2]?.meta["truncated"]]).toEqual([[user("And goodbye?")], true]);
    expect(read[3]?.outcomes).toEqual([{ ...gap, model: "qwen3-8b", latencyMs: 30000, error: "503 upstream_error" }]);
    expect(read.map(({ tags }) => tags.join())).toEqual(["", "", "", "", "pii", "attack", "", "", "", "", ""]);
    expect([read[5]?.chosen, read[5]?.outcomes, read[5]?.meta["signalJailbreak"]]).toEqual([null, [], "strict"]);
    expect([read[6]?.meta["cached"], read[6]?.outcomes[0]?.latencyMs]).toEqual([true, 3]);
    expect([read[7]?.outcomes[0]?.costUsd, read[7]?.meta["baselineCostUsd"], read[8]?.outcomes[0]?.latencyMs]).toEqual([null, undefined, 1500]);
    expect(read[9]?.outcomes).toEqual([{ ...gap, model: "qwen3-8b" }]);
    expect(summary.warnings).toEqual([
      expect.stringMatching(/^1 call names no model: .*record 6\)$/),
      expect.stringMatching(/^2 prompts are cut short .*record 3\)$/),
      expect.stringMatching(/^1 cost is not in USD: left as a gap \(for example EUR in .*record 8\)$/),
    ]);
  });

  test("the API's list has no bodies and the newest first", async () => {
    const { prompts: read } = await sample("vsr-replay.json");
    const [newest] = read;
    expect([newest?.id, newest?.messages, newest?.lengthCodePoints]).toEqual(["replay-11", null, null]);
    // The blocked attack has neither a model nor a text here.
    expect(read.map(({ id }) => id)).not.toContain("replay-06");
  });

  test("one record as its API answers it, on one line or over several", async () => {
    const record = JSON.parse(readFileSync(join(SAMPLES, "vsr-replay.jsonl"), "utf8").split("\n")[0] as string) as Record<string, unknown>;
    for (const [name, text] of [["record.json", JSON.stringify(record)], ["record-pretty.json", JSON.stringify(record, null, 2)]] as const)
      expect((await prompts(put(name, text))).map(({ id }) => id), name).toEqual(["replay-01"]);
  });

  test("what stops a call", async () => {
    const record = { id: "r", timestamp: "2026-09-07T08:00:00Z", decision: "d", selected_model: "m", signals: { pii: ["strict"] } };
    const errorOf = async (more: object) => (await only("stopped.jsonl", { ...record, ...more })).outcomes[0]?.error;
    expect([
      await errorOf({ pii_blocked: true, response_status: 403 }), await errorOf({ response_status: 429 }), await errorOf({ response_status: 200, lifecycle_state: "aborted" }),
      await errorOf({ response_status: 200, lifecycle_state: "completed" }), await errorOf({}),
    ]).toEqual(["403 blocked for PII", "429", "aborted", null, null]);
    expect((await only("signals.jsonl", record)).tags).toEqual(["pii"]);
    expect((await only("jailbreak.jsonl", { ...record, signals: { jailbreak: ["strict"] } })).tags).toEqual(["attack"]);
  });

  test("what is not whole, not scored or in a conversation only", async () => {
    const answer = JSON.stringify({ choices: [{ message: { content: "Ho" } }] });
    const record = { id: "r", timestamp: "2026-09-07T08:00:00Z", decision: "d", selected_model: "m", request_body: JSON.stringify({ messages: [user("Hi")] }), response_body: answer, confidence_score: 0.5 };
    const whole = await only("whole-record.jsonl", record);
    expect([whole.messages, whole.outcomes[0]?.text, whole.meta["confidence"], whole.session]).toEqual([[user("Hi")], "Ho", 0.5, null]);
    const sure = { choices: [{ message: { content: "Ho" }, logprobs: { content: [{ logprob: -0.5, top_logprobs: [{ logprob: -0.5 }, { logprob: -2.5 }] }] } }] };
    expect((await only("sure.jsonl", { ...record, response_body: JSON.stringify(sure) })).outcomes[0]?.confidence).toEqual({ logprob: -0.5, margin: 2 });
    expect((await only("unsure.jsonl", record)).outcomes[0]).not.toHaveProperty("confidence");
    const less = await only("less.jsonl", { ...record, request_body_truncated: true, response_body_truncated: true, confidence_score_available: false, conversation_id: "c", turn_index: 3 });
    expect([less.messages, less.outcomes[0]?.text, less.meta["confidence"], less.session, less.turn]).toEqual([null, null, undefined, "c", 3]);
    expect((await only("streamed-record.jsonl", { ...record, streaming: true })).outcomes[0]?.text).toBeNull();
  });

  test("the simulator's decision trace", async () => {
    const { prompts: read } = await sample("vsr-replay-trace.jsonl");
    expect(content(read[0] as Prompt)).toMatchObject({
      id: "vsr-replay-trace#0", messages: null, inputTokens: 107, session: null, meta: { arrivalMs: 451, complexity: "low", category: "prose" }, chosen: "llama8b",
      outcomes: [{ ...gap, model: "llama8b", inputTokens: 107, outputTokens: 21 }],
    });
  });

  const real = join(SHARED_DATA, "vllm-sr-cases/router_decisions.semantic_router.jsonl");
  test.skipIf(!existsSync(real))("upstream's own trace (needs shared/data)", async () => {
    const read = await prompts(put("router_decisions.jsonl", readFileSync(real)));
    expect([read.length, new Set(read.map(({ chosen }) => chosen))]).toEqual([240, new Set(["llama8b", "llama70b"])]);
  });
});
