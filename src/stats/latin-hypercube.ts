import { shuffled, type Random } from "./random.ts";

/** `count` points in the unit cube, in each dimension one in each of `count` equal strips (McKay, Beckman and Conover 1979). */
export function latinHypercube(count: number, dimensions: number, draws: Random): number[][] {
  const strips = Array.from({ length: dimensions }, (_, d) => shuffled(count, draws.fork(`strip ${d}`)));
  return Array.from({ length: count }, (_, k) => strips.map((strip) => ((strip[k] as number) + draws.next()) / count));
}
