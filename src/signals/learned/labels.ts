import { isClassifier, type Classifier } from "../../model/encoder.ts";
import { WrpError } from "../../model/errors.ts";
import type { SignalModels } from "../../model/signal-models.ts";
import type { SignalSpec } from "../../model/signal.ts";
import type { Findings, LearnedKind } from "../kind.ts";
import type { RequestView } from "../request-view.ts";

/**
 * Refuses a classifier of which no label means anything to a type of signal: whatever it found, nothing would ever match, or always the same.
 *
 * @param hint how labels come to mean something
 */
export function refuseForeignLabels(type: string, { name, labels }: Classifier, means: (label: string) => boolean, hint = "labels: names them, in the order of the model's outputs"): void {
  if (!labels.some(means)) throw new WrpError(`classifiers: "${type}": ${type} signals go by none of the labels of ${name}: ${labels.join(", ")}`, { hint, code: "bad-labels" });
}

/** What a type of signal makes of a classifier's labels. */
export interface Labelled {
  /** Whether a label says anything to signals of this type. */
  means(label: string): boolean;
  /** The text that is classified; null of a request to which nothing of this type applies: nothing matches. */
  text(view: RequestView): string | null;
  /** @param probabilities of the labels, in their order */
  find(probabilities: Float32Array, labels: readonly string[], findings: Findings, text: string): void;
}

/** A type of signal that looks at the labels of one classifier: unknown where none is given for it. */
export function byLabels(type: string, compile: (specs: readonly SignalSpec[]) => Labelled): LearnedKind {
  return (specs, _tell, { classifiers }: SignalModels) => {
    const classifier = classifiers.get(type);
    if (!classifier || !isClassifier(classifier)) return null;
    const { text, find, means } = compile(specs);
    refuseForeignLabels(type, classifier, means);
    return {
      surrogate: classifier.surrogate === true,
      async read(views, findings) {
        const texts = views.map(text);
        const wanted = [...new Set(texts)].filter((one) => one !== null && one !== "") as string[];
        const found = wanted.length === 0 ? [] : await classifier.classify(wanted);
        const probabilities = new Map(wanted.map((one, i) => [one, found[i] as Float32Array]));
        for (const [i, one] of texts.entries()) {
          const own = findings[i] as Findings;
          for (const { name } of specs) own.unknown.delete(`${type}:${name}`);
          const seen = probabilities.get(one ?? "");
          if (seen) find(seen, classifier.labels, own, one ?? "");
        }
      },
    };
  };
}

/** The likeliest label; the first of equals. */
export function likeliest(probabilities: Float32Array): { readonly index: number; readonly probability: number } {
  const probability = Math.max(...probabilities);
  return { index: probabilities.indexOf(probability), probability };
}
