import { Z95 } from "./normal.ts";

/**
 * Wilson score interval of a proportion (Wilson 1927, eq. 4) at `n` effective observations. Range within [0,1].
 * Null when n ≤ 0. `n` need not be whole: with clusters it is p(1-p)/SE² (Franco et al. 2019).
 */
export function wilson(p: number, n: number, z = Z95): [number, number] | null {
  if (!(n > 0)) return null;
  const z2 = z * z;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return [p === 0 ? 0 : Math.max(0, centre - half), p === 1 ? 1 : Math.min(1, centre + half)];
}

/** Exact two-sided McNemar p-value from the discordant counts (Binomial(b + c, 1/2)); 1 where nothing is discordant. */
export function mcnemarExact(b: number, c: number): number {
  const n = b + c;
  if (n === 0) return 1;
  const k = Math.min(b, c);
  let log = n * Math.log(0.5);
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += Math.exp(log);
    log += Math.log((n - i) / (i + 1));
  }
  return Math.min(1, 2 * sum);
}

/** Holm's step-down adjusted p-values, in the order given (Holm 1979). */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => (p[a] as number) - (p[b] as number));
  const adjusted = Array.from<number>({ length: p.length });
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (p.length - rank) * (p[index] as number)));
    adjusted[index] = running;
  });
  return adjusted;
}
