import type { OutcomeColumns } from "../model/columns.ts";
import type { Path } from "../model/path.ts";
import { withBehind, type FurtherOutcomes } from "../outcomes/remote-columns.ts";
import type { Policy } from "../router/index.ts";
import type { Played } from "../router/loops/played.ts";
import type { ExplainedPolicy } from "./decide.ts";
import { columnsUnder } from "./gather.ts";
import type { RunSettings } from "./parts.ts";

/**
 * Gives the ways of policies that make several calls for an answer their places behind all that the tables hold, a column a way, and lets
 * those policies choose among them.
 *
 * @param decided what policies decided, in their order; of those that play, nothing yet
 */
export function withPaths<P extends ExplainedPolicy>(
  columns: OutcomeColumns,
  policies: readonly Policy[],
  decided: readonly P[],
  { missing, seed }: Pick<RunSettings, "missing" | "seed">,
): { columns: OutcomeColumns; decided: readonly P[] } {
  const known = columnsUnder(missing, columns);
  const played = policies.map((policy) => policy.plays?.(known, seed) ?? null);
  const paths = played.flatMap((own) => own?.paths ?? []);
  if (paths.length === 0) return { columns, decided };
  const further = played.flatMap((own) => own?.paths.map((path) => outcomesOf(path, own.check, columns)) ?? []);
  let next = columns.quality.length;
  const placed = decided.map((policy, k): P => {
    const own = played[k];
    if (!own) return policy;
    const first = next;
    next += own.paths.length;
    return { ...policy, decisions: { form: "choice", model: own.taken.map((at) => (at < 0 ? -1 : first + at)) }, rules: { rule: own.taken, rules: own.rules, notes: own.notes } };
  });
  return { columns: { ...withBehind(columns, further), paths }, decided: placed };
}

/**
 * What a path comes to on every prompt. Costs add up over all calls; latencies over rounds, of which each takes as long as its slowest call.
 * Where one part is not known, the sum is not. The answer's quality, failure and refusal are those of the answer that is given. A user sees
 * its first token when it is sure to be given: at once where nobody looks at it and it is called alone and last, else when all is done.
 */
function outcomesOf({ rounds, gives, checked }: Path, check: Played["check"], columns: OutcomeColumns): FurtherOutcomes {
  const { n, quality, costUsd, latencyMs, ttftMs, failed, declined } = columns;
  const of = (table: readonly Float64Array[], m: number, i: number): number => table[m]?.[i] ?? NaN;
  const looks = (i: number) => checked.reduce((count, m) => count + (failed[m]?.[i] === 1 ? 0 : 1), 0);
  const waited = (until: number, i: number) => rounds.slice(0, until).reduce((sum, round) => sum + Math.max(...round.map((m) => of(latencyMs, m, i))), looks(i) * check.latencyMs);
  const streams = rounds.at(-1)?.length === 1 && !checked.includes(gives);
  const column = (value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i));
  return {
    quality: column((i) => of(quality, gives, i)),
    costUsd: column((i) => rounds.flat().reduce((sum, m) => sum + of(costUsd, m, i), looks(i) * check.costUsd)),
    latencyMs: column((i) => waited(rounds.length, i)),
    ttftMs: column((i) => (ttftMs.length === 0 ? NaN : streams ? waited(rounds.length - 1, i) + of(ttftMs, gives, i) : waited(rounds.length, i))),
    failed: Uint8Array.from({ length: n }, (_, i) => failed[gives]?.[i] ?? 0),
    declined: column((i) => of(declined, gives, i)),
  };
}
