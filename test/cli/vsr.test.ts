import { describe, expect, test } from "vitest";
import { folder, jsonl, policy } from "../wrp.ts";

/** A lending desk: claims of fraud stay in the house, law goes to the large model, the rest by the length of the queue. */
const DESK = `version: v0.3
providers:
  defaults: { default_model: finch, default_reasoning_effort: medium }
  models:
    - { name: finch, pricing: { prompt_per_1m: 0.2, completion_per_1m: 0.6 } }
    - { name: eagle, pricing: { prompt_per_1m: 3, completion_per_1m: 15 } }
routing:
  modelCards:
    - { name: finch, quality_score: 0.7 }
    - { name: eagle, quality_score: 0.95 }
  signals:
    keywords:
      - { name: fraud, operator: OR, keywords: [fraud, stolen card] }
      - { name: closing, operator: OR, keywords: [goodbye] }
    domains:
      - { name: law, mmlu_categories: [law] }
      - { name: business, mmlu_categories: [business, economics] }
    jailbreak:
      - { name: strict, threshold: 0.5 }
  projections:
    scores:
      - name: risk
        method: weighted_sum
        inputs:
          - { type: keyword, name: fraud, weight: 0.6 }
          - { type: jailbreak, name: strict, weight: 0.3 }
    mappings:
      - name: risk_band
        source: risk
        method: threshold_bands
        outputs: [{ name: calm, lt: 0.5 }, { name: risky, gte: 0.5 }]
  decisions:
    - name: in_house
      priority: 300
      rules: { operator: AND, conditions: [{ type: projection, name: risky }] }
      modelRefs: [{ model: finch }]
      plugins: [{ type: response_cache, configuration: { enabled: true } }]
    - name: farewell
      priority: 200
      rules: { type: keyword, name: closing }
      modelRefs: [{ model: finch }]
      plugins: [{ type: fast_response, configuration: { message: "Goodbye!" } }]
    - name: legal
      priority: 100
      rules: { operator: XOR, conditions: [{ type: domain, name: law }] }
      modelRefs: [{ model: eagle, use_reasoning: true }]
    - name: ordinary
      priority: 10
      modelRefs: [{ model: finch }, { model: eagle }]
      algorithm: { type: multi_factor, multi_factor: { weights: { quality: 1 } } }
`;

const facts = (of: object) => JSON.stringify(of);

interface RouteDocument {
  readonly decisions: readonly {
    readonly model: string | null;
    readonly rule: string;
    readonly trace: {
      readonly determined: boolean;
      readonly possible: readonly (string | null)[];
      readonly unknownSignals: readonly string[];
      readonly scores: Record<string, unknown>;
      readonly tieBreak: { readonly key: string; readonly over: string } | null;
      readonly decisions: readonly { readonly name: string; readonly match: boolean | null; readonly rules: { readonly rule: string } | null }[];
      readonly outcome: { readonly decision: string | null; readonly answer: string | null; readonly reasoningEffort: string | null; readonly notes: readonly string[] } | null;
    };
  }[];
}

async function routed(signals: object, config = DESK) {
  const ran = await folder({ "desk.yaml": config, "facts.json": facts(signals) }).inside("route", "Hello", "--policy", "vsr:desk.yaml", "--signals", "facts.json", "--json");
  expect(ran.code, ran.stderr).toBe(0);
  const [first] = ran.json<RouteDocument>().decisions;
  if (!first) throw new Error("nothing was decided");
  return first;
}

describe("wrp route --policy vsr:", () => {
  test("tells the signals, the rules and the model", async () => {
    const ran = await folder({ "desk.yaml": DESK, "facts.json": facts({ matched: { domain: ["law"] }, confidences: { "domain:law": 0.8 } }) }).wrp("route", "May I sue?", "--policy", "vsr:desk.yaml", "--signals", "facts.json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^eagle {3}by vsr:desk\.yaml$/m);
    expect(ran.stdout).toContain('rule     decision "legal", with reasoning, effort medium');
    expect(ran.stdout).toMatch(/signal {3}true domain:law \(confidence 0\.8\)/);
    expect(ran.stdout).toContain("true XOR, taken as OR 0.8");
    expect(ran.stdout).toContain("score    risk = 0");
    expect(ran.stdout).toContain("won      by priority over ordinary");
  });

  test("is decided where what is unknown changes nothing", async () => {
    const { model, trace } = await routed({ matched: { keyword: ["fraud"] }, unknown: ["jailbreak:strict", "domain:law", "domain:business"] });
    expect(model).toBe("finch");
    expect(trace).toMatchObject({ determined: true, outcome: { decision: "in_house" }, scores: { risk: [0.6, 0.8999999999999999] } });
    expect(trace.outcome?.notes.join()).toContain("response cache");
  });

  test("is undetermined where it may, and says between what", async () => {
    const { model, rule, trace } = await routed({ unknown: ["domain:law"] });
    expect(model).toBeNull();
    expect(rule).toContain("undetermined");
    expect(trace).toMatchObject({ determined: false, outcome: null });
    expect(trace.possible.toSorted()).toEqual(["legal", "ordinary"]);
    expect(trace.decisions.map(({ match }) => match)).toEqual([false, false, null, true]);
  });

  test("an answer by fast_response calls no model", async () => {
    const { model, rule, trace } = await routed({ matched: { keyword: ["closing"] } });
    expect({ model, answer: trace.outcome?.answer }).toEqual({ model: null, answer: "Goodbye!" });
    expect(rule).toContain("fast_response");
  });

  test("a selector chooses among several, and says what it lacks", async () => {
    const { model, trace } = await routed({});
    expect(model).toBe("eagle");
    expect(trace.outcome?.notes.join()).toContain("not measured");
  });

  test.each(["router_dc", "automix", "knn", "kmeans", "svm", "mlp", "prompt", "hybrid", "ratings", "remom", "fusion", "workflows"])("what %s chooses is undetermined, with the reason and among which", async (type) => {
    const { model, rule, trace } = await routed({}, DESK.replace("{ type: multi_factor, multi_factor: { weights: { quality: 1 } } }", `{ type: ${type} }`));
    expect({ model, determined: trace.determined, decision: trace.outcome?.decision }).toEqual({ model: null, determined: true, decision: "ordinary" });
    expect(rule).toContain(`decision "ordinary", algorithm ${type}: undetermined among finch, eagle: it `);
    expect(trace.outcome).toMatchObject({ open: { algorithm: type, models: ["finch", "eagle"], calls: type === "ratings" ? "all" : ["remom", "fusion", "workflows"].includes(type) ? "several" : "one" } });
  });

  test("computes what needs no model, and tells what is unknown", async () => {
    const ran = await folder({ "desk.yaml": DESK }).inside("route", "My stolen card was used", "--policy", "vsr:desk.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const [first] = ran.json<RouteDocument>().decisions;
    expect(first).toMatchObject({ model: "finch", trace: { determined: true, unknownSignals: ["domain:law", "jailbreak:strict"], outcome: { decision: "in_house" } } });
  });

  test("roles are those of the user and groups that the metadata names", async () => {
    const config = DESK.replace("    domains:", "    role_bindings:\n      - { name: b, role: staff, subjects: [{ kind: Group, name: desk }] }\n    domains:").replace("{ type: keyword, name: closing }", "{ type: authz, name: staff }");
    const here = folder({ "desk.yaml": config });
    const decided = async (...meta: string[]) => (await here.inside("route", "Hello", "--policy", "vsr:desk.yaml", "--json", ...meta.flatMap((pair) => ["--meta", pair]))).json<RouteDocument>().decisions[0]?.trace;
    expect((await decided("user=ana", "groups=night, desk"))?.outcome?.decision).toBe("farewell");
    expect((await decided("user=ana"))?.possible.toSorted()).toEqual(["legal", "ordinary"]);
    expect((await decided())?.possible).toContain("farewell");
  });

  test("an empty user is an error, unless the config's authz fails open", async () => {
    const bound = DESK.replace("    domains:", "    role_bindings:\n      - { name: b, role: staff, subjects: [{ kind: Group, name: desk }] }\n    domains:").replace("{ type: keyword, name: closing }", "{ operator: NOT, conditions: [{ type: authz, name: staff }] }");
    const signals = async (config: string) => {
      const ran = await folder({ "desk.yaml": config }).inside("route", "Hello", "--policy", "vsr:desk.yaml", "--meta", "user=", "--json");
      return ran.json<{ decisions: { trace: { signalErrors: string[] } }[] }>().decisions[0]?.trace.signalErrors;
    };
    expect(await signals(bound)).toEqual(["authz:staff"]);
    expect(await signals(`${bound}global: { services: { authz: { fail_open: true } } }\n`)).toEqual([]);
  });

  test("a signal that cannot be read is told at its line", async () => {
    const ran = await folder({ "desk.yaml": DESK.replace("keywords: [goodbye]", 'method: regex, keywords: ["(?=x)"]') }).inside("route", "Hello", "--policy", "vsr:desk.yaml");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/desk\.yaml:14: routing\.signals\.keywords\[1\]/);
  });

  test("readings that are none are refused", async () => {
    const ran = await folder({ "desk.yaml": DESK, "facts.json": facts({ matches: {} }) }).inside("route", "Hello", "--policy", "vsr:desk.yaml", "--signals", "facts.json");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/facts\.json: is no set of signal readings: .*matches/);
  });

  test("facts that nothing reads are told, since what is misspelt did not match", async () => {
    const ran = await folder({ "desk.yaml": DESK, "facts.json": facts({ matched: { domian: ["law"], jailbreak: ["strickt"] } }) }).inside("route", "Hello", "--policy", "vsr:desk.yaml", "--signals", "facts.json", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toBe('warning: facts.json: nothing reads signals of type "domian" (did you mean "domain"?)\nwarning: facts.json: nothing reads jailbreak "strickt" (did you mean "strict"?)\n');
  });

  test("so are confidences, values, errors and what is unknown, by the signals that they are of", async () => {
    const given = { confidences: { "domain:law": 0.9, "jailbreak:strickt": 0.9 }, values: { "jailbreak:strict:label": 1, "kb_metric:b:m": 1 }, errors: ["keyword:frod"], unknown: ["jailbreak:strict", "jailbrake:strict"] };
    const ran = await folder({ "desk.yaml": DESK, "facts.json": facts(given) }).inside("route", "Hello", "--policy", "vsr:desk.yaml", "--signals", "facts.json", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr.trimEnd().split("\n")).toEqual([
      'warning: facts.json: nothing reads jailbreak "strickt" (did you mean "strict"?)',
      'warning: facts.json: nothing reads keyword "frod" (did you mean "fraud"?)',
      'warning: facts.json: nothing reads signals of type "jailbrake" (did you mean "jailbreak"?)',
    ]);
  });

  test("merge keys give a map the fields of another, as upstream's YAML reads them", async () => {
    const desk = "version: v0.3\nproviders: { defaults: { default_model: finch }, models: [{ name: finch }, { name: eagle }] }\nx-base: &base { priority: 5, modelRefs: [{ model: eagle }] }\nrouting:\n  modelCards: [{ name: finch }, { name: eagle }]\n  decisions:\n    - <<: *base\n      name: all\n";
    const here = folder({ "desk.yaml": desk });
    const ran = await here.inside("route", "Hello", "--policy", "vsr:desk.yaml", "--json");
    expect(ran.json<object>()).toMatchObject({ decisions: [{ model: "eagle", trace: { decisions: [{ name: "all", priority: 5 }] } }] });
    expect((await here.inside("check", "desk.yaml")).stdout).toMatch(/^0 errors, 0 warnings/);
    const set = await here.inside("export", "--policy", "vsr:desk.yaml(set={decisions.all.priority: 9})", "-o", "-");
    expect(set.stdout).toBe(desk.replace("- <<: *base", "- priority: 9\n      <<: *base"));
  });

  test("where the only run failed, a config still routes", async () => {
    const here = folder({ "desk.yaml": DESK, "data.jsonl": '{"id":"a","prompt":"hi","outcomes":{"other":{"quality":1}}}\n' });
    expect((await here.inside("eval", "data.jsonl", "--policy", "always:nobody")).code).toBe(2);
    const ran = await here.inside("route", "Hello", "--policy", "vsr:desk.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect((await here.inside("route", "Hello", "--policy", "vsr:desk.yaml", "--run", "abc")).code).toBe(2);
  });

  test("a policy that reads no signals is given none", async () => {
    const ran = await folder({ "facts.json": facts({}), "wrp.yaml": "models: [{name: a}, {name: b}]\n" }).inside("route", "Hello", "--policy", "mix(weights={a: 1})", "--signals", "facts.json");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("no policy asked reads any");
  });
});

describe("a config that upstream would not load", () => {
  test.each([
    ["a model that is nowhere", "modelRefs: [{ model: eagle, use_reasoning: true }]", "modelRefs: [{ model: eagel }]", /unknown model "eagel"\nhint: did you mean "eagle"/],
    ["a signal that is nowhere", "{ type: keyword, name: closing }", "{ type: keyword, name: closed }", /unknown keyword signal "closed"/],
    ["a type of signal that is none", "{ type: keyword, name: closing }", "{ type: keywords, name: closing }", /unknown signal type "keywords"/],
    ["a decision named twice", "name: ordinary", "name: legal", /two decisions are named "legal"/],
    ["a negative tier", "priority: 100", "tier: -1", /decision "legal" has a negative tier \(-1\)/],
    ["a strategy that is none", "  modelCards:", "  strategy: speed\n  modelCards:", /strategy must be priority or confidence \(got "speed"\)/],
    ["an algorithm that was one once", "type: multi_factor,", "type: elo,", /algorithm "elo" cannot be chosen: it moved to/],
    ["a text where a number stands", "priority: 100", "priority: high", /routing\.decisions\.2\.priority must be a number/],
    ["no YAML", "version: v0.3", "version: [", /^error: desk\.yaml/],
  ])("%s", async (_, from, to, message) => {
    expect(DESK).toContain(from);
    const ran = await folder({ "desk.yaml": DESK.replace(from, to) }).inside("route", "Hello", "--policy", "vsr:desk.yaml");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
    if (to !== "version: [") expect(ran.stderr).toContain(`desk.yaml:${DESK.slice(0, DESK.indexOf(from)).split("\n").length}: `);
  });

  test("is told at its own line, also where wrp.yaml names it", async () => {
    const ran = await folder({ "routes/desk.yaml": DESK.replace("model: eagle, use", "model: eagel, use"), "wrp.yaml": "policies:\n  - {kind: vsr, config: routes/desk.yaml}\n", "data.jsonl": jsonl([]) }).inside("check", "--json");
    expect(ran.stdout).toMatch(/routes\/desk\.yaml/);
    expect(ran.stdout).toContain("eagel");
  });

  test("a file that is not there is told where it is named", async () => {
    const ran = await folder({ "wrp.yaml": "policies:\n  - {kind: vsr, config: nowhere.yaml}\n" }).inside("route", "Hello");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/wrp\.yaml:2: nowhere\.yaml/);
  });

  test.each([
    ["an unknown operator", "operator: XOR", "operator: NAND"],
    ["an unknown field", "priority: 10\n", "priority: 10\n      colour: green\n"],
    ["no version", "version: v0.3\n", ""],
    ["crossing bands", "{ name: calm, lt: 0.5 }", "{ name: calm, lt: 0.5, gt: 0.9 }"],
  ])("but %s passes", async (_, from, to) => {
    expect(DESK).toContain(from);
    expect((await routed({}, DESK.replace(from, to))).model).toBe("eagle");
  });
});

/** Prompts with outcomes of two models, whose names in the pool differ from those in the config. */
const OUTCOMES = jsonl(
  Array.from({ length: 40 }, (_, k) => ({ id: `p${k}`, prompt: `Question ${k}`, outcomes: { "finch-7b": { quality: k % 3 === 0 ? 1 : 0, costUsd: 0.001 }, "eagle-70b": { quality: k % 10 === 0 ? 0 : 1, costUsd: 0.02 } } })),
);
const ALWAYS = (model: string) => `providers: {models: [{name: finch}, {name: eagle}]}\nrouting: {decisions: [{name: everything, modelRefs: [{model: ${model}}]}]}\n`;

describe("wrp eval with vsr policies", () => {
  test("judges an old and a new config, and shows what moved", async () => {
    const config = `policies:
  - {kind: vsr, name: old, config: old.yaml, models: {finch: finch-7b}}
  - {kind: vsr, name: new, config: new.yaml, models: {eagle: eagle-70b}}
`;
    const here = folder({ "wrp.yaml": config, "old.yaml": ALWAYS("finch"), "new.yaml": ALWAYS("eagle"), "data.jsonl": OUTCOMES });
    const ran = await here.wrp("eval", "data.jsonl", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    expect(policy(report, "old").quality.mean).toBeCloseTo(14 / 40, 9);
    expect(policy(report, "new").quality.mean).toBeCloseTo(36 / 40, 9);
    // What the file holds is kept: the run is decided again without it.
    here.put("new.yaml", "gone: true\n");
    here.put("wrp.yaml", "{}\n");
    const again = await here.wrp("compare", "new", "old", "--json");
    expect(again.code, again.stderr).toBe(0);
  });

  test("counts what is undetermined, and by what", async () => {
    const config = DESK.replaceAll(/finch\b/g, "finch-7b").replaceAll(/eagle\b/g, "eagle-70b");
    const ran = await folder({ "desk.yaml": config, "data.jsonl": OUTCOMES }).wrp("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    expect(report.warnings.join("\n")).toMatch(/policy "vsr:desk\.yaml": 40 of 40 prompts undetermined, and so not decided: .*domain.* unknown/);
    expect(policy(report, "vsr:desk.yaml").quality.n).toBe(0);
  });

  test("decides those that it can", async () => {
    const config = DESK.replaceAll(/finch\b/g, "finch-7b").replaceAll(/eagle\b/g, "eagle-70b");
    const data = OUTCOMES.replaceAll(/"Question (\d)"/g, '"Is this fraud? $1"');
    const ran = await folder({ "desk.yaml": config, "data.jsonl": data }).inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    expect(report.warnings.join("\n")).toContain('policy "vsr:desk.yaml": 30 of 40 prompts undetermined, and so not decided: domain, jailbreak unknown');
    expect(policy(report, "vsr:desk.yaml").share).toMatchObject({ "finch-7b": { mean: 0.25 } });
  });

  test("a model that the pool lacks is named", async () => {
    const ran = await folder({ "desk.yaml": DESK, "data.jsonl": OUTCOMES }).inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('unknown model "finch"');
    expect(ran.stderr).toContain("known: finch-7b, eagle-70b");
  });
});
