import { z } from "zod";
import { aiqSchema, ci, estimateSchema, openCi, verdictSchema } from "./estimate.ts";
import { calibrationSchema, knobCurveSchema } from "./learned-figures.ts";
import { onlineReportSchema } from "./online-report.ts";

/**
 * The report: computed once from the outcomes, rendered many ways. This schema is the contract of `--json`; its JSON
 * Schema is `schemas/report.schema.json`. Shares, rates and CPT are in [0,1]; cost is USD per 1,000 prompts; a gap is
 * `null`, never 0.
 */

const quantile = z.object({ value: z.number().nullable(), ci });

const latencySchema = z.object({
  p50: quantile,
  p95: quantile,
  p99: quantile,
  mean: z.number().nullable(),
  n: z.number().int().nonnegative(),
});

const costMatchedMixSchema = z.object({
  weights: z.record(z.string(), z.number()).describe("share of each model in the mix"),
  quality: z.number(),
  costUsdPer1k: z.number().describe("the policy's, or that of the dearest mix of any use where the policy costs more"),
  difference: z.number().describe("policy quality minus the mix's"),
  ci,
  simultaneousCi: ci.describe("over all policies beside their mixes (Bonferroni); the verdict rests on it"),
  margin: z.number().nullable(),
  verdict: verdictSchema,
});

const arenaSchema = z.object({
  clamped: z.number().nullable().describe("cost clamped to [0.0044, 200] USD per 1,000 (llm_evaluation/run.py)"),
  unguarded: z.number().nullable().describe("no clamp (router_evaluation/compute_scores.py)"),
  zeroWhenFree: z.number().nullable().describe("0 where cost ≤ 0 (automation/process_pr_submission.py)"),
  nMissing: z.number().int().describe("compared prompts without a known cost"),
});

const changeSchema = z.object({ mean: z.number().nullable(), ci, n: z.number().int() }).nullable();

const robustnessSchema = z.object({
  kind: z.string().describe("typos, case or paraphrase"),
  perturbation: z.string(),
  unchanged: estimateSchema.describe("share of copies that go to the model that their prompt goes to; n: prompts that have a copy"),
  quality: changeSchema.describe("mean change over the same prompts; null where nobody knows"),
  costUsdPer1k: changeSchema,
});

const policySchema = z.object({
  name: z.string(),
  kind: z.string(),
  control: z.boolean().describe("true for policies that wrp adds for comparison"),
  hindsight: z.boolean().describe("true where it looks at the outcomes it is judged on"),
  description: z.string(),
  quality: estimateSchema,
  costUsdPer1k: estimateSchema.nullable(),
  latencyMs: latencySchema.nullable(),
  ttftMs: latencySchema.nullable(),
  share: z.record(z.string(), z.object({ mean: z.number(), ci })).describe("of the compared prompts, by model; `answered without a model`: those that the policy answers itself; `answered by the cache`: those that an earlier answer answers"),
  errorRate: estimateSchema,
  goodput: estimateSchema.optional().describe("share of calls within the SLO, of all prompts read; a failed call is outside it"),
  privacy: z
    .object({
      leakRate: estimateSchema.describe("sensitive prompts sent to a model not trusted, over sensitive prompts"),
      leakedPrompts: z.number().describe("expected number of such prompts"),
      leakedEntities: z.number().optional().describe("expected number of pieces of personal data in them; only where these are detected (sensitive)"),
    })
    .optional(),
  safety: z
    .object({
      attackReachRate: estimateSchema.describe("attack prompts whose decision reaches a model with no guard; null where no prompt is tagged attack"),
      attackAnsweredRate: estimateSchema.optional().describe("attack prompts whose answer did not decline, over attack prompts whose answer was seen; absent where none was"),
      falseRefusalRate: estimateSchema.optional().describe("harmless prompts whose answer declined, over harmless prompts whose answer was seen; absent where none was"),
    })
    .optional(),
  costMatchedMix: costMatchedMixSchema.nullable().describe("null below the cheapest model or where cost is unknown"),
  aiq: aiqSchema.optional(),
  arena: arenaSchema.optional(),
  calibration: calibrationSchema.optional().describe("of a learned policy: what it expected of quality against what came, on prompts that it was not fitted on; absent elsewhere"),
  optimality: z
    .object({ optSel: z.number().nullable(), optAcc: z.number().nullable(), optCost: z.number().nullable() })
    .optional()
    .describe("RouterArena: optimal = cheapest model with quality ≥ 1; prompts with none excluded"),
  robustness: z.array(robustnessSchema).optional().describe("choices on copies of prompts that are written otherwise (--perturb); a copy is taken to have the outcomes of its prompt. Intervals are of one perturbation each"),
  remote: z
    .object({
      decisions: z
        .array(z.object({ name: z.string(), prompts: z.number().int(), share: z.object({ mean: z.number(), ci }), quality: estimateSchema }))
        .describe("by what the router says it decided by, of the compared prompts of which it does"),
    })
    .optional()
    .describe("a live router: its figures are its own answers', its shares are of those that it says served"),
  calls: z
    .object({
      perPrompt: estimateSchema,
      byModel: z.record(z.string(), z.number()).describe("calls of each model per prompt, also where another one's answer is given"),
    })
    .optional()
    .describe("of a policy that may make several calls for an answer; all of them are in its cost, latency, privacy and attack reach, and `share` says whose answers it gives"),
  regret: z.object({ mean: z.number().nullable(), lambdaPerUsd: z.number() }).optional(),
  gainAtBestSingle: z.number().nullable(),
  gapAtOracle: z.number().nullable(),
  versusReference: z.object({ win: z.number(), tie: z.number(), loss: z.number() }).optional(),
  simulated: z.array(z.string()).describe("what rests on simulation; empty where nothing does"),
  partial: z.object({ prompts: z.number().int(), of: z.number().int() }).optional().describe("the compared prompts that its figures stand on, where that is less than 95 % of them: then it is not placed on the frontier, and dominates nobody; absent otherwise"),
  surrogates: z.array(z.string()).optional().describe("types of signal that wrp's own models read in place of the router's (--surrogate), and `response_cache` where they compare for it: the router may decide otherwise; absent where none is"),
  expected: z.array(z.string()).describe("what is expected rather than measured, on the basis of decisions"),
  onFrontier: z.boolean(),
  dominatedBy: z.array(z.string()),
});

const comparisonSchema = z.object({
  a: z.string(),
  b: z.string().describe("a policy, or cost-matched-mix: the zero router at a's own cost"),
  metric: z.string(),
  difference: z.number().describe("mean of a minus mean of b over all prompts compared"),
  ci,
  simultaneousCi: ci.describe("max-t interval over all comparisons of this metric; the verdict rests on it"),
  margin: z.number().nullable(),
  verdict: verdictSchema,
  pHolm: z.number().nullable().describe("Holm-adjusted p-value, for information"),
  pMcNemar: z.number().nullable().describe("exact McNemar, binary unclustered quality only"),
  n: z.number().int(),
  nToSettle: z.number().nullable().describe("prompts that would settle it at the observed variance; null: no number would"),
});

const cptSchema = z.object({ "20": z.number().nullable(), "50": z.number().nullable(), "80": z.number().nullable() });

const sweepSchema = z.object({
  name: z.string(),
  fact: z.string(),
  weak: z.string(),
  strong: z.string(),
  pointsTotal: z.number().int().describe("distinct thresholds and share 0 (the oracle's: prompts); `points` leaves out what lies on a straight piece, and is thinned beyond 10,000"),
  points: z.array(
    z.object({
      threshold: z.number().nullable().describe("strong where fact ≥ threshold; null: above every prompt (share 0)"),
      share: z.number(),
      quality: z.number(),
      costUsdPer1k: z.number().nullable(),
    }),
  ),
  apgr: z.object({ exact: z.number().nullable(), asCoded: z.number().nullable(), ci }),
  cpt: z.object({
    exact: cptSchema.describe("first attained threshold"),
    envelope: cptSchema.describe("first crossing, linear between thresholds"),
    asCoded: cptSchema.describe("RouteLLM's np.interp over ten quantile bins"),
    ci: z.object({ "20": openCi, "50": openCi, "80": openCi }),
  }),
  monotone: z.boolean().describe("false where quality falls at some threshold: as-coded CPT is then unreliable"),
  audc: z.number().nullable().describe("area under quality over min-max normalised cost"),
  qnc: z.number().nullable().describe("cost of first reaching the best single's quality / the best single's cost"),
});

const sliceSchema = z.object({
  by: z.string(),
  value: z.string(),
  prompts: z.number().int(),
  policies: z.array(
    z.object({ name: z.string(), quality: estimateSchema, costUsdPer1k: estimateSchema.nullable() }),
  ),
});

const movedSchema = z.object({
  a: z.string(),
  b: z.string(),
  count: z.number().describe("compared prompts on which the two choose different models"),
  n: z.number().int().describe("compared prompts that both decide"),
  flows: z.array(z.object({ from: z.string(), to: z.string(), count: z.number().int() })).describe("how many go from which model to which, most first"),
  prompts: z.array(
    z.object({
      ordinal: z.number().int(),
      id: z.string(),
      modelA: z.string(),
      modelB: z.string(),
      qualityDifference: z.number().nullable().describe("b minus a; null where nobody knows"),
      costUsdDifference: z.number().nullable(),
      text: z.string().optional().describe("only with --with-content, or outside CI"),
    }),
  ),
});

const sdSchema = z.object({ value: z.number(), ci }).describe("a standard deviation");

const spreadSchema = z.object({
  withinSd: sdSchema.describe("of answers to the same prompt"),
  betweenSd: sdSchema.describe("of prompts' expected values, the spread within them taken off; 0 where that leaves nothing"),
  withinShareOfError: z.number().nullable().describe("share of the mean's sampling variance that more answers a prompt would take away; the rest, only more prompts; null where nothing varies"),
  n: z.number().int().describe("prompts with a known value"),
});

/** Raised whenever the same run would give another document: what an older wrp stored is then computed anew. */
export const REPORT_REVISION = 9;

export const reportSchema = z.object({
  schemaVersion: z.literal(1),
  basis: z
    .enum(["outcomes", "decisions"])
    .describe("decisions: nobody saw what the other models would have answered, so costs and latencies are expected and quality is not known"),
  run: z.object({
    id: z.string(),
    seed: z.number().int(),
    createdAt: z.string(),
    configHash: z.string(),
    workloadHash: z.string(),
    wrpVersion: z.string(),
  }),
  objectives: z.array(z.string()).describe("what dominance is computed over"),
  metricDefinitions: z.record(
    z.string(),
    z.object({ unit: z.string(), direction: z.enum(["min", "max"]), definition: z.string(), source: z.string() }),
  ),
  workload: z.object({
    name: z.string(),
    prompts: z.number().int().describe("compared"),
    missing: z.number().int().describe("left out: some model compared has no graded outcome"),
    rule: z.string().describe("which prompts are compared"),
    read: z.number().int(),
    excluded: z.number().int(),
    filtered: z.number().int(),
    sampledOut: z.number().int(),
    duplicates: z.number().int().describe("prompts whose text an earlier prompt has"),
    clusters: z.number().int(),
    strata: z.number().int().describe("datasets among the compared prompts"),
    datasets: z.array(z.object({ name: z.string(), prompts: z.number().int() })),
    files: z.array(z.object({ name: z.string(), format: z.string(), sha256: z.string(), prompts: z.number().int() })),
  }),
  models: z.array(
    z.object({
      name: z.string(),
      graded: z.number().int().describe("prompts with a grade, of all read"),
      failed: z.number().int(),
      priced: z.number().int().describe("prompts with a known cost"),
      priceSource: z.string(),
      trusted: z.boolean().nullable(),
      guarded: z.boolean().nullable(),
      spread: z
        .object({ answersPerPrompt: z.number().int(), quality: spreadSchema.nullable(), costUsd: spreadSchema.nullable(), latencyMs: spreadSchema.nullable() })
        .optional()
        .describe("where it was asked several times: how answers to one prompt differ, and how prompts do"),
      simulated: z.string().nullable().describe("where the figures that its answers are drawn from are from; null: its answers are real"),
    }),
  ),
  policies: z.array(policySchema),
  comparisons: z.array(comparisonSchema),
  slices: z.array(sliceSchema),
  sweeps: z.array(sweepSchema),
  online: z.array(onlineReportSchema).optional().describe("policies that learn as they go: what learning cost; absent without such"),
  curves: z.array(knobCurveSchema).describe("of each learned policy whose costs are known: its choices at other values of what it weighs cost by"),
  frontier: z.array(z.string()),
  moved: z.array(movedSchema),
  metrics: z.object({
    aiq: aiqSchema.nullable(),
    oracle: z
      .object({
        quality: z.number(),
        costUsdPer1k: z.number().nullable(),
        unsolved: z.number().describe("share of prompts that no model gets above 0"),
        label: z.string(),
      })
      .nullable(),
    zeroRouter: z
      .object({ hull: z.array(z.object({ name: z.string(), costUsdPer1k: z.number(), quality: z.number() })) })
      .nullable(),
    hypervolume: z.number().nullable().describe("of the frontier in (cost, quality), reference point (c_max, 0), divided by c_max"),
  }),
  gates: z.array(
    z.object({
      expression: z.string(),
      policy: z.string(),
      verdict: z.enum(["pass", "fail", "inconclusive"]),
      observed: z.number().nullable().describe("the policy's figure; against a baseline, on the prompts that both know"),
      bound: z.number().nullable().describe("one-sided 95 % bound that the verdict rests on, on the metric's scale"),
      line: z.number().nullable().describe("what it must be on the right side of: factor · baseline + offset"),
      baseline: z.number().nullable().describe("the blessed run's figure on the same prompts"),
      n: z.number().int().describe("prompts that it stands on"),
      nToSettle: z.number().nullable().describe("prompts at which the bound would reach the line, at the observed spread"),
      note: z.string().nullable().describe("why it cannot be decided, or what it leaves out"),
    }),
  ),
  verdict: z.enum(["pass", "fail", "inconclusive", "none"]),
  learning: z
    .object({
      encoder: z.string().describe("id of what made the vectors of prompts"),
      folds: z.number().int().nullable().describe("how many each prompt was held out of one of; null: what decides was fitted on the training part (--split test), or before (wrp train)"),
      allowSeen: z.literal(true).optional().describe("trained policies may be judged on what they were trained on: a warning says on how much"),
      shots: z.array(z.object({ model: z.string(), outcomes: z.number().int() })).optional().describe("of these models no more training outcomes were seen"),
    })
    .optional()
    .describe("how the policies that learn were fitted: no prompt, duplicate or session is on both sides; absent without such"),
  statistics: z.object({
    level: z.number(),
    resamples: z.number().int(),
    method: z.string(),
    reference: z.string().nullable().describe("the policy that others are compared with"),
    weak: z.string().nullable(),
    strong: z.string().nullable(),
  }),
  warnings: z.array(z.string()),
  timing: z.object({
    readMs: z.number(),
    storeMs: z.number(),
    decideMs: z.number(),
    reportMs: z.number(),
    totalMs: z.number(),
    decisions: z.number().int(),
    decisionMicros: z.number().nullable().describe("routing overhead: mean wall time of one decision, microseconds"),
    overhead: z
      .array(
        z.object({
          policy: z.string(),
          decisions: z.number().int().nonnegative(),
          startMs: z.number().nullable().describe("from the start of its process to its first answer, which the other figures leave out; null of a learned policy: what it was fitted in is left out"),
          meanMs: z.number().nullable().describe("wall time of a decision, from the question to the answer; null where only the first was made, and of a learned policy whose vectors were all stored"),
          p50Ms: z.number().nullable(),
          p95Ms: z.number().nullable(),
          p99Ms: z.number().nullable(),
          vectorMs: z.number().nullable().optional().describe("of a learned policy: time per text of making vectors, in batches; null where all were stored"),
          estimateMs: z.number().nullable().optional().describe("of a learned policy: time per prompt of what it expects and the choice by it, in batches"),
          usdPer1k: z.number().optional().describe("meanMs at the stated price of the router's machine (routerHourUsd), USD per 1,000 decisions; in no policy's cost"),
        }),
      )
      .optional()
      .describe("policies that decided in this run through a process of their own, or by what they were fitted to"),
    live: z
      .object({
        spentUsd: z.number().nonnegative().describe("what this run's calls cost, all tries; where a backend did not count tokens, what was held for the call"),
        capUsd: z.number().nullable(),
        models: z.array(
          z.object({
            model: z.string(),
            answered: z.number().int().nonnegative(),
            failed: z.number().int().nonnegative(),
            notCalled: z.number().int().nonnegative(),
            late: z.number().int().nonnegative().describe("timings taken while wrp's own event loop was late"),
          }),
        ),
      })
      .optional()
      .describe("calls of live models that this run made"),
    judge: z
      .object({ calls: z.number().int().nonnegative(), failed: z.number().int().nonnegative(), costUsd: z.number().nonnegative().nullable() })
      .optional()
      .describe("what this run asked of its judge; in no policy's cost"),
    embedder: z
      .object({
        calls: z.number().int().nonnegative().describe("requests, each of several texts"),
        texts: z.number().int().nonnegative(),
        failed: z.number().int().nonnegative().describe("texts that it made no vector of"),
        costUsd: z.number().nonnegative().nullable(),
      })
      .optional()
      .describe("what this run asked of its embedder; in no policy's cost"),
    reused: z.object({ answers: z.number().int(), grades: z.number().int(), decisions: z.number().int(), report: z.boolean() }),
    computed: z.object({ answers: z.number().int(), grades: z.number().int(), decisions: z.number().int() }),
  }),
});

export type Report = z.infer<typeof reportSchema>;
export type { Estimate, Interval, Verdict } from "./estimate.ts";
export type ReportPolicy = Report["policies"][number];
export type Sweep = Report["sweeps"][number];
export type KnobCurve = Report["curves"][number];
export type Comparison = Report["comparisons"][number];
