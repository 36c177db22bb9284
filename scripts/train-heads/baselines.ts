import type { Example } from "./fit.ts";

const NEIGHBOURS = 10;
/** Of more training texts, every so many-th is compared with. */
const MOST = 4000;

/** Shares of labels among the nearest training texts, by cosine. */
export function nearest(train: readonly Example[], labels: number): (vector: Float32Array) => Float64Array {
  const step = Math.ceil(train.length / MOST);
  const kept = train.filter((_, i) => i % step === 0);
  return (vector) => {
    const similar = new Float64Array(kept.length);
    for (let i = 0; i < kept.length; i++) {
      const other = (kept[i] as Example).vector;
      let sum = 0;
      for (let d = 0; d < vector.length; d++) sum += (vector[d] as number) * (other[d] as number);
      similar[i] = sum;
    }
    const order = kept.map((_, i) => i).sort((a, b) => (similar[b] as number) - (similar[a] as number) || a - b);
    const shares = new Float64Array(labels);
    for (const i of order.slice(0, NEIGHBOURS)) shares[(kept[i] as Example).label] = (shares[(kept[i] as Example).label] as number) + 1 / NEIGHBOURS;
    return shares;
  };
}

/** The shares of labels in training, whatever the text. */
export function alwaysMostFrequent(train: readonly Pick<Example, "label">[], labels: number): Float64Array {
  const shares = new Float64Array(labels);
  for (const { label } of train) shares[label] = (shares[label] as number) + 1 / train.length;
  return shares;
}
