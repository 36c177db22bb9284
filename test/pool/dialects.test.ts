import { describe, expect, test } from "vitest";
import type { Message } from "../../src/model/prompt.ts";
import { addressOf } from "../../src/pool/endpoint.ts";
import type { ChatRequest, Protocol, StreamReader } from "../../src/pool/protocol.ts";
import { anthropicMessages } from "../../src/pool/protocols/anthropic-messages.ts";
import { gemini } from "../../src/pool/protocols/gemini.ts";
import { openaiChat } from "../../src/pool/protocols/openai-chat.ts";
import { openaiResponses } from "../../src/pool/protocols/openai-responses.ts";

const said = (...messages: readonly (readonly [string, string])[]): Message[] => messages.map(([role, content]) => ({ role, content }));
const ALL = { temperature: 0, topP: 0.9, maxOutputTokens: 50, seed: 7, stop: ["\n"], reasoningEffort: "low" };
const HI = said(["user", "Hi"]);

function bodyOf(protocol: Protocol, settings: ChatRequest["settings"], messages = HI, base = "http://localhost:8000/v1") {
  const request = { model: "m", messages, settings };
  return protocol.body(request, addressOf(protocol, new URL(base), request)) as Record<string, unknown>;
}

/** Takes events; which of them brought a token. */
function take(reader: StreamReader, ...events: readonly object[]): boolean[] {
  return events.map((event) => reader.take({ data: JSON.stringify(event) }));
}

describe("openai-chat", () => {
  test("what is asked, and nothing that is not stated", () => {
    const bare = { model: "m", messages: [{ role: "user", content: "Hi" }], stream: true, stream_options: { include_usage: true } };
    expect(bodyOf(openaiChat, {})).toEqual(bare);
    expect(bodyOf(openaiChat, ALL)).toEqual({ ...bare, temperature: 0, top_p: 0.9, max_tokens: 50, seed: 7, stop: ["\n"], reasoning_effort: "low" });
  });

  test("the bound has the name that the server knows", () => {
    expect(bodyOf(openaiChat, ALL, HI, "https://api.openai.com/v1")).toMatchObject({ max_completion_tokens: 50 });
    expect(bodyOf(openaiChat, ALL, HI, "https://api.openai.com/v1")).not.toHaveProperty("max_tokens");
    const own = bodyOf(openaiChat, { ...ALL, body: { max_completion_tokens: 60 } });
    expect(own).toMatchObject({ max_completion_tokens: 60 });
    expect(own).not.toHaveProperty("max_tokens");
  });

  test("the settings' own body stands over all; null leaves out", () => {
    const body = bodyOf(openaiChat, { ...ALL, body: { stream_options: null, temperature: 1, provider: { order: ["a"] } } });
    expect(body).toMatchObject({ temperature: 1, provider: { order: ["a"] } });
    expect(body).not.toHaveProperty("stream_options");
  });

  test.each([
    ["https://openrouter.ai/api/v1", "/api/v1/chat/completions"],
    ["https://host/openai/deployments/x/chat/completions?api-version=2", "/openai/deployments/x/chat/completions?api-version=2"],
    ["https://host/v1beta/openai/", "/v1beta/openai/chat/completions"],
    ["https://host/api/paas/v4", "/api/paas/v4/chat/completions"],
    ["http://localhost:11434", "/v1/chat/completions"],
  ])("%s leads to %s", (base, path) => {
    const { pathname, search } = addressOf(openaiChat, new URL(base), { model: "m", messages: HI, settings: {} });
    expect(pathname + search).toBe(path);
  });

  const delta = (piece: object, more: object = {}) => ({ choices: [{ index: 0, delta: piece, finish_reason: null }], ...more });

  test("a role, an empty text and a null are no tokens; reasoning, a refusal and a tool's arguments are", () => {
    const reader = openaiChat.reader();
    expect(take(reader, delta({ role: "assistant" }), delta({ content: "" }), delta({ content: null, reasoning_content: null }), { choices: [], prompt_filter_results: [] })).toEqual([false, false, false, false]);
    expect(take(reader, delta({ reasoning_content: "hm" }), delta({ reasoning: "hm" }), delta({ refusal: "No." }), delta({ content: [{ type: "text", text: " I" }] }))).toEqual([true, true, true, true]);
    expect(reader.answer().text).toBe("No. I");
    expect(openaiChat.reader().answer()).toMatchObject({ text: null, toolCalls: null, finishReason: null, servedModel: null });
  });

  test("counts in every event: the last stand, and other choices are not this answer", () => {
    const reader = openaiChat.reader();
    take(reader, delta({ content: "a" }, { usage: { prompt_tokens: 3, completion_tokens: 1 } }), { choices: [{ index: 1, delta: { content: "other" }, finish_reason: "length" }] });
    expect(reader.ended()).toBe(false);
    take(reader, delta({ content: "b" }, { usage: { prompt_tokens: 3, completion_tokens: 2 } }));
    expect(reader.answer()).toMatchObject({ text: "ab", usage: { inputTokens: 3, outputTokens: 2, cachedInputTokens: null } });
  });

  test("an answer that says why it is finished is whole, but not over: counts may follow", () => {
    const reader = openaiChat.reader();
    take(reader, { choices: [{ index: 0, delta: { content: "a" }, finish_reason: "length" }] });
    expect([reader.ended(), reader.over()]).toEqual([true, false]);
    reader.take({ data: "[DONE]" });
    expect([reader.ended(), reader.over()]).toEqual([true, true]);
  });

  test("tool calls by index, interleaved, with repeated names, and with arguments as an object", () => {
    const reader = openaiChat.reader();
    const call = (index: number, id: string | undefined, name: string | undefined, args: unknown) => delta({ tool_calls: [{ index, ...(id ? { id, type: "function" } : {}), function: { name, arguments: args } }] });
    expect(take(reader, call(0, "a", "f", ""), call(1, "b", "g", ""), call(0, undefined, "f", '{"x":'), call(1, undefined, undefined, "{}"), call(0, undefined, undefined, "1}"), call(2, "c", "h", { y: 2 }))).toEqual(Array(6).fill(true));
    expect(JSON.parse(reader.answer().toolCalls as string)).toEqual([
      { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
      { id: "b", type: "function", function: { name: "g", arguments: "{}" } },
      { id: "c", type: "function", function: { name: "h", arguments: '{"y":2}' } },
    ]);
    expect(() => take(reader, call(1e9, "d", "f", ""))).toThrow("index");
  });

  test.each([
    [{ prompt_tokens: 9, completion_tokens: 2, total_tokens: 15, completion_tokens_details: { reasoning_tokens: 4 } }, { outputTokens: 6, reasoningTokens: 4 }],
    [{ prompt_tokens: 9, completion_tokens: 6, total_tokens: 15, completion_tokens_details: { reasoning_tokens: 4 } }, { outputTokens: 6, reasoningTokens: 4 }],
    [{ prompt_tokens: 9, completion_tokens: 6, prompt_cache_hit_tokens: 5 }, { inputTokens: 9, cachedInputTokens: 5 }],
    [{ prompt_tokens: 9, completion_tokens: 6, prompt_tokens_details: { cached_tokens: 1, cache_write_tokens: 2 } }, { cachedInputTokens: 1, cacheWriteTokens: 2 }],
    [{ prompt_tokens: null, completion_tokens: -1 }, { inputTokens: null, outputTokens: null }],
  ])("counts %o", (usage, expected) => {
    const reader = openaiChat.reader();
    take(reader, { choices: [], usage });
    expect(reader.answer().usage).toMatchObject(expected);
  });

  test.each([
    [{ error: { message: "m", code: 429 } }, "rate-limit"],
    [{ error: { message: "m", code: "rate_limit_exceeded" } }, "rate-limit"],
    [{ error: { message: "m", type: "invalid_request_error", code: "context_length_exceeded" } }, "request"],
    [{ error: "out of memory" }, "server"],
    [{ object: "error", message: "m", type: "BadRequestError", code: 400 }, "request"],
    [{ error: { message: "m", code: 502, metadata: { provider_name: "x" } }, choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }] }, "server"],
  ])("the error %o", (event, kind) => {
    expect(() => take(openaiChat.reader(), event)).toThrow(expect.objectContaining({ kind, message: expect.stringMatching(/reported an error: (m|out of memory)$/) }));
  });
});

describe("anthropic-messages", () => {
  test("system apart, turns merged, a bound always", () => {
    const messages = said(["system", "Be brief."], ["user", "a"], ["user", "b"], ["assistant", "c"], ["developer", "In French."], ["tool", "d"]);
    expect(bodyOf(anthropicMessages, {}, messages)).toEqual({
      model: "m",
      max_tokens: 4096,
      stream: true,
      system: "Be brief.\n\nIn French.",
      messages: said(["user", "a\n\nb"], ["assistant", "c"], ["user", "d"]),
    });
    expect(bodyOf(anthropicMessages, { ...ALL, body: { thinking: { type: "adaptive" } } })).toEqual({
      model: "m",
      max_tokens: 50,
      stream: true,
      messages: HI,
      temperature: 0,
      top_p: 0.9,
      stop_sequences: ["\n"],
      output_config: { effort: "low" },
      thinking: { type: "adaptive" },
    });
  });

  test("thinking is a token and no text; its signature is neither", () => {
    const reader = anthropicMessages.reader();
    const block = (content_block: object) => ({ type: "content_block_start", index: 0, content_block });
    const delta = (piece: object) => ({ type: "content_block_delta", index: 0, delta: piece });
    expect(take(reader, block({ type: "thinking", thinking: "" }), delta({ type: "thinking_delta", thinking: "hm" }), delta({ type: "signature_delta", signature: "s" }))).toEqual([false, true, false]);
    expect(reader.answer().text).toBeNull();
  });

  test("later counts stand over earlier ones, and the input is all of it", () => {
    const reader = anthropicMessages.reader();
    take(reader, { type: "message_start", message: { usage: { input_tokens: 0, output_tokens: 0 } } }, { type: "message_delta", delta: {}, usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 3 } });
    expect(reader.answer().usage).toEqual({ inputTokens: 15, cachedInputTokens: 5, cacheWriteTokens: null, outputTokens: 3, reasoningTokens: null });
  });

  test("a tool's input that broke off stays a text", () => {
    const reader = anthropicMessages.reader();
    take(reader, { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "t", name: "f", input: {} } }, { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"a":' } });
    expect(JSON.parse(reader.answer().toolCalls as string)).toEqual([{ type: "tool_use", id: "t", name: "f", input: '{"a":' }]);
  });

  test.each([
    ["overloaded_error", "overloaded"],
    ["rate_limit_error", "rate-limit"],
    ["api_error", "server"],
    ["invalid_request_error", "request"],
    ["authentication_error", "refused"],
    ["not_found_error", "not-found"],
  ])("the error %s", (type, kind) => {
    expect(() => take(anthropicMessages.reader(), { type: "error", error: { type, message: "m" } })).toThrow(expect.objectContaining({ kind }));
  });
});

describe("openai-responses", () => {
  test("what is asked, and nothing that it does not know", () => {
    expect(bodyOf(openaiResponses, ALL)).toEqual({ model: "m", input: HI, stream: true, store: false, temperature: 0, top_p: 0.9, max_output_tokens: 50, reasoning: { effort: "low" } });
  });

  test("reasoning is a token; a cut answer says why; a failed one fails", () => {
    const reader = openaiResponses.reader();
    expect(take(reader, { type: "response.reasoning_summary_text.delta", delta: "hm" }, { type: "response.in_progress", response: { status: "in_progress" } })).toEqual([true, false]);
    take(reader, { type: "response.incomplete", response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } } });
    expect(reader.answer()).toMatchObject({ text: null, finishReason: "max_output_tokens" });
    expect(reader.over()).toBe(true);
    expect(() => take(openaiResponses.reader(), { type: "response.failed", response: { status: "failed", error: { code: "rate_limit_exceeded", message: "m" } } })).toThrow(expect.objectContaining({ kind: "rate-limit" }));
    expect(() => take(openaiResponses.reader(), { type: "response.failed", response: { status: "failed" } })).toThrow(expect.objectContaining({ kind: "server" }));
  });
});

describe("gemini", () => {
  test("what is asked", () => {
    expect(bodyOf(gemini, {})).toEqual({ contents: [{ role: "user", parts: [{ text: "Hi" }] }] });
    expect(bodyOf(gemini, ALL, said(["system", "s"], ["user", "u"], ["assistant", "a"]))).toEqual({
      systemInstruction: { parts: [{ text: "s" }] },
      contents: [
        { role: "user", parts: [{ text: "u" }] },
        { role: "model", parts: [{ text: "a" }] },
      ],
      generationConfig: { temperature: 0, topP: 0.9, maxOutputTokens: 50, seed: 7, stopSequences: ["\n"], thinkingConfig: { thinkingLevel: "low" } },
    });
  });

  test("a thought is a token and no text; a blocked prompt is an answer without text", () => {
    const reader = gemini.reader();
    expect(take(reader, { candidates: [{ content: { parts: [{ text: "hm", thought: true }] } }] })).toEqual([true]);
    expect(reader.answer().text).toBeNull();
    take(reader, { promptFeedback: { blockReason: "SAFETY" } });
    expect([reader.ended(), reader.answer().finishReason]).toEqual([true, "SAFETY"]);
  });
});
