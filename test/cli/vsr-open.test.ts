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

describe("a cascade by recorded confidences", () => {
  /** Of the ten prompts on law, finch is sure of four, unsure of five, and of one nobody knows. */
  const CONFIDENT = { algorithm: "{ type: confidence, confidence: { threshold: 0.6 } }", kept: 4, known: 9 };
  const sureRows = Array.from({ length: 40 }, (_, k) => {
    const law = k % 4 === 0 ? k / 4 : null;
    const confidence = law === null || law === 9 ? {} : { confidence: { logprob: law < 4 ? -0.3 : -2.4, margin: law < 4 ? 6 : 0.3, verified: law < 4 ? 0.9 : 0.2 } };
    const eagle = law === 8 ? { error: "timeout", costUsd: 0, latencyMs: 900 } : { quality: 1, costUsd: 0.01, latencyMs: 300 };
    return { id: `p${k}`, prompt: law === null ? `Question ${k}` : `The law ${k}`, tags: ["pii"], outcomes: { finch: { quality: k % 2, costUsd: 0.001, latencyMs: 100, ...confidence }, eagle } };
  });
  const played = async (algorithm: string, more = "") => {
    const here = folder({ "desk.yaml": config(algorithm), "data.jsonl": jsonl(sureRows), "wrp.yaml": `models: [{name: eagle, trusted: true}]\n${more}` });
    const ran = await here.inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json", "--missing", "failure-is-refusal", "-o", "d.jsonl", "--resamples", "200");
    expect(ran.code, ran.stderr).toBe(0);
    const rows = here.read("d.jsonl").split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ policy: name }) => name === "vsr:desk.yaml");
    return { here, report: ran.json(), own: policy(ran.json(), "vsr:desk.yaml"), rows, warnings: ran.json().warnings.join("\n") };
  };

  test("asks the next model where it is not sure enough, pays for both, and stays open where nothing is recorded", async () => {
    const { own, rows, warnings } = await played(CONFIDENT.algorithm);
    // 30 others and the 4 go to finch alone; 5 are asked twice, of which one eagle fails: finch's answer is given.
    expect(own.calls?.perPrompt).toMatchObject({ mean: 44 / 39, n: 39 });
    expect(own.calls?.byModel).toEqual({ finch: 1, eagle: 5 / 39 });
    expect(own.share).toMatchObject({ finch: { mean: 35 / 40 }, eagle: { mean: 4 / 40 } });
    expect((own.costUsdPer1k?.mean as number) * 39).toBeCloseTo(39 + 40, 9);
    expect(own.privacy?.leakRate.mean).toBe(1); // finch sees each of them first
    expect(rows[0]).toMatchObject({ model: "finch", rule: 'decision "legal", algorithm confidence: asked finch', latencyMs: 100 });
    expect(rows[16]).toMatchObject({ model: "eagle", rule: 'decision "legal", algorithm confidence: asked finch, then eagle', costUsd: 0.011, latencyMs: 400, quality: 1 });
    expect(rows[32]).toMatchObject({ model: "finch", rule: 'decision "legal", algorithm confidence: asked finch, then eagle, whose call failed: the answer is finch\'s', costUsd: 0.001, latencyMs: 1000, quality: 0 });
    expect(rows[36]).toMatchObject({ model: null, quality: null });
    expect(warnings).toContain('9 of 40 prompts are played by the confidences that are recorded of answers: decision "legal", algorithm confidence');
    expect(warnings).toContain('1 of 40 prompts go to decision "legal", whose model is undetermined: algorithm confidence: it asks finch, then eagle until');
  });

  test.each([
    ["{ type: confidence, confidence: { confidence_method: margin, threshold: 0.8 } }", 4],
    ["{ type: confidence, confidence: { confidence_method: margin, threshold: 0.05 } }", 9],
    ["{ type: confidence, confidence: { confidence_method: hybrid, threshold: 0.5 } }", 4],
    ["{ type: confidence, confidence: { threshold: 0.1 } }", 9],
    ["{ type: confidence, confidence: { threshold: 0.95 } }", 0],
  ])("%s keeps %i of finch's answers", async (algorithm, kept) => {
    const { own } = await played(algorithm);
    expect((own.calls?.byModel["eagle"] ?? 0) * 39).toBeCloseTo(9 - kept, 9);
  });

  test("where a call fails and on_error is fail, there is no answer", async () => {
    const { rows, own } = await played("{ type: confidence, confidence: { threshold: 0.6, on_error: fail } }");
    expect(rows[32]).toMatchObject({ model: "eagle", quality: null });
    expect(own.errorRate.mean).toBeCloseTo(1 / 39, 9);
  });

  test("what a verifier is paid nobody recorded: then the cost is not known, the quality is", async () => {
    const { own } = await played("{ type: confidence, confidence: { confidence_method: self_verify } }");
    expect(own.share).toMatchObject({ finch: { mean: 35 / 40 }, eagle: { mean: 4 / 40 } });
    expect([own.quality.n, own.costUsdPer1k]).toEqual([39, null]);
  });

  test("that read other tokens than all stay open", async () => {
    expect((await played("{ type: confidence, confidence: { threshold: 0.6, token_filter: tool_call_args } }")).own.calls).toBeUndefined();
  });

  test("a stored run plays it again", async () => {
    const { here, report } = await played(CONFIDENT.algorithm);
    const ran = await here.inside("compare", "vsr:desk.yaml", "finch", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const moved = ran.json<{ moved: { flows: object[] } }>().moved.flows;
    expect(moved).toEqual([{ from: "finch", to: "eagle", count: 4 }]);
    expect(report.policies.length).toBeGreaterThan(2);
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

describe("ratings", () => {
  const ratedRows = Array.from({ length: 40 }, (_, k) => {
    const law = k % 4 === 0 ? k / 4 : null;
    const call = (quality: number, costUsd: number, latencyMs: number, fails: boolean) => (fails ? { error: "timeout", latencyMs } : { quality, costUsd, latencyMs });
    return { id: `p${k}`, prompt: law === null ? `Question ${k}` : `The law ${k}`, tags: ["pii"], outcomes: { finch: call(0.5, 0.001, 100, false), eagle: call(1, 0.01, 300, law === 0) } };
  });
  const rated = async (settings: string) => {
    const here = folder({ "desk.yaml": config(`{ type: ratings${settings} }`), "data.jsonl": jsonl(ratedRows), "wrp.yaml": "models: [{name: finch, trusted: true}]\n" });
    const ran = await here.inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json", "--missing", "failure-is-refusal", "-o", "d.jsonl", "--resamples", "200");
    expect(ran.code, ran.stderr).toBe(0);
    const rows = here.read("d.jsonl").split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ policy: name }) => name === "vsr:desk.yaml");
    return { own: policy(ran.json(), "vsr:desk.yaml"), rows, warnings: ran.json().warnings.join("\n") };
  };

  test("call all at the same time; the first choice is judged, all are paid and see the prompt", async () => {
    const { own, rows, warnings } = await rated("");
    expect(rows[4]).toMatchObject({ model: "eagle", rule: 'decision "legal", algorithm ratings: asked eagle, finch: the first choice is eagle\'s', quality: 1, costUsd: 0.011, latencyMs: 300 });
    expect(rows[0]).toMatchObject({ model: "finch", quality: 0.5, costUsd: null, latencyMs: 300 }); // what the failed call cost is not known
    expect(rows[1]).toMatchObject({ model: "finch", costUsd: 0.001, latencyMs: 100 });
    expect(own.calls?.perPrompt).toMatchObject({ mean: 50 / 40 });
    expect(own.privacy?.leakRate.mean).toBe(10 / 40); // eagle sees the ten
    expect(warnings).toContain('10 of 40 prompts are played by the outcomes of all that are called: decision "legal", algorithm ratings');
  });

  test("asked one at a time they are waited for one after the other; with on_error: fail one that fails fails all", async () => {
    const { rows } = await rated(", ratings: { max_concurrent: 1, on_error: fail }");
    expect(rows[4]).toMatchObject({ model: "eagle", latencyMs: 400, costUsd: 0.011 });
    expect(rows[0]).toMatchObject({ model: "eagle", quality: null });
  });

  test("of a new prompt it tells that all are called, and what they cost together", async () => {
    expect(await costed("{ type: ratings }")).toContain("cost     $0.04060 expected (all of eagle, finch are called; desk.yaml;");
  });
});
