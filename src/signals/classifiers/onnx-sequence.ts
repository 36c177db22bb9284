import { outputOf } from "../../lib/onnx-output.ts";
import { WrpError } from "../../model/errors.ts";
import type { Classifier } from "../../model/encoder.ts";
import { labelsFor, openTextModel, type TextModelFiles } from "../onnx/text-model.ts";

export interface SequenceOptions extends TextModelFiles {
  /** In the order of the model's outputs; default: id2label of config.json beside the model. */
  readonly labels?: readonly string[] | undefined;
  /** Labels do not exclude each other: each has a probability of its own. */
  readonly multiLabel?: boolean | undefined;
}

/**
 * A classifier of whole texts of one's own: softmax over its logits, or a sigmoid of each. Of a text longer than the model takes, the first tokens
 * are read: whoever wants more cuts it. Throws WrpError where it cannot be used.
 */
export async function openSequenceClassifier(options: SequenceOptions): Promise<Classifier> {
  const model = await openTextModel(options);
  const output = outputOf(model.session, ["logits"], [2]);
  const labels = labelsFor(model, options.labels, output);
  const { multiLabel = false } = options;
  return {
    id: model.idOf(["sequence", output.name, labels, multiLabel]),
    name: options.model,
    labels,
    async classify(texts) {
      const probabilities: Float32Array[] = [];
      for await (const { text, values } of model.rows(texts, output)) {
        if (values.length !== labels.length) throw new WrpError(`the model gives ${values.length} values a text, and has ${labels.length} labels: ${labels.join(", ")}`, { place: { file: options.model }, code: "bad-labels" });
        if (!values.every(Number.isFinite)) throw new WrpError("the model gives values that are not finite numbers", { place: { file: options.model }, code: "bad-model" });
        probabilities[text] = multiLabel ? values.map((value) => 1 / (1 + Math.exp(-value))) : Float32Array.from(softmax(values));
      }
      return probabilities;
    },
  };
}

/** Shares that sum to 1, as e to the power of each value. */
export function softmax(values: Float32Array): Float64Array {
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(values, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
