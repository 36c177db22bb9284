/** A log axis with room around the values, more on the right where labels go. */
export function logDomain(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high / low) ** 0.06;
  return [low / pad, high * pad ** 1.8];
}

/** Ticks of a log axis: 1, 2, 5, 10, …; over many decades only powers of ten. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const from = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => i + from);
  const steps = decades.length > 5 ? [1] : [1, 2, 5];
  return decades.flatMap((e) => steps.map((step) => Number(`${step}e${e}`))).filter((v) => v >= low && v <= high);
}

/** A linear axis with room around the values, hardly beyond what the quantity can be. */
export function linearDomain(values: readonly number[], floor: number, ceiling: number): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.05;
  // A mark on the very edge of the range must still stand whole in the frame.
  const slack = (high - low || pad * 2) * 0.04;
  return [Math.max(floor - slack, low - pad), Math.min(ceiling + slack, high + pad)];
}

