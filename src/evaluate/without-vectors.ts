import type { OutcomeColumns } from "../model/columns.ts";
import { EXIT, WrpError } from "../model/errors.ts";
import { COST_CAP } from "../pool/flow/budget.ts";
import type { Compared } from "./grading.ts";

/** An embedder that fails may name a request of its own in each message. */
const MOST_WHYS = 3;

/** What answers an embedder left without a grade, a line a reason, the commonest first. */
export function withoutVectors(compared: Compared | null): string[] {
  if (!compared) return [];
  const whys = [...compared.ungraded].toSorted(([, a], [, b]) => b.count - a.count);
  const others = whys.slice(MOST_WHYS).reduce((sum, [, { count }]) => sum + count, 0);
  return [
    ...whys.slice(0, MOST_WHYS).map(([why, { count, row }]) => `${count} of ${compared.answers} answers have no grade by similarity, the first of them to ${row}: ${why}`),
    ...(others > 0 ? [`${others} more answers have no grade by similarity, for other reasons`] : []),
  ];
}

/** The share of the answers that an embedder was wanted for and that have no grade; 0 where it was wanted for none. */
export function shareWithoutVectors(compared: Compared | null): number {
  const lacking = [...(compared?.ungraded.values() ?? [])].reduce((sum, { count }) => sum + count, 0);
  return compared && compared.answers > 0 ? lacking / compared.answers : 0;
}

/** Throws WrpError where an embedder left no prompt that can be compared: what the grades lack is then not in the data. */
export function checkCompared({ models, quality, failed, n }: OutcomeColumns, compared: Compared | null): void {
  const [why] = withoutVectors(compared);
  if (why === undefined) return;
  const isLacking = (i: number) => models.some((_, m) => Number.isNaN((quality[m] as Float64Array)[i]) && (failed[m] as Uint8Array)[i] !== 1);
  for (let i = 0; i < n; i++) if (!isLacking(i)) return;
  throw new WrpError(`no prompt has a grade for every model: ${why}`, {
    exitCode: EXIT.inconclusive,
    code: "no-vectors",
    hint: why.includes(COST_CAP) ? "raise --max-cost: the same command goes on from what is stored" : "the answers are kept: once the embedder is right, the same command asks only for their vectors",
  });
}
