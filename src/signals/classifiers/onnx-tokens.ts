import { outputOf } from "../../lib/onnx-output.ts";
import { WrpError } from "../../model/errors.ts";
import type { Span, SpanFinder } from "../../model/encoder.ts";
import { labelsFor, openTextModel, type TextModelFiles } from "../onnx/text-model.ts";
import { softmax } from "./onnx-sequence.ts";

export interface TokenOptions extends TextModelFiles {
  /** In the order of the model's outputs, in BIO form (`O`, `B-EMAIL`, `I-EMAIL`) or bare kinds; default: id2label of config.json beside the model. */
  readonly labels?: readonly string[] | undefined;
  /** How sure a span is: the mean (default) or the most of its tokens' probabilities. */
  readonly confidence?: "mean" | "max" | undefined;
}

const OUTSIDE = "O";

/**
 * A token classifier of one's own: each token has its likeliest label, and tokens of one kind in a row are a span; a `B-` begins another one, unless it stands
 * in the middle of a word. Of a text longer than the model takes, the first tokens are read. Throws WrpError where it cannot be used.
 */
export async function openTokenClassifier(options: TokenOptions): Promise<SpanFinder> {
  const model = await openTextModel(options);
  const output = outputOf(model.session, ["logits"], [3]);
  const labels = labelsFor(model, options.labels, output);
  const kindOf = labels.map((label) => (label === OUTSIDE ? null : label.replace(/^[BIES]-/, "")));
  const { confidence = "mean" } = options;
  return {
    id: model.idOf(["tokens", output.name, labels, confidence]),
    name: options.model,
    kinds: [...new Set(kindOf.filter((kind) => kind !== null))],
    async find(texts) {
      const found: Span[][] = [];
      for await (const { text, tokens, values, width } of model.rows(texts, output)) {
        if (values.length !== labels.length * width) throw new WrpError(`the model gives ${values.length / width} values a token, and has ${labels.length} labels: ${labels.join(", ")}`, { place: { file: options.model }, code: "bad-labels" });
        if (!values.every(Number.isFinite)) throw new WrpError("the model gives values that are not finite numbers", { place: { file: options.model }, code: "bad-model" });
        const offsets = model.tokenizer.offsets(texts[text] as string, tokens);
        found[text] = spansOf(
          offsets.flatMap((offset, k) => {
            const at = (tokens.before + k) * labels.length;
            const probabilities = softmax(values.subarray(at, at + labels.length));
            const best = probabilities.indexOf(Math.max(...probabilities));
            return offset ? [{ start: offset[0], end: offset[1], label: labels[best] as string, kind: kindOf[best] as string | null, probability: probabilities[best] as number }] : [];
          }),
        );
      }
      return found;
    },
  };

  function spansOf(marked: readonly Marked[]): Span[] {
    const spans: (Omit<Span, "confidence"> & { end: number; readonly probabilities: number[] })[] = [];
    let open = false;
    for (const { start, end, label, kind, probability } of marked) {
      const last = spans.at(-1);
      if (kind === null) open = false;
      else if (open && last?.kind === kind && (!/^[BS]-/.test(label) || last.end === start)) {
        last.end = end;
        last.probabilities.push(probability);
      } else {
        spans.push({ kind, start, end, probabilities: [probability] });
        open = true;
      }
    }
    return spans.map(({ probabilities, ...span }) => ({ ...span, confidence: confidence === "max" ? Math.max(...probabilities) : probabilities.reduce((a, b) => a + b, 0) / probabilities.length }));
  }
}

interface Marked {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** Null: outside of any. */
  readonly kind: string | null;
  readonly probability: number;
}
