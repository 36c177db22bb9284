import { normalQuantile } from "./normal.ts";
import type { Random } from "./random.ts";

/** A standard normal draw, by inversion of the middle of one of 2^32 equal steps. */
export function normalDraw(random: Random): number {
  return normalQuantile(random.next() + 2 ** -33);
}

/** A Beta(a, b) draw as the share of one of two gamma draws; a and b at least 1. */
export function betaDraw(a: number, b: number, random: Random): number {
  const own = gammaDraw(a, random);
  return own / (own + gammaDraw(b, random));
}

/** A Gamma(shape, 1) draw (Marsaglia & Tsang 2000); shape at least 1. */
function gammaDraw(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalDraw(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random.next() + 2 ** -33) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
