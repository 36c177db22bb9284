import { valueHash } from "../../lib/hash.ts";
import type { Classifier, Encoder } from "../../model/encoder.ts";
import { WrpError } from "../../model/errors.ts";

/** A trained head as it is kept: multinomial logistic regression over an encoder's vectors, its weights in whole numbers from -127 to 127. */
export interface HeadFile {
  /** The encoder that it was trained on. */
  readonly encoder: string;
  readonly labels: readonly string[];
  /** What logits are divided by before the softmax, fitted so that probabilities are calibrated (Guo et al. 2017, arXiv:1706.04599). */
  readonly temperature: number;
  readonly biases: readonly number[];
  /** What a label's whole numbers are multiplied by. */
  readonly scales: readonly number[];
  /** Signed bytes, label after label, in base64. */
  readonly weights: string;
}

/** Weights that are ready to use; `rows` are by label. */
export interface HeadWeights {
  readonly rows: readonly Float32Array[];
  readonly biases: readonly number[];
  readonly temperature: number;
}

/** A classifier of an encoder's vectors. Throws WrpError where the head was trained on another encoder. */
export function headClassifier(name: string, encoder: Encoder, file: HeadFile): Classifier {
  if (encoder.id !== file.encoder) throw new WrpError(`${name} was trained on another encoder than ${encoder.name}`);
  const weights = weightsOf(file, encoder.dimensions);
  return {
    id: valueHash([encoder.id, file]),
    name,
    labels: file.labels,
    surrogate: true,
    async classify(texts) {
      return (await encoder.encode(texts)).map((vector) => probabilities(vector, weights));
    },
  };
}

export function weightsOf({ labels, biases, scales, temperature, weights }: HeadFile, dimensions: number): HeadWeights {
  const bytes = Buffer.from(weights, "base64");
  const whole = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return { temperature, biases, rows: labels.map((_, k) => Float32Array.from(whole.subarray(k * dimensions, (k + 1) * dimensions), (value) => value * (scales[k] as number))) };
}

/** Softmax of (weights · vector + bias) / temperature: one probability a label. */
export function probabilities(vector: Float32Array, { rows, biases, temperature }: HeadWeights): Float32Array {
  const logits = rows.map((row, k) => {
    let sum = biases[k] as number;
    for (let d = 0; d < row.length; d++) sum += (row[d] as number) * (vector[d] as number);
    return sum / temperature;
  });
  const most = Math.max(...logits);
  const raised = logits.map((logit) => Math.exp(logit - most));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return Float32Array.from(raised, (value) => value / total);
}
