import * as z from "zod";
import { isClassifier, type Classifier } from "../../model/encoder.ts";
import { fieldsOf, match, numberField, type LearnedKind } from "../kind.ts";
import { trim } from "../letters.ts";
import { likeliest } from "./labels.ts";

const FIELDS = z.object({ threshold: numberField });
/** What upstream answers of a blank text, and where it is not sure. */
const FALLBACK = { code: "en", confidence: 0.5 };
const THRESHOLD = 0.3;

/**
 * The language of a text, as upstream matches it (language_classifier.go, classifier_signal_language.go): the likeliest one if it reaches the
 * lowest threshold of all rules, else English with 0.5; the first rule of its name holds if that reaches its own threshold. A classifier
 * that is given for it (its labels are ISO codes) is asked; where surrogates are allowed, fastText's lid.176 stands in for lingua, whose
 * probabilities are spread in another way.
 */
export const language: LearnedKind = (specs, tell, { classifiers, surrogate }) => {
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ name: spec.name, threshold: Math.max(0, fields.threshold ?? 0) }] : [];
  });
  const given = classifiers.get("language");
  const own = given && isClassifier(given) ? given : null;
  if ((!own && !surrogate) || rules.length === 0) return null;
  const lowest = Math.min(...rules.map(({ threshold }) => threshold).filter((one) => one > 0));
  const floor = lowest < Infinity ? lowest : THRESHOLD;
  return {
    surrogate: own ? own.surrogate === true : true,
    async read(views, findings) {
      const texts = [...new Set(views.map(({ window }) => window))].filter((text) => trim(text) !== "");
      const found = await (own ? identifiedBy(own, texts) : identified(texts));
      const languages = new Map(texts.map((text, i) => [text, found[i] as Identified]));
      for (const [i, one] of findings.entries()) {
        const seen = languages.get(views[i]?.window ?? "") ?? FALLBACK;
        const { code, confidence } = seen.confidence < floor ? FALLBACK : seen;
        for (const { name } of rules) one.unknown.delete(`language:${name}`);
        const rule = rules.find(({ name }) => name === code);
        if (rule && confidence >= rule.threshold) match(one, "language", rule.name);
      }
    },
  };
};

interface Identified {
  readonly code: string;
  readonly confidence: number;
}

async function identifiedBy(classifier: Classifier, texts: readonly string[]): Promise<readonly Identified[]> {
  const found = texts.length === 0 ? [] : await classifier.classify(texts);
  return found.map((probabilities) => {
    const { index, probability } = likeliest(probabilities);
    return { code: classifier.labels[index] ?? "", confidence: probability };
  });
}

async function identified(texts: readonly string[]): Promise<readonly Identified[]> {
  const identify = await identifier();
  const found: Identified[] = [];
  for (const text of texts) found.push(await identify(text));
  return found;
}

let loaded: Promise<(text: string) => Promise<Identified>> | null = null;

/** fastText's model, loaded when it is first asked. It reads one line at a time, and calls Norwegian "no", which upstream's library calls by its written form. */
function identifier(): NonNullable<typeof loaded> {
  loaded ??= (async () => {
    const { getLIDModel } = await import("fasttext.wasm.js");
    const model = await getLIDModel();
    await model.load();
    return async (text) => {
      const { alpha2, possibility } = await model.identify(text.replaceAll(/\s+/gu, " "));
      return alpha2 === null ? FALLBACK : { code: alpha2 === "no" ? "nb" : alpha2, confidence: possibility };
    };
  })();
  return loaded;
}
