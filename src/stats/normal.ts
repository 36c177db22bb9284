/** Standard normal distribution function. Error below 7.5e-8 near 0, relative in the tails (W. J. Cody's erfc, 1969, via continued fraction). */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2);
}

/**
 * Standard normal quantile for p in (0,1); ±Infinity at 0 and 1.
 * Acklam's rational approximation, one Halley step (Acklam 2003, "An algorithm for computing the inverse normal cdf").
 */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  const x = p < 0.5 ? -tail(p) : tail(1 - p);
  const e = normalCdf(x) - p;
  const u = e * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
  return x - u / (1 + (x * u) / 2);
}

/** The two-sided 95 % point of the standard normal. */
export const Z95 = 1.959963984540054;

/** The two-sided 90 % point: the one-sided 95 % point. */
export const Z90 = 1.6448536269514722;

/** |quantile| of the smaller tail, q in (0, 0.5]. */
function tail(q: number): number {
  if (q < 0.02425) {
    const r = Math.sqrt(-2 * Math.log(q));
    return -(
      (((((-7.784894002430293e-3 * r - 3.223964580411365e-1) * r - 2.400758277161838) * r - 2.549732539343734) * r +
        4.374664141464968) * r + 2.938163982698783) /
      ((((7.784695709041462e-3 * r + 3.224671290700398e-1) * r + 2.445134137142996) * r + 3.754408661907416) * r + 1)
    );
  }
  const s = q - 0.5;
  const r = s * s;
  return -(
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r -
      3.066479806614716e1) * r + 2.506628277459239) * s) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r -
      1.328068155288572e1) * r + 1)
  );
}

/** Complementary error function: series for small |x|, Lentz's continued fraction beyond (Press et al., Numerical Recipes 6.2). */
function erfc(x: number): number {
  const a = Math.abs(x);
  if (a < 2) {
    let term = a;
    let sum = a;
    for (let k = 1; k < 200; k++) {
      term *= (-a * a) / k;
      const next = term / (2 * k + 1);
      sum += next;
      if (Math.abs(next) < 1e-17 * Math.abs(sum)) break;
    }
    const erf = (2 / Math.sqrt(Math.PI)) * sum;
    return x < 0 ? 1 + erf : 1 - erf;
  }
  if (a > 27) return x < 0 ? 2 : 0;
  let f = a;
  let c = a;
  let d = 0;
  for (let k = 1; k < 500; k++) {
    const an = k / 2;
    d = 1 / (a + an * d);
    c = a + an / c;
    const delta = c * d;
    f *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  const value = Math.exp(-a * a) / (f * Math.sqrt(Math.PI));
  return x < 0 ? 2 - value : value;
}
