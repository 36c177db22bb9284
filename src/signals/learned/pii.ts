import * as z from "zod";
import { isClassifier, type Span } from "../../model/encoder.ts";
import { fieldsOf, flagField, match, numberField, textsField, type LearnedKind } from "../kind.ts";
import { kindOfLabel } from "../pii/kinds.ts";
import type { RequestView } from "../request-view.ts";
import { piecesOf, PII_CHUNK } from "./chunks.ts";

const FIELDS = z.object({ threshold: numberField, pii_types_allowed: textsField, include_history: flagField });

/**
 * Personal data that a rule does not allow, from its threshold on, in all of the text and, where the rule says so, in what others said
 * (classifier_signal_pii.go): the rule then matches, without a confidence. wrp's patterns stand in where surrogates are allowed.
 */
export const pii: LearnedKind = (specs, tell, { classifiers, surrogate }) => {
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ name: spec.name, fields, allowed: new Set(fields.pii_types_allowed.map(kindOfLabel)) }] : [];
  });
  const given = classifiers.get("pii");
  const model = given && !isClassifier(given) ? given : null;
  if ((!model && !surrogate) || rules.length === 0) return null;
  return {
    surrogate: model ? model.surrogate === true : true,
    async read(views, findings) {
      const finder = model ?? (await import("../pii/span-finder.ts")).patternFinder;
      const pieces = [...new Set(views.flatMap((view) => rules.flatMap(({ fields }) => piecesOf(view, fields.include_history, PII_CHUNK))))];
      const found = pieces.length === 0 ? [] : await finder.find(pieces);
      const spans = new Map(pieces.map((piece, i) => [piece, found[i] as readonly Span[]]));
      for (const [i, own] of findings.entries())
        for (const { name, fields, allowed } of rules) {
          own.unknown.delete(`pii:${name}`);
          const denied = piecesOf(views[i] as RequestView, fields.include_history, PII_CHUNK).some((piece) => spans.get(piece)?.some(({ kind, confidence }) => confidence >= (fields.threshold ?? 0) && !allowed.has(kindOfLabel(kind))));
          if (denied) match(own, "pii", name);
        }
    },
  };
};
