import { counted } from "../lib/counted.ts";
import type { Decisions, OutcomeColumns } from "../model/columns.ts";
import { telling } from "../model/errors.ts";
import type { Path } from "../model/path.ts";
import { withBehind, type FurtherOutcomes } from "../outcomes/remote-columns.ts";
import type { Policy } from "../router/index.ts";
import { sureWays, type Played } from "../router/loops/played.ts";
import type { Loop } from "../router/policy.ts";
import type { ExplainedPolicy } from "./decide.ts";
import { columnsUnder } from "./gather.ts";
import type { RunSettings } from "./parts.ts";

/**
 * Gives the ways of policies that make several calls for an answer their places behind all that the tables hold, a column a way, and lets
 * those policies choose among them: a way each prompt where it is sure, else with probabilities.
 *
 * @param decided what policies decided, in their order; of those that play, nothing yet
 * @param lenient after calls were made: a policy that cannot be played decides nothing, and says why; else that is an error
 */
export function withPaths<P extends ExplainedPolicy>(
  columns: OutcomeColumns,
  policies: readonly Policy[],
  decided: readonly P[],
  { missing }: Pick<RunSettings, "missing">,
  lenient = false,
): { columns: OutcomeColumns; decided: readonly P[] } {
  if (!policies.some(({ plays, loops }) => plays ?? loops)) return { columns, decided };
  const known = columnsUnder(missing, columns);
  const paths: Path[] = [];
  const further: FurtherOutcomes[] = [];
  /** Where a play's first way stands. */
  const place = (own: Played): number => {
    paths.push(...own.paths);
    return columns.quality.length + further.push(...own.paths.map((path) => outcomesOf(path, own.check, columns))) - own.paths.length;
  };
  const attempted = (play: () => Played): Played | { readonly why: string } => {
    let why = "";
    const own = lenient ? telling(({ message }) => void (why = message), play) : play();
    return own ?? { why };
  };
  const placed = decided.map((policy, k): P => {
    const { plays, loops } = policies[k] ?? {};
    if (plays) {
      const own = attempted(() => plays(known));
      if ("why" in own) return { ...policy, rules: { rule: new Int32Array(columns.n).fill(-1), rules: [], notes: [own.why] } };
      const rule = sureWays(own.weights, columns.n);
      return { ...policy, decisions: decisionsOf(own, rule, place(own), columns.n), rules: { rule: rule ?? new Int32Array(columns.n).fill(-1), rules: own.rules, notes: own.notes } };
    }
    return loops ? withLoops(policy, loops, (loop) => telling(() => undefined, () => loop.plays(known)) ?? null, place) : policy;
  });
  return { columns: paths.length === 0 ? columns : { ...withBehind(columns, further), paths }, decided: placed };
}

/** @param taken its ways, where they are sure @param first where its first way stands */
function decisionsOf({ weights }: Played, taken: Int32Array | null, first: number, n: number): Decisions {
  if (taken) return { form: "choice", model: taken.map((at) => (at < 0 ? -1 : first + at)) };
  const never = new Float64Array(n);
  return { form: "spread", weights: [...Array.from({ length: first }, () => never), ...weights] };
}

/** Plays what a policy left undecided since calls hang on answers, where outcomes tell how they go; elsewhere it stays open. */
function withLoops<P extends ExplainedPolicy>(policy: P, loops: ReadonlyMap<string, Loop>, play: (loop: Loop) => Played | null, place: (own: Played) => number): P {
  const { decisions, rules } = policy;
  if (decisions.form !== "choice" || !rules) return policy;
  const [model, rule, texts, notes] = [decisions.model.slice(), rules.rule.slice(), [...rules.rules], [...rules.notes]];
  for (const [reason, loop] of loops) {
    const at = rules.rules.indexOf(reason);
    const open = [...model.keys()].filter((i) => (model[i] as number) < 0 && rules.rule[i] === at);
    const own = open.length === 0 ? null : play(loop);
    const taken = own && sureWays(own.weights, model.length);
    const told = open.filter((i) => taken && (taken[i] as number) >= 0);
    if (!own || !taken || told.length === 0) continue;
    const [first, firstRule] = [place(own), texts.length];
    texts.push(...own.rules.map((words) => `${loop.name}: ${words}`));
    for (const i of told) {
      model[i] = first + (taken[i] as number);
      rule[i] = firstRule + (taken[i] as number);
    }
    const note = notes.indexOf(loop.note(open.length, model.length));
    const left = open.length - told.length;
    notes.splice(note < 0 ? notes.length : note, note < 0 ? 0 : 1, `${counted(told.length)} of ${counted(model.length)} prompts are played by the confidences that are recorded of answers: ${loop.name}`, ...(left > 0 ? [loop.note(left, model.length)] : []));
  }
  return { ...policy, decisions: { ...decisions, model }, rules: { rule, rules: texts, notes } };
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
  /** Of no look, nothing, also where it is not known what one takes. */
  const looking = (each: number, i: number): number => (looks(i) === 0 ? 0 : looks(i) * each);
  const waited = (until: number, i: number) => rounds.slice(0, until).reduce((sum, round) => sum + Math.max(...round.map((m) => of(latencyMs, m, i))), looking(check.latencyMs, i));
  const streams = rounds.at(-1)?.length === 1 && rounds.at(-1)?.[0] === gives && !checked.includes(gives);
  const column = (value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i));
  return {
    quality: column((i) => of(quality, gives, i)),
    costUsd: column((i) => rounds.flat().reduce((sum, m) => sum + of(costUsd, m, i), looking(check.costUsd, i))),
    latencyMs: column((i) => waited(rounds.length, i)),
    ttftMs: column((i) => (ttftMs.length === 0 ? NaN : streams ? waited(rounds.length - 1, i) + of(ttftMs, gives, i) : waited(rounds.length, i))),
    failed: Uint8Array.from({ length: n }, (_, i) => failed[gives]?.[i] ?? 0),
    declined: column((i) => of(declined, gives, i)),
  };
}
