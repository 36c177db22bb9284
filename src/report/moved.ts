import type { OutcomeColumns } from "../model/columns.ts";
import type { Report } from "../model/report.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy } from "./input.ts";

/** A report names at most this many prompts of a pair; the rest are in the per-prompt decisions. */
const MOST_PROMPTS = 50;

/** Compared prompts that two choosing policies send to different models, the largest change in quality first, then in cost. */
export function movedBetween(columns: OutcomeColumns, compared: Compared, a: DecidedPolicy, b: DecidedPolicy): Report["moved"][number] | null {
  const [ca, cb] = [a.decisions, b.decisions];
  if (ca.form !== "choice" || cb.form !== "choice") return null;
  const moved: { k: number; ma: number; mb: number; quality: number; cost: number }[] = [];
  for (let k = 0; k < compared.n; k++) {
    const i = compared.at[k] as number;
    const ma = ca.model[i] as number;
    const mb = cb.model[i] as number;
    if (ma === mb || ma < 0 || mb < 0) continue;
    const difference = (table: readonly Float64Array[]) => ((table[mb] as Float64Array)[k] as number) - ((table[ma] as Float64Array)[k] as number);
    moved.push({ k, ma, mb, quality: difference(compared.quality), cost: difference(compared.costUsdPer1k) / 1000 });
  }
  const size = (cost: number) => (Number.isNaN(cost) ? 0 : Math.abs(cost));
  moved.sort((x, y) => Math.abs(y.quality) - Math.abs(x.quality) || size(y.cost) - size(x.cost) || x.k - y.k);
  return {
    a: a.name,
    b: b.name,
    count: moved.length,
    n: compared.n,
    prompts: moved.slice(0, MOST_PROMPTS).map(({ k, ma, mb, quality, cost }) => {
      const ordinal = compared.at[k] as number;
      return {
        ordinal,
        id: columns.ids[ordinal] as string,
        modelA: columns.models[ma] as string,
        modelB: columns.models[mb] as string,
        qualityDifference: quality,
        costUsdDifference: Number.isNaN(cost) ? null : cost,
      };
    }),
  };
}
