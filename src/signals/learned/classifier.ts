import * as z from "zod";
import { isClassifier, type Classifier } from "../../model/encoder.ts";
import { WrpError } from "../../model/errors.ts";
import { fieldsOf, specError, textsField, type Findings, type LearnedKind } from "../kind.ts";

const FIELDS = z.looseObject({ labels: textsField });

/** A classifier of the user's own: the probability of each label is a value, `classifier:NAME:LABEL`; what matches is for predicates to say. */
export const classifier: LearnedKind = (specs, tell, { classifiers }) => {
  const given = specs.flatMap((spec) => {
    const model = classifiers.get(`classifier:${spec.name}`);
    const fields = fieldsOf(spec, FIELDS, tell);
    if (!model || !fields) return [];
    if (!isClassifier(model)) throw new WrpError(`classifiers: "classifier:${spec.name}" finds spans, and a classifier signal wants labels`);
    const { labels } = fields;
    if (labels.length > 0 && labels.length !== model.labels.length) {
      tell(specError(spec, "labels", `are ${labels.length}, and ${model.name} has ${model.labels.length}: ${model.labels.join(", ")}`));
      return [];
    }
    return [{ name: spec.name, model, labels: labels.length > 0 ? labels : model.labels }];
  });
  if (given.length === 0) return null;
  return {
    surrogate: given.some(({ model }) => model.surrogate),
    async read(views, findings) {
      for (const { name, model, labels } of given) {
        const wanted = [...new Set(views.map(({ text }) => text))].filter((text) => text !== "");
        const found = await probabilitiesOf(model, wanted);
        for (const [i, { text }] of views.entries()) {
          const own = findings[i] as Findings;
          own.unknown.delete(`classifier:${name}`);
          for (const [k, probability] of (found.get(text) ?? []).entries()) own.values.set(`classifier:${name}:${labels[k]}`, probability);
        }
      }
    },
  };
};

async function probabilitiesOf(model: Classifier, texts: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
  const found = texts.length === 0 ? [] : await model.classify(texts);
  return new Map(texts.map((text, i) => [text, found[i] as Float32Array]));
}
