import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REQUEST_PARTS } from "../../src/model/request-part.ts";
import { chatRequest, keepRequest } from "../../src/workload/chat-request.ts";
import { messagesFrom, QUIET } from "../../src/workload/chat.ts";
import { newDraft } from "../../src/workload/draft.ts";
import { failure, jsonl, prompts, put } from "./scratch.ts";

const user = (said: unknown) => ({ role: "user", content: said });
const call = (id: string, name: string, given: string) => ({ id, type: "function", function: { name, arguments: given } });
const image = { type: "image_url" };

describe("what a request says beside its texts", () => {
  test.each<[string, unknown, unknown]>([
    ["nothing", { model: "m", messages: [user("Hi"), { role: "assistant", content: "Ho", tool_calls: null, name: null }], tools: [], temperature: 0 }, null],
    ["no request", "Hi", null],
    ["one text part, which is a text", { messages: [user([{ type: "text", text: "Hi" }])] }, null],
    ["limits, who asks, and facts", { messages: [user("Hi")], max_tokens: 0, max_completion_tokens: 9, user: "ann", metadata: { plan: "gold", more: { deep: 1 } } }, { max_tokens: 0, max_completion_tokens: 9, user: "ann", metadata: { plan: "gold" } }],
    ["limits that are none", { messages: [user("Hi")], max_tokens: -1, max_completion_tokens: "many" }, null],
    ["tools", { messages: [user("Hi")], tools: [{ type: "function" }], tool_choice: "auto", response_format: { type: "json_object" } }, { tools: [{ type: "function" }], tool_choice: "auto", response_format: { type: "json_object" } }],
    ["JSON text of a body", JSON.stringify({ messages: [user("Hi")], tools: [{}] }), { tools: [{}] }],
    [
      "OpenAI's calls and results",
      { messages: [user("Hi"), { role: "assistant", content: null, tool_calls: [call("1", "f", "{}")] }, { role: "tool", tool_call_id: "1", content: "rain" }] },
      { messages: [user("Hi"), { role: "assistant", content: null, tool_calls: [call("1", "f", "{}")] }, { role: "tool", content: "rain", tool_call_id: "1" }] },
    ],
    ["images, without their data", { messages: [user([{ type: "text", text: "What?" }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }])] }, { messages: [user([{ type: "text", text: "What?" }, image])] }],
    [
      "Anthropic's",
      { system: "Be brief.", messages: [user("Hi"), { role: "assistant", content: [{ type: "text", text: "So" }, { type: "tool_use", id: "1", name: "f", input: { a: 1 } }] }, user([{ type: "tool_result", tool_use_id: "1", content: "rain" }, { type: "image", source: {} }])] },
      { messages: [{ role: "system", content: "Be brief." }, user("Hi"), { role: "assistant", content: "So", tool_calls: [call("1", "f", '{"a":1}')] }, { role: "tool", content: "rain", tool_call_id: "1" }, user([image])] },
    ],
    [
      "the Responses API's",
      { instructions: "Be brief.", input: [user([{ type: "input_text", text: "Hi" }, { type: "input_image" }]), { type: "reasoning" }, { type: "function_call", call_id: "1", name: "f", arguments: "{}" }, { type: "function_call_output", call_id: "1", output: "rain" }], max_output_tokens: 5 },
      { messages: [{ role: "system", content: "Be brief." }, user([{ type: "text", text: "Hi" }, image]), { role: "assistant", content: null, tool_calls: [call("1", "f", "{}")] }, { role: "tool", content: "rain", tool_call_id: "1" }], max_completion_tokens: 5 },
    ],
    [
      "Gemini's",
      { contents: [{ role: "user", parts: [{ text: "Hi" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }] }, { role: "model", parts: [{ functionCall: { name: "f", args: {} } }] }, { role: "user", parts: [{ functionResponse: { name: "f", response: { sky: "grey" } } }] }], tools: [{ functionDeclarations: [{ name: "f" }, { name: "g" }] }], generationConfig: { maxOutputTokens: 7 } },
      { messages: [user([{ type: "text", text: "Hi" }, image]), { role: "model", content: null, tool_calls: [{ type: "function", function: { name: "f", arguments: "{}" } }] }, { role: "tool", content: '{"sky":"grey"}' }], tools: [{ name: "f" }, { name: "g" }], max_tokens: 7 },
    ],
  ])("%s", (_, body, request) => {
    expect(chatRequest(body)).toEqual(request);
  });

  test("written in OpenAI's form, it reads back the same", () => {
    const text = fc.constantFrom("", "a", "{}", "ä");
    const part = fc.oneof(text, fc.record({ type: fc.constantFrom("text", "input_text", "image_url", "tool_use", "tool_result", "thinking", "tool_call"), text, content: fc.oneof(text, fc.constant([{ type: "text", text: "r" }])), id: text, name: text }, { requiredKeys: [] }), fc.jsonValue());
    const message = fc.oneof(text, fc.record({ role: fc.constantFrom("user", "assistant", "tool", "Tool ", "system", ""), content: fc.oneof(text, fc.constant(null), fc.array(part, { maxLength: 4 })), tool_calls: fc.array(fc.jsonValue(), { maxLength: 2 }), tool_call_id: text, name: text, type: fc.constantFrom("message", "function_call", "reasoning"), output: text }, { requiredKeys: [] }));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        const request = chatRequest({ messages, user: "u" });
        expect(chatRequest(JSON.stringify(request))).toEqual(request);
      }),
      { numRuns: 2000 },
    );
  });

  test("it is kept beside texts alone, and refused where it is too much", () => {
    const draft = newDraft({ file: "f", row: 0, base: "f" }, null, messagesFrom("Hi", QUIET), null);
    keepRequest(draft, { tools: [{}] });
    expect(draft.request).toEqual({ tools: [{}] });
    expect(() => keepRequest(draft, { tools: ["x".repeat(17_000_000)] })).toThrow("its request says 17.0 MB beside its texts (at most 16 MB)");
    const bare = newDraft({ file: "f", row: 0, base: "f" }, null, null, null);
    keepRequest(bare, { tools: [{}] });
    expect(bare).not.toHaveProperty("request");
  });
});

const body = { model: "m", messages: [user([{ type: "text", text: "Hi" }, image]), { role: "assistant", content: null, tool_calls: [call("1", "f", "{}")] }], tools: [{ type: "function" }], user: "ann" };
const said = { messages: body.messages, tools: body.tools, user: "ann" };
const texts = [user("Hi"), { role: "assistant", content: "" }];

describe("requests of rows", () => {
  test("wrp's own: with or without texts beside, as a batch of a table or not", async () => {
    const rows = [{ request: body }, { id: "b", prompt: "Hi", request: { tools: [{}] } }, { id: "c", prompt: "Hi", request: { model: "m" } }, { id: "d", request: { messages: [user([image])] } }];
    const read = await prompts(put("own.jsonl", jsonl(...rows)));
    expect(read.map(({ messages, request }) => ({ messages, request }))).toEqual([{ messages: texts, request: said }, { messages: [user("Hi")], request: { tools: [{}] } }, { messages: [user("Hi")] }, { messages: null }]);
    expect(new Set([read[1]?.hash, read[2]?.hash]).size).toBe(1);
    const mapped = await prompts(put("batch.jsonl", jsonl({ custom_id: "1", method: "POST", body }, { custom_id: "2", body })), { map: { id: "custom_id", request: "body" } });
    expect(mapped.map(({ id, messages, request }) => ({ id, messages, request }))).toEqual(["1", "2"].map((id) => ({ id, messages: texts, request: said })));
    const chats = await prompts(put("chats.jsonl", jsonl(body, body)), { map: { messages: "messages", tools: "tools" } });
    expect(chats.map(({ messages, request }) => ({ messages, request }))).toEqual([1, 2].map(() => ({ messages: texts, request: { messages: said.messages, tools: said.tools } })));
  });

  test.each([
    [{ request: 7 }, /"request" must be an object/],
    [{ request: { messages: [{ content: "Hi" }] } }, /"request\.messages\.0\.role" must be a string/],
    [{ request: { tools: {} } }, /"request\.tools" must be a list/],
    [{ request: { tools: [] } }, /a row needs/],
    [{ prompt: "Hi", request: { unknown: ["tool"] } }, /"request\.unknown\.0" must be one of history, calls, images, tools, format, limits, metadata \(got "tool"\)/],
  ])("%j is refused", async (row, told) => {
    expect((await failure(put("bad.jsonl", jsonl(row)), { format: "wrp" })).error).toMatch(told);
  });

  const litellm = { request_id: "r", call_type: "acompletion", startTime: "2026-09-07T08:00:00Z", endTime: "2026-09-07T08:00:01Z", spend: 0.1, model: "m", prompt_tokens: 3, completion_tokens: 4 };
  const replay = { id: "r", timestamp: "2026-09-07T08:00:00Z", decision: "d", original_model: "auto", selected_model: "m" };
  const span = { traceId: "1", spanId: "2", startTimeUnixNano: "1788768000000000000", endTimeUnixNano: "1788768001000000000" };
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" };
  const parts = JSON.stringify([{ role: "user", parts: [{ type: "text", content: "Hi" }, { type: "blob", modality: "image" }] }, { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "f", arguments: {} }] }]);
  test.each<[string, object, unknown]>([
    ["litellm: the body", { ...litellm, messages: {}, proxy_server_request: { ...body, metadata: { user_api_key: "88dc" } } }, { ...said, unknown: ["metadata"] }],
    ["litellm: parameters in its place", { ...litellm, messages: body.messages, model_parameters: { tools: body.tools, user: "ann" } }, { ...said, unknown: ["metadata"] }],
    ["litellm: no parameters at all", { ...litellm, messages: [user("Hi")], model_parameters: {} }, { unknown: ["metadata"] }],
    ["litellm: neither", { ...litellm, messages: body.messages, proxy_server_request: {} }, { messages: said.messages, unknown: ["tools", "format", "limits", "metadata"] }],
    ["litellm: blacked out", { ...litellm, messages: [user("redacted-by-litellm")], model_parameters: { tools: body.tools } }, undefined],
    ["vsr-replay: the body", { ...replay, request_body: JSON.stringify(body) }, said],
    ["vsr-replay: a body that is plain", { ...replay, request_body: JSON.stringify({ model: "m", messages: [user("Hi")] }) }, undefined],
    ["vsr-replay: a body that is cut", { ...replay, prompt: "Hi", request_body: JSON.stringify(body), request_body_truncated: true }, { unknown: REQUEST_PARTS }],
    ["vsr-replay: no body", { ...replay, prompt: "Hi" }, { unknown: REQUEST_PARTS }],
    ["aibrix", { request_id: 0, status: "success", input: body.messages, output: "", latency: 1, start_time: 1, end_time: 2, target_pod: "p" }, { messages: said.messages, unknown: ["limits"] }],
    ["otel-genai: messages and tools", { ...span, attributes: { ...attributes, "gen_ai.input.messages": parts, "gen_ai.tool.definitions": JSON.stringify(body.tools), "gen_ai.request.max_tokens": 5 } }, { messages: said.messages, tools: said.tools, max_tokens: 5, unknown: ["metadata"] }],
    ["otel-genai: messages alone", { ...span, attributes: { ...attributes, "gen_ai.input.messages": parts, "gen_ai.output.type": "text" } }, { messages: said.messages, unknown: ["tools", "metadata"] }],
    ["otel-genai: a form that is not told", { ...span, attributes: { ...attributes, "gen_ai.input.messages": parts, "gen_ai.output.type": "json" } }, { messages: said.messages, unknown: ["tools", "format", "metadata"] }],
    ["otel-genai: a text", { ...span, attributes: { ...attributes, "gen_ai.prompt": "Hi" } }, { unknown: ["history", "calls", "images", "tools", "format", "metadata"] }],
    ["otel-genai: the AI SDK", { ...span, attributes: { ...attributes, "ai.prompt.messages": JSON.stringify([user("Hi")]) } }, { unknown: ["format", "metadata"] }],
    ["otel-genai: numbered", { ...span, attributes: { ...attributes, "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hi", "gen_ai.prompt.1.role": "assistant", "gen_ai.prompt.1.tool_calls.0.id": "1", "gen_ai.prompt.1.tool_calls.0.name": "f", "gen_ai.prompt.1.tool_calls.0.arguments": "{}" } }, { messages: [user("Hi"), said.messages[1]], unknown: ["tools", "format", "metadata"] }],
    ["otel-genai: events", { ...span, attributes, events: [{ name: "gen_ai.user.message", attributes: { content: "Hi" } }, { name: "gen_ai.assistant.message", attributes: { tool_calls: JSON.stringify([call("1", "f", "{}")]) } }, { name: "gen_ai.tool.message", attributes: { id: "1", content: "rain" } }] }, { messages: [user("Hi"), said.messages[1], { role: "tool", content: "rain", tool_call_id: "1" }], unknown: ["tools", "format", "metadata"] }],
  ])("%s", async (name, row, request) => {
    const [format = ""] = name.split(":");
    const read = await prompts(put("log.jsonl", jsonl(row, row)), { format });
    expect(read).toHaveLength(2);
    expect(read[0]?.request).toEqual(request);
    if (request === undefined) expect(read[0]).not.toHaveProperty("request");
    expect(read[0]?.meta).not.toHaveProperty("user_api_key");
  });
});
