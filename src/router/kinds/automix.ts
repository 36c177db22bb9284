import type { OutcomeColumns } from "../../model/columns.ts";
import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";
import { observation, pomdpRule, thresholdRule, type AutomixRule, type AutomixTable } from "../loops/automix-fit.ts";
import { playedInFolds } from "../loops/folded.ts";
import { measuredOf, measuredOfAnswers } from "../loops/measured.ts";
import type { Played } from "../loops/played.ts";
import type { Walk } from "../loops/walk.ts";

type AutomixSpec = Extract<PolicySpec, { kind: "automix" }>;

/**
 * AutoMix (Madaan et al. 2023, arXiv:2310.12963): the small model answers, how sure it was is observed, and the big one is asked where that
 * pays, which is learned on the other folds. Upstream lets the small model verify its answer by a few samples (`verified`); log-probabilities
 * may stand in for that.
 */
export const automix: Kind<"automix"> = {
  models: (spec) => spec.models.map((model, k) => ({ model, path: ["models", k] })),
  build(spec, _context, base) {
    const [small, big] = spec.models;
    if (small === big) throw new WrpError(`policy "${base.name}" names ${small} twice: its recorded answer would be the same`);
    const how = spec.method === "threshold" ? "one threshold of it" : `${spec.bins} bins of it`;
    return {
      ...base,
      description: `automix: asks ${small}, then ${big} where its gain over the answer is worth more than ${spec.lambda} · its cost in USD, by ${measuredOfAnswers(spec.confidence)} (${how}, fitted on the other folds)`,
      content: spec,
      plays: (columns, seed) => played(columns, seed, spec, base.name),
    };
  },
};

function played(columns: OutcomeColumns, seed: number, spec: AutomixSpec, policy: string): Played {
  const { models, quality, costUsd, failed } = columns;
  const [small, big] = spec.models.map((name) => models.indexOf(name)) as [number, number];
  const confidence = measuredOf(columns, spec.confidence, small, policy);
  const check = { costUsd: spec.verifyCostUsd ?? 0, latencyMs: spec.verifyLatencyMs ?? 0 };
  const needs = measuredOfAnswers(spec.confidence);
  const { notes, ...ways } = playedInFolds(columns, seed, spec.folds, (others) => {
    const at = others.filter((i) => failed[small]?.[i] !== 1 && ![confidence[i], quality[small]?.[i], quality[big]?.[i], spec.lambda === 0 ? 0 : costUsd[big]?.[i]].some((value) => Number.isNaN(value ?? NaN)));
    if (at.length === 0) return { prompts: 0, found: null };
    const pick = (of: (i: number) => number) => Float64Array.from(at, of);
    const table: AutomixTable = { confidence: pick((i) => confidence[i] as number), gain: pick((i) => (quality[big]?.[i] as number) - (quality[small]?.[i] as number)), costUsd: pick((i) => costUsd[big]?.[i] as number) };
    const rule = spec.method === "threshold" ? thresholdRule(table, spec.lambda) : pomdpRule(table, spec.lambda, spec.bins);
    return { prompts: at.length, found: { key: `${rule.edges.join(" ")} | ${rule.asks.join(" ")}`, walk: walkOf(rule, spec, confidence, check, needs), words: inWords(rule, spec) } };
  });
  return { ...ways, check, notes, needs: ways.paths.length === 0 ? `${needs}, with grades of both models (and costs, where lambda weighs them),` : `${needs} on the way` };
}

function walkOf({ edges, asks }: AutomixRule, { models }: AutomixSpec, confidence: Float64Array, check: Played["check"], needs: string): Walk {
  return {
    models,
    keeps: () => (i) => {
      const own = confidence[i] as number;
      return Number.isNaN(own) ? NaN : asks[observation(edges, own)] ? 0 : 1;
    },
    looks: "but the last",
    onError: "next",
    check,
    needs,
  };
}

function inWords({ edges, asks }: AutomixRule, { models: [small, big], confidence }: AutomixSpec): string {
  const bounds = [-Infinity, ...edges, Infinity];
  const parts: { from: number; to: number }[] = [];
  for (const [k, ask] of asks.entries()) {
    const [from, to] = [bounds[k] as number, bounds[k + 1] as number];
    const last = parts.at(-1);
    if (!ask || from === to) continue;
    if (last && last.to === from) last.to = to;
    else parts.push({ from, to });
  }
  const shown = (value: number) => String(Number(value.toPrecision(4)));
  const ranges = parts.map(({ from, to }) => (from === -Infinity && to === Infinity ? "always" : from === -Infinity ? `below ${shown(to)}` : to === Infinity ? `from ${shown(from)} on` : `from ${shown(from)} to ${shown(to)}`));
  return ranges.length === 0 ? `${small}'s answer is always kept` : ranges[0] === "always" ? `${big} is always asked` : `${big} is asked where ${confidence} is ${ranges.join(", and ")}`;
}
