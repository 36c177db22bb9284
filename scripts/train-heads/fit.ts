import type { HeadFile } from "../../src/signals/heads/head.ts";
import { minimise } from "../../src/stats/minimise.ts";

/** A text's vector with its label's index, and how much it counts. */
export interface Example {
  readonly vector: Float32Array;
  readonly label: number;
  readonly weight: number;
}

export interface Fitted {
  readonly head: HeadFile;
  /** Of the calibration texts, those whose likeliest label is another for the rounding of the weights. */
  readonly moved: number;
}

/** More make little difference: the rest of the way to the minimum is what decay would take back. */
const ITERATIONS = 60;
/** Of the gradient of the mean loss. */
const TOLERANCE = 1e-5;
/** A step of golden-section search leaves this share of the range. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Fits multinomial logistic regression: the weighted mean of the log loss plus `decay`/2 times the squared weights (biases apart); then the
 * temperature that makes `calibration` likeliest, of the weights as they are kept.
 */
export async function fitHead(encoder: string, labels: readonly string[], train: readonly Example[], calibration: readonly Example[], decay: number): Promise<Fitted> {
  const dimensions = train[0]?.vector.length ?? 0;
  const parameters = await minimise(lossOf(train, labels.length, decay), new Float64Array(labels.length * (dimensions + 1)), { iterations: ITERATIONS, tolerance: TOLERANCE });
  const row = (k: number) => parameters.subarray(k * (dimensions + 1), k * (dimensions + 1) + dimensions);
  const scales = labels.map((_, k) => rounded(row(k).reduce((most, w) => Math.max(most, Math.abs(w)), 0) / 127));
  const whole = Int8Array.from(labels.flatMap((_, k) => Array.from(row(k), (w) => Math.round(w / (scales[k] as number)))));
  const biases = labels.map((_, k) => rounded(parameters[k * (dimensions + 1) + dimensions] as number));
  const logitsOf = (weight: (k: number, d: number) => number) => calibration.map(({ vector }) => labels.map((_, k) => vector.reduce((sum, x, d) => sum + weight(k, d) * x, biases[k] as number)));
  const logits = logitsOf((k, d) => (whole[k * dimensions + d] as number) * (scales[k] as number));
  const exact = logitsOf((k, d) => row(k)[d] as number);
  const moved = logits.filter((own, i) => own.indexOf(Math.max(...own)) !== exact[i]?.indexOf(Math.max(...(exact[i] ?? [])))).length;
  const temperature = rounded(Math.exp(lowest((log) => calibrationLoss(logits, calibration, Math.exp(log)), Math.log(0.1), Math.log(10))));
  return { head: { encoder, labels, temperature, biases, scales, weights: Buffer.from(whole.buffer).toString("base64") }, moved };
}

/** Of parameters label by label, each with its bias last. Examples go four at a time, so that parameters and gradient are walked through a quarter as often. */
function lossOf(examples: readonly Example[], labels: number, decay: number): (at: Float64Array, gradient: Float64Array) => number {
  const dimensions = examples[0]?.vector.length ?? 0;
  const width = dimensions + 1;
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const nothing: Example = { vector: new Float32Array(dimensions), label: 0, weight: 0 };
  const logits = Array.from({ length: 4 }, () => new Float64Array(labels));
  return (at, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let first = 0; first < examples.length; first += 4) {
      const four = [0, 1, 2, 3].map((i) => examples[first + i] ?? nothing);
      const [p, q, r, s] = four.map(({ vector }) => vector) as [Float32Array, Float32Array, Float32Array, Float32Array];
      for (let k = 0; k < labels; k++) dots(at, k * width, p, q, r, s, logits, k);
      for (const [i, { label, weight }] of four.entries()) {
        const own = logits[i] as Float64Array;
        loss += (weight / total) * softmax(own, label);
        own[label] = (own[label] as number) - 1;
        for (let k = 0; k < labels; k++) own[k] = (own[k] as number) * (weight / total);
      }
      for (let k = 0; k < labels; k++) pull(gradient, k * width, p, q, r, s, logits, k);
    }
    for (let k = 0; k < labels; k++)
      for (let w = k * width; w < k * width + dimensions; w++) {
        loss += (decay / 2) * (at[w] as number) ** 2;
        gradient[w] = (gradient[w] as number) + decay * (at[w] as number);
      }
    return loss;
  };
}

/** The logits of label `k` of four texts. */
function dots(at: Float64Array, from: number, p: Float32Array, q: Float32Array, r: Float32Array, s: Float32Array, logits: readonly Float64Array[], k: number): void {
  const bias = at[from + p.length] as number;
  let [a, b, c, e] = [bias, bias, bias, bias];
  for (let d = 0; d < p.length; d++) {
    const w = at[from + d] as number;
    a += w * (p[d] as number);
    b += w * (q[d] as number);
    c += w * (r[d] as number);
    e += w * (s[d] as number);
  }
  for (const [i, logit] of [a, b, c, e].entries()) (logits[i] as Float64Array)[k] = logit;
}

/** Adds what four texts pull at label `k`. */
function pull(gradient: Float64Array, from: number, p: Float32Array, q: Float32Array, r: Float32Array, s: Float32Array, pulls: readonly Float64Array[], k: number): void {
  const [a, b, c, e] = pulls.map((own) => own[k]) as [number, number, number, number];
  for (let d = 0; d < p.length; d++) gradient[from + d] = (gradient[from + d] as number) + a * (p[d] as number) + b * (q[d] as number) + c * (r[d] as number) + e * (s[d] as number);
  gradient[from + p.length] = (gradient[from + p.length] as number) + a + b + c + e;
}

/** Turns logits into probabilities; the log loss of `label`. */
function softmax(logits: Float64Array, label: number): number {
  const most = Math.max(...logits);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += logits[k] = Math.exp((logits[k] as number) - most);
  for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] as number) / sum;
  return -Math.log(Math.max(logits[label] as number, 1e-300));
}

function calibrationLoss(logits: readonly (readonly number[])[], examples: readonly Example[], temperature: number): number {
  return logits.reduce((sum, row, i) => sum + (examples[i] as Example).weight * softmax(Float64Array.from(row, (logit) => logit / temperature), (examples[i] as Example).label), 0);
}

/** Where a function with one valley is lowest, by golden-section search. */
function lowest(of: (x: number) => number, low: number, high: number): number {
  while (high - low > 1e-5) {
    const [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (of(a) <= of(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}

/** Seven digits: what a float32 holds. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}
