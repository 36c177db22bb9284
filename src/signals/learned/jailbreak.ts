import * as z from "zod";
import { isClassifier, type Classifier } from "../../model/encoder.ts";
import { fieldsOf, flagField, match, numberField, textField, textsField, type LearnedKind } from "../kind.ts";
import { lower } from "../letters.ts";
import { JAILBREAK_CHUNK, piecesOf } from "./chunks.ts";
import { refuseForeignLabels } from "./labels.ts";
import { cosine } from "./prototypes.ts";
import { both } from "./parts.ts";
import { bySimilarity, type Vectors } from "./similarity.ts";

const FIELDS = z.object({ method: textField, threshold: numberField, include_history: flagField, jailbreak_patterns: textsField, benign_patterns: textsField });
const SETTINGS = z.looseObject({ positive_labels: textsField });

type Fields = z.infer<typeof FIELDS>;

/** Attempts to get round a model's rules, found by examples or by a classifier, in all of the text and, where a rule says so, in what others said. */
export const jailbreak: LearnedKind = (specs, tell, models) => {
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ spec, fields }] : [];
  });
  const contrastive = rules.filter(({ fields }) => fields.method === "contrastive").map(({ spec }) => spec);
  const classified = rules.filter(({ fields }) => fields.method !== "contrastive");
  const classifier = models.classifiers.get("jailbreak");
  return both(byExamples(contrastive, tell, models), classifier && isClassifier(classifier) && classified.length > 0 ? byClassifier(classified, classifier, SETTINGS.parse(specs[0]?.settings ?? {}).positive_labels) : null);
};

/**
 * The nearest jailbreak pattern against the nearest benign one, the largest difference over all pieces (contrastive_jailbreak_classifier.go);
 * a text that contains a pattern as it stands has 1. The threshold is 0.1 unless it is above 0.
 */
const byExamples = bySimilarity<Vectors>((specs, tell) => {
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ name: spec.name, fields, patterns: fields.jailbreak_patterns.map(normalised).filter((pattern) => pattern !== "") }] : [];
  });
  return {
    keys: rules.map(({ name }) => `jailbreak:${name}`),
    examples: rules.flatMap(({ fields }) => [...fields.jailbreak_patterns, ...fields.benign_patterns]),
    bank: (vectors) => vectors,
    texts: (view) => rules.flatMap(({ fields }) => piecesOf(view, fields.include_history, JAILBREAK_CHUNK)),
    find(view, bank, vectors, findings) {
      for (const { name, fields, patterns } of rules) {
        const nearest = (vector: Float32Array, texts: readonly string[]) => Math.max(-1, ...texts.filter((text) => bank.has(text)).map((text) => cosine(vector, bank.get(text) as Float32Array)));
        const pieces = piecesOf(view, fields.include_history, JAILBREAK_CHUNK);
        const said = pieces.some((piece) => patterns.some((pattern) => normalised(piece).includes(pattern)));
        const score = said ? 1 : Math.max(-1, ...pieces.map((piece) => nearest(vectors.get(piece) as Float32Array, fields.jailbreak_patterns) - nearest(vectors.get(piece) as Float32Array, fields.benign_patterns)));
        if (pieces.length === 0 || score < (fields.threshold !== null && fields.threshold > 0 ? fields.threshold : 0.1)) continue;
        match(findings, "jailbreak", name);
        findings.confidences.set(`jailbreak:${name}`, score);
      }
    },
  };
});

/** The summed probability of the positive labels, the largest over all pieces, against the rule's threshold (classifier_signal_jailbreak.go). */
function byClassifier(rules: readonly { readonly spec: { readonly name: string }; readonly fields: Fields }[], classifier: Classifier, positive: readonly string[]): NonNullable<ReturnType<LearnedKind>> {
  const wanted = (positive.length > 0 ? positive : ["jailbreak"]).map(lower);
  refuseForeignLabels("jailbreak", classifier, (label) => wanted.includes(lower(label)), `attacks are labelled ${wanted.join(" or ")}: say so with labels: of the classifier, or positive_labels of the config's prompt guard`);
  const columns = classifier.labels.flatMap((label, i) => (wanted.includes(lower(label)) ? [i] : []));
  return {
    surrogate: classifier.surrogate === true,
    async read(views, findings) {
      const pieces = [...new Set(views.flatMap((view) => rules.flatMap(({ fields }) => piecesOf(view, fields.include_history, JAILBREAK_CHUNK))))];
      const found = pieces.length === 0 ? [] : await classifier.classify(pieces);
      const risk = new Map(pieces.map((piece, i) => [piece, columns.reduce((sum, c) => sum + ((found[i] as Float32Array)[c] as number), 0)]));
      for (const [i, view] of views.entries())
        for (const { spec, fields } of rules) {
          findings[i]?.unknown.delete(`jailbreak:${spec.name}`);
          const score = Math.max(0, ...piecesOf(view, fields.include_history, JAILBREAK_CHUNK).map((piece) => risk.get(piece) as number).filter((one) => one >= (fields.threshold ?? 0)));
          if (score <= 0 || !findings[i]) continue;
          match(findings[i], "jailbreak", spec.name);
          findings[i].confidences.set(`jailbreak:${spec.name}`, score);
        }
    },
  };
}

function normalised(text: string): string {
  return lower(text.split(/\s+/u).filter((word) => word !== "").join(" "));
}

