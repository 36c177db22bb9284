import { expect, test } from "vitest";
import { desk } from "../desk.ts";
import { folder, jsonl, policy } from "../wrp.ts";

const at = folder({ "desk.jsonl": jsonl(desk(40)) });

async function judged(yaml: string | Uint8Array, ...flags: string[]) {
  at.put("own/wrp.yaml", yaml);
  return at.inside("eval", "desk.jsonl", "-c", "own/wrp.yaml", "--store", ":memory:", "--resamples", "200", "--json", "-q", ...flags);
}

test.each([
  ["an unknown key", "polices: []\n", 'own/wrp.yaml:1: unknown key "polices"'],
  ["an unknown key deep inside", "models:\n  - name: wren\n    price: free\n    cheap: true\n", 'own/wrp.yaml:4: "models.0" unknown key "cheap"'],
  ["an unknown kind", "policies:\n  - name: x\n    kind: magic\n", 'own/wrp.yaml:3: "policies.0.kind" is no known kind of policy (got "magic")'],
  ["an unknown model", "policies:\n  - kind: random\n  - kind: always\n    model: eagle\n", 'own/wrp.yaml:4: unknown model "eagle"'],
  ["an unknown model in a mix", "policies:\n  - {kind: mix, weights: {eagle: 1}}\n", 'own/wrp.yaml:2: unknown model "eagle"'],
  ["an unknown model in a rule", "policies:\n  - kind: rules\n    rules: [{when: 'true', model: eagle}]\n    default: wren\n", 'own/wrp.yaml:3: unknown model "eagle"'],
  ["an unknown fact", "policies:\n  - {kind: threshold, fact: beauty}\n", 'own/wrp.yaml:2: unknown fact "beauty"'],
  ["a fact that no prompt has", "policies:\n  - {kind: threshold, fact: meta.beauty}\n", "own/wrp.yaml:2: policy \"threshold\": no prompt has meta.beauty"],
  ["CEL that cannot be read", "policies:\n  - kind: rules\n    rules:\n      - {when: 'prompt.tokens >', model: wren}\n    default: wren\n", 'own/wrp.yaml:4: CEL expression "prompt.tokens >"'],
  ["a filter that cannot be read", "name: x\nwhere: 'meta.'\n", 'own/wrp.yaml:2: CEL expression "meta."'],
  ["a negative price", "models:\n  - name: wren\n    price: {inputUsdPer1M: -1, outputUsdPer1M: 2}\n", "(got -1)"],
  ["one name for two policies", "policies:\n  - {kind: random, name: x}\n  - {kind: oracle, name: x}\n", 'own/wrp.yaml:3: two policies are named "x"'],
  ["a policy named like a model", "policies:\n  - {kind: random, name: wren}\n", 'own/wrp.yaml:2: two policies are named "wren"'],
  ["one model twice", "models:\n  - name: wren\n  - {name: wren, price: free}\n", 'own/wrp.yaml:3: two models are named "wren"'],
  ["weights of nothing", "policies:\n  - {kind: mix, weights: {wren: 0}}\n", "weights must not all be 0"],
  ["broken YAML", "policies: [\n", "own/wrp.yaml:2: "],
  ["a key twice", "name: a\nname: b\n", "own/wrp.yaml:2: Map keys must be unique"],
  ["a list", "- a\n- b\n", "own/wrp.yaml:1: "],
  ["a wrong type behind a byte order mark and CRLF", "\uFEFFname: a\r\nseed: one\r\n", 'own/wrp.yaml:2: "seed"'],
])("%s: exit 2, the file, the line and the value", async (_, yaml, message) => {
  const ran = await judged(yaml);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(JSON.parse(ran.stderr).error.message).toContain(message);
});

test("a byte order mark, CRLF and an empty file are no trouble", async () => {
  const marked = await judged("\uFEFFname: marked\r\npolicies:\r\n  - kind: random\r\n    name: coin\r\n");
  expect(marked.code, marked.stderr).toBe(0);
  expect(policy(marked.json(), "coin").kind).toBe("random");
  expect((await judged("")).code).toBe(0);
  expect((await judged("# nothing yet\n")).code).toBe(0);
});

test("datasets and lists to leave out are found beside the config; flags go before it", async () => {
  at.put("own/data.jsonl", jsonl(desk(30, 3)));
  at.put("own/wrp.yaml", "datasets: [data.jsonl]\nseed: 5\nreference: heron\nobjectives: [quality]\nmargins: {quality: 0.2}\n");
  const run = async (...args: string[]) => (await at.inside("eval", ...args, "-c", "own/wrp.yaml", "--store", ":memory:", "--json", "-q")).json();
  expect(await run()).toMatchObject({ workload: { prompts: 30, name: "data" }, run: { seed: 5 }, statistics: { reference: "heron" }, objectives: ["quality"] });
  const overridden = await run("desk.jsonl", "--seed", "6", "--reference", "wren", "--objective", "cost,quality", "--margin", "quality=0.3");
  expect(overridden).toMatchObject({ workload: { prompts: 40 }, run: { seed: 6 }, statistics: { reference: "wren" }, objectives: ["cost", "quality"] });
  expect(overridden.comparisons.find((c) => c.metric === "quality")?.margin).toBe(0.3);
});

test("wrp.yaml of the folder is found by itself", async () => {
  const own = folder({ "desk.jsonl": jsonl(desk(20)), "wrp.yaml": "datasets: [desk.jsonl]\npolicies: [{kind: random, name: coin}]\n" });
  const report = (await own.inside("eval", "--json", "-q")).json();
  expect(policy(report, "coin")).toBeDefined();
  expect(report.statistics.reference).toBe("coin");
});

test("policies as flags: named by themselves, several side by side, values in YAML flow form", async () => {
  const flags = ["threshold(fact=prompt.tokens,threshold=300)", "threshold(fact=prompt.tokens, threshold=100)", "mix(weights={wren: 0.5, heron: 0.5})", "mix(name=half,weights={wren=1,condor=1})", 'rules(name=r,rules=[{when: "meta.topic == \'recipes\'", model: heron}],default=wren)', "cheapest"];
  const ran = await judged("", ...flags.flatMap((flag) => ["--policy", flag]));
  const report = ran.json();
  expect(report.policies.filter((p) => !p.control && p.kind !== "always").map((p) => p.name)).toEqual([
    "threshold(fact=prompt.tokens,threshold=300)",
    "threshold(fact=prompt.tokens,threshold=100)",
    "mix(weights={wren:0.5,heron:0.5})",
    "half",
    "r",
    "cheapest",
  ]);
  expect(policy(report, "half").share).toMatchObject({ wren: { mean: 0.5 }, condor: { mean: 0.5 } });
  expect(policy(report, "r").share["heron"]?.mean).toBeCloseTo(13 / 40, 12);
});

test.each([
  ["magic(x=1)", 'unknown kind "magic"'],
  ["threshold(fact", "write kind or kind(key=value,…)"],
  ["threshold(300)", '"300" is not key=value'],
  ["mix(weights={wren: much})", "weights.wren"],
  ["random(colour=red)", "colour"],
  ["always(model=eagle)", 'unknown model "eagle"'],
])("--policy %s: exit 2, saying what is wrong", async (flag, message) => {
  const ran = await judged("", "--policy", flag);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(JSON.stringify(message).slice(1, -1));
});
