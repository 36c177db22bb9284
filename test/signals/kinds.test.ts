import { describe, expect, test } from "vitest";
import { compileSignals, readSignals } from "../../src/signals/index.ts";
import { matched, problems, read } from "./requests.ts";
import { requestOf, type WrittenRequest } from "./vectors.ts";

describe("context", () => {
  const bands = [{ name: "small", min_tokens: "0", max_tokens: "50" }, { name: "exact", min_tokens: "107", max_tokens: 107 }, { name: "k", min_tokens: "1k", max_tokens: "1.5K" }, { name: "open", min_tokens: "1M" }, { name: "never", min_tokens: "50", max_tokens: "10" }];
  test("both ends are within, a band without its upper end is open, an inverted one never matches", () => {
    // 4 of framing, and bytes of the role and the text by 4.
    expect(matched("context", bands, "x".repeat(180))).toEqual(["small"]);
    expect(matched("context", bands, "x".repeat(181))).toEqual([]);
    expect(matched("context", bands, { text: "x".repeat(180), max_tokens: 57 })).toEqual(["exact"]);
    expect(matched("context", bands, { text: "x".repeat(180), max_tokens: 57, max_completion_tokens: 950 })).toEqual(["k"]);
    expect(matched("context", bands, { text: "x".repeat(180), max_tokens: 1450 })).toEqual(["k"]);
    expect(matched("context", bands, { text: "x", max_tokens: 1e6 })).toEqual(["open"]);
  });
  test("what is no number of tokens is told", () => {
    expect(problems("context", { name: "a", min_tokens: "8kk", max_tokens: "-1" })).toEqual([
      'routing.signals.context[0].min_tokens of signal "a" must be a number of tokens, such as 8000 or 8K (got "8kk")',
      'routing.signals.context[0].max_tokens of signal "a" must be a number of tokens, such as 8000 or 8K (got "-1")',
    ]);
    expect(problems("context", { name: "a" })).toEqual(['routing.signals.context[0] of signal "a" needs min_tokens or max_tokens']);
  });
});

describe("structure", () => {
  const rule = (type: string, source: object, predicate?: object) => ({ name: "s", feature: { type, source }, ...(predicate ? { predicate } : {}) });
  const value = (type: string, source: object, request: WrittenRequest | string) => read("structure", [rule(type, source)], request).values.get("structure:s");
  test("counts what occurs", () => {
    expect(value("count", { type: "regex", pattern: "[?？]" }, "what? 什么？")).toBe(2);
    expect(value("count", { type: "regex", pattern: "a*" }, "baac🚨d")).toBe(5);
    expect(value("count", { type: "keyword_set", keywords: ["the", "c++", "紧急"] }, "The C++ of others, 非紧急the")).toBe(4);
    expect(value("count", { type: "keyword_set", keywords: ["aa", ""] }, "aa aaa aa")).toBe(2);
    expect(value("density", { type: "keyword_set", keywords: ["再"] }, "再 one two2 再来")).toBe(2 / 5);
    expect(value("density", { type: "regex", pattern: "!" }, "!!!")).toBe(0);
    expect(value("exists", { type: "sequence", sequences: [[], ["First", "then"]] }, "first, and THEN")).toBe(1);
    expect(value("sequence", { type: "sequence", case_sensitive: true, sequences: [["First", "then"]] }, "first, and THEN")).toBe(0);
    expect(value("sequence", { type: "regex", pattern: "x" }, "x")).toBe(0);
    expect(value("count", { type: "text_bytes" }, " é🚨\n")).toBe(8);
    expect(value("count", { type: "text_bytes" }, { messages: [{ role: "assistant", content: "hello" }] })).toBe(0);
    expect(value("count", { type: "text_bytes" }, "  \n ")).toBeUndefined();
  });
  test("confidence grows with the distance from the first bound that is set", () => {
    const confidence = (predicate?: object) => read("structure", [rule("count", { type: "regex", pattern: "x" }, predicate)], "x x").confidences.get("structure:s");
    expect(confidence()).toBe(1);
    expect(confidence({ gte: 1, lt: 99 })).toBeCloseTo(1 / (1 + Math.exp(-4)), 12);
    expect(confidence({ gte: 2 })).toBe(0.5);
    expect(confidence({ gt: 2 })).toBe(0);
    expect(confidence({})).toBeCloseTo(1 / (1 + Math.exp(-4)), 12);
  });
  test("what is wrong is told", () => {
    expect(problems("structure", rule("counts", { type: "regex" }), { name: "t" }, rule("count", { type: "regex", pattern: "(" }), rule("count", { type: "words" }))).toEqual([
      'routing.signals.structure[0].feature.source.pattern of signal "s" is missing',
      'routing.signals.structure[0].feature.type of signal "s" must be exists, count, density or sequence (got "counts")',
      'routing.signals.structure[1].feature of signal "t" must have a type and a source',
      'routing.signals.structure[2].feature.source.pattern of signal "s" is no RE2 pattern: missing closing ): `(?i)(`',
      'routing.signals.structure[3].feature.source.type of signal "s" must be regex, keyword_set, sequence or text_bytes (got "words")',
    ]);
  });
});

describe("conversation", () => {
  const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
  const value = (source: object, messages: NonNullable<WrittenRequest["messages"]>) => read("conversation", [{ name: "c", feature: { type: "count", source } }], { messages }).values.get("conversation:c");
  test("developer messages count as one, unknown roles as none", () => {
    const messages = ["developer", "developer", "system", "critic", "User"].map((role) => ({ role, content: "x" }));
    expect(value({ type: "message" }, messages)).toBe(3);
    expect(value({ type: "message", role: "non_user" }, messages)).toBe(2);
    expect(value({ type: "message", role: "user" }, messages)).toBe(1);
  });
  test("a tool loop: a call without its result, a result at the end, or a user right after it", () => {
    const loop = (...messages: NonNullable<WrittenRequest["messages"]>) => value({ type: "active_tool_loop" }, messages);
    const [asks, result, user, answer] = [{ role: "assistant", content: null, tool_calls: [call] }, { role: "tool", content: "r" }, { role: "user", content: "u" }, { role: "assistant", content: "a" }];
    expect(loop(user, asks)).toBe(1);
    expect(loop(user, asks, result)).toBe(1);
    expect(loop(user, asks, result, user)).toBe(1);
    expect(loop(user, asks, result, answer)).toBe(0);
    expect(loop(user, asks, result, user, user)).toBe(0);
    expect(loop(user, asks, answer)).toBe(1);
  });
  test("a count without a predicate always matches, exists never at zero; images are the user's", () => {
    const rules = [{ name: "any", feature: { type: "count", source: { type: "image_content" } } }, { name: "some", feature: { type: "exists", source: { type: "image_content" } }, predicate: { gte: 0 } }];
    const image = { type: "image_url", image_url: { url: "data:" } };
    expect(matched("conversation", rules, { messages: [{ role: "assistant", content: [image] }] })).toEqual(["any"]);
    expect(matched("conversation", rules, { messages: [{ role: "user", content: [image] }] })).toEqual(["any", "some"]);
  });
  test("what is wrong is told", () => {
    const rule = (type: string, source: object) => ({ name: "c", feature: { type, source } });
    expect(problems("conversation", rule("density", { type: "message" }), rule("count", { type: "messages" }), rule("count", { type: "message", role: "bot" }))).toEqual([
      'routing.signals.conversation[0].feature.type of signal "c" must be exists or count (got "density")',
      'routing.signals.conversation[1].feature.source.type of signal "c" must be one of message, tool_definition, assistant_tool_call, assistant_tool_cycle, active_tool_loop, image_content (got "messages")',
      'routing.signals.conversation[2].feature.source.role of signal "c" must be one of user, assistant, system, developer, tool, non_user (got "bot")',
    ]);
  });
});

describe("events", () => {
  const all = { name: "e", event_types: ["payment_failed", " "], severities: [" Critical", "bogus"], action_codes: ["INC-42"], temporal: true };
  const confidence = (rule: { readonly name: string } & Readonly<Record<string, unknown>>, text: string) => read("event", [rule], text).confidences.get("event:e");
  test("confidence is half, and half of the share of criteria that are met", () => {
    expect(confidence(all, "PAYMENT_FAILED")).toBe(0.625);
    expect(confidence(all, "critical payment_failed inc-42, time-sensitive")).toBe(1);
    expect(confidence(all, "uncritical payment_failed2")).toBeUndefined();
    expect(confidence({ ...all, severities: ["bogus"] }, "critical window")).toBe(0.5 + 0.5 / 3);
    expect(confidence({ name: "e" }, "urgent")).toBeUndefined();
  });
  test("only the head, the middle and the tail of a long text are read", () => {
    const at = (index: number) => `${"x ".repeat(index)}INC-42 ${"x ".repeat(3000 - index)}`;
    const found = [0, 330, 345, 1200, 1300, 1500, 1800, 2600, 2670, 2990].map((index) => confidence({ ...all, temporal: false }, at(index)) !== undefined);
    expect(found).toEqual([true, true, false, false, false, true, false, false, true, true]);
    expect(confidence(all, `${"🚨".repeat(2040)} INC-42`)).toBe(0.625);
  });
});

test("metadata: equals before in before exists; a number as its text; inherited keys are absent", () => {
  const rule = (predicate: object, key = "tier") => [{ name: "m", key, predicate }];
  const facts: WrittenRequest = { text: "", metadata: { tier: 3, gold: true, list: [] } };
  expect(matched("metadata", rule({ equals: "3", exists: false }), facts)).toEqual(["m"]);
  expect(matched("metadata", rule({ equals: 3 }), facts)).toEqual(["m"]);
  expect(matched("metadata", rule({ equals: "" }), { text: "", metadata: { tier: "" } })).toEqual(["m"]);
  expect(matched("metadata", rule({ in: [2, 3] }), facts)).toEqual(["m"]);
  expect(matched("metadata", rule({ in: ["2"], exists: true }), facts)).toEqual([]);
  expect(matched("metadata", rule({ exists: true }, "list"), facts)).toEqual([]);
  expect(matched("metadata", rule({ exists: true }, "constructor"), facts)).toEqual([]);
  expect(matched("metadata", rule({ exists: false }, "constructor"), facts)).toEqual(["m"]);
  expect(read("metadata", rule({ equals: "true" }, "gold"), facts).confidences.get("metadata:m")).toBe(1);
  expect(problems("metadata", { name: "m" })).toEqual(['routing.signals.metadata[0].key of signal "m" is missing', 'routing.signals.metadata[0].predicate of signal "m" needs equals, in or exists']);
});

describe("role bindings", () => {
  const bindings = [
    { name: "b1", role: "admin", subjects: [{ kind: "user ", name: " ann " }, { kind: "Group", name: "ops" }] },
    { name: "b2", role: "admin", subjects: [{ kind: "Group", name: "root" }] },
    { name: "b3", role: "premium", subjects: [{ kind: "GROUP", name: "gold" }] },
  ];
  test("the role is what matches, once", () => {
    expect(matched("authz", bindings, { text: "", user: "bob", groups: ["gold", "ops", "root"] })).toEqual(["admin", "premium"]);
    expect(matched("authz", bindings, { text: "", user: "ann" })).toEqual(["admin"]);
    expect(matched("authz", bindings, { text: "", user: "Ann" })).toEqual([]);
  });
  test("an empty user is an error, unless it may pass; a user that nobody noted is unknown", () => {
    const empty = read("authz", bindings, { text: "", user: "", groups: ["ops"] });
    expect([...empty.errors]).toEqual(["authz:admin", "authz:premium"]);
    expect(empty.matched.size).toBe(0);
    const open = read("authz", bindings, { text: "", user: "", groups: ["ops"] }, { settings: { fail_open: true } });
    expect([open.errors.size, open.matched.size, open.unknown.size]).toEqual([0, 0, 0]);
    expect([...read("authz", bindings, { text: "" }).unknown]).toEqual(["authz:admin", "authz:premium"]);
  });
  test("what is wrong is told", () => {
    expect(problems("authz", { name: "b" }, { name: "b", role: "r", subjects: [{ kind: "Team", name: " " }] })).toEqual([
      'routing.signals.authz[0].role of signal "b" is missing',
      'routing.signals.authz[0].subjects of signal "b" must name a user or a group at least',
      'routing.signals.authz[1].name of signal "b" is the name of another binding too',
      'routing.signals.authz[1].subjects[0].kind of signal "b" must be User or Group (got "Team")',
      'routing.signals.authz[1].subjects[0].name of signal "b" is missing',
    ]);
  });
});

describe("all types", () => {
  test("what needs a model is unknown; the first wrong spec raises where nobody is told", () => {
    const specs = new Map(["domain", "pii", "constructor"].map((type) => [type, [{ name: "x", fields: {}, path: "p" }]]));
    expect([...readSignals(specs, requestOf({ text: "x" })).unknown]).toEqual(["domain:x", "pii:x", "constructor:x"]);
    expect(() => compileSignals(new Map([["keyword", [{ name: "x", fields: { operator: "XOR" }, path: "p" }]]]))).toThrow('p.operator of signal "x" must be AND, OR or NOR (got "XOR")');
  });
  test("the last user text is read; others' texts only where no user said or showed anything", () => {
    const rules = ["alpha", "beta", "gamma"].map((name) => ({ name, operator: "OR", keywords: [name] }));
    const said = (...messages: NonNullable<WrittenRequest["messages"]>) => matched("keyword", rules, { messages });
    const image = { type: "image_url" };
    expect(said({ role: "user", content: "alpha" }, { role: "assistant", content: "beta" }, { role: "user", content: [{ type: "text", text: "gamma" }] })).toEqual(["gamma"]);
    expect(said({ role: "user", content: "alpha" }, { role: "user", content: " " })).toEqual(["alpha"]);
    expect(said({ role: "system", content: "beta" }, { role: "assistant", content: "gamma" }, { role: "tool", content: "alpha" })).toEqual(["beta", "gamma"]);
    expect(said({ role: "system", content: "beta" }, { role: "user", content: [image] })).toEqual([]);
    expect(said({ role: "user", content: "alpha" }, { role: "user", content: [image] })).toEqual(["alpha"]);
  });
});
