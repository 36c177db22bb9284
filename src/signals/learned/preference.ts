import * as z from "zod";
import { fieldsOf, match, numberField, textField, textsField } from "../kind.ts";
import { prototypeScoring, prototypesOf, scoreOf } from "./prototypes.ts";
import { bySimilarity } from "./similarity.ts";

const FIELDS = z.object({ threshold: numberField, examples: textsField, description: textField });
const SETTINGS = z.looseObject({ prototype_scoring: prototypeScoring });

/**
 * The one preference whose examples the text is nearest to (contrastive_preference_classifier.go), where it reaches that preference's
 * threshold and leads the next by the margin that is set. A rule without examples stands for its description.
 */
export const preference = bySimilarity<readonly (readonly Float32Array[])[]>((specs, tell) => {
  const { prototype_scoring: scoring } = SETTINGS.parse(specs[0]?.settings ?? {});
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ name: spec.name, threshold: fields.threshold ?? 0, examples: (fields.examples.length > 0 ? fields.examples : [fields.description]) }] : [];
  });
  return {
    keys: rules.map(({ name }) => `preference:${name}`),
    examples: rules.flatMap(({ examples }) => examples),
    bank: (vectors) => rules.map(({ examples }) => prototypesOf(examples, vectors, scoring)),
    texts: ({ window }) => [window],
    find({ window }, banks, vectors, findings) {
      const vector = vectors.get(window);
      if (!vector) return;
      const scored = rules.flatMap((rule, r) => ((banks[r] as readonly Float32Array[]).length === 0 ? [] : [{ ...rule, score: scoreOf(vector, banks[r] as readonly Float32Array[], scoring.weights).score }]));
      const [first, second] = scored.toSorted((a, b) => b.score - a.score);
      if (!first || (first.threshold > 0 && first.score < first.threshold)) return;
      if (scoring.margin > 0 && first.score - (second?.score ?? 0) < scoring.margin) return;
      match(findings, "preference", first.name);
      findings.confidences.set(`preference:${first.name}`, first.score);
    },
  };
});
