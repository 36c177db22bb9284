import type { SignalReadings } from "../../model/signal.ts";
import type { Engine, Evaluation } from "./engine.ts";
import type { Judged } from "./ranking.ts";
import type { Assumed } from "./reading-state.ts";
import type { RuleResult } from "./rule-tree.ts";
import { signalKeyOf } from "./signal-kinds.ts";

/** How many cases are looked at before a decision is called undetermined for want of a proof. */
const MOST_CASES = 256;

/** What the confidences of unknown signals are set to where a guess is tried. */
const TRIED_CONFIDENCES = [1, 0.5, 0.01, 0.8];

/** What comes out whatever unknown signals say, or what may. */
export interface Settled<T> {
  /** True where no value of an unknown signal changes the outcome. */
  readonly determined: boolean;
  /** One outcome where it is determined; else those that were found possible, which need not be all. */
  readonly outcomes: readonly T[];
}

/**
 * Whether what is unknown can change what comes out. `outcomeOf` names the outcome of a winner (null: no decision matched); two that are
 * named alike are the same.
 *
 * Guesses come first: two that differ settle it. Then cases: three-valued logic with intervals of confidences and scores proves an
 * outcome or leaves it open; an open case is split by one unknown match, until all cases agree. `determined` is never said wrongly.
 * `enough` outcomes that differ end the guessing. What is lost: confidences are not split, scores that share an input are bounded apart, and after 256 cases the answer is undetermined.
 */
export function settle<T>(engine: Engine, readings: SignalReadings, outcomeOf: (winner: Judged | null) => T, nameOf: (outcome: T) => string, enough = Infinity): Settled<T> {
  const found = new Map<string, T>();
  const add = (winners: Evaluation["winners"]) => {
    for (const winner of winners) {
      const outcome = outcomeOf(winner);
      const name = nameOf(outcome);
      if (!found.has(name)) found.set(name, outcome);
    }
  };
  if (readings.unknown.size > 0)
    for (const guess of guesses(engine, readings)) {
      const evaluation = engine.evaluate(guess);
      if (evaluation) add(evaluation.winners.slice(0, 1));
      if (found.size >= enough) break;
    }
  if (found.size > 1) return { determined: false, outcomes: [...found.values()] };

  let cases = 0;
  const open: Map<string, boolean>[] = [new Map()];
  for (let assumed = open.pop(); assumed; assumed = open.pop()) {
    const evaluation = engine.evaluate(readings, assumed);
    if (!evaluation) continue;
    cases++;
    const names = new Set(evaluation.winners.map((winner) => nameOf(outcomeOf(winner))));
    const split = names.size > 1 ? openKey(evaluation, engine) : null;
    if (split === null) add(evaluation.winners);
    if (found.size > 1) return { determined: false, outcomes: [...found.values()] };
    if (split === null) continue;
    if (cases >= MOST_CASES) {
      add(evaluation.winners);
      return { determined: false, outcomes: [...found.values()] };
    }
    open.push(assuming(assumed, split, false, engine, readings), assuming(assumed, split, true, engine, readings));
  }
  return { determined: true, outcomes: [...found.values()] };
}

/** An unknown match that keeps the likeliest open decision open: a leaf of its rules. */
function openKey({ winners, judged, state }: Evaluation, { reads }: Engine): string | null {
  const leaves = (result: Judged["result"]): string[] => {
    const own = "rule" in result ? leafOf(result as RuleResult) : null;
    return own !== null ? [own] : result.children.flatMap((child) => (child.match === null ? leaves(child) : []));
  };
  const candidates = [...winners.filter((winner) => winner !== null), ...judged.filter(({ result }) => result.match === null)];
  for (const { result } of candidates) {
    if (result.match !== null) continue;
    const key = leaves(result).find((one) => !state.assumed.has(one));
    if (key !== undefined) return key;
  }
  // Nothing in the rules is open: what the scores read may narrow confidences.
  return reads.find((key) => !state.assumed.has(key) && isOpen(key, state)) ?? null;
}

function isOpen(key: string, state: Evaluation["state"]): boolean {
  return state.match(key) === null;
}

/** A leaf with a predicate looks at a number, which no assumption settles. */
function leafOf({ rule, match }: RuleResult): string | null {
  return rule.operator === "leaf" && !rule.node.predicate && match === null ? rule.key : null;
}

function assuming(assumed: Assumed, key: string, truth: boolean, { exclusive }: Engine, { unknown }: SignalReadings): Map<string, boolean> {
  const more = new Map(assumed).set(key, truth);
  if (truth)
    for (const { keys, whileUnknown } of exclusive)
      if (keys.includes(key) && (whileUnknown === undefined || unknown.has(whileUnknown))) for (const other of keys) if (other !== key && !more.has(other)) more.set(other, false);
  return more;
}

/** Readings in which what is unknown is made up: nothing matches, all does, and one or another. */
function* guesses(engine: Engine, readings: SignalReadings): Generator<SignalReadings> {
  const open = engine.reads.filter((key) => isUnknown(key, readings.unknown));
  const pick = (chosen: (k: number) => boolean, confidence: (k: number) => number): SignalReadings => {
    const matched = new Map([...readings.matched].map(([type, names]) => [type, [...names]] as [string, string[]]));
    const confidences = new Map(readings.confidences);
    const levels = new Set<string>();
    for (const [k, key] of open.entries()) {
      const colon = key.indexOf(":");
      const [type, name] = [key.slice(0, colon), key.slice(colon + 1)];
      const signal = signalKeyOf(key);
      const exclusive = signal !== key && readings.unknown.has(signal);
      if (!chosen(k) || (exclusive && levels.has(signal))) continue;
      levels.add(signal);
      matched.set(type, [...(matched.get(type) ?? []).filter((one) => one !== name), name]);
      confidences.set(key, confidence(k));
    }
    return { ...readings, matched, confidences, unknown: new Set() };
  };
  yield pick(() => false, () => 0);
  yield pick(() => true, () => 1);
  for (const [shift, step] of [3, 5, 7, 11].entries()) yield pick((k) => (k * step + shift) % 4 < 1, (k) => TRIED_CONFIDENCES[(k + shift) % TRIED_CONFIDENCES.length] as number);
  yield pick(() => true, (k) => TRIED_CONFIDENCES[k % TRIED_CONFIDENCES.length] as number);
}

function isUnknown(key: string, unknown: ReadonlySet<string>): boolean {
  return unknown.has(key) || unknown.has(signalKeyOf(key));
}
