import { expect, test } from "vitest";
import { folder, jsonl } from "../wrp.ts";

/** Each decision by one thing that no text tells. */
const DESK = `providers: { defaults: { default_model: plain }, models: [{ name: plain }, { name: boss }, { name: loop }, { name: called }, { name: tools }, { name: image }, { name: long }] }
routing:
  signals:
    conversation:
      - { name: loop, feature: { type: exists, source: { type: active_tool_loop } } }
      - { name: called, feature: { type: count, source: { type: assistant_tool_call } }, predicate: { gte: 2 } }
      - { name: tools, feature: { type: count, source: { type: tool_definition } }, predicate: { gte: 2 } }
      - { name: image, feature: { type: exists, source: { type: image_content } } }
    context: [{ name: long, min_tokens: "4K", max_tokens: "1M" }]
    role_bindings: [{ name: b, role: boss, subjects: [{ kind: User, name: ann }] }]
  decisions:
    - { name: boss, priority: 60, rules: { type: authz, name: boss }, modelRefs: [{ model: boss }] }
    - { name: loop, priority: 50, rules: { type: conversation, name: loop }, modelRefs: [{ model: loop }] }
    - { name: called, priority: 40, rules: { type: conversation, name: called }, modelRefs: [{ model: called }] }
    - { name: tools, priority: 30, rules: { type: conversation, name: tools }, modelRefs: [{ model: tools }] }
    - { name: image, priority: 20, rules: { type: conversation, name: image }, modelRefs: [{ model: image }] }
    - { name: long, priority: 10, rules: { type: context, name: long }, modelRefs: [{ model: long }] }
`;

const ask = { role: "user", content: "Hi" };
const call = (id: string) => ({ id, type: "function", function: { name: "lookup", arguments: '{"secret":"quince"}' } });
const result = (id: string) => ({ role: "tool", tool_call_id: id, content: "a secret pear" });
/** Who asks is said in every request, or what hangs on it would not be known. */
const bodies = ([
  ["plain", { messages: [ask] }],
  ["boss", { messages: [ask], user: "ann" }],
  ["loop", { messages: [ask, { role: "assistant", content: null, tool_calls: [call("1")] }, result("1")] }],
  ["called", { messages: [ask, { role: "assistant", content: null, tool_calls: [call("1"), call("2")] }, result("1"), result("2"), { role: "assistant", content: "So." }, ask] }],
  ["tools", { messages: [ask], tools: [{}, {}] }],
  ["image", { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }, { type: "image_url", image_url: { url: "data:," } }] }] }],
  ["long", { messages: [ask], max_tokens: 5000 }],
] as const).map(([model, body]) => [model, { user: "bob", ...body }] as const);
const models = bodies.map(([model]) => model);
const outcomes = Object.fromEntries(models.map((model) => [model, { quality: 1, costUsd: 0.001, latencyMs: 10 }]));
const OWN = jsonl(bodies.map(([id, request]) => ({ id, request, outcomes })));

interface Row {
  readonly policy: string;
  readonly model: string | null;
}

async function decided(at: ReturnType<typeof folder>, data: string, ...more: string[]): Promise<(string | null)[]> {
  const ran = await at.inside("eval", data, "--policy", "vsr:desk.yaml", "-q", "--resamples", "200", "-o", "d.jsonl", ...more);
  expect(ran.code, ran.stderr).toBe(0);
  const rows = at.read("d.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as Row);
  return rows.filter(({ policy }) => policy.startsWith("vsr")).map(({ model }) => model);
}

test("signals see on a workload what they see of a request, whoever logged it and from the store too", async () => {
  const at = folder({ "desk.yaml": DESK, "own.jsonl": OWN, "log.jsonl": jsonl(bodies.map(([id, body], i) => ({ id, timestamp: `2026-09-07T08:00:0${i}Z`, request_id: id, decision: "d", original_model: "auto", selected_model: "plain", response_status: 200, duration_ms: 500, prompt_tokens: 20, completion_tokens: 40, request_body: JSON.stringify(body) }))) });
  for (const [model, body] of bodies) {
    at.put("body.json", JSON.stringify(body));
    const ran = await at.inside("route", "--request", "body.json", "--policy", "vsr:desk.yaml", "--json");
    expect([ran.code, ran.json<{ decisions: { model: string }[] }>().decisions[0]?.model]).toEqual([0, model]);
  }
  expect(await decided(at, "own.jsonl")).toEqual(models);
  expect(await decided(at, "log.jsonl")).toEqual(models);
  // The workload is in the store now; this policy's decisions are not.
  at.put("desk.yaml", DESK.replace("gte: 2", "gte: 1"));
  expect(await decided(at, "own.jsonl")).toEqual(models);
  expect((await at.inside("import", "own.jsonl", "-o", "again.jsonl")).code).toBe(0);
  expect(await decided(at, "again.jsonl")).toEqual(models);
  expect((await at.inside("runs", "export", "latest", "-o", "run.jsonl")).code).toBe(0);
  expect((await at.inside("runs", "export", "latest", "-o", "bare.jsonl", "--no-content")).code).toBe(0);
  expect(at.read("run.jsonl")).toMatch(/quince/);
  expect(at.read("bare.jsonl")).not.toMatch(/quince|pear|lookup|"tools":\[/);
  const other = folder({ "desk.yaml": DESK, "again.jsonl": at.read("again.jsonl"), "run.jsonl": at.read("run.jsonl") });
  expect((await other.inside("runs", "import", "run.jsonl")).code).toBe(0);
  expect(await decided(other, "again.jsonl")).toEqual(models);
});

test("--no-content keeps none of it, and another policy reads the files again", async () => {
  const at = folder({ "desk.yaml": DESK, "own.jsonl": OWN });
  expect(await decided(at, "own.jsonl", "--no-content")).toEqual(models);
  const stored = at.read(".wrp/wrp.db");
  expect(stored).not.toMatch(/quince|pear|lookup/);
  expect((await at.inside("runs", "export", "latest", "-o", "run.jsonl")).code).toBe(0);
  expect(at.read("run.jsonl")).not.toMatch(/quince|pear|lookup|"tools":\[/);
  at.put("desk.yaml", DESK.replace("gte: 2", "gte: 1"));
  expect(await decided(at, "own.jsonl", "--no-content")).toEqual(models);
});
