/** Scores this close are equal: the rest is the rounding of sums. */
const TIE = 1e-12;

/** The arm of highest score; one of which nothing is known (NaN) comes before all others. Ties go to the one asked less often, then to the first. */
export function bestArm(scores: Float64Array, asked: Uint32Array): number {
  let best = 0;
  for (let arm = 1; arm < scores.length; arm++) {
    const [own, held] = [scores[arm] as number, scores[best] as number];
    const lead = Number.isNaN(own) ? (Number.isNaN(held) ? 0 : 1) : Number.isNaN(held) ? -1 : own - held;
    if (lead > TIE || (lead >= -TIE && (asked[arm] as number) < (asked[best] as number))) best = arm;
  }
  return best;
}
