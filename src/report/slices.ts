import { MOST_SLICE_VALUES, type LabelColumn, type OutcomeColumns } from "../model/columns.ts";
import type { Estimate, Report } from "../model/report.ts";
import type { Design } from "../stats/design.ts";
import { analyticInterval, proportionInterval, type Bounds } from "../stats/intervals.ts";
import { groupedMeans } from "../stats/means.ts";
import type { Compared } from "./compared.ts";
import { fillCosts, fillValues, isBinary } from "./values.ts";
import type { DecidedPolicy } from "./input.ts";

/**
 * Quality and cost of each policy within each slice (dataset, tag, text of the metadata). Intervals are analytic, each from the
 * slice's own cluster standard error: Wilson at the effective n for binary quality, Student's t otherwise.
 */
export function slicesOf(columns: OutcomeColumns, compared: Compared, units: Design, policies: readonly DecidedPolicy[]): Report["slices"] {
  const labels = sliceLabels(columns, compared.at).map(({ by, label }) => ({
    by,
    values: label.values,
    group: Int32Array.from(compared.at, (i) => label.index[i] as number),
  }));
  const slices: Report["slices"] = labels.flatMap(({ by, values, group }) => {
    const prompts = values.map(() => 0);
    for (const g of group) if (g >= 0) (prompts[g] as number) += 1;
    return values.map((value, v) => ({ by, value, prompts: prompts[v] as number, policies: [] }));
  });
  const room = new Float64Array(compared.n);
  for (const policy of policies) {
    fillValues(compared, compared.quality, policy.decisions, room);
    const binary = isBinary(room);
    const quality = labels.flatMap(({ values, group }) => groupedMeans(units, room, group, values.length));
    fillCosts(compared, policy.decisions, room);
    const cost = labels.flatMap(({ values, group }) => groupedMeans(units, room, group, values.length));
    slices.forEach((slice, s) => {
      const [q, c] = [quality[s] as SliceMean, cost[s] as SliceMean];
      slice.policies.push({
        name: policy.name,
        quality: estimate(q, binary ? proportionInterval(q) : analyticInterval(q, { low: 0, high: 1 })),
        costUsdPer1k: c.n === 0 ? null : estimate(c, analyticInterval(c, { low: 0, high: Infinity })),
      });
    });
  }
  return slices.filter((slice) => slice.prompts > 0);
}

type SliceMean = ReturnType<typeof groupedMeans>[number];

function estimate(mean: SliceMean, ci: Bounds | null): Estimate {
  return { mean: mean.n === 0 ? null : mean.mean, ci, n: mean.n };
}

/** What prompts can be sliced by: dataset, tags, texts of the metadata; each partition of the prompts at `at` once. */
export function sliceLabels(columns: OutcomeColumns, at: Uint32Array): { by: string; label: LabelColumn }[] {
  const dataset: [string, LabelColumn] = ["dataset", { values: columns.datasets, index: columns.stratum }];
  const all = [dataset, ...columns.labels]
    .map(([by, label]) => (by.startsWith("tag:") ? { by: "tag", label: { values: [by.slice(4)], index: label.index } } : { by, label }))
    .filter(({ by, label }) => label.values.length <= MOST_SLICE_VALUES && (by === "tag" || label.values.length > 1));
  // A dataset that is also a metadata field is one partition under two names: it is shown once.
  return all.filter(({ by, label }, k) => by === "tag" || !all.slice(0, k).some((other) => other.by !== "tag" && samePartition(label, other.label, at)));
}

/** Whether two labels put the same compared prompts together, whatever their values are called. */
function samePartition(a: LabelColumn, b: LabelColumn, at: Uint32Array): boolean {
  const [toB, toA] = [new Map<number, number>(), new Map<number, number>()];
  return at.every((i) => {
    const [va, vb] = [a.index[i] as number, b.index[i] as number];
    if (!toB.has(va)) toB.set(va, vb);
    if (!toA.has(vb)) toA.set(vb, va);
    return toB.get(va) === vb && toA.get(vb) === va;
  });
}
