const [FIRST, SECOND, SMALL] = [0.9, 0.999, 1e-8];

/**
 * Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1, with its default moments): each call moves `at` one step down the gradient.
 *
 * @param rate how far a step goes, about, in each parameter
 */
export function adam(size: number, rate: number): (at: Float64Array, gradient: Float64Array) => void {
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  let [first, second] = [1, 1];
  return (at, gradient) => {
    first *= FIRST;
    second *= SECOND;
    const step = rate / (1 - first);
    const spread = 1 / (1 - second);
    for (let i = 0; i < size; i++) {
      const slope = gradient[i] as number;
      const m = (mean[i] = FIRST * (mean[i] as number) + (1 - FIRST) * slope);
      const v = (square[i] = SECOND * (square[i] as number) + (1 - SECOND) * slope * slope);
      at[i] = (at[i] as number) - (step * m) / (Math.sqrt(v * spread) + SMALL);
    }
  };
}
