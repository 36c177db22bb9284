import type { OutcomeColumns } from "../../model/columns.ts";
import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import { random, shuffled } from "../../stats/random.ts";
import type { Kind } from "../kind.ts";
import { playedInFolds } from "../loops/folded.ts";
import { frugalSearch, type FrugalChoice, type FrugalTable } from "../loops/frugal-search.ts";
import { checkOf, judgeErrors, judgeNotes } from "../loops/judge.ts";
import type { Played } from "../loops/played.ts";
import { stopRuleOf, type StopRule } from "../loops/stop-rules.ts";
import type { Walk } from "../loops/walk.ts";

type FrugalSpec = Extract<PolicySpec, { kind: "frugal" }>;

/** Thresholds that are tried of each model: the quantiles of its training answers that part them evenly. */
const THRESHOLDS = 8;

/** Products that a search may take at most, about, where nothing is cut off: beyond it, fewer prompts are searched on. */
const MOST_PRODUCTS = 3e8;

/**
 * FrugalGPT's cascade (Chen et al. 2023, arXiv 2305.05176, section 3): which models are asked in which order, and how sure each answer must be,
 * is searched on the other folds for the highest quality within a budget, and played on this one. Upstream scores an answer by a DistilBERT
 * that is trained on query and answer; here the scorer is what is recorded of answers, or a judge of a stated error rate.
 */
export const frugal: Kind<"frugal"> = {
  models: (spec) => (spec.models ?? []).map((model, k) => ({ model, path: ["models", k] })),
  build(spec, context, base) {
    const twice = spec.models?.find((model, k) => spec.models?.indexOf(model) !== k);
    if (twice !== undefined) throw new WrpError(`policy "${base.name}" names ${twice} twice: its recorded answer would be the same`);
    const errorRate = judgeErrors(spec.scorer, "scorer", spec, base.name);
    if (spec.threshold !== undefined && spec.scorer !== "judge") throw new WrpError(`policy "${base.name}": threshold is the judge's, and scorer is ${spec.scorer}`, { hint: "scorer: judge" });
    const rule = stopRuleOf({ kind: "cascade", stop: spec.scorer, errorRate: spec.errorRate, judgeCostUsd: spec.judgeCostUsd, judgeLatencyMs: spec.judgeLatencyMs }, base.name);
    return {
      ...base,
      hindsight: errorRate === 0,
      description: `frugal: asks up to ${spec.length} models one after the other; which, in what order and how long is searched on the other folds for the highest quality at up to $${spec.budgetUsdPer1k} per 1,000 prompts`,
      content: spec,
      plays: (columns, seed) => played(columns, seed, spec, rule, base.name, spec.models ?? context.models.map(({ name }) => name)),
    };
  },
};

function played(columns: OutcomeColumns, seed: number, spec: FrugalSpec, rule: StopRule, policy: string, names: readonly string[]): Played {
  const { models } = columns;
  const places = names.map((name) => models.indexOf(name)).filter((m) => spec.models ?? [columns.quality, columns.costUsd].every((table) => isKnown(table[m])));
  const nothing = spec.models?.find((name) => ![columns.quality, columns.costUsd].every((table) => isKnown(table[models.indexOf(name)])));
  if (nothing !== undefined) throw new WrpError(`policy "${policy}": ${nothing} has no grade or no cost here, so nothing tells what it is worth`);
  const scored = (m: number) => spec.scorer === "judge" || isKnown(columns.measures?.get(spec.scorer)?.[m]);
  if (!places.some(scored)) throw new WrpError(`policy "${policy}" goes by ${rule.needs}, which is known of none here`, { hint: "scorer: judge, with errorRate" });
  const { notes, ...ways } = playedInFolds(columns, seed, spec.folds, (others, f) => {
    const { table, searched } = tableOf(columns, places, others, { spec, rule, scored, seed: [seed, f] });
    const found = searched === 0 ? null : frugalSearch(table, spec.length, spec.budgetUsdPer1k / 1000);
    if (!found) return { prompts: searched, found: null };
    const choice = { ...found, models: found.models.map((k) => places[k] as number) };
    return { prompts: searched, found: { key: JSON.stringify([choice.models, choice.thresholds]), walk: walkOf(choice, models, spec, rule), words: choiceInWords(choice, models, rule) } };
  });
  return {
    ...ways,
    check: checkOf(spec),
    notes: [...judgeNotes(spec.scorer, spec.errorRate ?? null, spec), ...notes],
    needs: ways.paths.length === 0 ? "a cascade within the budget" : `${rule.needs} on the way, or a cascade within the budget,`,
  };
}

function walkOf(choice: FrugalChoice, models: readonly string[], spec: FrugalSpec, rule: StopRule): Walk {
  return {
    models: choice.models.map((m) => models[m] as string),
    keeps: (of, m, stage) => rule.keeps(of, m, choice.thresholds[stage] as number),
    looks: choice.models.length > 1 ? "but the last" : "none",
    onError: "next",
    check: checkOf(spec),
    needs: rule.needs,
  };
}

/** What is known of the prompts at these places, of which everything is known of these models; of some of them, where they are too many. */
function tableOf(
  columns: OutcomeColumns,
  places: readonly number[],
  at: readonly number[],
  { spec, rule, scored, seed: [seed, fold] }: { readonly spec: FrugalSpec; readonly rule: StopRule; readonly scored: (m: number) => boolean; readonly seed: readonly [number, number] },
): { readonly table: FrugalTable; readonly searched: number } {
  const columnsOf = (table: readonly Float64Array[]) => places.map((m) => table[m] as Float64Array);
  const measures = places.map((m) => (spec.scorer === "judge" || !scored(m) ? null : (columns.measures?.get(spec.scorer)?.[m] as Float64Array)));
  const whole = at.filter((i) => [...columnsOf(columns.quality), ...columnsOf(columns.costUsd), ...measures].every((column) => !Number.isNaN(column?.[i] ?? 0)));
  const branches = spec.scorer === "judge" ? 1 : THRESHOLDS;
  const lists = Array.from({ length: spec.length }, (_, k) => (places.length - k) * (k === 0 ? 1 : branches)).reduce((product, count) => product * Math.max(1, count), 1);
  const most = Math.max(500, Math.floor(MOST_PRODUCTS / lists));
  const some = whole.length <= most ? whole : [...shuffled(whole.length, random(seed, "frugal", fold))].slice(0, most).map((k) => whole[k] as number);
  const pick = (table: readonly Float64Array[]) => columnsOf(table).map((column) => Float64Array.from(some, (i) => column[i] as number));
  const keeps = places.map((m, k) => {
    if (!scored(m)) return [];
    const values = measures[k];
    const thresholds = values ? evenly(Float64Array.from(some, (i) => values[i] as number)) : [spec.threshold ?? 0.5];
    return thresholds.map((threshold) => {
      const keep = rule.keeps(columns, m, threshold);
      return { threshold, kept: Float64Array.from(some, (i) => (columns.failed[m]?.[i] === 1 ? 0 : keep(i))) };
    });
  });
  return { table: { prompts: some.length, quality: pick(columns.quality), costUsd: pick(columns.costUsd), keeps, lookUsd: spec.judgeCostUsd ?? 0 }, searched: some.length };
}

/** Values that part these into equal shares, ascending, each once. */
function evenly(values: Float64Array): number[] {
  const sorted = values.toSorted();
  return [...new Set(Array.from({ length: THRESHOLDS }, (_, k) => sorted[Math.floor(((k + 0.5) / THRESHOLDS) * sorted.length)] as number))].filter((value) => value !== undefined);
}

function isKnown(column: Float64Array | undefined): boolean {
  return column?.some((value) => !Number.isNaN(value)) === true;
}

function choiceInWords({ models: order, thresholds, quality, costUsd }: FrugalChoice, models: readonly string[], rule: StopRule): string {
  const [first, ...others] = order.map((m) => models[m] as string);
  const how = [`asks ${first}`, ...others.map((name, k) => `then ${name} ${rule.next(Number((thresholds[k] as number).toPrecision(4)))}`)].join("; ");
  return `${how} (quality ${quality.toFixed(4)} at $${Number((1000 * costUsd).toPrecision(4))} per 1,000 where it was searched)`;
}
