import { constrainedDominates, type Judged } from "./feasibility.ts";
import { latinHypercube } from "./latin-hypercube.ts";
import type { Random } from "./random.ts";

/** How NSGA-II searches the unit cube. */
export interface Nsga2Settings {
  readonly dimensions: number;
  /** Points in a generation, even and at least 4. */
  readonly population: number;
  /** Points that are asked for in all. */
  readonly budget: number;
  /** Asked for first, beside a Latin hypercube. */
  readonly start: readonly (readonly number[])[];
}

/** Distribution index of simulated binary crossover, and of polynomial mutation: as in the paper's experiments (20, 20). */
const [ETA_CROSSOVER, ETA_MUTATION] = [20, 20];
const CROSSOVER_PROBABILITY = 0.9;

interface Member {
  readonly point: readonly number[];
  readonly judged: Judged;
  rank: number;
  crowding: number;
}

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002): fast non-dominated sorting, crowding distance, binary tournaments, simulated binary
 * crossover and polynomial mutation, constraints by its feasibility rule. It yields points of the unit cube to be judged and takes what they
 * came to, in their order, the smaller the better.
 */
export function* nsga2({ dimensions, population, budget, start }: Nsga2Settings, random: Random): Generator<readonly (readonly number[])[], void, readonly Judged[]> {
  let left = budget;
  const ask = function* (points: readonly (readonly number[])[]): Generator<readonly (readonly number[])[], Member[], readonly Judged[]> {
    const asked = points.slice(0, left);
    left -= asked.length;
    const judged = yield asked;
    return asked.map((point, k) => ({ point, judged: judged[k] as Judged, rank: 0, crowding: 0 }));
  };
  const first = start.slice(0, population);
  let parents = ranked(yield* ask([...first, ...latinHypercube(population - first.length, dimensions, random.fork("start"))]), population);
  for (let generation = 1; left > 0; generation++) {
    const draws = random.fork(`generation ${generation}`);
    const children: number[][] = [];
    while (children.length < population) children.push(...crossed(tournament(parents, draws).point, tournament(parents, draws).point, draws).map((child) => mutated(child, draws)));
    parents = ranked([...parents, ...(yield* ask(children))], population);
  }
}

/** The best by front and crowding, at most `most`, each with its rank and its crowding in its front. */
function ranked(members: readonly Member[], most: number): Member[] {
  const kept: Member[] = [];
  for (const [rank, front] of frontsOf(members).entries()) {
    if (kept.length >= most) break;
    crowd(front);
    for (const member of front) member.rank = rank;
    kept.push(...(kept.length + front.length <= most ? front : front.toSorted((a, b) => b.crowding - a.crowding).slice(0, most - kept.length)));
  }
  return kept;
}

/** Fast non-dominated sorting: the front that nothing dominates, that which only the first dominates, and so on. */
function frontsOf(members: readonly Member[]): Member[][] {
  const beats = members.map((): number[] => []);
  const beaten = new Int32Array(members.length);
  for (const [a, one] of members.entries())
    for (const [b, other] of members.entries())
      if (constrainedDominates(one.judged, other.judged)) {
        (beats[a] as number[]).push(b);
        (beaten[b] as number)++;
      }
  const fronts: Member[][] = [];
  let next = [...members.keys()].filter((k) => beaten[k] === 0);
  while (next.length > 0) {
    fronts.push(next.map((k) => members[k] as Member));
    next = next.flatMap((k) => (beats[k] as number[]).filter((b) => --(beaten[b] as number) === 0));
  }
  return fronts;
}

/** Crowding distance: how far apart the neighbours of a point are in each objective, as a share of the front's range; infinite at its ends. */
function crowd(front: readonly Member[]): void {
  for (const member of front) member.crowding = 0;
  for (let k = 0; k < (front[0]?.judged.costs.length ?? 0); k++) {
    const cost = (member: Member | undefined) => member?.judged.costs[k] as number;
    const sorted = front.toSorted((a, b) => cost(a) - cost(b));
    const range = cost(sorted.at(-1)) - cost(sorted[0]);
    for (const [j, member] of sorted.entries()) {
      if (j === 0 || j === sorted.length - 1) member.crowding = Infinity;
      else if (range > 0) member.crowding += (cost(sorted[j + 1]) - cost(sorted[j - 1])) / range;
    }
  }
}

function tournament(members: readonly Member[], draws: Random): Member {
  const [a, b] = [members[draws.below(members.length)] as Member, members[draws.below(members.length)] as Member];
  if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
  return b.crowding > a.crowding ? b : a;
}

/** Simulated binary crossover within [0,1] (Deb and Agrawal 1995, with the bounded spread factor of the authors' NSGA-II). */
function crossed(a: readonly number[], b: readonly number[], draws: Random): [number[], number[]] {
  const [left, right] = [[...a], [...b]];
  if (draws.next() > CROSSOVER_PROBABILITY) return [left, right];
  for (let d = 0; d < a.length; d++) {
    const [low, high] = [Math.min(a[d] as number, b[d] as number), Math.max(a[d] as number, b[d] as number)];
    const [taken, u, swap] = [draws.next() < 0.5, draws.next(), draws.next() < 0.5];
    if (!taken || high - low < 1e-12) continue;
    const spread = (room: number) => {
      const beta = 1 + (2 * room) / (high - low);
      const alpha = 2 - beta ** -(ETA_CROSSOVER + 1);
      return u <= 1 / alpha ? (u * alpha) ** (1 / (ETA_CROSSOVER + 1)) : (1 / (2 - u * alpha)) ** (1 / (ETA_CROSSOVER + 1));
    };
    const [one, other] = [clamp((low + high - spread(low) * (high - low)) / 2), clamp((low + high + spread(1 - high) * (high - low)) / 2)];
    [left[d], right[d]] = swap ? [other, one] : [one, other];
  }
  return [left, right];
}

/** Polynomial mutation within [0,1] (Deb and Goyal 1996, bounded), each coordinate with probability 1/dimensions. */
function mutated(point: readonly number[], draws: Random): number[] {
  return point.map((value) => {
    const [hit, u] = [draws.next() < 1 / point.length, draws.next()];
    if (!hit) return value;
    const power = ETA_MUTATION + 1;
    const step = u < 0.5 ? (2 * u + (1 - 2 * u) * (1 - value) ** power) ** (1 / power) - 1 : 1 - (2 * (1 - u) + (2 * u - 1) * value ** power) ** (1 / power);
    return clamp(value + step);
  });
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
