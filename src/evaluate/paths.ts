import { counted } from "../lib/counted.ts";
import type { Decisions, OutcomeColumns } from "../model/columns.ts";
import { telling } from "../model/errors.ts";
import type { Path } from "../model/path.ts";
import { withBehind, type FurtherOutcomes } from "../outcomes/remote-columns.ts";
import type { Policy } from "../router/index.ts";
import { notesOf, sureWays, type Played } from "../router/loops/played.ts";
import { voteAt } from "../router/loops/vote.ts";
import type { Loop } from "../router/policy.ts";
import type { ExplainedPolicy } from "./decide.ts";
import { columnsUnder } from "./gather.ts";
import type { RunSettings } from "./parts.ts";
import { worldsOf } from "./worlds.ts";

/**
 * Gives the ways of policies that make several calls for an answer their places behind all that the tables hold, a column a way, and lets
 * those policies choose among them: a way each prompt where it is sure, else with probabilities. Where models were asked several times, a call
 * gets one of the answers, and each is as likely.
 *
 * @param decided what policies decided, in their order; of those that play, nothing yet
 * @param lenient after calls were made: a policy that cannot be played decides nothing, and says why; else that is an error
 */
export function withPaths<P extends ExplainedPolicy>(
  columns: OutcomeColumns,
  policies: readonly Policy[],
  decided: readonly P[],
  { missing, seed }: Pick<RunSettings, "missing" | "seed">,
  lenient = false,
): { columns: OutcomeColumns; decided: readonly P[] } {
  if (!policies.some(({ plays, loops }) => plays ?? loops)) return { columns, decided };
  const worlds = worldsOf(columns);
  const paths: Path[] = [];
  const further: FurtherOutcomes[] = [];
  /** Where a play's first way stands. */
  const place = (own: Played, world: OutcomeColumns): number => {
    paths.push(...own.paths);
    return columns.quality.length + further.push(...own.paths.map((path) => outcomesOf(path, own.check, world))) - own.paths.length;
  };
  const attempted = (play: () => readonly Played[]): readonly Played[] | { readonly why: string } => {
    let why = "";
    const own = lenient ? telling(({ message }) => void (why = message), play) : play();
    return own ?? { why };
  };
  const placed = decided.map((policy, k): P => {
    const { plays, loops } = policies[k] ?? {};
    if (plays) {
      const each = attempted(() => playedIn(worlds, (world) => plays(columnsUnder(missing, world), seed)));
      if ("why" in each) return { ...policy, rules: { rule: new Int32Array(columns.n).fill(-1), rules: [], notes: [each.why] } };
      const own = overWorlds(each, columns.n);
      const rule = sureWays(own.weights, columns.n);
      const first = Math.min(...each.map((one, w) => place(one, worlds[w] as OutcomeColumns)));
      return { ...policy, decisions: decisionsOf(own, rule, first, columns.n), rules: { rule: rule ?? new Int32Array(columns.n).fill(-1), rules: own.rules, notes: notesOf(own, columns.n) } };
    }
    const [world, ...others] = worlds;
    return loops && world && others.length === 0 ? withLoops(policy, loops, (loop) => telling(() => undefined, () => loop.plays(columnsUnder(missing, world))) ?? null, (own) => place(own, world)) : policy;
  });
  return { columns: paths.length === 0 ? columns : { ...withBehind(columns, further), paths }, decided: placed };
}

/** A play in each world; in the first alone, where no way asks a model for one of several answers. */
function playedIn([first, ...others]: readonly OutcomeColumns[], plays: (columns: OutcomeColumns) => Played): readonly Played[] {
  if (!first) return [];
  const own = plays(first);
  const alike = own.paths.every(({ rounds }) => rounds.every((round) => round.every((m) => isVoting(round, m) || !first.samples?.models[m])));
  return [own, ...(alike ? [] : others.map(plays))];
}

/** The ways of all worlds, one world's behind another's; of a prompt, those count in which it has a way. */
function overWorlds(each: readonly Played[], n: number): Played {
  const [first] = each as readonly [Played];
  if (each.length === 1) return first;
  const has = each.map(({ weights }) => Uint8Array.from({ length: n }, (_, i) => (weights.some((column) => (column[i] as number) > 0) ? 1 : 0)));
  const worlds = Float64Array.from({ length: n }, (_, i) => has.reduce((count, one) => count + (one[i] as number), 0));
  return { ...first, paths: each.flatMap(({ paths }) => paths), rules: each.flatMap(({ rules }) => rules), weights: each.flatMap(({ weights }) => weights.map((column) => column.map((p, i) => (p === 0 ? 0 : p / (worlds[i] as number))))) };
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
    notes.splice(note < 0 ? notes.length : note, note < 0 ? 0 : 1, `${counted(told.length)} of ${counted(model.length)} prompts are played by ${loop.by}: ${loop.name}`, ...(left > 0 ? [loop.note(left, model.length)] : []));
  }
  return { ...policy, decisions: { ...decisions, model }, rules: { rule, rules: texts, notes } };
}

/**
 * What a path comes to on every prompt. Costs add up over all calls; latencies over rounds, of which each takes as long as its slowest call.
 * Where one part is not known, the sum is not. The answer's quality, failure and refusal are those of the answer that is given. A user sees
 * its first token when it is sure to be given: at once where nobody looks at it and it is called alone and last, else when all is done.
 *
 * @param columns one answer a call
 */
function outcomesOf({ rounds, gives, checked }: Path, check: Played["check"], columns: OutcomeColumns): FurtherOutcomes {
  const { n, quality, costUsd, latencyMs, ttftMs, failed, declined, samples } = columns;
  const of = (table: readonly Float64Array[], m: number, i: number): number => table[m]?.[i] ?? NaN;
  const looks = (i: number) => checked.reduce((count, m) => count + (failed[m]?.[i] === 1 ? 0 : 1), 0);
  /** Of no look, nothing, also where it is not known what one takes. */
  const looking = (each: number, i: number): number => (looks(i) === 0 ? 0 : looks(i) * each);
  /** Of each call of a round; of a model that stands there several times, each sample's. */
  const calls = (round: readonly number[], figure: "costUsd" | "latencyMs", i: number): readonly number[] => {
    const table = { costUsd, latencyMs }[figure];
    return round.map((m, k) => (isVoting(round, m) ? (samples?.models[m]?.[figure][i * round.length + k] ?? NaN) : of(table, m, i)));
  };
  const waited = (until: number, i: number) => rounds.slice(0, until).reduce((ms, round) => ms + Math.max(...calls(round, "latencyMs", i)), looking(check.latencyMs, i));
  const voted = rounds.some((round) => isVoting(round, gives));
  const vote = (i: number) => (voted && samples ? voteAt(samples, gives, i) : null);
  const streams = rounds.at(-1)?.length === 1 && rounds.at(-1)?.[0] === gives && !checked.includes(gives);
  const column = (value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i));
  return {
    quality: column((i) => (voted ? (vote(i)?.quality ?? NaN) : of(quality, gives, i))),
    costUsd: column((i) => rounds.flatMap((round) => calls(round, "costUsd", i)).reduce((usd, one) => usd + one, looking(check.costUsd, i))),
    latencyMs: column((i) => waited(rounds.length, i)),
    ttftMs: column((i) => (ttftMs.length === 0 ? NaN : streams ? waited(rounds.length - 1, i) + of(ttftMs, gives, i) : waited(rounds.length, i))),
    failed: Uint8Array.from({ length: n }, (_, i) => (voted ? (vote(i)?.failed === true ? 1 : 0) : (failed[gives]?.[i] ?? 0))),
    declined: column((i) => of(declined, gives, i)),
  };
}

/** Whether a round asks a model for all its samples. */
function isVoting(round: readonly number[], m: number): boolean {
  return round.length > 1 && round.every((one) => one === m);
}
