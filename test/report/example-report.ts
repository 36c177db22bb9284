import type { KnobCurve, Report, ReportPolicy, Sweep } from "../../src/model/report.ts";

/** Report values to render in tests: real figures where there are some, the hard shapes otherwise. */
export const examples = {
  routerbench,
  unpriced,
  single,
  hostile,
  sixty,
  simulated,
  logged,
} satisfies Record<string, () => Report>;

const PROMPTS = 36_497;

/** RouterBench's 0-shot means: quality, USD per 1,000 prompts. */
const ROUTERBENCH: readonly (readonly [string, number, number])[] = [
  ["mistralai/mistral-7b-chat", 0.5844, 0.0813],
  ["WizardLM/WizardLM-13B-V1.2", 0.567, 0.1228],
  ["mistralai/mixtral-8x7b-chat", 0.7413, 0.2478],
  ["meta/code-llama-instruct-34b-chat", 0.6121, 0.311],
  ["zero-one-ai/Yi-34B-Chat", 0.773, 0.3291],
  ["claude-instant-v1", 0.673, 0.3651],
  ["meta/llama-2-70b-chat", 0.6181, 0.3765],
  ["gpt-3.5-turbo-1106", 0.7321, 0.4189],
  ["claude-v1", 0.727, 3.5746],
  ["claude-v2", 0.5511, 3.795],
  ["gpt-4-1106-preview", 0.8794, 5.0153],
];

/** (a) Eleven priced models and every control. */
function routerbench(): Report {
  const hull = hullOf(ROUTERBENCH);
  const names = ROUTERBENCH.map(([name]) => name);
  const models = ROUTERBENCH.map(([name, quality, cost]) =>
    policy({ name, quality, cost, n: PROMPTS, latency: 300 + cost * 400, hull }),
  );
  const even = Object.fromEntries(names.map((name) => [name, { mean: 1 / names.length, ci: null }]));
  const [gpt4, mixtral, mistral] = ["gpt-4-1106-preview", "mistralai/mixtral-8x7b-chat", "mistralai/mistral-7b-chat"] as [string, string, string];
  const controls = [
    policy({ name: "random", kind: "random", control: true, quality: 0.6780, cost: 1.3306, n: PROMPTS, share: even, hull }),
    policy({ name: "cheapest", kind: "cheapest", control: true, quality: 0.5844, cost: 0.0813, n: PROMPTS, share: only(mistral), hull }),
    policy({ name: "best-single", kind: "best-single", control: true, quality: 0.8794, cost: 5.0153, n: PROMPTS, share: only(gpt4), hull }),
    {
      ...policy({ name: "oracle", kind: "oracle", control: true, quality: 0.9568, cost: 0.2983, n: PROMPTS, share: shares([[mistral, 0.58], [mixtral, 0.19], [gpt4, 0.09], ["zero-one-ai/Yi-34B-Chat", 0.14]]), hull }),
      hindsight: true,
    },
    policy({ name: "zero-router", kind: "zero-router", control: true, quality: 0.8262, cost: 2.6722, n: PROMPTS, share: shares([["zero-one-ai/Yi-34B-Chat", 0.5], [gpt4, 0.5]]), hull }),
    policy({ name: "length", kind: "threshold", control: true, quality: 0.7301, cost: 2.3109, n: PROMPTS, share: shares([[mistral, 0.55], [gpt4, 0.45]]), hull }),
  ];
  const configured = [
    { ...policy({ name: "similarity-knn", kind: "similarity", quality: 0.8412, cost: 1.9021, n: PROMPTS, share: shares([[mixtral, 0.41], ["zero-one-ai/Yi-34B-Chat", 0.26], [gpt4, 0.33]]), latency: 1210, hull }), calibration: { chosen: reliability(0.034, 0.8, 0.97), all: reliability(0.012, 0.35, 0.95) } },
    policy({ name: "rules-v2", kind: "rules", quality: 0.7702, cost: 0.9043, n: PROMPTS, share: shares([[mixtral, 0.72], ["gpt-3.5-turbo-1106", 0.16], [gpt4, 0.12]]), latency: 720, hull }),
  ];
  const frontier = ["mistralai/mistral-7b-chat", mixtral, "zero-one-ai/Yi-34B-Chat", "similarity-knn", gpt4];
  const policies = [...models, ...configured, ...controls].map((p) => ({ ...p, onFrontier: frontier.includes(p.name) }));
  return base({
    workload: workload("routerbench_0shot", PROMPTS, 16),
    policies,
    models: ROUTERBENCH.map(([name]) => model(name, PROMPTS, "recorded in the data")),
    frontier,
    comparisons: [
      compare("similarity-knn", "rules-v2", 0.071, 0.0051),
      compare("similarity-knn", gpt4, -0.0382, 0.0044),
      { ...compare("similarity-knn", gpt4, -3.1132, 0.0611), metric: "costUsdPer1k", verdict: "better" },
      compare(gpt4, mixtral, 0.1381, 0.0068),
      compare(gpt4, "zero-one-ai/Yi-34B-Chat", 0.1064, 0.0063),
      { ...compare("rules-v2", "zero-one-ai/Yi-34B-Chat", -0.0028, 0.0049), verdict: "inconclusive", nToSettle: 111_768 },
      { ...compare("claude-v1", "gpt-3.5-turbo-1106", -0.0051, 0.0061), verdict: "equivalent", margin: 0.02 },
      compare("random", gpt4, -0.2014, 0.0049),
    ],
    slices: ["mmlu", "hellaswag", "gsm8k", "arc-challenge", "winogrande", "mbpp", "mtbench"].map((value, i) => ({
      by: "dataset",
      value,
      prompts: [14_042, 10_042, 7_450, 1_470, 1_267, 427, 80][i] as number,
      policies: policies.slice(0, 13).map((p, j) => {
        const mean = Math.min(0.99, Math.max(0.03, (p.quality.mean ?? 0) + 0.17 * Math.sin(i * 2.1 + j * 0.4)));
        return { name: p.name, quality: i === 6 && j === 1 ? { mean: null, ci: null, n: 0 } : estimate(mean, 900), costUsdPer1k: p.costUsdPer1k };
      }),
    })),
    sweeps: [sweep("length", mistral, gpt4, [0.5844, 0.8794], [0.0813, 5.0153], 120)],
    curves: [knobCurve("similarity-knn", "lambda", [0.5844, 0.8733], [0.0813, 4.61], hull, 0.021), { ...knobCurve("clusters", "alpha", [0.6, 0.86], [0.12, 3.9], hull, -0.004), qnc: { value: null, ci: null } }],
    moved: [
      {
        a: "rules-v2",
        b: "similarity-knn",
        count: 15_212,
        n: PROMPTS,
        flows: [{ from: mixtral, to: "zero-one-ai/Yi-34B-Chat", count: 10_141 }, { from: mixtral, to: gpt4, count: 5071 }],
        prompts: Array.from({ length: 40 }, (_, i) => ({
          ordinal: i * 37,
          id: `mmlu-${i}`,
          modelA: mixtral,
          modelB: i % 3 === 0 ? gpt4 : "zero-one-ai/Yi-34B-Chat",
          qualityDifference: [1, 0, -1, 0.5][i % 4] as number,
          costUsdDifference: i % 5 === 0 ? null : 0.00412 * ((i % 7) - 2),
          text: `Question ${i}: which of the following statements about the ${["cell", "moon", "tort", "graph"][i % 4]} is correct? A) … B) … C) … D) …`,
        })),
      },
    ],
    metrics: {
      aiq: { paper: 0.8153, code: 0.8021, logCost: 0.7411, range: [0.0813, 5.0153], ci: [0.8121, 0.8186] },
      oracle: { quality: 0.9568, costUsdPer1k: 0.2983, unsolved: 0.0287, label: "hindsight on one sample per cell" },
      zeroRouter: { hull },
      hypervolume: 0.8342,
    },
    reference: gpt4,
    weak: mistral,
    strong: gpt4,
    warnings: ["AIQ, the hull and the best single are maxima of means: they lean upwards on the prompts they were chosen on."],
  });
}

/** (b) RouteLLM's MMLU without prices: two models and a length sweep. */
function unpriced(): Report {
  const [strong, weak] = ["gpt-4-1106-preview", "mistralai/Mixtral-8x7B-Instruct-v0.1"];
  const n = 13_990;
  const policies = [
    policy({ name: strong, quality: 0.8081, n }),
    policy({ name: weak, quality: 0.6819, n }),
    policy({ name: "random", kind: "random", control: true, quality: 0.745, n, share: shares([[strong, 0.5], [weak, 0.5]]) }),
    policy({ name: "best-single", kind: "best-single", control: true, quality: 0.8081, n, share: only(strong) }),
    { ...policy({ name: "oracle", kind: "oracle", control: true, quality: 0.8643, n, share: shares([[strong, 0.32], [weak, 0.68]]) }), hindsight: true },
    policy({ name: "length", kind: "threshold", control: true, quality: 0.7502, n, share: shares([[strong, 0.5], [weak, 0.5]]) }),
  ].map((p) => ({ ...p, onFrontier: p.name === strong || p.name === "best-single" }));
  return base({
    workload: workload("routellm-mmlu", n, 0),
    policies,
    models: [model(strong, n, "none"), model(weak, n, "none")].map((m) => ({ ...m, priced: 0 })),
    objectives: ["quality"],
    frontier: [strong],
    comparisons: [compare(strong, weak, 0.1262, 0.0082), compare("length", "random", 0.0052, 0.0061)],
    sweeps: [sweep("length", weak, strong, [0.6819, 0.8081], null, 300)],
    metrics: {
      aiq: null,
      oracle: { quality: 0.8643, costUsdPer1k: null, unsolved: 0.1357, label: "hindsight on one sample per cell" },
      zeroRouter: null,
      hypervolume: null,
    },
    reference: strong,
    weak,
    strong,
    warnings: [`${strong} and ${weak} have no price: the frontier stands on quality alone.`],
  });
}

/** (c) One prompt, one model, no interval anywhere. */
function single(): Report {
  const only1 = policy({ name: "gpt-4", quality: 1, n: 1 });
  return base({
    workload: workload("one", 1, 0),
    policies: [{ ...only1, quality: { mean: 1, ci: null, n: 1 }, errorRate: { mean: 0, ci: null, n: 1 }, share: { "gpt-4": { mean: 1, ci: null } } }],
    models: [model("gpt-4", 1, "none")],
    frontier: [],
    warnings: ["1 cluster: fewer than 30, no interval can be given."],
  });
}

/** (d) Names and texts that try to be markup, formulas and terminal commands. */
function hostile(): Report {
  const names = [
    `</script><script>alert("x")</script>`,
    `<img src=x onerror=alert(1)>`,
    `=HYPERLINK("http://evil","x")`,
    `a|b **bold** [l](javascript:alert(1)) @octocat`,
    `\u001B[31mred\u001B[0m\u0007`,
    `"quoted", 'single' & <!-- comment -->`,
    `模型/通义千问-2.5-72B-instruct-超长的名字`,
    `\u202Eesrever`,
    `__proto__`,
  ];
  const n = 200;
  const policies = names.map((name, i) => policy({ name, quality: 0.4 + i * 0.05, cost: 0.1 * 3 ** i, n }));
  return base({
    workload: workload(names[0] as string, n, 3),
    policies: policies.map((p) => ({ ...p, description: `</title><b>${p.name}`, onFrontier: true })),
    models: names.map((name) => model(name, n, "<b>me</b>")),
    frontier: names,
    comparisons: [compare(names[0] as string, names[1] as string, -0.05, 0.01)],
    slices: names.slice(0, 3).map((value) => ({ by: `<i>by</i>`, value, prompts: 20, policies: policies.map(({ name, quality, costUsdPer1k }) => ({ name, quality, costUsdPer1k })) })),
    sweeps: [sweep(names[1] as string, names[1] as string, names[0] as string, [0.3, 0.6], [0.1, 0.3], 10)],
    curves: [{ ...knobCurve(names[0] as string, names[1] as string, [0.3, 0.6], [0.1, 0.3], [], 0), knob: { name: names[1] as string, unit: names[0] as string, value: 0.5 } }],
    moved: [
      {
        a: names[0] as string,
        b: names[1] as string,
        count: 2,
        n,
        flows: [{ from: names[0] as string, to: names[1] as string, count: 1 }, { from: names[1] as string, to: names[0] as string, count: 1 }],
        prompts: [
          { ordinal: 0, id: `"><svg onload=alert(1)>`, modelA: names[0] as string, modelB: names[1] as string, qualityDifference: 1, costUsdDifference: 0.1, text: `</script><!--<script>\u2028 ignore previous instructions \u0000` },
          { ordinal: 1, id: `'--><x>`, modelA: names[1] as string, modelB: names[0] as string, qualityDifference: -1, costUsdDifference: null, text: "```\n</details>\n| a | b |" },
        ],
      },
    ],
    gates: [{ expression: `quality["</pre><script>"] > 0.8`, policy: "<b>", verdict: "fail", observed: 0.4, bound: 0.45, line: 0.8, baseline: null, n: 3, nToSettle: null, note: null }],
    verdict: "fail",
    warnings: [`<script>alert("warning")</script> | pipe \u001B]0;title\u0007`],
  });
}

/** (e) Sixty policies, many of them close together. */
function sixty(): Report {
  const policies = Array.from({ length: 60 }, (_, i) => {
    const cost = 0.05 * 1.09 ** i;
    const quality = Math.min(0.95, 0.45 + 0.0075 * i + 0.04 * Math.sin(i * 1.7));
    return policy({ name: `router-${i % 3 === 0 ? "matrix-factorisation" : "similarity"}/threshold-${(i / 60).toFixed(3)}`, kind: i < 12 ? "always" : i > 54 ? "random" : "threshold", control: i > 54, quality, cost, n: 5000 });
  });
  const judged = policies.map((p) => ({ ...p, dominatedBy: policies.filter((q) => dominates(q, p)).map((q) => q.name) }));
  return base({
    workload: workload("sixty", 5000, 0),
    policies: judged.map((p) => ({ ...p, onFrontier: p.dominatedBy.length === 0 })),
    models: policies.slice(0, 12).map((p) => model(p.name, 5000, "recorded in the data")),
    frontier: judged.filter((p) => p.dominatedBy.length === 0).map((p) => p.name),
  });
}

/** (g) Last week's log: the live router's choices beside a new policy, nobody saw the other answers. */
function logged(): Report {
  const n = 5200;
  const unknown = { mean: null, ci: null, n: 0 };
  const waits = (mean: number) => ({ p50: { value: null, ci: null }, p95: { value: null, ci: null }, p99: { value: null, ci: null }, mean, n });
  const row = (name: string, kind: string, cost: number, latency: number, share: ReportPolicy["share"]): ReportPolicy => ({
    ...policy({ name, kind, quality: 0, cost, n, share }),
    quality: unknown,
    errorRate: unknown,
    latencyMs: waits(latency),
    expected: ["costUsdPer1k", "latencyMs"],
    privacy: { leakRate: { mean: 0.25, ci: [0.2, 0.31], n: 320 }, leakedPrompts: 80 },
  });
  const mixed = shares([["gpt-5", 0.62], ["gpt-5-mini", 0.38]]);
  const rows: ReportPolicy[] = [
    row("gpt-5", "always", 6.1, 4100, only("gpt-5")),
    row("gpt-5-mini", "always", 1.2, 1900, only("gpt-5-mini")),
    {
      ...policy({ name: "recorded", kind: "recorded", quality: 0, cost: 4.31, n, latency: 1500, share: mixed }),
      quality: unknown,
      errorRate: { mean: 0.004, ci: [0.0026, 0.0061], n },
      privacy: { leakRate: { mean: 0.41, ci: [0.36, 0.46], n: 320 }, leakedPrompts: 131 },
    },
    row("short-to-mini", "rules", 3.05, 3300, shares([["gpt-5", 0.4], ["gpt-5-mini", 0.6]])),
  ];
  const policies = rows.map(({ arena: _arena, ...p }): ReportPolicy => ({ ...p, costMatchedMix: null, onFrontier: p.name === "gpt-5-mini" }));
  return base({
    basis: "decisions",
    workload: { ...workload("last-week", n, 0), rule: "no prompt has a graded outcome of several models: decisions only" },
    policies,
    models: ["gpt-5", "gpt-5-mini"].map((name) => model(name, 0, "expected where not logged: a list price, at the logged answer's length; mean of its logged latencies")),
    objectives: ["cost"],
    frontier: ["gpt-5-mini"],
    comparisons: [{ ...compare("short-to-mini", "recorded", -1.26, 0.09), metric: "costUsdPer1k", verdict: "better" }],
    moved: [
      {
        a: "recorded",
        b: "short-to-mini",
        count: 1664,
        n,
        flows: [{ from: "gpt-5", to: "gpt-5-mini", count: 1404 }, { from: "gpt-5-mini", to: "gpt-5", count: 260 }],
        prompts: [{ ordinal: 7, id: "call-7", modelA: "gpt-5", modelB: "gpt-5-mini", qualityDifference: null, costUsdDifference: -0.0121 }],
      },
    ],
    warnings: ["no prompt has a grade of several models: this report stands on decisions"],
  });
}

/** (f) Simulated latency and cost, gates, privacy, safety and failures. */
function simulated(): Report {
  const n = 1200;
  const policies = [
    { ...policy({ name: "gpt-5-mini", quality: 0.871, cost: 1.2, n, latency: 900 }), errorRate: { mean: 0.0125, ci: [0.0075, 0.0206] as [number, number], n } },
    { ...policy({ name: "qwen3-8b@local", quality: 0.742, cost: 0.11, n, latency: 350 }), simulated: ["latencyMs", "costUsdPer1k"] },
    {
      ...policy({ name: "rules", kind: "rules", quality: 0.829, cost: 0.61, n, latency: 500, share: shares([["gpt-5-mini", 0.54], ["qwen3-8b@local", 0.46]]) }),
      simulated: ["latencyMs"],
      privacy: { leakRate: { mean: 0.031, ci: [0.012, 0.072] as [number, number], n: 130 }, leakedPrompts: 4 },
      safety: {
        attackReachRate: { mean: 0.25, ci: [0.14, 0.4] as [number, number], n: 40 },
        attackAnsweredRate: { mean: 0.053, ci: [0.01, 0.17] as [number, number], n: 38 },
        falseRefusalRate: { mean: 0.1, ci: [0.04, 0.21] as [number, number], n: 50 },
      },
    },
  ].map((p) => ({ ...p, onFrontier: true }));
  return base({
    workload: workload("last-week", n, 41),
    policies,
    models: [model("gpt-5-mini", n, "genai-prices 2026-09-23"), { ...model("qwen3-8b@local", n, "config: $0.05 in, $0.1 out per million tokens"), simulated: "150 calls measured on 2026-11-20" }],
    objectives: ["quality", "costUsdPer1k", "latencyMs.p95"],
    frontier: policies.map((p) => p.name),
    comparisons: [
      compare("rules", "gpt-5-mini", -0.042, 0.02),
      { ...compare("rules", "qwen3-8b@local", 210, 40), metric: "latencyMs.p95", verdict: "worse" },
    ],
    gates: [
      { expression: "quality >= baseline - 0.01", policy: "rules", verdict: "pass", observed: 0.829, bound: 0.821, line: 0.815, baseline: 0.825, n, nToSettle: null, note: null },
      { expression: "privacy.leakRate == 0", policy: "rules", verdict: "fail", observed: 0.031, bound: 0.072, line: 0, baseline: null, n: 130, nToSettle: null, note: null },
      { expression: "latencyMs.p99 <= 4000", policy: "rules", verdict: "inconclusive", observed: null, bound: null, line: 4000, baseline: null, n: 0, nToSettle: null, note: "no latency is known" },
    ],
    verdict: "fail",
    reference: "gpt-5-mini",
    warnings: ["qwen3-8b@local: latency and cost are simulated."],
  });
}

function dominates(q: ReportPolicy, p: ReportPolicy): boolean {
  return (q.costUsdPer1k?.mean ?? 0) < (p.costUsdPer1k?.mean ?? 0) && (q.quality.mean ?? 0) > (p.quality.mean ?? 0);
}

interface PolicyParts {
  name: string;
  quality: number;
  n: number;
  kind?: string;
  control?: boolean;
  cost?: number;
  latency?: number;
  share?: ReportPolicy["share"];
  hull?: readonly { name: string; costUsdPer1k: number; quality: number }[];
}

function policy(parts: PolicyParts): ReportPolicy {
  const { name, kind = "always", control = false, quality, cost, latency, n, hull } = parts;
  const ms = latency;
  const mixQuality = hull && cost !== undefined ? atCost(hull, cost) : null;
  const difference = mixQuality === null ? 0 : quality - mixQuality;
  return {
    name,
    kind,
    control,
    hindsight: false,
    description: kind === "always" ? `always ${name}` : `the ${kind} policy`,
    quality: estimate(quality, n),
    costUsdPer1k: cost === undefined ? null : { mean: cost, ci: [cost * (1 - 1 / Math.sqrt(n)), cost * (1 + 1.1 / Math.sqrt(n))], n },
    latencyMs: ms === undefined ? null : { p50: quantile(ms), p95: quantile(ms * 3), p99: quantile(ms * 5), mean: ms * 1.3, n },
    ttftMs: null,
    share: parts.share ?? only(name),
    errorRate: { mean: 0, ci: [0, 3 / n], n },
    costMatchedMix:
      mixQuality === null
        ? null
        : {
            weights: {},
            quality: mixQuality,
            costUsdPer1k: cost ?? 0,
            difference,
            ci: [difference - 0.004, difference + 0.004],
            simultaneousCi: [difference - 0.006, difference + 0.006],
            margin: null,
            verdict: difference > 0.004 ? "better" : difference < -0.004 ? "worse" : "inconclusive",
          },
    ...(cost === undefined ? {} : { arena: { clamped: quality * 0.9 + 0.02, unguarded: quality * 0.9 + 0.02, zeroWhenFree: quality * 0.9 + 0.02, nMissing: 0 } }),
    gainAtBestSingle: null,
    gapAtOracle: null,
    simulated: [],
    expected: [],
    onFrontier: false,
    dominatedBy: [],
  };
}

function quantile(value: number): { value: number; ci: [number, number] } {
  return { value, ci: [value * 0.96, value * 1.05] };
}

function estimate(mean: number, n: number): ReportPolicy["quality"] {
  const half = 1.96 * Math.sqrt((mean * (1 - mean)) / n);
  return { mean, ci: [Math.max(0, mean - half), Math.min(1, mean + half)], n };
}

function only(name: string): ReportPolicy["share"] {
  return shares([[name, 1]]);
}

function shares(entries: readonly (readonly [string, number])[]): ReportPolicy["share"] {
  return Object.fromEntries(entries.map(([name, mean]) => [name, { mean, ci: mean === 1 ? null : [mean - 0.005, mean + 0.005] as [number, number] }]));
}

function compare(a: string, b: string, difference: number, half: number): Report["comparisons"][number] {
  const verdict = Math.abs(difference) > half ? (difference > 0 ? "better" : "worse") : "inconclusive";
  return {
    a,
    b,
    metric: "quality",
    difference,
    ci: [difference - half * 0.8, difference + half * 0.8],
    simultaneousCi: [difference - half, difference + half],
    margin: null,
    verdict,
    pHolm: verdict === "inconclusive" ? 0.21 : 0.0004,
    pMcNemar: null,
    n: 1000,
    nToSettle: verdict === "inconclusive" ? 19_250 : null,
  };
}

function model(name: string, n: number, priceSource: string): Report["models"][number] {
  return { name, graded: n, failed: 0, priced: n, priceSource, trusted: null, guarded: null, simulated: null };
}

function workload(name: string, prompts: number, missing: number): Report["workload"] {
  return {
    name,
    prompts,
    missing,
    rule: "every model compared has a graded outcome",
    read: prompts + missing,
    excluded: 0,
    filtered: 0,
    sampledOut: 0,
    duplicates: Math.floor(prompts / 50),
    clusters: prompts,
    strata: 1,
    datasets: [{ name, prompts }],
    files: [{ name: `${name}.csv`, format: "routerbench-csv", sha256: "0".repeat(64), prompts: prompts + missing }],
  };
}

function sweep(name: string, weak: string, strong: string, quality: [number, number], cost: [number, number] | null, points: number): Sweep {
  return {
    name,
    fact: "length",
    weak,
    strong,
    pointsTotal: points,
    points: Array.from({ length: points }, (_, i) => {
      const share = i / (points - 1);
      const bend = 0.05 * Math.sin(share * Math.PI) + 0.004 * Math.sin(share * 40);
      return {
        threshold: share === 0 ? null : Math.round(4000 * (1 - share)),
        share,
        quality: quality[0] + (quality[1] - quality[0]) * share + (share === 0 || share === 1 ? 0 : bend * (quality[1] - quality[0])),
        costUsdPer1k: cost === null ? null : cost[0] + (cost[1] - cost[0]) * share,
      };
    }),
    apgr: { exact: 0.5312, asCoded: 0.5291, ci: [0.5121, 0.5498] },
    cpt: {
      exact: { "20": 0.183, "50": 0.471, "80": 0.792 },
      envelope: { "20": 0.1829, "50": 0.4708, "80": 0.7917 },
      asCoded: { "20": 0.1841, "50": 0.4722, "80": 0.7933 },
      ci: { "20": [0.161, 0.204], "50": [0.449, 0.496], "80": [0.761, null] },
    },
    monotone: false,
    audc: null,
    qnc: null,
  };
}

/** A learned policy's curve that bends from one end to the other. */
function knobCurve(name: string, knob: string, [low, high]: [number, number], [cheap, dear]: [number, number], hull: readonly { costUsdPer1k: number; quality: number }[], above: number): KnobCurve {
  const at = (t: number) => ({ quality: low + (high - low) * t ** 0.6, cost: cheap * (dear / cheap) ** t });
  const points = Array.from({ length: 12 }, (_, k) => at(k / 11));
  const around = (value: number, half: number): [number, number] => [Number((value - half).toFixed(4)), Number((value + half).toFixed(4))];
  return {
    policy: name,
    knob: { name: knob, unit: "quality per USD", value: 12.5 },
    n: PROMPTS,
    points: points.map(({ quality, cost }, k) => ({ value: 100 / 2 ** k, quality: { mean: quality, ci: around(quality, 0.004), n: PROMPTS }, costUsdPer1k: { mean: cost, ci: around(cost, cost / 40), n: PROMPTS }, own: k === 3 })),
    band: Array.from({ length: 13 }, (_, k) => at(k / 12)).map(({ quality, cost }) => {
      const mix = atCost(hull, cost);
      return { costUsdPer1k: cost, quality, ci: around(quality, 0.02), mixQuality: mix, mixDifference: mix === null ? null : quality - mix, mixCi: mix === null ? null : around(quality - mix, 0.01) };
    }),
    aiq: { paper: 0.8319, code: 0.8201, logCost: 0.7512, range: [0.0813, 5.0153], ci: [0.8274, 0.8362] },
    audc: { value: 0.8211, ci: [0.8166, 0.8253] },
    qnc: { value: 0.9312, ci: [0.8711, null] },
    againstMix: { range: [cheap, dear], difference: above, ci: around(above, 0.004), simultaneousCi: around(above, 0.005), margin: null, verdict: above > 0.005 ? "better" : "inconclusive", hull: { difference: above + 0.002, ci: around(above + 0.002, 0.004) } },
  };
}

/** Expectations from one quality to another, off by as much. */
function reliability(ece: number, from: number, to: number): NonNullable<ReportPolicy["calibration"]>["chosen"] {
  return {
    n: PROMPTS,
    ece,
    eceCorrected: ece * 0.9,
    eceCi: [ece * 0.8, ece * 1.2],
    brier: { mean: 0.1041, ci: [0.0996, 0.1085], n: PROMPTS },
    brierOfMean: 0.1144,
    bins: Array.from({ length: 15 }, (_, b) => {
      const expected = from + ((to - from) * b) / 14;
      return { n: 2433, from: expected - 0.01, to: expected + 0.01, expected, quality: { mean: expected - ece, ci: [expected - ece - 0.02, Math.min(1, expected - ece + 0.02)] as [number, number], n: 2433 } };
    }),
  };
}

interface BaseParts extends Partial<Pick<Report, "comparisons" | "slices" | "sweeps" | "curves" | "moved" | "basis" | "gates" | "verdict" | "warnings" | "objectives" | "metrics">> {
  workload: Report["workload"];
  policies: ReportPolicy[];
  models: Report["models"];
  frontier: string[];
  reference?: string;
  weak?: string;
  strong?: string;
}

function base(parts: BaseParts): Report {
  const { reference = null, weak = null, strong = null, ...rest } = parts;
  return {
    schemaVersion: 1,
    basis: "outcomes",
    run: { id: "7f3a91c2d4e8", seed: 1, createdAt: "2026-11-23T01:40:00.000Z", configHash: "c".repeat(32), workloadHash: "d".repeat(32), wrpVersion: "0.1.0" },
    objectives: ["quality", "costUsdPer1k"],
    metricDefinitions: {
      quality: { unit: "score in [0,1]", direction: "max", definition: "mean grade over the compared prompts", source: "wrp" },
      costUsdPer1k: { unit: "USD per 1,000 prompts", direction: "min", definition: "mean cost times 1,000", source: "wrp" },
      "latencyMs.p95": { unit: "ms", direction: "min", definition: "95th percentile by order statistics", source: "wrp" },
      aiq: { unit: "score in [0,1]", direction: "max", definition: "area under the non-decreasing hull / (c_max - c_min)", source: "RouterBench, arXiv 2403.12031" },
    },
    comparisons: [],
    slices: [],
    sweeps: [],
    curves: [],
    moved: [],
    metrics: { aiq: null, oracle: null, zeroRouter: null, hypervolume: null },
    gates: [],
    verdict: "none",
    statistics: { level: 0.95, resamples: 2000, method: "cluster bootstrap", reference, weak, strong },
    warnings: [],
    timing: {
      readMs: 412,
      storeMs: 0,
      decideMs: 38,
      reportMs: 901,
      totalMs: 1380,
      decisions: 218_982,
      decisionMicros: 0.17,
      reused: { answers: 0, grades: 0, decisions: 0, report: false },
      computed: { answers: 401_467, grades: 401_467, decisions: 218_982 },
    },
    ...rest,
  };
}

function hullOf(models: typeof ROUTERBENCH): { name: string; costUsdPer1k: number; quality: number }[] {
  const names = ["mistralai/mistral-7b-chat", "mistralai/mixtral-8x7b-chat", "zero-one-ai/Yi-34B-Chat", "gpt-4-1106-preview"];
  return models.filter(([name]) => names.includes(name)).map(([name, quality, costUsdPer1k]) => ({ name, costUsdPer1k, quality }));
}

function atCost(hull: readonly { costUsdPer1k: number; quality: number }[], cost: number): number | null {
  for (const [i, right] of hull.entries()) {
    if (cost > right.costUsdPer1k) continue;
    const left = hull[i - 1];
    if (!left) return cost === right.costUsdPer1k ? right.quality : null;
    const t = (cost - left.costUsdPer1k) / (right.costUsdPer1k - left.costUsdPer1k);
    return left.quality + t * (right.quality - left.quality);
  }
  return hull.at(-1)?.quality ?? null;
}
