import type { PolicySpec } from "../model/config.ts";
import { stopIfAsked } from "../evaluate/interrupt.ts";
import type { Tunables } from "../router/tunables.ts";
import type { Judged } from "../stats/feasibility.ts";
import { nsga2 } from "../stats/nsga2.ts";
import { random } from "../stats/random.ts";
import { judgedBy, type Figures, type Goals } from "./goals.ts";
import { coordinateOf, valueAt, type Dimension } from "./space.ts";
import type { TrialJudge } from "./trial-judge.ts";

/** Where a trial is from: the policy as it was given, the search, or random search beside it. */
export type Method = "default" | "sweep" | "nsga2" | "random";

/** A policy that was judged on the training part. */
export interface Trial {
  readonly method: Method;
  /** Among those of its method, from 0. */
  readonly number: number;
  readonly values: Readonly<Record<string, number>>;
  readonly figures: Figures;
  /** Why its policy cannot be. */
  readonly why?: string;
}

/** Where trials are kept as they come, so that a search goes on after it was stopped. */
export interface TrialLog {
  /** The trial that an earlier try of the same search made there; null where it came to none. */
  find(method: Method, number: number): Trial | null;
  add(trials: readonly Trial[]): void;
}

export interface SearchSettings {
  readonly spec: PolicySpec;
  readonly tunables: Tunables;
  readonly dimensions: readonly Dimension[];
  readonly goals: Goals;
  /** Trials of the search; a sweep makes as many as there are break points. */
  readonly budget: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly clockMs: () => number;
}

/** What a search came to. */
export interface Searched {
  readonly method: "sweep" | "nsga2";
  /** Whether all that the policy can do was tried. */
  readonly exact: boolean;
  readonly population: number | null;
  readonly own: Trial;
  readonly trials: readonly Trial[];
  /** As many, at random. */
  readonly random: readonly Trial[];
}

const [FEWEST, MOST_POPULATION] = [4, 100];
/** Trials are written down in groups: what a kill loses is at most so many, or what took so long. */
const [MOST_UNWRITTEN, UNWRITTEN_MS] = [25, 500];

/**
 * Searches a policy's numbers: one number whose break points are known is swept over all of them, else NSGA-II looks for the front. Random
 * search beside it has the same budget. The same settings make the same trials, whatever was found in the log. Yields how many trials are done.
 */
export async function* search(judge: Pick<TrialJudge, "judge">, log: TrialLog, settings: SearchSettings): AsyncGenerator<{ readonly done: number; readonly of: number }, Searched> {
  const { spec, tunables, dimensions, goals, budget, seed, signal, clockMs } = settings;
  const [only] = dimensions;
  const swept = dimensions.length === 1 && only?.breaks ? only.breaks : null;
  const count = swept?.length ?? budget;
  const known = new Map<string, Pick<Trial, "figures" | "why">>();
  let done = 0;

  async function* judged(method: Method, from: number, points: readonly Readonly<Record<string, number>>[]): AsyncGenerator<{ readonly done: number; readonly of: number }, Trial[]> {
    const trials: Trial[] = [];
    let fresh: Trial[] = [];
    let written = clockMs();
    const write = () => {
      if (fresh.length > 0) log.add(fresh);
      fresh = [];
      written = clockMs();
    };
    for (const [k, values] of points.entries()) {
      const number = from + k;
      const key = method === "default" ? "" : JSON.stringify(values);
      const logged = log.find(method, number);
      const { figures, why } = logged ?? known.get(key) ?? (await attempted(method, values));
      known.set(key, { figures, ...(why === undefined ? {} : { why }) });
      const trial: Trial = { method, number, values, figures, ...(why === undefined ? {} : { why }) };
      trials.push(trial);
      done++;
      if (logged) continue;
      fresh.push(trial);
      if (fresh.length < MOST_UNWRITTEN && clockMs() - written < UNWRITTEN_MS) continue;
      write();
      yield { done, of: 1 + 2 * count };
      await stopIfAsked(signal, "the trials made so far are kept: the same command goes on from there");
    }
    write();
    return trials;
  }

  async function attempted(method: Method, values: Readonly<Record<string, number>>): Promise<Pick<Trial, "figures" | "why">> {
    return judge.judge(method === "default" ? spec : tunables.tuned(new Map(Object.entries(values))));
  }
  const valuesAt = (point: readonly number[]) => Object.fromEntries(dimensions.map((dimension, d) => [dimension.tunable.name, valueAt(dimension, point[d] as number)]));

  const [own] = yield* judged("default", 0, [Object.fromEntries(tunables.numbers.flatMap(({ name, own: value }) => (value === null ? [] : [[name, value]])))]);
  const trials: Trial[] = [];
  let population: number | null = null;
  if (swept && only) trials.push(...(yield* judged("sweep", 0, [...swept].map((value) => ({ [only.tunable.name]: value })))));
  else {
    population = populationFor(budget);
    const steps = nsga2({ dimensions: dimensions.length, population, budget, start: [dimensions.map(coordinateOf)] }, random(seed, "tune", "nsga2"));
    let told: readonly Judged[] = [];
    for (;;) {
      const step = trials.length === 0 ? steps.next() : steps.next(told);
      if (step.done) break;
      const batch = yield* judged("nsga2", trials.length, step.value.map(valuesAt));
      trials.push(...batch);
      told = batch.map(({ figures }) => judgedBy(goals, figures));
    }
  }
  const draws = random(seed, "tune", "random");
  const drawn = yield* judged("random", 0, Array.from({ length: count }, () => valuesAt(dimensions.map(() => draws.next()))));
  return { method: swept ? "sweep" : "nsga2", exact: swept !== null && only?.whole === true, population, own: own as Trial, trials, random: drawn };
}

/** About twenty generations, of an even number of points that a front can spread over. */
function populationFor(budget: number): number {
  const wanted = 2 * Math.round(budget / 40);
  return Math.min(MOST_POPULATION, Math.max(FEWEST, Math.min(wanted < 20 ? 20 : wanted, budget - (budget % 2))));
}
