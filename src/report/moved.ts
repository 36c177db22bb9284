import { isAnswered, isCached, nameOfPlace, type OutcomeColumns } from "../model/columns.ts";
import { giverAt } from "../model/path.ts";
import type { Report } from "../model/report.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy } from "./input.ts";

/** A report names at most this many prompts of a pair; the rest are in the per-prompt decisions. */
const MOST_PROMPTS = 50;

/** Compared prompts that two choosing policies send to different models, the largest change in quality first, then in cost. */
export function movedBetween(columns: OutcomeColumns, compared: Compared, a: DecidedPolicy, b: DecidedPolicy): Report["moved"][number] | null {
  const [ca, cb] = [a.decisions, b.decisions];
  if (ca.form !== "choice" || cb.form !== "choice") return null;
  const [ta, tb] = [ca, cb].map(({ served, model }) => (served?.model ?? model).map((m) => giverAt(columns, m))) as [Int32Array, Int32Array];
  // What a live router served that is no model of the pool is in its shares.
  const told = (m: number) => m < compared.models || isAnswered(columns, m);
  const width = compared.quality.length;
  const largest: Move[] = [];
  const flows = new Map<number, number>();
  let [count, n] = [0, 0];
  for (let k = 0; k < compared.n; k++) {
    const i = compared.at[k] as number;
    const ma = ta[i] as number;
    const mb = tb[i] as number;
    if (ma < 0 || mb < 0) continue;
    n++;
    if (ma === mb || (isCached(columns, ma) && isCached(columns, mb)) || !told(ma) || !told(mb)) continue;
    count++;
    const flow = ma * width + mb;
    flows.set(flow, (flows.get(flow) ?? 0) + 1);
    const difference = (table: readonly Float64Array[]) => ((table[cb.model[i] as number] as Float64Array)[k] as number) - ((table[ca.model[i] as number] as Float64Array)[k] as number);
    largest.push({ k, ma, mb, quality: difference(compared.quality), cost: difference(compared.costUsdPer1k) / 1000 });
    if (largest.length >= 20 * MOST_PROMPTS) keepLargest(largest);
  }
  keepLargest(largest);
  return {
    a: a.name,
    b: b.name,
    count,
    n,
    flows: [...flows]
      .sort(([, x], [, y]) => y - x)
      .map(([flow, moved]) => ({ from: nameOfPlace(columns, Math.floor(flow / width)), to: nameOfPlace(columns, flow % width), count: moved })),
    prompts: largest.map(({ k, ma, mb, quality, cost }) => {
      const ordinal = compared.at[k] as number;
      return {
        ordinal,
        id: columns.ids[ordinal] as string,
        modelA: nameOfPlace(columns, ma),
        modelB: nameOfPlace(columns, mb),
        qualityDifference: Number.isNaN(quality) ? null : quality,
        costUsdDifference: Number.isNaN(cost) ? null : cost,
      };
    }),
  };
}

interface Move {
  readonly k: number;
  readonly ma: number;
  readonly mb: number;
  readonly quality: number;
  readonly cost: number;
}

/** Sorts, largest first, and drops what a report will not name: a million moved prompts are never held. */
function keepLargest(moves: Move[]): void {
  const size = (value: number) => (Number.isNaN(value) ? 0 : Math.abs(value));
  moves.sort((x, y) => size(y.quality) - size(x.quality) || size(y.cost) - size(x.cost) || x.k - y.k);
  moves.length = Math.min(moves.length, MOST_PROMPTS);
}
