import * as fc from "fast-check";
import { expect, test } from "vitest";
import { REQUEST_PARTS, type RequestPart } from "../../src/model/request-part.ts";
import type { Classifier } from "../../src/model/encoder.ts";
import type { RequestMessage, SignalReadings, SignalRequest, SignalSpec } from "../../src/model/signal.ts";
import { compileSignals, shareSignals } from "../../src/signals/index.ts";
import { requestOf } from "./vectors.ts";

const source = (type: string, role?: string) => ({ type, ...(role === undefined ? {} : { role }) });
const conversation = [source("message", "user"), source("message", "assistant"), source("message", "developer"), source("message", "tool"), source("message", "non_user"), source("message", ""), source("tool_definition"), source("assistant_tool_call"), source("assistant_tool_cycle"), source("active_tool_loop"), source("image_content")].flatMap((one, i) => [
  { name: `exists ${i}`, feature: { type: "exists", source: one } },
  { name: `count ${i}`, feature: { type: "count", source: one }, predicate: { gte: 1, lt: 3 } },
]);
const RULES: Readonly<Record<string, readonly { readonly name: string }[]>> = {
  keyword: [{ name: "k", operator: "OR", keywords: ["rain"] }] as never,
  structure: [{ name: "bytes", feature: { type: "count", source: { type: "text_bytes" } }, predicate: { gt: 5 } }] as never,
  context: [{ name: "short", max_tokens: "20" }, { name: "band", min_tokens: "10", max_tokens: "40" }, { name: "long", min_tokens: "30" }, { name: "never", min_tokens: "30", max_tokens: "5" }] as never,
  conversation,
  metadata: [{ name: "gold", key: "plan", predicate: { equals: "gold" } }, { name: "none", key: "plan", predicate: { exists: false } }] as never,
  reask: [{ name: "again" }, { name: "thrice", lookback_turns: 2 }] as never,
  user_feedback: [{ name: "satisfied" }],
};
const specs = new Map(Object.entries(RULES).map(([type, rules]) => [type, rules.map((fields, i): SignalSpec => ({ name: fields.name, fields, path: `${type}[${i}]` }))]));
const KEYS = [...specs].flatMap(([type, some]) => some.map(({ name }) => [type, name] as const));

/** The request as a log has it that does not tell these parts. */
function without(request: SignalRequest, parts: readonly RequestPart[]): SignalRequest {
  const gone = new Set(parts);
  let { messages } = request;
  if (gone.has("calls")) messages = messages.filter(({ role }) => role !== "tool").map(({ tool_calls: _calls, ...rest }) => rest);
  if (gone.has("images")) messages = messages.map((one) => (Array.isArray(one.content) ? { ...one, content: one.content.filter(({ type }) => type === "text") } : one));
  if (gone.has("history")) messages = messages.filter(({ role }) => role === "user").slice(-1);
  return {
    ...request,
    messages,
    ...(gone.has("tools") ? { tools: [], toolChoice: null } : {}),
    ...(gone.has("format") ? { responseFormat: null } : {}),
    ...(gone.has("limits") ? { maxTokens: null } : {}),
    ...(gone.has("metadata") ? { metadata: {} } : {}),
    unknown: gone,
  };
}

const found = (readings: SignalReadings, type: string, name: string) => ({ matched: readings.matched.get(type)?.includes(name) ?? false, confidence: readings.confidences.get(`${type}:${name}`), value: readings.values.get(`${type}:${name}`) });

test("what is known of a request of which a log tells a part is what the whole request says", () => {
  const text = fc.constantFrom("rain", "no rain today", "so it is");
  const user = fc.record({ role: fc.constant("user"), content: fc.oneof(text, text.map((said) => [{ type: "text", text: said }, { type: "image_url" }])) });
  const other = fc.oneof(
    fc.record({ role: fc.constantFrom("assistant", "system", "developer"), content: text }),
    fc.record({ role: fc.constant("assistant"), content: fc.constant(null), tool_calls: fc.constant([{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }]) }),
    fc.record({ role: fc.constant("tool"), content: text, tool_call_id: fc.constant("1") }),
  );
  const messages: fc.Arbitrary<RequestMessage[]> = fc.tuple(fc.array(fc.oneof(user, other), { maxLength: 4 }), user, fc.array(other, { maxLength: 2 })).map(([before, last, after]) => [...before, last, ...after]);
  const request = fc.record({ messages, tools: fc.array(fc.constant({}), { maxLength: 3 }), response_format: fc.constantFrom(null, { type: "json" }), metadata: fc.constantFrom({}, { plan: "gold" }), user: fc.constant("u") }).chain((written) => fc.constantFrom(0, 8, 40).map((max_tokens) => requestOf({ ...written, max_tokens })));
  const read = compileSignals(specs);
  let known = 0;
  let unknown = 0;
  fc.assert(
    fc.property(request, fc.subarray([...REQUEST_PARTS]), (whole, parts) => {
      const [of, told] = [read(whole), read(without(whole, parts))];
      for (const [type, name] of KEYS) {
        if (told.unknown.has(`${type}:${name}`)) {
          unknown++;
          continue;
        }
        known++;
        expect(of.unknown.has(`${type}:${name}`), `${type}:${name}`).toBe(false);
        expect(found(told, type, name), `${type}:${name}`).toEqual(found(of, type, name));
      }
      if (parts.length === 0) expect(told).toEqual(of);
    }),
    { numRuns: 2000 },
  );
  expect(known / (known + unknown)).toBeGreaterThan(0.4);
});

test("what is seen may settle it, though more may have been said", () => {
  const unknownOf = (written: Parameters<typeof requestOf>[0]) => [...compileSignals(specs)(requestOf(written)).unknown];
  const loop = [{ role: "user", content: "Hi" }, { role: "assistant", content: null, tool_calls: [{}] }, { role: "tool", content: "x" }];
  const told = unknownOf({ messages: loop, unknown: ["calls"] });
  expect(told).toEqual(expect.arrayContaining(["conversation:count 3", "conversation:count 7"]));
  expect(told).not.toEqual(expect.arrayContaining(["conversation:exists 3"]));
  for (const key of ["conversation:exists 3", "conversation:exists 9", "conversation:count 9", "context:never"]) expect(told).not.toContain(key);
  // 4 of framing and 1 of the role: over the first band's end, or within an open one.
  expect(unknownOf({ text: "x".repeat(200), unknown: ["limits"] }).filter((key) => key.startsWith("context"))).toEqual([]);
  expect(unknownOf({ text: "x", unknown: ["limits"] }).filter((key) => key.startsWith("context"))).toEqual(["context:short", "context:band", "context:long"]);
  expect(unknownOf({ text: "x", metadata: { plan: "gold" }, unknown: ["metadata"] })).toEqual([]);
});

test("what a model finds in a part of the history is taken back", async () => {
  const classifier = { id: "c", name: "c", labels: ["benign", "jailbreak"], classify: async (texts: readonly string[]) => texts.map(() => Float32Array.of(0, 1)) } as unknown as Classifier;
  const rule = (name: string, more: object) => ({ name, fields: { name, threshold: 0.5, ...more }, path: name });
  const shared = shareSignals([new Map([["jailbreak", [rule("now", {}), rule("ever", { include_history: true })]]])], { encoder: null, classifiers: new Map([["jailbreak", classifier]]), surrogate: false } as never);
  const [readings = []] = await shared.read([requestOf({ text: "x" }), requestOf({ text: "x", unknown: ["history"] })]);
  expect(readings.map(({ matched, unknown, confidences }) => [matched.get("jailbreak"), [...unknown], [...confidences.keys()]])).toEqual([
    [["now", "ever"], [], ["jailbreak:now", "jailbreak:ever"]],
    [["now"], ["jailbreak:ever"], ["jailbreak:now"]],
  ]);
});
