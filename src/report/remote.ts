import type { Decisions, LabelColumn, Served } from "../model/columns.ts";
import type { Estimate, ReportPolicy } from "../model/report.ts";
import { analyticInterval, proportionInterval } from "../stats/intervals.ts";
import { groupedMeans, meanOf } from "../stats/means.ts";
import type { Subject } from "./policies.ts";
import { fillValues, isBinary } from "./values.ts";

/** A live router may name as many decisions as it likes. */
const MOST_DECISIONS = 50;

/** Who served a policy's prompts, where its figures are a live router's own. */
export function servedOf(decisions: Decisions): Served | null {
  return decisions.form === "choice" ? (decisions.served ?? null) : null;
}

/** The policy as one that chooses models: a live router's prompts stand with the model that served them, else with the router's own place behind the models. */
export function asChosen(decisions: Decisions): Decisions {
  const served = servedOf(decisions);
  return served ? { form: "choice", model: served.model } : decisions;
}

/** Share of each that served, of the compared prompts that any is known of. */
export function servedShares({ names }: Served, subject: Pick<Subject, "compared" | "units">): ReportPolicy["share"] {
  return Object.fromEntries(sharesOf(names, subject).map(({ name, share }) => [name, share]));
}

/** What a live router says of its prompts: shares and quality by its own decisions, the most frequent first. Empty where it says none. */
export function remoteFigures({ policy: { decisions }, compared, units }: Subject): Pick<ReportPolicy, "remote"> {
  const served = servedOf(decisions);
  if (!served) return {};
  const { decision } = served;
  const quality = new Float64Array(compared.n);
  fillValues(compared, compared.quality, decisions, quality);
  const binary = isBinary(quality);
  const group = Int32Array.from(compared.at, (i) => decision.index[i] as number);
  const means = groupedMeans(units, quality, group, decision.values.length);
  const told = sharesOf(decision, { compared, units }).toSorted((a, b) => b.prompts - a.prompts);
  return {
    remote: {
      decisions: told.slice(0, MOST_DECISIONS).map(({ k, ...one }) => {
        const mean = means[k] as (typeof means)[number];
        const estimate: Estimate = { mean: mean.n === 0 ? null : mean.mean, ci: binary ? proportionInterval(mean) : analyticInterval(mean, { low: 0, high: 1 }), n: mean.n };
        return { ...one, quality: estimate };
      }),
    },
  };
}

function sharesOf({ values, index }: LabelColumn, { compared, units }: Pick<Subject, "compared" | "units">) {
  const counts = values.map(() => 0);
  for (const i of compared.at) if ((index[i] as number) >= 0) (counts[index[i] as number] as number) += 1;
  return values.flatMap((name, k) => {
    if (counts[k] === 0) return [];
    const mean = meanOf(units, (into) => {
      for (let at = 0; at < into.length; at++) {
        const value = index[compared.at[at] as number] as number;
        into[at] = value < 0 ? NaN : value === k ? 1 : 0;
      }
    });
    return [{ k, name, prompts: counts[k] as number, share: { mean: mean.mean, ci: proportionInterval(mean) } }];
  });
}
