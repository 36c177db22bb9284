import * as z from "zod";
import type { Span, SpanFinder } from "../../model/encoder.ts";
import { fieldsOf, flagField, match, numberField, textsField, type LearnedKind } from "../kind.ts";
import { kindOfLabel } from "../pii/kinds.ts";
import type { RequestView } from "../request-view.ts";
import { chunksOf, PII_CHUNK } from "./chunks.ts";

const FIELDS = z.object({ threshold: numberField, pii_types_allowed: textsField, include_history: flagField });

type Fields = z.infer<typeof FIELDS>;

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
  const model = given && isSpanFinder(given) ? given : null;
  if ((!model && !surrogate) || rules.length === 0) return null;
  return {
    surrogate: model ? model.surrogate === true : true,
    async read(views, findings) {
      const finder = model ?? (await import("../pii/span-finder.ts")).patternFinder;
      const pieces = [...new Set(views.flatMap((view) => rules.flatMap(({ fields }) => piecesOf(view, fields))))];
      const found = pieces.length === 0 ? [] : await finder.find(pieces);
      const spans = new Map(pieces.map((piece, i) => [piece, found[i] as readonly Span[]]));
      for (const [i, own] of findings.entries())
        for (const { name, fields, allowed } of rules) {
          own.unknown.delete(`pii:${name}`);
          const denied = piecesOf(views[i] as RequestView, fields).some((piece) => spans.get(piece)?.some(({ kind, confidence }) => confidence >= (fields.threshold ?? 0) && !allowed.has(kindOfLabel(kind))));
          if (denied) match(own, "pii", name);
        }
    },
  };
};

function isSpanFinder(model: object): model is SpanFinder {
  return "find" in model;
}

function piecesOf(view: RequestView, { include_history: history }: Fields): readonly string[] {
  return [view.text, ...(history ? view.otherTexts : [])].flatMap((text) => chunksOf(text, PII_CHUNK));
}
