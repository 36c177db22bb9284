import { describe, expect, test } from "vitest";
import { folder, jsonl, policy } from "../wrp.ts";

const config = (algorithm: string) => `providers:
  models:
    - { name: eagle, pricing: { prompt_per_1m: 100, completion_per_1m: 100 } }
    - { name: finch, pricing: { prompt_per_1m: 1, completion_per_1m: 1 } }
routing:
  modelCards: [{ name: eagle, param_size: 70B }, { name: finch, param_size: 7B }]
  signals: { keywords: [{ name: law, operator: OR, keywords: [law] }] }
  decisions:
    - { name: legal, priority: 9, rules: { type: keyword, name: law }, modelRefs: [{ model: eagle }, { model: finch }], algorithm: ${algorithm} }
    - { name: rest, priority: 1, modelRefs: [{ model: finch }] }
`;
const DATA = jsonl(Array.from({ length: 40 }, (_, k) => ({ id: `p${k}`, prompt: k % 4 === 0 ? `The law ${k}` : `Question ${k}`, outcomes: { finch: { quality: k % 2, costUsd: 0.001 }, eagle: { quality: 1, costUsd: 0.01 } } })));

async function judged(algorithm: string) {
  const ran = await folder({ "desk.yaml": config(algorithm), "data.jsonl": DATA }).inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json");
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
}

async function costed(algorithm: string) {
  const ran = await folder({ "desk.yaml": config(algorithm) }).inside("route", "the law", "--policy", "vsr:desk.yaml");
  expect(ran.code, ran.stderr).toBe(0);
  return ran.stdout;
}

describe("a cascade by confidence", () => {
  test("with upstream's default threshold takes the smallest model, and says that the others are never asked", async () => {
    const report = await judged("{ type: confidence }");
    expect(policy(report, "vsr:desk.yaml").share).toEqual({ finch: { mean: 1, ci: [1, 1] } });
    expect(report.warnings.join("\n")).toContain('decision "legal": threshold -1 of avg_logprob keeps any answer that comes with log-probabilities, since confidences lie from 0 to 1: eagle is never asked');
  });

  test("that hangs on answers is undetermined, told with its prompts and what is paid at least and at most", async () => {
    const report = await judged("{ type: confidence, confidence: { threshold: 0.6 } }");
    expect(policy(report, "vsr:desk.yaml").quality.n).toBe(30);
    expect(report.warnings.join("\n")).toContain('10 of 40 prompts go to decision "legal", whose model is undetermined: algorithm confidence: it asks finch, then eagle until the confidence in an answer (avg_logprob) reaches 0.6, which only answers tell; at least finch is called and paid for, at most all of finch, eagle');
    const words = await costed("{ type: confidence, confidence: { threshold: 0.6 } }");
    expect(words).toMatch(/^undetermined {3}by vsr:desk\.yaml$/m);
    expect(words).toContain("cost     unknown (undetermined: $0.0004020 to $0.04060; desk.yaml;");
  });

  test("that keeps no answer pays for all", async () => {
    expect(await costed("{ type: confidence, confidence: { threshold: 1.5 } }")).toContain("cost     $0.04060 expected (all of finch, eagle are called; desk.yaml;");
  });
});

describe("an algorithm that learns", () => {
  test("leaves the model open between the cheapest and the dearest", async () => {
    const words = await costed("{ type: hybrid }");
    expect(words).toContain("cost     unknown (undetermined: $0.0004020 to $0.04020; desk.yaml;");
    expect(words).toContain("open     by hybrid, among eagle, finch: it weighs experience (ratings from feedback), router_dc");
  });

  test("that cannot matter is none", async () => {
    expect(await costed("{ type: hybrid, hybrid: { experience_weight: 0, router_dc_weight: 0, automix_weight: 0, cost_weight: 1 } }")).toMatch(/^finch {3}by vsr:desk\.yaml$/m);
  });

  test("loopers leave the cost open too", async () => {
    expect(await costed("{ type: remom }")).toContain("cost     unknown (undetermined: how often which model is called is not known)");
  });
});

test("plugins that do not route are named once, and those that are off not at all", async () => {
  const plugins = "plugins: [{ type: system_prompt, configuration: { enabled: true } }, { type: rag, configuration: { enabled: false } }]";
  const desk = config("{ type: static }").replaceAll("modelRefs:", `${plugins}, modelRefs:`);
  const ran = await folder({ "desk.yaml": desk, "data.jsonl": DATA }).inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json");
  expect(ran.json().warnings.filter((one) => one.includes("plugin"))).toEqual(['policy "vsr:desk.yaml": the plugins system_prompt do not route: what they change of requests and answers is not evaluated']);
});
