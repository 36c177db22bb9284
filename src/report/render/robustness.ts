import type { Report, ReportPolicy } from "../../model/report.ts";
import type { Fact } from "./facts.ts";
import { count, percent, signed, withInterval } from "./numbers.ts";

/** Of each policy that was asked about perturbed copies, a line: of each kind the perturbation under which most choices change. */
export function robustnessFacts({ policies }: Report): Fact[] {
  return policies.flatMap(({ name, robustness = [] }) => {
    const worst = worstOfKinds(robustness);
    return worst.length === 0 ? [] : [{ label: "robustness", text: `${name} keeps ${worst.map(({ perturbation, unchanged, quality }) => `${withInterval(unchanged.mean, unchanged.ci, percent)} of choices under ${perturbation}${quality?.mean == null ? "" : `, quality ${withInterval(quality.mean, quality.ci, signed)}`}`).join("; ")}; of ${count(worst[0]?.unchanged.n ?? 0)} prompts` }];
  });
}

function worstOfKinds(rows: NonNullable<ReportPolicy["robustness"]>): NonNullable<ReportPolicy["robustness"]> {
  return [...new Set(rows.map(({ kind }) => kind))].flatMap((kind) => rows.filter((row) => row.kind === kind).toSorted((a, b) => (a.unchanged.mean ?? 1) - (b.unchanged.mean ?? 1)).slice(0, 1));
}
