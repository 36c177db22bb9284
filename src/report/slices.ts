import type { LabelColumn, OutcomeColumns } from "../model/columns.ts";
import type { Estimate, Report } from "../model/report.ts";
import { Z95 } from "../stats/normal.ts";
import { wilson } from "../stats/proportions.ts";
import type { Compared } from "./compared.ts";
import { fillValues, isBinary } from "./values.ts";
import type { DecidedPolicy } from "./input.ts";

/** Labels with this many values or more are no slices. */
const MOST_VALUES = 100;

/**
 * Quality and cost of each policy within each slice (dataset, tag, text of the metadata). Intervals are analytic: Wilson for
 * binary quality, normal otherwise, widened by the design effect that the policy's overall mean has.
 *
 * @param effect design effect of a policy's mean: its cluster variance over the variance of independent prompts
 */
export function slicesOf(
  columns: OutcomeColumns,
  compared: Compared,
  policies: readonly DecidedPolicy[],
  effect: (policy: string, metric: "quality" | "costUsdPer1k") => number,
): Report["slices"] {
  const labels = sliceLabels(columns, compared);
  const slices: Report["slices"] = labels.flatMap(({ by, label }) =>
    label.values.map((value) => ({ by, value, prompts: 0, policies: [] })),
  );
  const room = new Float64Array(compared.n);
  for (const policy of policies) {
    let start = 0;
    fillValues(compared, compared.quality, policy.decisions, room);
    const binary = isBinary(room);
    const quality = labels.map(({ label }) => momentsBy(room, label, compared));
    fillValues(compared, compared.costUsdPer1k, policy.decisions, room);
    const cost = labels.map(({ label }) => momentsBy(room, label, compared));
    labels.forEach(({ label }, l) => {
      label.values.forEach((_, v) => {
        const slice = slices[start + v] as Report["slices"][number];
        const q = (quality[l] as Moments[])[v] as Moments;
        const c = (cost[l] as Moments[])[v] as Moments;
        slice.prompts = q.size;
        slice.policies.push({
          name: policy.name,
          quality: binary ? proportion(q, effect(policy.name, "quality")) : mean(q, effect(policy.name, "quality")),
          costUsdPer1k: c.n === 0 ? null : mean(c, effect(policy.name, "costUsdPer1k")),
        });
      });
      start += label.values.length;
    });
  }
  return slices.filter((slice) => slice.prompts > 0);
}

interface Moments {
  /** Compared prompts of the slice. */
  size: number;
  /** Those with a value. */
  n: number;
  sum: number;
  squares: number;
}

function sliceLabels(columns: OutcomeColumns, compared: Compared): { by: string; label: LabelColumn }[] {
  const dataset: [string, LabelColumn] = ["dataset", { values: columns.datasets, index: columns.stratum }];
  const all = [dataset, ...columns.labels]
    .map(([by, label]) => (by.startsWith("tag:") ? { by: "tag", label: { values: [by.slice(4)], index: label.index } } : { by, label }))
    .filter(({ by, label }) => label.values.length < MOST_VALUES && (by === "tag" || label.values.length > 1));
  // The same partition under two names (a dataset that is also a metadata field) is shown once.
  const seen = new Set<string>();
  return all.filter(({ label }) => {
    const key = partitionKey(label, compared);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** A fingerprint of which prompts share a value, whatever the values are called. */
function partitionKey(label: LabelColumn, compared: Compared): string {
  const number = new Map<number, number>();
  let h = 0x811c9dc5;
  for (const i of compared.at) {
    const v = label.index[i] as number;
    let k = number.get(v);
    if (k === undefined) number.set(v, (k = number.size));
    h = Math.imul(h ^ (v === -1 ? 0xffff : k), 0x01000193);
  }
  return `${number.size}/${h}`;
}

function momentsBy(values: Float64Array, label: LabelColumn, compared: Compared): Moments[] {
  const moments = label.values.map(() => ({ size: 0, n: 0, sum: 0, squares: 0 }));
  for (let k = 0; k < compared.n; k++) {
    const m = moments[label.index[compared.at[k] as number] as number];
    if (!m) continue;
    m.size++;
    const value = values[k] as number;
    if (Number.isNaN(value)) continue;
    m.n++;
    m.sum += value;
    m.squares += value * value;
  }
  return moments;
}

function proportion(m: Moments, effect: number): Estimate {
  return m.n === 0 ? none() : { mean: m.sum / m.n, ci: wilson(m.sum / m.n, m.n / effect), n: m.n };
}

function mean(m: Moments, effect: number): Estimate {
  if (m.n === 0) return none();
  const value = m.sum / m.n;
  if (m.n < 2) return { mean: value, ci: null, n: m.n };
  const variance = Math.max(0, (m.squares - m.n * value * value) / (m.n - 1));
  const half = Z95 * Math.sqrt((variance * effect) / m.n);
  return { mean: value, ci: [value - half, value + half], n: m.n };
}

function none(): Estimate {
  return { mean: null, ci: null, n: 0 };
}
