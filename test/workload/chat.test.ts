import { expect, test } from "vitest";
import { answerText, messagesFrom, requestMessages } from "../../src/workload/chat.ts";
import { newNotes } from "../../src/workload/notes.ts";

const place = () => ({ notes: newNotes(), where: "log, record 1" });
const user = (content: string) => ({ role: "user", content });

test.each<[string, unknown, unknown]>([
  ["a text", "Hi", [user("Hi")]],
  ["a text that looks like JSON", "[1, 2] is a list", [user("[1, 2] is a list")]],
  ["JSON that is no chat", "[1, 2]", [user("[1, 2]")]],
  ["nothing", "", null],
  ["LiteLLM's nothing", "{}", null],
  ["an empty list", [], null],
  ["a chat without any text", [user(""), { role: "assistant", content: null }], null],
  ["texts", ["a", "b"], [user("a"), user("b")]],
  ["a call of a tool, and its result", [user("Weather?"), { role: "assistant", content: null, tool_calls: [{}] }, { role: "tool", content: "rain" }], [user("Weather?"), { role: "assistant", content: "" }, { role: "tool", content: "rain" }]],
  ["Anthropic's result of a tool", [{ role: "user", content: [{ type: "tool_result", content: [{ type: "text", text: "rain" }] }, { type: "text", text: "So?" }] }], [user("rain\nSo?")]],
  [
    "items of the Responses API",
    [{ type: "message", role: "user", content: [{ type: "input_text", text: "Weather?" }] }, { type: "reasoning", summary: [] }, { type: "function_call", name: "f" }, { type: "function_call_output", output: "rain" }],
    [user("Weather?"), { role: "tool", content: "rain" }],
  ],
  ["OpenTelemetry's parts", [{ role: "tool", parts: [{ type: "tool_call_response", response: { sky: "grey" } }] }], [{ role: "tool", content: '{"sky":"grey"}' }]],
  ["Gemini's parts", [{ role: "model", parts: [{ text: "Hello" }] }], [{ role: "model", content: "Hello" }]],
  ["a message without a role", [{ text: "Hi" }], [user("Hi")]],
])("messages: %s", (_, value, messages) => {
  expect(messagesFrom(value, place())).toEqual(messages);
});

test("parts that are not text are counted, and so are those too deep", () => {
  const { notes, where } = place();
  let deep: unknown = "bottom";
  for (let i = 0; i < 12; i++) deep = [{ type: "tool_result", content: deep }];
  expect(messagesFrom([{ role: "user", content: [{ type: "image_url" }, { type: "text", text: "What is it?" }, 7] }, { role: "user", content: deep }], { notes, where })).toEqual([user("What is it?"), user("")]);
  expect(notes.warnings()).toEqual(["3 message parts are not text and left out (for example log, record 1)"]);
});

test.each<[string, unknown, unknown]>([
  ["OpenAI's chat", { messages: [user("Hi")] }, [user("Hi")]],
  ["Anthropic's", { system: [{ type: "text", text: "Be brief." }], messages: [user("Hi")] }, [{ role: "system", content: "Be brief." }, user("Hi")]],
  ["Responses", { instructions: "Be brief.", input: "Hi" }, [{ role: "system", content: "Be brief." }, user("Hi")]],
  ["completions", JSON.stringify({ prompt: "Once" }), [user("Once")]],
  ["Gemini's", { systemInstruction: { parts: [{ text: "Be brief." }] }, contents: [{ role: "user", parts: [{ text: "Hi" }] }] }, [{ role: "system", content: "Be brief." }, user("Hi")]],
  ["one without texts", { model: "m" }, null],
  ["none", "{}", null],
  ["what is no body", "Hi", null],
])("bodies of requests: %s", (_, body, messages) => {
  expect(requestMessages(body, place())).toEqual(messages);
});

test.each<[string, unknown, string | null]>([
  ["OpenAI's chat", { choices: [{ message: { content: "Ho" } }] }, "Ho"],
  ["completions", { choices: [{ text: "Ho" }] }, "Ho"],
  ["Anthropic's", { content: [{ type: "text", text: "Ho" }, { type: "tool_use" }] }, "Ho"],
  ["Responses", { output: [{ type: "reasoning" }, { type: "message", role: "assistant", content: [{ type: "output_text", text: "Ho" }] }] }, "Ho"],
  ["Gemini's", { candidates: [{ content: { parts: [{ text: "Ho" }] } }] }, "Ho"],
  ["messages", '[{"role":"assistant","parts":[{"type":"text","content":"Ho"}]}]', "Ho"],
  ["a text", "Ho", "Ho"],
  ["only a call of a tool", { choices: [{ message: { content: null, tool_calls: [{}] } }] }, null],
  ["nothing", "{}", null],
  ["less than nothing", null, null],
])("answers: %s", (_, value, text) => {
  expect(answerText(value)).toBe(text);
});
