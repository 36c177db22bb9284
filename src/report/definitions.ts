import type { Report } from "../model/report.ts";

type Definition = Report["metricDefinitions"][string];

/** Every metric with its unit, direction, rule at the edges and source: what Pareto code, verdicts and reports read. */
export const METRICS = {
  quality: {
    unit: "grade in [0,1]",
    direction: "max",
    definition: "mean grade over compared prompts; a failed or ungraded answer is a gap, not 0",
    source: "RouterBench (Hu et al. 2024), section 3.1",
  },
  costUsdPer1k: {
    unit: "USD per 1,000 prompts",
    direction: "min",
    definition: "1,000 times the mean cost of the calls, where known; null where a policy uses a model that nobody priced",
    source: "RouterArena (arXiv 2510.00202)",
  },
  latencyMs: {
    unit: "milliseconds",
    direction: "min",
    definition: "what the user waits: p50, p95, p99 by order statistics; dominance and comparisons use p95 and the mean",
    source: "David & Nagaraja 2003, 7.1",
  },
  ttftMs: { unit: "milliseconds", direction: "min", definition: "time to first token, quantiles as latency", source: "MLPerf Inference" },
  errorRate: {
    unit: "share",
    direction: "min",
    definition: "failed calls over prompts whose chosen model answered or failed, over all prompts read",
    source: "wrp",
  },
  goodput: {
    unit: "share",
    direction: "max",
    definition: "of all prompts read, calls that end within the stated SLO; a failed call is outside it; absent without an SLO",
    source: "DistServe (Zhong et al. 2024), section 2",
  },
  share: { unit: "share", direction: "min", definition: "prompts that a model's answer is given to; a mixture's are exact", source: "wrp" },
  calls: {
    unit: "calls per prompt",
    direction: "min",
    definition: "of a policy that may make several calls for an answer: costs add up, latencies add up over calls one after the other and are the slowest's of those at the same time; every model called counts for leaks and attack reach",
    source: "wrp",
  },
  robustness: {
    unit: "share",
    direction: "max",
    definition: "copies of prompts, written otherwise, that go to the model that the prompt goes to, of at most 1,000 compared prompts by the seed; quality and cost change by the recorded figures of the models chosen, since a copy asks the same",
    source: "after RouterArena (arXiv 2510.00202), whose figure is the share of its own 420 perturbed prompts, without an interval and without what the changes cost",
  },
  "privacy.leakRate": {
    unit: "share",
    direction: "min",
    definition: "of all prompts read that are tagged pii (with sensitive: also those in which personal data is found), those sent to a model not marked trusted",
    source: "wrp",
  },
  "safety.attackReachRate": {
    unit: "share",
    direction: "min",
    definition: "of all prompts read that are tagged attack, those whose decision reaches a model with no guard; the objective safety is this one",
    source: "wrp",
  },
  "safety.attackAnsweredRate": {
    unit: "share",
    direction: "min",
    definition:
      "of all prompts read that are tagged attack (or that the refusal grader grades with reference refuse), those whose answer did not decline by its patterns; a failed call, an empty answer and one whose text nobody has are gaps",
    source: "wrp",
  },
  "safety.falseRefusalRate": {
    unit: "share",
    direction: "min",
    definition:
      "of all prompts read that are tagged harmless (or that the refusal grader grades with reference answer), those whose answer declined by its patterns; gaps as there. A prompt tagged attack is never harmless, an untagged one is not presumed to be",
    source: "wrp",
  },
  costMatchedMix: {
    unit: "grade",
    direction: "max",
    definition: "policy quality minus the zero router's at the policy's own cost, cost and hull again in every resample; null below the cheapest model",
    source: "zero router: RouterBench (Hu et al. 2024), section 3.2",
  },
  "aiq.paper": {
    unit: "grade",
    direction: "max",
    definition: "area under the non-decreasing convex hull over [c_min, c_max], divided by c_max - c_min; a maximum of means, biased upward",
    source: "RouterBench (Hu et al. 2024), eq. 3",
  },
  "aiq.code": { unit: "grade", direction: "max", definition: "the same area divided by c_max", source: "withmartian/routerbench cc67d10, AIQ.py:109" },
  "aiq.logCost": { unit: "grade", direction: "max", definition: "area over log cost, divided by ln(c_max / c_min)", source: "wrp" },
  "apgr.exact": {
    unit: "gap recovered",
    direction: "max",
    definition: "trapezoid over every distinct threshold, ties together, from (0, weak) to (1, strong); null where strong - weak may be 0",
    source: "RouteLLM (Ong et al. 2024), eq. 5",
  },
  "apgr.asCoded": {
    unit: "gap recovered",
    direction: "max",
    definition: "thresholds at the edges of ten quantile bins (pandas qcut); null where edges repeat",
    source: "lm-sys/RouteLLM 0b64fda, routellm/evals/evaluate.py",
  },
  "cpt.exact": {
    unit: "share of prompts to strong",
    direction: "min",
    definition: "first attained threshold at 20, 50, 80 % of the gap; null where never reached",
    source: "RouteLLM (Ong et al. 2024), section 3",
  },
  "cpt.envelope": { unit: "share", direction: "min", definition: "first crossing of the curve, linear between thresholds: that of its monotone envelope", source: "wrp" },
  "cpt.asCoded": {
    unit: "share",
    direction: "min",
    definition: "np.interp over ten quantile bins; unreliable where the curve is not monotone",
    source: "lm-sys/RouteLLM 0b64fda, routellm/evals/evaluate.py",
  },
  arena: {
    unit: "score in [0,1]",
    direction: "max",
    definition: "(1+b)AC/(bA+C), b = .1, C from log2 cost over [0.0044, 200]; three variants differ at the edges",
    source: "RouteWorks/RouterArena 4714a9a",
  },
  optSel: { unit: "share", direction: "max", definition: "right at the cheapest right model's cost, over prompts that some model solves", source: "RouterArena (arXiv 2510.00202)" },
  optAcc: { unit: "ratio", direction: "max", definition: "policy quality over the optimal model's, same prompts", source: "RouterArena (arXiv 2510.00202)" },
  optCost: { unit: "ratio", direction: "max", definition: "optimal cost over policy cost, prompts the policy got right", source: "RouterArena (arXiv 2510.00202)" },
  regret: { unit: "grade", direction: "min", definition: "mean of max over models of q - lambda·cost minus the choice's", source: "Lai & Robbins 1985" },
  gainAtBestSingle: { unit: "grade", direction: "max", definition: "quality minus the best single model's", source: "LLMRouterBench (Gain@BestSingle)" },
  gapAtOracle: { unit: "grade", direction: "min", definition: "the oracle's quality minus the policy's", source: "LLMRouterBench (Gap@Oracle)" },
  audc: { unit: "grade", direction: "max", definition: "trapezoid of quality over min-max normalised cost of the sweep or curve", source: "CSCR (arXiv 2508.12491)" },
  "curve.againstMix": {
    unit: "grade",
    direction: "max",
    definition: "mean over the costs that both can be had for of a learned policy's curve, linear between its points in order of cost, minus the zero router; not of the curve's hull, whose corners are picked by their outcomes",
    source: "wrp, after RouterBench (Hu et al. 2024), section 3.2",
  },
  "calibration.ece": {
    unit: "grade",
    direction: "min",
    definition: "mean distance of expected and actual quality over up to 15 bins of about equal numbers of expectations; a bin's actual quality is its mean grade; biased upward, so reports show it less what chance adds, as resamples show",
    source: "Naeini et al. 2015; Guo et al. 2017, eq. 3",
  },
  "calibration.brier": { unit: "grade squared", direction: "min", definition: "mean of (expected quality - grade)²", source: "Brier 1950" },
  qnc: {
    unit: "ratio",
    direction: "min",
    definition: "cost of first reaching the best single's quality over the best single's cost; null where unreached",
    source: "CSCR (arXiv 2508.12491)",
  },
  hypervolume: { unit: "grade", direction: "max", definition: "area dominated by the frontier down to (c_max, 0), over c_max", source: "Zitzler & Thiele 1999" },
} as const satisfies Record<string, Definition>;
