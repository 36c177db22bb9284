import { isAnswered, isDecided, modelsUsed, type OutcomeColumns } from "../model/columns.ts";
import { calledAt, pathAt } from "../model/path.ts";
import type { ReportPolicy } from "../model/report.ts";
import { analyticInterval } from "../stats/intervals.ts";
import { meanOf } from "../stats/means.ts";
import { eachChoice } from "./events.ts";
import type { Subject } from "./policies.ts";

/** Calls per prompt over the compared prompts that the policy decides, in all and of each model, as they are expected of its probabilities. Empty where it never makes several for an answer. */
export function callFigures({ policy: { decisions }, columns, compared, units }: Pick<Subject, "policy" | "columns" | "compared" | "units">): Pick<ReportPolicy, "calls"> {
  if (!modelsUsed(decisions).some((m) => pathAt(columns, m))) return {};
  const counts = new Map<number, number>();
  const perPrompt = Float64Array.from(compared.at, (i) => {
    let expected = isDecided(decisions, i) ? 0 : NaN;
    eachChoice(decisions, i, (place, weight) => {
      const calls = callsOf(columns, place);
      expected += weight * calls.length;
      for (const m of calls) counts.set(m, (counts.get(m) ?? 0) + weight);
    });
    return expected;
  });
  const mean = meanOf(units, perPrompt);
  if (mean.n === 0) return { calls: { perPrompt: { mean: null, ci: null, n: 0 }, byModel: {} } };
  const byModel = [...counts].toSorted(([a, x], [b, y]) => y - x || a - b).map(([m, count]) => [columns.models[m] as string, count / mean.n]);
  return { calls: { perPrompt: { mean: mean.mean, ci: analyticInterval(mean, { low: 0, high: Infinity }), n: mean.n }, byModel: Object.fromEntries(byModel) } };
}

/** Of what a policy or its cache answers itself, none. */
function callsOf(columns: OutcomeColumns, place: number): readonly number[] {
  return isAnswered(columns, place) ? [] : calledAt(columns, place);
}
