import { describe, expect, test } from "vitest";
import { folder } from "../wrp.ts";

const DESK = `providers: { models: [{ name: finch }, { name: eagle }] }
routing:
  signals:
    conversation:
      - { name: loop, feature: { type: exists, source: { type: active_tool_loop } } }
      - { name: tools, feature: { type: count, source: { type: tool_definition } }, predicate: { gte: 2 } }
      - { name: image, feature: { type: exists, source: { type: image_content } } }
    context: [{ name: long, min_tokens: "4K", max_tokens: "1M" }]
    metadata: [{ name: gold, key: plan, predicate: { equals: gold } }]
    role_bindings: [{ name: b, role: boss, subjects: [{ kind: User, name: ann }] }]
  decisions:
    - { name: all, rules: { operator: OR, conditions: [{ type: conversation, name: loop }, { type: conversation, name: tools }, { type: conversation, name: image }, { type: context, name: long }, { type: metadata, name: gold }, { type: authz, name: boss }] }, modelRefs: [{ model: finch }] }
`;

async function matched(body: object, ...more: string[]) {
  const ran = await folder({ "desk.yaml": DESK, "body.json": JSON.stringify(body) }).inside("route", "--request", "body.json", "--policy", "vsr:desk.yaml", "--json", ...more);
  expect(ran.code, ran.stderr).toBe(0);
  const { decisions, prompt } = ran.json<{ prompt: { lengthCodePoints: number }; decisions: { trace: { signals: { signal: string; match: boolean }[] } }[] }>();
  return { length: prompt.lengthCodePoints, signals: decisions[0]?.trace.signals.flatMap(({ signal, match }) => (match ? [signal] : [])) };
}

const ask = { role: "user", content: "Hi" };

describe("wrp route --request", () => {
  test("signals see what a request says beside its texts", async () => {
    expect(await matched({ messages: [ask], user: "bob" })).toEqual({ length: 2, signals: [] });
    expect((await matched({ messages: [ask], tools: [{}, {}] })).signals).toEqual(["conversation:tools"]);
    expect((await matched({ messages: [ask], max_tokens: 5000 })).signals).toEqual(["context:long"]);
    expect((await matched({ messages: [ask, { role: "assistant", content: null, tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }] }] })).signals).toEqual(["conversation:loop"]);
    expect((await matched({ messages: [{ role: "user", content: [{ type: "text", text: "Hi" }, { type: "image_url", image_url: { url: "data:" } }] }] })).signals).toEqual(["context:long", "conversation:image"]);
    expect((await matched({ messages: [ask], user: "ann", metadata: { plan: "gold" } })).signals).toEqual(["authz:boss", "metadata:gold"]);
    expect((await matched({ messages: [ask], user: "ann" }, "--meta", "user=bob", "--meta", "plan=gold")).signals).toEqual(["metadata:gold"]);
  });

  test.each([
    ["no JSON", "{", /body\.json: is not JSON/],
    ["no messages", "{}", /body\.json: is no chat request: messages/],
    ["a message without a role", '{"messages": [{"content": "Hi"}]}', /messages\.0\.role/],
  ])("%s is refused", async (_, text, message) => {
    const ran = await folder({ "desk.yaml": DESK, "body.json": text }).inside("route", "--request", "body.json", "--policy", "vsr:desk.yaml");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
  });

  test("and a prompt are one too many", async () => {
    const ran = await folder({ "body.json": "{}" }).inside("route", "Hi", "--request", "body.json");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("a prompt, --messages or --request: give one");
  });
});
