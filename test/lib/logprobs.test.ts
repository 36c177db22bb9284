import { expect, test } from "vitest";
import { logprobReader } from "../../src/lib/logprobs.ts";
import { openaiChat } from "../../src/pool/protocols/openai-chat.ts";

const token = (logprob: number, ...others: number[]) => ({ token: "x", logprob, top_logprobs: [logprob, ...others].map((one) => ({ token: "x", logprob: one })) });

test("confidence is the mean over tokens, of their log-probabilities and of the margin to the second likeliest", () => {
  const reader = logprobReader();
  reader.take({ content: [token(-0.25, -1.25), token(-0.75, -3.75)] });
  expect(reader.confidence()).toEqual({ logprob: -0.5, margin: 2 });
});

test("the likeliest token need not be the one that was taken, and the order of the list says nothing", () => {
  const reader = logprobReader();
  reader.take({ content: [token(-2, -0.5, -4)] });
  expect(reader.confidence()).toEqual({ logprob: -2, margin: 1.5 });
});

test("what is not there is not known", () => {
  for (const nothing of [null, undefined, {}, { content: null }, { content: [] }, { content: [{}, { logprob: "-1" }, { logprob: -Infinity }] }, [], "x"]) {
    const reader = logprobReader();
    reader.take(nothing);
    expect(reader.confidence()).toBeUndefined();
  }
  const bare = logprobReader();
  bare.take({ content: [{ logprob: -1 }, { logprob: 1e-9, top_logprobs: [{ logprob: 0 }] }] });
  expect(bare.confidence()).toEqual({ logprob: -0.5 });
});

test("openai-chat gathers it over the pieces of a stream, and of a document", () => {
  const stream = openaiChat.reader();
  const piece = (content: string, ...tokens: object[]) => stream.take({ data: JSON.stringify({ choices: [{ index: 0, delta: { content }, logprobs: { content: tokens } }] }) });
  piece("Hel", token(-0.25, -1.25));
  piece("lo", token(-0.75, -3.75));
  expect(stream.answer()).toMatchObject({ text: "Hello", confidence: { logprob: -0.5, margin: 2 } });
  const whole = openaiChat.reader();
  whole.takeWhole({ choices: [{ message: { content: "Hello" }, logprobs: { content: [token(-1)] }, finish_reason: "stop" }] });
  expect(whole.answer().confidence).toEqual({ logprob: -1 });
  const silent = openaiChat.reader();
  silent.takeWhole({ choices: [{ message: { content: "Hello" }, finish_reason: "stop" }] });
  expect(silent.answer().confidence).toBeUndefined();
});
