import * as z from "zod";
import { fieldsOf, match, numberField, type LearnedKind } from "../kind.ts";
import { trim } from "../letters.ts";

const FIELDS = z.object({ threshold: numberField });
/** What upstream answers of a blank text, and where it is not sure. */
const FALLBACK = { code: "en", confidence: 0.5 };
const THRESHOLD = 0.3;

/**
 * The language of a text, as upstream matches it (language_classifier.go, classifier_signal_language.go): the likeliest one if it reaches the
 * lowest threshold of all rules, else English with 0.5; the first rule of its name holds if that reaches its own threshold. fastText's lid.176
 * stands in for lingua, whose probabilities are spread in another way.
 */
export const language: LearnedKind = (specs, tell, { surrogate }) => {
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ name: spec.name, threshold: Math.max(0, fields.threshold ?? 0) }] : [];
  });
  if (!surrogate || rules.length === 0) return null;
  const lowest = Math.min(...rules.map(({ threshold }) => threshold).filter((one) => one > 0));
  return {
    surrogate: true,
    async read(views, findings) {
      const identify = await identifier();
      for (const [i, own] of findings.entries()) {
        const text = views[i]?.window ?? "";
        const likeliest = trim(text) === "" ? FALLBACK : await identify(text);
        const { code, confidence } = likeliest.confidence < (lowest < Infinity ? lowest : THRESHOLD) ? FALLBACK : likeliest;
        for (const { name } of rules) own.unknown.delete(`language:${name}`);
        const rule = rules.find(({ name }) => name === code);
        if (rule && confidence >= rule.threshold) match(own, "language", rule.name);
      }
    },
  };
};

let loaded: Promise<(text: string) => Promise<{ readonly code: string; readonly confidence: number }>> | null = null;

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
