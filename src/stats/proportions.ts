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

/**
 * Exact interval of a proportion (Clopper & Pearson 1934), each bound at `tail`: neither is wrong more often than that. Range within
 * [0,1]. Null when n ≤ 0. `n` need not be whole (Korn & Graubard 1998).
 */
export function clopperPearson(p: number, n: number, tail: number): [number, number] | null {
  if (!(n > 0)) return null;
  const k = p * n;
  return [p <= 0 ? 0 : betaQuantile(tail, k, n - k + 1), p >= 1 ? 1 : betaQuantile(1 - tail, k + 1, n - k)];
}

function betaQuantile(share: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (regularisedBeta(middle, a, b) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Distribution function of Beta(a, b) at x, by its continued fraction (DLMF 8.17.22), evaluated by Lentz's method. */
function regularisedBeta(x: number, a: number, b: number): number {
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a); // where the fraction is slow, its mirror is fast
  if (x === 0) return 0;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  let [c, d, value] = [1, 0, 1];
  for (let j = 0; j < 10_000; j++) {
    const m = j >> 1;
    const term = j === 0 ? 1 : j % 2 === 0 ? (m * (b - m) * x) / ((a + j - 1) * (a + j)) : (-(a + m) * (a + b + m) * x) / ((a + j - 1) * (a + j));
    d = 1 / (1 + term * d || 1e-300);
    c = j === 0 ? 1e300 : 1 + term / c || 1e-300;
    value = j === 0 ? d : value * c * d;
    if (j > 0 && Math.abs(c * d - 1) < 1e-14) break;
  }
  return front * value;
}

/** ln Γ(x), x > 0: Stirling's series (DLMF 5.11.1) above 10, by recurrence below. */
function logGamma(x: number): number {
  let [above, shift] = [x, 0];
  for (; above < 10; above++) shift += Math.log(above);
  return (above - 0.5) * Math.log(above) - above + Math.log(2 * Math.PI) / 2 + 1 / (12 * above) - 1 / (360 * above ** 3) + 1 / (1260 * above ** 5) - 1 / (1680 * above ** 7) - shift;
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
