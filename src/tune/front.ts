import { feasibleFront, type Judged } from "../stats/feasibility.ts";
import { hypervolumeOf } from "../stats/hypervolume-of.ts";
import { kneeOf } from "../stats/knee.ts";
import { judgedBy, type Goals } from "./goals.ts";
import type { Searched, Trial } from "./search.ts";

/** The trials that are judged on held-out data. */
export interface Front {
  /** All that keep the constraints and that none dominates, on the training part. */
  readonly size: number;
  /** Those that are judged, in the order of the first objective's worst to best. */
  readonly members: readonly Trial[];
  /** Places in `members`; -1: none. */
  readonly knee: number;
  /** The best of the first objective; -1 where no constraint was given, or none keeps them. */
  readonly best: number;
}

/** The front of all trials, random ones among them. @param most of it that are kept: ends, knee and best first, then those farthest from the kept ones */
export function frontOf({ own, trials, random }: Pick<Searched, "own" | "trials" | "random">, goals: Goals, most: number): Front {
  const all = [own, ...trials, ...random];
  const judged = all.map(({ figures }) => judgedBy(goals, figures));
  const front = feasibleFront(judged);
  const costs = front.map((k) => (judged[k] as Judged).costs);
  const placed = normalised(costs, costs);
  const knee = kneeOf(costs);
  const ends = goals.objectives.map((_, k) => costs.reduce((low, one, at) => ((one[k] as number) < (costs[low]?.[k] ?? Infinity) ? at : low), 0));
  const best = goals.constraints.length > 0 && front.length > 0 ? (ends[0] as number) : -1;
  const kept = front.length === 0 ? [] : [...new Set([knee, ...ends])];
  while (kept.length < Math.min(most, front.length)) {
    let [farthest, distance] = [-1, -1];
    for (const [k, one] of placed.entries()) {
      if (kept.includes(k)) continue;
      const nearest = Math.min(...kept.map((other) => Math.hypot(...one.map((value, d) => value - (placed[other]?.[d] as number)))));
      if (nearest > distance) [farthest, distance] = [k, nearest];
    }
    kept.push(farthest);
  }
  const order = kept.toSorted((a, b) => (costs[b]?.[0] as number) - (costs[a]?.[0] as number) || a - b);
  return { size: front.length, members: order.map((k) => all[front[k] as number] as Trial), knee: order.indexOf(knee), best: best < 0 ? -1 : order.indexOf(best) };
}

/** How far a search had come after a number of trials. */
export interface Reached {
  readonly trials: number;
  readonly search: number;
  readonly random: number;
}

/** Looks at the way of a search. */
const LOOKS = 10;
/** The reference point lies a tenth of the range beyond the worst. */
const BEYOND = 1.1;

/**
 * The share of the box that the feasible trials so far dominate, of the search and of random search. The box spans, objective by objective,
 * from the best to a tenth beyond the worst of all feasible trials of both, so both are measured alike; where nothing is feasible, 0.
 */
export function hypervolumes({ method, own, trials, random }: Pick<Searched, "method" | "own" | "trials" | "random">, goals: Goals): Reached[] {
  const sound = (some: readonly Trial[]) => some.map(({ figures }) => judgedBy(goals, figures)).map((one) => (one.violation === 0 && !one.costs.some(Number.isNaN) ? one : null));
  const [first, searched, drawn] = [sound([own]), sound(trials), sound(random)];
  const box = [...first, ...searched, ...drawn].flatMap((one) => (one ? [one.costs] : []));
  const reference = goals.objectives.map(() => BEYOND);
  const reached = (some: readonly (Judged | null)[], count: number) => {
    const costs = normalised([...first, ...some.slice(0, count)].flatMap((one) => (one ? [one] : [])).map(({ costs: own_ }) => own_), box);
    const front = feasibleFront(costs.map((one) => ({ costs: one, violation: 0 })));
    return hypervolumeOf(front.map((k) => costs[k] as readonly number[]), reference) / BEYOND ** goals.objectives.length;
  };
  // A sweep goes from end to end: only all of it says something.
  const looks = method === "sweep" ? 1 : LOOKS;
  const counts = [...new Set(Array.from({ length: looks }, (_, k) => Math.ceil(((k + 1) * trials.length) / looks)))];
  return counts.map((count) => ({ trials: count, search: reached(searched, count), random: reached(drawn, count) }));
}

/** Each objective between its best in the box (0) and its worst (1). */
function normalised(points: readonly (readonly number[])[], box: readonly (readonly number[])[]): number[][] {
  const ends = (box[0] ?? []).map((_, k) => {
    let [low, high] = [Infinity, -Infinity];
    for (const one of box) {
      low = Math.min(low, one[k] as number);
      high = Math.max(high, one[k] as number);
    }
    return [low, high] as const;
  });
  return points.map((one) => one.map((value, k) => {
    const [low, high] = ends[k] as readonly [number, number];
    return high > low ? (value - low) / (high - low) : 0;
  }));
}
