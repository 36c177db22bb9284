import * as z from "zod";
import { match, numberField, textsField } from "../kind.ts";
import { lower } from "../letters.ts";
import { byLabels, likeliest } from "./labels.ts";

const CATEGORIES = z.looseObject({ mmlu_categories: textsField });
const SETTINGS = z.looseObject({ threshold: numberField });

/** At least this much of the largest entropy that the labels could have, and more than the likeliest domain may match (pkg/utils/entropy, "medium"). */
const UNSURE = 0.4;

/**
 * What a text is about (classifier_category_entropy.go): the likeliest domain where the classifier is sure, else all at the threshold of
 * `global…classifier.domain` (0.5 where it is not set). A label goes by the name of the domain that lists it among its `mmlu_categories`.
 */
export const domain = byLabels("domain", (specs) => {
  const threshold = SETTINGS.parse(specs[0]?.settings ?? {}).threshold ?? 0.5;
  const names = new Map<string, string>();
  for (const { name, fields } of specs) {
    const { mmlu_categories: categories } = CATEGORIES.parse(fields);
    for (const category of categories.length > 0 ? categories : [name]) names.set(lower(category), name);
  }
  return {
    // A label without a domain goes by its own name, but `LABEL_0` is what exporters write where nobody named it.
    means: (label) => names.has(lower(label)) || !/^label_\d+$/i.test(label),
    text: ({ window }) => window,
    find(probabilities, labels, findings) {
      const sure = normalisedEntropy(probabilities) < UNSURE;
      const top = likeliest(probabilities).index;
      for (const [i, label] of labels.entries()) {
        const probability = probabilities[i] as number;
        if ((sure && i !== top) || probability < threshold) continue;
        const name = names.get(lower(label)) ?? label;
        match(findings, "domain", name);
        findings.confidences.set(`domain:${name}`, probability);
      }
    },
  };
});

/** Shannon's entropy against its largest value, in [0,1]. */
function normalisedEntropy(probabilities: Float32Array): number {
  if (probabilities.length <= 1) return 0;
  const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
  return entropy / Math.log2(probabilities.length);
}
