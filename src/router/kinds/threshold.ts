import type { OutcomeColumns } from "../../model/columns.ts";
import { WrpError } from "../../model/errors.ts";
import { factOf, type NumericFact } from "../facts.ts";
import { call } from "../policy.ts";
import type { Kind } from "../kind.ts";
import { distinctValues } from "../tunables.ts";

/**
 * Strong where a numeric fact reaches a threshold, weak below. With `strongShare` (default .5) in place of a threshold, the
 * threshold is the workload's own quantile, as RouteLLM's calibrate_threshold sets it.
 */
export const threshold: Kind<"threshold"> = {
  models: (spec) => (["strong", "weak"] as const).flatMap((role) => (spec[role] === undefined ? [] : [{ model: spec[role], path: [role] }])),
  tunables(spec) {
    const { name } = factOf(spec.fact);
    const { strongShare: _, ...rest } = spec;
    return {
      numbers: [
        {
          name: "threshold",
          range: null,
          scale: "linear",
          whole: false,
          unit: name,
          own: spec.threshold ?? null,
          // Every prompt's own value, and one above all: between two of these it decides alike.
          breaks({ facts }) {
            const values = distinctValues([facts.get(name) ?? new Float64Array(0)]);
            const last = values.at(-1);
            return last === undefined ? null : Float64Array.of(...values, last + Math.max(1, Math.abs(last) * 2 ** -20));
          },
        },
      ],
      tuned: (values) => ({ ...rest, threshold: values.get("threshold") ?? spec.threshold }),
    };
  },
  facts: ({ fact }) => [{ fact, path: ["fact"] }],
  build(spec, context, base) {
    const strong = pick(spec.strong ?? context.strong, "strong");
    const weak = pick(spec.weak ?? context.weak, "weak");
    const fact = factOf(spec.fact);
    if (spec.threshold !== undefined && spec.strongShare !== undefined) throw new WrpError(`policy "${base.name}" has both threshold and strongShare: give one`);
    const at = spec.threshold ?? calibrated(fact, spec.strongShare ?? 0.5, context.factValues(fact.name), base.name);

    function pick(name: string | null, role: string): string {
      if (name === null) throw new WrpError(`policy "${base.name}" needs a ${role} model`, { hint: `name it: ${role}: MODEL` });
      return name;
    }

    return {
      ...base,
      description:
        spec.threshold === undefined
          ? `${strong} where ${fact.name} ≥ ${at}, the threshold nearest to ${(100 * (spec.strongShare ?? 0.5)).toFixed(0)} % of prompts; else ${weak}`
          : `${strong} where ${fact.name} ≥ ${at}, else ${weak}`,
      content: { fact: fact.name, strong, weak, threshold: at },
      sweep: { fact: fact.name, weak, strong },
      decide({ prompt, signals }) {
        const value = fact.read(prompt, signals);
        if (value === null) throw missing(fact, prompt.id);
        const side = value >= at ? strong : weak;
        return call(side, `${fact.name} ${value} ${value >= at ? "≥" : "<"} ${at}`, [{ name: fact.name, value }]);
      },
      replay: (columns) => ({ form: "choice", model: choose(columns, fact.name, strong, weak, at) }),
    };
  },
};

/** The threshold whose share of the workload's prompts comes nearest to `share`; equal values stay together, ties go to the smaller share. */
function calibrated(fact: NumericFact, share: number, values: Float64Array | null, policy: string): number {
  const known = values?.filter((v) => !Number.isNaN(v)).sort();
  const n = known?.length ?? 0;
  if (!known || n === 0)
    throw new WrpError(`policy "${policy}": no prompt has ${fact.name}`, { hint: "facts: prompt.lengthCodePoints, prompt.tokens, meta.NAME; or give a threshold" });
  let best = Infinity; // above every prompt: share 0
  let miss = share;
  for (let k = n - 1; k >= 0; k--) {
    if (k > 0 && known[k - 1] === known[k]) continue;
    const off = Math.abs((n - k) / n - share);
    if (off >= miss) continue;
    best = known[k] as number;
    miss = off;
  }
  return best;
}

function choose(columns: OutcomeColumns, fact: string, strong: string, weak: string, at: number): Int32Array {
  const values = columns.facts.get(fact);
  if (!values) throw new Error(`the fact ${fact} was not gathered`);
  const [s, w] = [columns.models.indexOf(strong), columns.models.indexOf(weak)];
  const model = new Int32Array(columns.n);
  for (let i = 0; i < columns.n; i++) {
    const value = values[i] as number;
    model[i] = Number.isNaN(value) ? -1 : value >= at ? s : w;
  }
  return model;
}

function missing(fact: NumericFact, id: string): WrpError {
  return new WrpError(`prompt ${id} has no ${fact.name}`, { hint: "a threshold policy decides on a number that every prompt has" });
}
