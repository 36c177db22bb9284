import { isAnswered, type OutcomeColumns } from "../model/columns.ts";
import { calledAt, pathAt } from "../model/path.ts";
import type { ReportPolicy } from "../model/report.ts";
import { analyticInterval } from "../stats/intervals.ts";
import { meanOf } from "../stats/means.ts";
import type { Subject } from "./policies.ts";

/** Calls per prompt over the compared prompts that the policy decides, in all and of each model. Empty where it never makes several for an answer. */
export function callFigures({ policy: { decisions }, columns, compared, units }: Pick<Subject, "policy" | "columns" | "compared" | "units">): Pick<ReportPolicy, "calls"> {
  if (decisions.form !== "choice" || !decisions.model.some((m) => pathAt(columns, m))) return {};
  const places = [...compared.at].map((i) => decisions.model[i] as number);
  const mean = meanOf(units, (into) => into.forEach((_, k) => void (into[k] = (places[k] as number) < 0 ? NaN : callsOf(columns, places[k] as number).length)));
  if (mean.n === 0) return { calls: { perPrompt: { mean: null, ci: null, n: 0 }, byModel: {} } };
  const counts = new Map<number, number>();
  for (const place of places) for (const m of callsOf(columns, place)) counts.set(m, (counts.get(m) ?? 0) + 1);
  const byModel = [...counts].toSorted(([a, x], [b, y]) => y - x || a - b).map(([m, count]) => [columns.models[m] as string, count / mean.n]);
  return { calls: { perPrompt: { mean: mean.mean, ci: analyticInterval(mean, { low: 0, high: Infinity }), n: mean.n }, byModel: Object.fromEntries(byModel) } };
}

/** Of what a policy or its cache answers itself, none. */
function callsOf(columns: OutcomeColumns, place: number): readonly number[] {
  return place < 0 || isAnswered(columns, place) ? [] : calledAt(columns, place);
}
