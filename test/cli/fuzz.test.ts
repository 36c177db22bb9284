import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readBaseline } from "../../src/cli/baseline-file.ts";
import { loadConfig } from "../../src/cli/load-config.ts";
import { policyFromFlag } from "../../src/cli/policy-flag.ts";
import { celScope, condition } from "../../src/lib/cel.ts";
import { WrpError } from "../../src/model/errors.ts";
import { parseGate, quantileOf } from "../../src/model/gate.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import { mutatedText } from "../workload/mutations.ts";
import { desk } from "../desk.ts";
import { folder, jsonl } from "../wrp.ts";

/** Everything that a user writes by hand, spoilt: what comes of it is right in itself, or an error that says what is wrong. */
const RUNS = { numRuns: 1000 };
const at = folder({ "desk.jsonl": jsonl(desk(10)) });

const CONFIG = `name: desk
datasets: [desk.jsonl]
where: 'meta.topic == "recipes"'
models:
  - name: wren
    price: {inputUsdPer1M: 0.1, outputUsdPer1M: 0.4}
    trusted: true
  - {name: heron, price: free}
  - name: drawn
    simulated: {quality: {mean: 0.5, slices: [{when: 'prompt.tokens > 10.0', mean: 0.2}]}, outputTokens: 100}
policies:
  - &first {kind: random, name: coin}
  - {kind: threshold, fact: prompt.tokens, strongShare: 0.3}
  - name: by-topic
    kind: rules
    rules:
      - {when: 'prompt.lengthCodePoints > 100', model: wren}
    default: heron
objectives: [cost, quality]
margins: {quality: 0.01}
gates: ["quality >= baseline - 0.01", {policy: coin, expression: "latencyMs.p95 < 2000"}]
seed: 5
`;

/** What `work` gives, or null where it tells the user what is wrong. Anything else that is thrown fails. */
function told<T>(work: () => T, file?: string): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    expect(error.exitCode).toBe(2);
    expect(error.message.length).toBeLessThan(20_000);
    if (file !== undefined) expect(error.place?.file).toBe(file);
    return null;
  }
}

test("a spoilt config is a config that holds what it may, or an error with its file", () => {
  let read = 0;
  fc.assert(
    fc.property(mutatedText([CONFIG]), (yaml) => {
      at.put("wrp.yaml", yaml);
      const loaded = told(() => loadConfig("wrp.yaml", at.path), "wrp.yaml");
      if (!loaded) return;
      read++;
      for (const model of loaded.config.models ?? []) {
        expect(model.name).not.toBe("");
        if (typeof model.price === "object") expect("gpuHourUsd" in model.price ? model.price.gpuHourUsd : model.price.inputUsdPer1M).toSatisfy((price: number) => price >= 0 && price < Infinity);
      }
      for (const spec of loaded.config.policies ?? []) expect(loaded.placeOf(spec)?.file).toBe("wrp.yaml");
      if (loaded.config.seed !== undefined) expect(Number.isSafeInteger(loaded.config.seed)).toBe(true);
    }),
    RUNS,
  );
  expect(read).toBeGreaterThan(50);
});

test("a spoilt baseline is one that agrees with itself, or an error with its file", async () => {
  const blessed = await at.inside("eval", "desk.jsonl", "--no-config", "--store", ":memory:", "--resamples", "200", "--bless", "--baseline", "good.jsonl", "-q");
  expect(blessed.code, blessed.stderr).toBe(0);
  const good = at.read("good.jsonl");
  fc.assert(
    fc.property(mutatedText([good]), (text) => {
      at.put("base.jsonl", text);
      const baseline = told(() => readBaseline("base.jsonl", at.path), "base.jsonl");
      if (!baseline) return;
      expect(baseline.rows).toHaveLength(baseline.header.prompts);
      expect(new Set(baseline.rows.map((row) => row.p)).size).toBe(baseline.rows.length);
      for (const row of baseline.rows) for (const value of Object.values(row).flat()) if (typeof value !== "string" && value !== null) expect(Number.isFinite(value)).toBe(true);
    }),
    RUNS,
  );
  // What reads well must also be used, or refused, without a stack.
  for (const text of fc.sample(mutatedText([good]), 40)) {
    at.put("base.jsonl", text);
    const ran = await at.inside("eval", "desk.jsonl", "--no-config", "--store", ":memory:", "--resamples", "200", "--gate", "quality >= baseline - 0.5", "--baseline", "base.jsonl", "-q");
    expect([0, 1, 2, 3]).toContain(ran.code);
    expect(ran.stderr).not.toContain("this is a bug");
  }
}, 300_000);

test("a spoilt gate is a line that is a finite number, or refused", () => {
  const gates = ["quality >= baseline - 0.01", "costUsdPer1k <= 0.8 * baseline", "latencyMs.p95 < 2000", "errorRate < 5 %", "privacy.leakRate == 0", "share.heron >= 1e-3 + baseline / 2"];
  fc.assert(
    fc.property(fc.oneof(mutatedText(gates), fc.string()), (text) => {
      const gate = told(() => parseGate(text));
      if (!gate) return;
      expect([gate.factor, gate.offset].every(Number.isFinite)).toBe(true);
      expect(gate.factor).toBeGreaterThanOrEqual(0);
      expect([">=", ">", "<=", "<", "==", "!="]).toContain(gate.op);
      expect(gate.metric.includes(".p") && /^(latency|ttft)Ms/.test(gate.metric) ? quantileOf(gate.metric) : gate.metric).toBeTruthy();
    }),
    RUNS,
  );
});

test("a spoilt --policy is a policy of a known kind, or refused", () => {
  const flags = ["threshold(fact=prompt.tokens,threshold=300)", "mix(weights={wren: 0.5, heron: 0.5})", "mix(name=half,weights={wren=1,condor=1})", `rules(name=r,rules=[{when: "meta.topic == 'a'", model: heron}],default=wren)`, "cheapest", "zero-router(costUsdPer1k=3)"];
  fc.assert(
    fc.property(fc.oneof(mutatedText(flags), fc.string()), (text) => {
      const spec = told(() => policyFromFlag(text, "."));
      if (spec?.kind === "threshold") expect(Number.isNaN(spec.threshold ?? 0)).toBe(false);
      if (spec?.kind === "mix") for (const weight of Object.values(spec.weights)) expect(weight).toBeGreaterThanOrEqual(0);
    }),
    RUNS,
  );
});

test("a spoilt condition is true, false or refused, for any prompt", () => {
  const conditions = ["prompt.tokens > 200.0 && 'pii' in prompt.tags", "meta.level >= 2.0 || meta.topic.startsWith('x')", "prompt.messages.exists(m, m.role == 'user' && m.content.size() > 3)", "!(prompt.text.matches('^a+$')) ? true : prompt.turn == 0.0"];
  const prompt: Prompt = {
    ordinal: 0, id: "p", hash: "0".repeat(32), messages: [{ role: "user", content: "aaaa" }], dataset: "d", file: "f", row: 0, lengthCodePoints: 4, inputTokens: 1, session: null, turn: null,
    tags: ["pii"], meta: { level: 3, topic: "x", none: null, ["__proto__"]: 1, constructor: "c" }, reference: null, grader: null, chosen: null, outcomes: [],
  };
  fc.assert(
    fc.property(fc.oneof(mutatedText(conditions), fc.string()), (text) => {
      const matched = told(() => condition(text, { file: "wrp.yaml", line: 1 }).test(celScope(prompt)), "wrp.yaml");
      expect([true, false, null]).toContain(matched);
    }),
    RUNS,
  );
});

test("a spoilt chat and a spoilt --map never show a stack", async () => {
  const chat = JSON.stringify({ messages: [{ role: "system", content: "be brief" }, { role: "user", content: "how long is a 'piece' of \"string\"?" }] }, null, 1);
  at.put("models.yaml", "models: [{name: wren}, {name: heron}]\npolicies: [{kind: random, name: coin}]\n");
  await fc.assert(
    fc.asyncProperty(mutatedText([chat]), async (text) => {
      at.put("chat.json", text);
      const ran = await at.inside("route", "--messages", "chat.json", "-c", "models.yaml", "--json");
      if (ran.code !== 0) expect(JSON.parse(ran.stderr)).toMatchObject({ error: { file: "chat.json", exitCode: 2 } });
      else expect(ran.json<{ decisions: unknown[] }>().decisions).toHaveLength(1);
    }),
    { ...RUNS, numRuns: 400 },
  );
  at.put("t.csv", "question,score,usd,model\nq,1,0.1,a\nr,0,0.2,b\n");
  await fc.assert(
    fc.asyncProperty(mutatedText(["prompt=question,quality.a=score,cost.a=usd", "prompt=question,model=model,quality=score,cost=usd", "id=question,meta.*=*,meta.x=usd,tags=model"]), async (map) => {
      const ran = await at.inside("import", "t.csv", "--map", map.startsWith("-") ? `=${map}` : map, "-o", "-", "-q");
      expect([0, 2]).toContain(ran.code);
      expect(ran.stderr).not.toContain("this is a bug");
      if (ran.code === 2) expect(ran.stderr).toContain("error: ");
    }),
    { ...RUNS, numRuns: 400 },
  );
}, 300_000);
