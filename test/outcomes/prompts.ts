import * as fc from "fast-check";
import { promptHash } from "../../src/lib/hash.ts";
import type { ChatRequest } from "../../src/model/chat-request.ts";
import type { Prompt, RecordedOutcome } from "../../src/model/prompt.ts";
import type { WorkloadHeader, WorkloadSummary } from "../../src/model/workload.ts";

/** A workload of one file; the same `file` content under another hash is another split of the same data. */
export function header(hash: string, content = "fruit"): WorkloadHeader {
  return { hash, name: `workload ${hash}`, files: [{ name: "fruit.jsonl", format: "jsonl", sha256: content, importHash: "jsonl@1" }] };
}

export function summary(read: number): WorkloadSummary {
  return { read, excluded: 0, filtered: 0, sampledOut: 0, promptsPerFile: [read], warnings: ["one line was blank"] };
}

export function outcome(model: string, rest: Partial<RecordedOutcome> = {}): RecordedOutcome {
  return { model, quality: 0.5, costUsd: 0.001, latencyMs: 120.5, ttftMs: null, inputTokens: 7, outputTokens: 3, error: null, text: `${model} says so`, ...rest };
}

/** Row `row` of fruit.jsonl, at `ordinal` of a workload. */
export function prompt(row: number, rest: Partial<Prompt> = {}): Prompt {
  const messages = rest.messages === undefined ? [{ role: "user", content: `How ripe is fruit ${row}?` }] : rest.messages;
  return {
    ordinal: row,
    id: `fruit-${row}`,
    hash: messages ? promptHash(messages) : `figures-${row}`,
    messages,
    dataset: "fruit",
    file: "fruit.jsonl",
    row,
    lengthCodePoints: 19,
    inputTokens: null,
    session: null,
    turn: null,
    tags: [],
    meta: {},
    reference: null,
    grader: null,
    chosen: null,
    outcomes: [outcome("small"), outcome("large", { quality: 1 })],
    ...rest,
  };
}

/** Prompts of any content, numbered as one file's rows. */
export function anyPrompts(): fc.Arbitrary<Prompt[]> {
  return fc.array(anyContent, { maxLength: 12 }).map((contents) =>
    contents.map(({ request, ...content }, row) => ({
      ordinal: row,
      row,
      file: "fruit.jsonl",
      hash: content.messages ? promptHash(content.messages) : `figures-${row}`,
      ...content,
      ...(request === null || content.messages === null ? {} : { request: { ...request, ...(request.messages ? { messages: [...content.messages.map((message) => ({ ...message, tool_call_id: "1" })), ...request.messages] } : {}) } }),
    })),
  );
}

const text = fc.string({ unit: "binary" });
const anyText = fc.oneof(text, fc.constantFrom("", "\u0000", "half a pair \ud83c", "🍎".repeat(1000), "a\nb\r\n\"'"));
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const whole = fc.nat({ max: 2 ** 31 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
// JSON and SQLite know no sign of zero.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));

const figures = fc.record(
  {
    model: fc.constantFrom("small", "large", "größer", "a/b:c"),
    quality: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    costUsd: maybe(positive),
    latencyMs: maybe(positive),
    ttftMs: maybe(positive),
    inputTokens: maybe(whole),
    outputTokens: maybe(positive),
    error: maybe(anyText),
    text: maybe(anyText),
  },
  { noNullPrototype: true },
);
const anyConfidence = fc.record({ logprob: positive.map((value) => -value || 0), margin: positive, verified: fc.double({ min: 0, max: 1, noNaN: true }) }, { noNullPrototype: true, requiredKeys: [] });
const anyOutcome: fc.Arbitrary<RecordedOutcome> = fc.oneof(figures, fc.tuple(figures, anyConfidence).map(([known, confidence]) => ({ ...known, confidence })));

/** With messages that are those of the prompt and more, or others. */
const anyRequest: fc.Arbitrary<ChatRequest> = fc.record(
  {
    messages: fc.array(fc.record({ role: anyText, content: fc.oneof(anyText, fc.constant(null), fc.constant([{ type: "text", text: "a" }, { type: "image_url" }])), tool_calls: fc.constant([{ id: "1" }]) }, { noNullPrototype: true, requiredKeys: ["role", "content"] }), { minLength: 1, maxLength: 3 }),
    tools: fc.array(fc.jsonValue({ noNullPrototype: true } as object).map((value) => JSON.parse(JSON.stringify(value)) as unknown), { maxLength: 2 }),
    tool_choice: fc.constantFrom("auto", { type: "function" }),
    max_tokens: whole,
    user: anyText,
    metadata: fc.constant({ plan: "gold", n: 1 }),
  },
  { noNullPrototype: true, requiredKeys: [] },
);

const anyContent = fc.record(
  {
    id: anyText,
    messages: maybe(fc.array(fc.record({ role: fc.constantFrom("user", "system", "assistant"), content: anyText }, { noNullPrototype: true }), { maxLength: 3 })),
    request: maybe(anyRequest),
    dataset: anyText,
    lengthCodePoints: maybe(whole),
    inputTokens: maybe(whole),
    session: maybe(anyText),
    turn: maybe(whole),
    tags: fc.array(anyText, { maxLength: 3 }),
    meta: fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      fc.oneof(anyText, number, fc.boolean(), fc.constant(null)),
      { maxKeys: 4, noNullPrototype: true },
    ),
    reference: maybe(anyText),
    grader: maybe(anyText),
    chosen: maybe(fc.constantFrom("small", "huge")),
    // More than one statement's worth, and the same model several times.
    outcomes: fc.oneof({ weight: 5, arbitrary: fc.array(anyOutcome, { maxLength: 6 }) }, fc.array(anyOutcome, { minLength: 60, maxLength: 70 })),
  },
  { noNullPrototype: true },
);
