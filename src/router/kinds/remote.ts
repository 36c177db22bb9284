import type { Decisions, LabelColumn, OutcomeColumns, RemoteOutcomes } from "../../model/columns.ts";
import { WrpError } from "../../model/errors.ts";
import type { Kind } from "../kind.ts";

/** A router that runs elsewhere and answers itself: judged by its own answers, costs and latencies; what it chose is told by who served them. */
export const remote: Kind<"remote"> = {
  build(spec, _context, base) {
    return {
      ...base,
      description: "a live router: its own answers, asked for with --live",
      content: { name: base.name, serves: spec.serves ?? {} },
      // What it answered grows from run to run.
      volatile: true,
      decide() {
        throw new WrpError(`policy "${base.name}" is a live router: it decides only when it is called`, { hint: "wrp eval --live asks it; afterwards wrp route knows what it chose for those prompts" });
      },
      replay: (columns) => servedBy(base.name, spec.serves ?? {}, columns),
    };
  },
};

function servedBy(name: string, serves: Readonly<Record<string, string>>, { n, models, remotes = [] }: OutcomeColumns): Decisions {
  const at = remotes.findIndex((one) => one.name === name);
  const own = remotes[at];
  if (!own) return { form: "choice", model: new Int32Array(n).fill(-1) };
  const place = models.length + at;
  const names = own.served.values.map((served) => (Object.hasOwn(serves, served) ? (serves[served] as string) : served));
  const known = names.map((one) => models.indexOf(one));
  const model = Int32Array.from({ length: n }, (_, i) => (isAsked(own, i) ? place : -1));
  const served = model.map((m, i) => {
    const pooled = known[own.served.index[i] as number] ?? -1;
    return m < 0 || pooled < 0 ? m : pooled;
  });
  return { form: "choice", model, served: { model: served, names: merged(names, own.served), decision: own.decision } };
}

function isAsked({ failed, quality, latencyMs, costUsd }: RemoteOutcomes, i: number): boolean {
  return failed[i] === 1 || [quality, latencyMs, costUsd].some((column) => !Number.isNaN(column[i] as number));
}

/** Two names of one model are one. */
function merged(names: readonly string[], { index }: LabelColumn): LabelColumn {
  const values = [...new Set(names)];
  const position = names.map((name) => values.indexOf(name));
  return { values, index: index.map((k) => (k < 0 ? -1 : (position[k] as number))) };
}
