import * as z from "zod";
import { byBytes } from "../../lib/byte-order.ts";
import { fieldsOf, flagField, match, numberField, specError, textField, textsField } from "../kind.ts";
import { MEAN, prototypeScoring, prototypesOf, scoreOf, type PrototypeScoring, type Weights } from "./prototypes.ts";
import { bySimilarity } from "./similarity.ts";

const FIELDS = z.object({ threshold: numberField, candidates: textsField, aggregation_method: textField, query_modality: textField });
const SETTINGS = z.looseObject({ enable_soft_matching: flagField.nullish(), min_score_threshold: numberField, prototype_scoring: prototypeScoring });

interface Rule {
  readonly name: string;
  readonly threshold: number;
  readonly candidates: readonly string[];
  readonly weights: Weights;
}

/**
 * How near the text is to a rule's candidates (embedding_classifier.go): a rule matches at its threshold; where none does, soft matching
 * (on unless switched off) takes those at `min_score_threshold`, 0.5 unless set. Matches come by their scores. Rules about images or audio
 * say nothing of text.
 */
export const embedding = bySimilarity<readonly (readonly Float32Array[])[]>((specs, tell) => {
  const settings = SETTINGS.parse(specs[0]?.settings ?? {});
  const scoring: PrototypeScoring = settings.prototype_scoring;
  const floor = (settings.enable_soft_matching ?? true) ? (settings.min_score_threshold !== null && settings.min_score_threshold > 0 ? settings.min_score_threshold : 0.5) : Infinity;
  const rules = specs.flatMap((spec): Rule[] => {
    const fields = fieldsOf(spec, FIELDS, tell);
    if (!fields) return [];
    const method = fields.aggregation_method.trim().toLowerCase();
    if (!["", "mean", "max", "any"].includes(method)) {
      tell(specError(spec, "aggregation_method", `must be mean, max or any (got "${fields.aggregation_method}")`));
      return [];
    }
    if (!["", "text"].includes(fields.query_modality.trim().toLowerCase())) return [];
    return [{ name: spec.name, threshold: fields.threshold ?? 0, candidates: fields.candidates, weights: method === "mean" ? MEAN : scoring.weights }];
  });
  return {
    keys: rules.map(({ name }) => `embedding:${name}`),
    examples: rules.flatMap(({ candidates }) => candidates),
    bank: (vectors) => rules.map(({ candidates }) => prototypesOf(candidates, vectors, scoring)),
    texts: ({ window }) => [window],
    find({ window }, banks, vectors, findings) {
      const vector = vectors.get(window);
      if (!vector) return;
      const scored = rules.flatMap(({ name, threshold, weights }, r) => ((banks[r] as readonly Float32Array[]).length === 0 ? [] : [{ name, threshold, ...scoreOf(vector, banks[r] as readonly Float32Array[], weights) }]));
      for (const { name, score, best, support } of scored) {
        findings.values.set(`embedding:${name}`, score);
        findings.values.set(`embedding:${name}:best`, best);
        findings.values.set(`embedding:${name}:support`, support);
      }
      const hard = scored.filter(({ score, threshold }) => score >= threshold);
      const matches = hard.length > 0 ? hard : scored.filter(({ score }) => score >= floor);
      for (const { name, score } of matches.toSorted((a, b) => b.score - a.score || byBytes(a.name, b.name))) {
        match(findings, "embedding", name);
        findings.confidences.set(`embedding:${name}`, score);
      }
    },
  };
});
