import { expect, test } from "vitest";
import { anthropicMessages } from "../../src/pool/protocols/anthropic-messages.ts";
import { gemini } from "../../src/pool/protocols/gemini.ts";
import { protocolOf, PROTOCOLS } from "../../src/pool/protocols/index.ts";
import { openaiChat } from "../../src/pool/protocols/openai-chat.ts";
import { openaiResponses } from "../../src/pool/protocols/openai-responses.ts";
import { protocolContract, type Wire } from "../contract/protocol.ts";

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const typed = (type: string, value: object = {}) => `event: ${type}\n${data({ type, ...value })}`;

const chunk = (delta: object | null, more: object = {}, finish: string | null = null) =>
  data({ id: "c1", object: "chat.completion.chunk", model: "m-2026", choices: delta === null ? [] : [{ index: 0, delta, finish_reason: finish }], ...more });
const chatUsage = { prompt_tokens: 20, completion_tokens: 9, total_tokens: 29, prompt_tokens_details: { cached_tokens: 8 }, completion_tokens_details: { reasoning_tokens: 4 } };

const openaiWire: Wire = {
  protocol: openaiChat,
  path: "/v1/chat/completions",
  keyHeader: ["authorization", "Bearer "],
  start: [chunk({ role: "assistant", content: "" }), chunk({ content: "" })],
  tokens: [chunk({ content: "Hello" }), chunk({ content: " there" })],
  end: [chunk({}, {}, "stop"), chunk(null, { usage: chatUsage }), "data: [DONE]\n\n"],
  whole: { id: "c1", object: "chat.completion", model: "m-2026", choices: [{ index: 0, message: { role: "assistant", content: "Hello there" }, finish_reason: "stop" }], usage: chatUsage },
  usage: { inputTokens: 20, cachedInputTokens: 8, outputTokens: 9, reasoningTokens: 4 },
  finishReason: "stop",
  servedModel: "m-2026",
  overloaded: data({ error: { message: "no capacity", code: 503 } }),
  tools: [
    { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Bern","days":3}' } },
    { id: "call_2", type: "function", function: { name: "time", arguments: "{}" } },
  ],
};

const anthropicUsage = { input_tokens: 5, cache_read_input_tokens: 8, cache_creation_input_tokens: 7, output_tokens: 1 };
const anthropicWire: Wire = {
  protocol: anthropicMessages,
  path: "/v1/messages",
  keyHeader: ["x-api-key", ""],
  start: [
    typed("message_start", { message: { id: "1", type: "message", role: "assistant", model: "m-2026", content: [], stop_reason: null, usage: anthropicUsage } }),
    typed("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    typed("ping"),
  ],
  tokens: ["Hello", " there"].map((text) => typed("content_block_delta", { index: 0, delta: { type: "text_delta", text } })),
  end: [
    typed("content_block_stop", { index: 0 }),
    typed("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 9 } }),
    typed("message_stop"),
  ],
  whole: { type: "message", role: "assistant", model: "m-2026", content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage: { ...anthropicUsage, output_tokens: 9 } },
  usage: { inputTokens: 20, cachedInputTokens: 8, cacheWriteTokens: 7, outputTokens: 9 },
  finishReason: "end_turn",
  servedModel: "m-2026",
  overloaded: typed("error", { error: { type: "overloaded_error", message: "Overloaded" } }),
  tools: [
    { type: "tool_use", id: "call_1", name: "weather", input: { city: "Bern", days: 3 } },
    { type: "tool_use", id: "call_2", name: "time", input: {} },
  ],
};

const responsesUsage = { input_tokens: 20, input_tokens_details: { cached_tokens: 8 }, output_tokens: 9, output_tokens_details: { reasoning_tokens: 4 } };
const message = { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hello there" }] };
const responsesWire: Wire = {
  protocol: openaiResponses,
  path: "/v1/responses",
  keyHeader: ["authorization", "Bearer "],
  start: [
    typed("response.created", { response: { model: "m-2026", status: "in_progress", output: [] } }),
    typed("response.output_item.added", { output_index: 0, item: { type: "message", content: [] } }),
    typed("response.content_part.added", { output_index: 0, part: { type: "output_text", text: "" } }),
  ],
  tokens: ["Hello", " there"].map((delta) => typed("response.output_text.delta", { output_index: 0, delta })),
  end: [
    typed("response.output_text.done", { text: "Hello there" }),
    typed("response.output_item.done", { output_index: 0, item: message }),
    typed("response.completed", { response: { model: "m-2026", status: "completed", output: [message], usage: responsesUsage } }),
  ],
  whole: { object: "response", model: "m-2026", status: "completed", error: null, output: [message], usage: responsesUsage },
  usage: { inputTokens: 20, cachedInputTokens: 8, outputTokens: 9, reasoningTokens: 4 },
  finishReason: "completed",
  servedModel: "m-2026",
  overloaded: typed("error", { code: "server_overloaded", message: "no capacity" }),
  tools: [
    { type: "function_call", call_id: "call_1", name: "weather", arguments: '{"city":"Bern","days":3}' },
    { type: "function_call", call_id: "call_2", name: "time", arguments: "{}" },
  ],
};

const part = (text: string, more: object = {}) => ({ candidates: [{ index: 0, content: { role: "model", parts: [{ text }] }, ...more }], modelVersion: "m-2026" });
const usageMetadata = { promptTokenCount: 20, cachedContentTokenCount: 8, candidatesTokenCount: 5, thoughtsTokenCount: 4, totalTokenCount: 29 };
const geminiWire: Wire = {
  protocol: gemini,
  path: "/v1beta/models/m:streamGenerateContent?alt=sse",
  keyHeader: ["x-goog-api-key", ""],
  start: [data({ ...part(""), usageMetadata: { promptTokenCount: 20 } })],
  tokens: [data(part("Hello")), data(part(" there"))],
  end: [data({ ...part("", { finishReason: "STOP" }), usageMetadata })],
  whole: [part("Hello"), { ...part(" there", { finishReason: "STOP" }), usageMetadata }],
  usage: { inputTokens: 20, cachedInputTokens: 8, outputTokens: 9, reasoningTokens: 4 },
  finishReason: "STOP",
  servedModel: "m-2026",
  overloaded: data({ error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } }),
  tools: [
    { name: "weather", args: { city: "Bern", days: 3 } },
    { name: "time", args: {} },
  ],
};

const WIRES = [openaiWire, anthropicWire, responsesWire, geminiWire];
for (const wire of WIRES) protocolContract(wire);

test("every protocol is under the contract; an unknown name lists the known", () => {
  expect(WIRES.map((wire) => wire.protocol.name)).toEqual([...PROTOCOLS.keys()]);
  expect(() => protocolOf("openai-chats")).toThrow(expect.objectContaining({ hint: expect.stringMatching(/did you mean "openai-chat"\? known: openai-chat, anthropic-messages/) }));
});
