import type { OutcomeColumns } from "../../model/columns.ts";
import { distinctValues, type Tunable, type Tunables } from "../tunables.ts";
import type { RouterContext } from "../policy.ts";
import { stopRuleOf, type CascadeSpec } from "./stop-rules.ts";

/** What the thresholds of each stop rule are compared with. */
const GONE_BY = { grader: "quality", judge: "quality", logprob: "logprob", margin: "margin", verified: "verified", answerLength: "length", selfConsistency: "agreement" } as const;

/** A cascade's threshold, or where the spec lists them or there are several to set, one for each model but the last. */
export function cascadeTunables(spec: CascadeSpec, context: RouterContext): Tunables<CascadeSpec> {
  const { stop, threshold } = spec;
  if (stop === "always" || stop === "never") return { numbers: [], tuned: () => spec };
  const stages = Math.max(0, (spec.models?.length ?? context.models.length) - 1);
  const { defaultThreshold } = stopRuleOf(spec, spec.name ?? spec.kind);
  const measure = GONE_BY[stop];
  const own = (stage: number) => (typeof threshold === "object" ? threshold[stage] : threshold) ?? defaultThreshold;
  const name = (stage: number) => (stages === 1 ? "threshold" : `threshold.${stage + 1}`);
  const breaks: Tunable["breaks"] = (columns) => {
    const { perPrompt } = columns.samples ?? {};
    if (measure === "agreement") return perPrompt === undefined ? null : Float64Array.from({ length: perPrompt }, (_, k) => (k + 1) / perPrompt);
    const values = distinctValues(tableOf(columns, measure).filter((_, m) => spec.models === undefined || spec.models.slice(0, -1).includes(columns.models[m] as string)));
    return values.length === 0 ? null : values;
  };
  return {
    numbers: Array.from({ length: stages }, (_, stage) => ({ name: name(stage), range: null, scale: "linear", whole: false, unit: measure, own: own(stage) ?? null, breaks })),
    tuned(values) {
      const all = Array.from({ length: stages }, (_, stage) => values.get(name(stage)) ?? own(stage));
      const [first] = all;
      const known = all.filter((one) => one !== undefined && one !== null);
      return { ...spec, threshold: stages === 1 ? (first ?? undefined) : known.length === stages ? known : threshold };
    },
  };
}

function tableOf({ quality, measures }: OutcomeColumns, measure: Exclude<(typeof GONE_BY)[keyof typeof GONE_BY], "agreement">): readonly Float64Array[] {
  return measure === "quality" ? quality : (measures?.get(measure) ?? []);
}
