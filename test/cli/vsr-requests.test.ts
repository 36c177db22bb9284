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

/** Without a rule about who asks, which no log here says. */
const TOLD = DESK.replace(/^ *role_bindings.*\n/m, "").replace(/^ *- \{ name: boss, prio.*\n/m, "");
const spend = { call_type: "acompletion", startTime: "2026-09-07T08:00:00Z", endTime: "2026-09-07T08:00:01Z", spend: 0.1, model: "plain", prompt_tokens: 3, completion_tokens: 4 };
const span = (id: string, attributes: object) => ({ traceId: id, spanId: id, startTimeUnixNano: "1788768000000000000", endTimeUnixNano: "1788768001000000000", attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "plain", ...attributes } });
const spoken = { "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: "Hi" }] }]) };

test.each<[string, readonly object[], readonly (string | null)[], RegExp | null]>([
  ["a dataset: its prompts are whole requests", [{ prompt: "Hi", outcomes: { plain: { quality: 1 } } }, { id: "t", prompt: "Hi", request: { tools: [{}, {}] }, outcomes: { plain: { quality: 1 } } }], ["plain", "tools"], null],
  ["a dataset that says what it does not know", [{ prompt: "Hi", chosen: "plain", request: { unknown: ["tools"] } }, { prompt: "Ho", chosen: "plain", request: { unknown: ["metadata"] } }], [null, "plain"], /1 of 2 prompts undetermined.*: context, conversation unknown, since .*the log does not tell what they read of requests: tools \(/],
  [
    "spend logs: with bodies, and with messages alone, unless what is seen settles it",
    [
      { ...spend, request_id: "1", proxy_server_request: { messages: [ask] } },
      { ...spend, request_id: "2", messages: [ask], proxy_server_request: {} },
      { ...spend, request_id: "3", messages: [ask, { role: "assistant", content: null, tool_calls: [call("1")] }, result("1")], proxy_server_request: {} },
    ],
    ["plain", null, "loop"],
    /1 of 3 prompts undetermined/,
  ],
  ["spans: with tools, and where nobody says whether there were some", [span("1", { ...spoken, "gen_ai.tool.definitions": "[{},{}]" }), span("2", { ...spoken, "gen_ai.tool.definitions": "[]" }), span("3", spoken)], ["tools", "plain", null], /1 of 3 prompts undetermined/],
  ["a router's records without bodies", [{ id: "1", timestamp: "2026-09-07T08:00:00Z", decision: "d", original_model: "auto", selected_model: "plain", prompt: "Hi" }], [null], /1 of 1 prompts undetermined.*calls, format, history, images, limits, metadata, tools \(/],
])("what a log does not tell is unknown: %s", async (_, rows, expected, told) => {
  const at = folder({ "desk.yaml": TOLD, "log.jsonl": jsonl([...rows]) });
  expect(await decided(at, "log.jsonl")).toEqual(expected);
  const report = await at.inside("eval", "log.jsonl", "--policy", "vsr:desk.yaml", "--json", "-q", "--resamples", "200");
  const notes = JSON.stringify(report.json<unknown>());
  if (told) expect(notes).toMatch(told);
  else expect(notes).not.toMatch(/undetermined/);
  // In wrp's own form, and from the store, it is as little known.
  expect((await at.inside("import", "log.jsonl", "-o", "own.jsonl")).code).toBe(0);
  at.put("desk.yaml", TOLD.replace("gte: 2", "gte: 1"));
  expect(await decided(at, "log.jsonl")).toEqual(expected);
  expect(await decided(at, "own.jsonl")).toEqual(expected);
});

test("a request on the command line is whole unless it says otherwise", async () => {
  const at = folder({ "desk.yaml": TOLD });
  const model = async (...flags: string[]) => (await at.inside("route", ...flags, "--policy", "vsr:desk.yaml", "--json")).json<{ decisions: { model: string | null }[] }>().decisions[0]?.model;
  expect(await model("Hi")).toBe("plain");
  at.put("body.json", JSON.stringify({ messages: [ask], unknown: ["images"] }));
  expect(await model("--request", "body.json")).toBeNull();
  at.put("body.json", JSON.stringify({ messages: [ask], unknown: ["pictures"] }));
  const ran = await at.inside("route", "--request", "body.json", "--policy", "vsr:desk.yaml");
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(/body\.json.*unknown.*must be one of history, calls, images/s)]);
});
