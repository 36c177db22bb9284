import * as z from "zod";
import { fieldsOf, match, numberField, textsField } from "../kind.ts";
import { prototypeScoring, prototypesOf, scoreOf } from "./prototypes.ts";
import { bySimilarity } from "./similarity.ts";

const EXAMPLES = z.looseObject({ candidates: textsField }).nullish().transform((given) => given?.candidates ?? []);
const FIELDS = z.object({ threshold: numberField, hard: EXAMPLES, easy: EXAMPLES });
const SETTINGS = z.looseObject({ prototype_scoring: prototypeScoring });

interface Bank {
  readonly hard: readonly Float32Array[];
  readonly easy: readonly Float32Array[];
}

/**
 * Whether the text is nearer to a rule's hard or to its easy examples (complexity_classifier_scoring.go): the margin decides `rule:hard`
 * above the threshold, `rule:easy` below its negative, else `rule:medium`; its size is the confidence. Image examples are not read.
 */
export const complexity = bySimilarity<readonly Bank[]>((specs, tell) => {
  const { prototype_scoring: scoring } = SETTINGS.parse(specs[0]?.settings ?? {});
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ name: spec.name, ...fields, threshold: fields.threshold ?? 0 }] : [];
  });
  return {
    keys: rules.map(({ name }) => `complexity:${name}`),
    examples: rules.flatMap(({ hard, easy }) => [...hard, ...easy]),
    bank: (vectors) => rules.map(({ hard, easy }) => ({ hard: prototypesOf(hard, vectors, scoring), easy: prototypesOf(easy, vectors, scoring) })),
    texts: ({ window }) => [window],
    find({ window }, banks, vectors, findings) {
      const vector = vectors.get(window);
      if (!vector) return;
      for (const [r, { name, threshold }] of rules.entries()) {
        const { hard, easy } = banks[r] as Bank;
        const [toHard, toEasy] = [scoreOf(vector, hard, scoring.weights).score, scoreOf(vector, easy, scoring.weights).score];
        const margin = toHard - toEasy;
        const level = `${name}:${margin > threshold ? "hard" : margin < -threshold ? "easy" : "medium"}`;
        match(findings, "complexity", level);
        findings.confidences.set(`complexity:${level}`, Math.abs(margin));
        findings.values.set(`complexity:${name}:text_hard_score`, toHard);
        findings.values.set(`complexity:${name}:text_easy_score`, toEasy);
        findings.values.set(`complexity:${name}:text_margin`, margin);
      }
    },
  };
});
