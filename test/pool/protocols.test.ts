import { expect, test } from "vitest";
import { anthropicMessages } from "../../src/pool/protocols/anthropic-messages.ts";
import { protocolOf, PROTOCOLS } from "../../src/pool/protocols/index.ts";
import { openaiChat } from "../../src/pool/protocols/openai-chat.ts";
import { protocolContract, type Wire } from "../contract/protocol.ts";

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: { readonly type: string }) => `event: ${value.type}\n${data(value)}`;

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
    event({ type: "message_start", message: { id: "1", type: "message", role: "assistant", model: "m-2026", content: [], stop_reason: null, usage: anthropicUsage } } as { type: string }),
    event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as { type: string }),
    event({ type: "ping" }),
  ],
  tokens: ["Hello", " there"].map((text) => event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } } as { type: string })),
  end: [
    event({ type: "content_block_stop", index: 0 } as { type: string }),
    event({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 9 } } as { type: string }),
    event({ type: "message_stop" }),
  ],
  whole: { type: "message", role: "assistant", model: "m-2026", content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage: { ...anthropicUsage, output_tokens: 9 } },
  usage: { inputTokens: 20, cachedInputTokens: 8, cacheWriteTokens: 7, outputTokens: 9 },
  finishReason: "end_turn",
  servedModel: "m-2026",
  overloaded: event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } } as { type: string }),
  tools: [
    { type: "tool_use", id: "call_1", name: "weather", input: { city: "Bern", days: 3 } },
    { type: "tool_use", id: "call_2", name: "time", input: {} },
  ],
};

const WIRES = [openaiWire, anthropicWire];
for (const wire of WIRES) protocolContract(wire);

test("every protocol is under the contract; an unknown name lists the known", () => {
  expect(WIRES.map((wire) => wire.protocol.name)).toEqual([...PROTOCOLS.keys()]);
  expect(() => protocolOf("openai-chats")).toThrow(expect.objectContaining({ hint: expect.stringMatching(/did you mean "openai-chat"\? known: openai-chat, anthropic-messages/) }));
});
