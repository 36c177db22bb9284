import type { Decisions } from "../model/columns.ts";
import type { ReportPolicy } from "../model/report.ts";
import type { Design } from "../stats/design.ts";
import type { Bounds, Level } from "../stats/intervals.ts";
import { meanOf } from "../stats/means.ts";
import { Distribution, quantileRanks } from "../stats/quantiles.ts";
import type { Compared } from "./compared.ts";
import { eachChoice } from "./events.ts";
import { fillValues } from "./values.ts";

/**
 * Quantiles of the latency that a policy's users wait, milliseconds. A mixture's is the mixture of its models' distributions.
 * Intervals are order statistics at the effective n, which the cluster standard error of the share at or below the quantile
 * implies (Woodruff 1952). Where models were asked several times, every answer counts, and every prompt as much as another. Null where no
 * compared prompt has a latency.
 */
export function latencyOf(compared: Compared, units: Design, table: readonly Float64Array[], decisions: Decisions): ReportPolicy["latencyMs"] {
  const waits = waitsOf(compared, units, table, decisions);
  return waits && { p50: waits.quantile(0.5), p95: waits.quantile(0.95), p99: waits.quantile(0.99), mean: waits.mean, n: waits.n };
}

/** What a policy's users wait: mean and any quantile, each with its interval at a two-sided level. */
export function waitsOf(compared: Compared, units: Design, table: readonly Float64Array[], decisions: Decisions) {
  if (table.length === 0) return null;
  const several = severalOf(compared, table);
  const waits =
    several || decisions.form === "spread"
      ? ofSeveral(compared, several?.known ?? ((m, k) => knownAt(table, m, k)), decisions)
      : decisions.form === "choice"
        ? ofChoice(compared, table, decisions.model)
        : ofMixture(table, decisions.weights);
  const { distribution, n } = waits;
  if (n === 0) return null;
  const atOrBelow = table.map(() => new Float64Array(compared.n));
  const quantile = (p: number, level: Level = 0.95): { value: number; ci: Bounds | null } => {
    const value = distribution.quantile(p);
    atOrBelow.forEach((column, m) => {
      for (let k = 0; k < column.length; k++) column[k] = several ? several.atOrBelow(m, k, value) : shareAtOrBelow((table[m] as Float64Array)[k] as number, value);
    });
    const share = meanOf(units, (into) => fillValues(compared, atOrBelow, decisions, into));
    // Order statistics are exact for independent values; clusters leave fewer observations than prompts, several answers to one have its prompt in common.
    const alone = !several && units.clusters === compared.n;
    const effective = alone ? share.n : effectiveOf(share, share.n * (several?.perPrompt ?? 1));
    const ranks = share.units < 2 ? null : quantileRanks(effective, p, level);
    return { value, ci: ranks ? [distribution.quantile((ranks[0] + 1) / effective), distribution.quantile((ranks[1] + 1) / effective)] : null };
  };
  return { quantile, mean: distribution.mean, n };
}

function shareAtOrBelow(latency: number, value: number): number {
  return Number.isNaN(latency) ? NaN : latency <= value ? 1 : 0;
}

type Share = ReturnType<typeof meanOf>;

/** As many independent observations as have this standard error of a share, at most `most`; the units where it has no spread. */
function effectiveOf({ mean, se, units }: Share, most: number): number {
  const spread = mean * (1 - mean);
  return se > 0 && spread > 0 ? Math.min(most, Math.round(spread / (se * se))) : units;
}

/** The times of every answer, where some models were asked several times. */
function severalOf({ samples, latencyMs, ttftMs }: Compared, table: readonly Float64Array[]) {
  const times = table === latencyMs ? samples?.latencyMs : table === ttftMs ? samples?.ttftMs : undefined;
  if (!samples || !times) return null;
  const { perPrompt } = samples;
  const known = (m: number, k: number): Float64Array => {
    const own = times[m];
    return own ? own.subarray(k * perPrompt, (k + 1) * perPrompt).filter((v) => !Number.isNaN(v)) : knownAt(table, m, k);
  };
  return {
    perPrompt,
    known,
    /** Share of a prompt's answers; NaN where none is known. */
    atOrBelow(m: number, k: number, value: number): number {
      const values = known(m, k);
      return values.length === 0 ? NaN : values.reduce((count, v) => count + (v <= value ? 1 : 0), 0) / values.length;
    },
  };
}

/** The one answer of a prompt; empty where none is known. */
function knownAt(table: readonly Float64Array[], m: number, k: number): Float64Array {
  return (table[m] as Float64Array).subarray(k, k + 1).filter((v) => !Number.isNaN(v));
}

/** Prompts of several answers each, or with probabilities of their own: those share their prompt's weight. */
function ofSeveral(compared: Compared, known: (m: number, k: number) => Float64Array, decisions: Decisions) {
  /** By weight: answers that weigh the same stand in one ascending sample. */
  const parts = new Map<number, number[]>();
  let n = 0;
  for (let k = 0; k < compared.n; k++) {
    const used: { readonly values: Float64Array; readonly weight: number }[] = [];
    eachChoice(decisions, compared.at[k] as number, (m, weight) => used.push({ values: known(m, k), weight }));
    if (used.length === 0 || used.some(({ values }) => values.length === 0)) continue;
    n++;
    for (const { values, weight } of used) {
      const each = weight / values.length;
      const held = parts.get(each);
      if (held) held.push(...values);
      else parts.set(each, [...values]);
    }
  }
  return { distribution: new Distribution([...parts].map(([weight, values]) => ({ sorted: Float64Array.from(values).sort(), weight }))), n };
}

function ofChoice(compared: Compared, table: readonly Float64Array[], model: Int32Array) {
  const first = model[compared.at[0] as number] as number;
  if (first >= 0 && compared.at.every((i) => model[i] === first)) return whole(sortedOf(table[first] as Float64Array));
  const values = new Float64Array(compared.n);
  let n = 0;
  for (let k = 0; k < compared.n; k++) {
    const m = model[compared.at[k] as number] as number;
    const value = m < 0 ? NaN : ((table[m] as Float64Array)[k] as number);
    if (!Number.isNaN(value)) values[n++] = value;
  }
  return whole(values.subarray(0, n).sort());
}

function whole(sorted: Float64Array) {
  return { distribution: new Distribution([{ sorted, weight: 1 }]), n: sorted.length };
}

/** Prompts where every model of the mixture has a latency: elsewhere the expectation is not known. */
function ofMixture(table: readonly Float64Array[], weights: Float64Array) {
  const used = [...weights.keys()].filter((m) => (weights[m] as number) > 0);
  const columns = used.map((m) => table[m] as Float64Array);
  const length = (columns[0] as Float64Array).length;
  const known = Uint32Array.from({ length }, (_, k) => k).filter((k) => columns.every((column) => !Number.isNaN(column[k] as number)));
  const sorted = (column: Float64Array) => (known.length === length ? sortedOf(column) : Float64Array.from(known, (k) => column[k] as number).sort());
  return { distribution: new Distribution(columns.map((column, j) => ({ sorted: sorted(column), weight: weights[used[j] as number] as number }))), n: known.length };
}

/** Ascending, without gaps; each column is sorted once, however many policies use it. */
function sortedOf(column: Float64Array): Float64Array {
  let sorted = known.get(column);
  if (!sorted) known.set(column, (sorted = column.filter((v) => !Number.isNaN(v)).sort()));
  return sorted;
}

const known = new WeakMap<Float64Array, Float64Array>();
