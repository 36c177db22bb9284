import * as z from "zod";
import { re2 } from "../../lib/re2.ts";
import type { Tell } from "../../model/errors.ts";
import { fieldsOf, flagField, match, specError, textField, textsField, type SignalKind, type SignalSpec } from "../kind.ts";
import { hasCjk, isLetterAt, isLetterBefore, lower, textUnits, trim } from "../letters.ts";
import { holds, numericPredicate, type NumericPredicate } from "../numeric-predicate.ts";
import { bytes } from "../request-tokens.ts";
import type { RequestView } from "../request-view.ts";

/**
 * The shape of the user's text, as upstream's structure_classifier measures it: how often a pattern, keywords or ordered marks occur, also as
 * a share of the text's units, or how long it is. A text of blanks is not measured.
 */
export const structure: SignalKind = (specs, tell) => {
  const rules = specs.flatMap((spec) => {
    const rule = ruleOf(spec, tell);
    return rule ? [{ name: spec.name, ...rule }] : [];
  });
  return (view, findings) => {
    if (view.text === "" && trim(view.rawText) === "") return;
    for (const { name, measure, predicate } of rules) {
      const value = measure(view);
      const matched = predicate ? holds(predicate, value) : value > 0;
      findings.values.set(`structure:${name}`, value);
      findings.confidences.set(`structure:${name}`, matched ? confidenceOf(value, predicate) : 0);
      if (matched) match(findings, "structure", name);
    }
  };
};

/** 1 without bounds; else how far the value is from the first bound that is set, from 0.5 up. */
function confidenceOf(value: number, predicate: NumericPredicate | null): number {
  if (!predicate) return 1;
  const bound = predicate.gt ?? predicate.gte ?? predicate.lt ?? predicate.lte;
  return Math.max(0.5, 1 / (1 + Math.exp(-4 * (bound === null ? 1 : Math.abs(value - bound)))));
}

type Measure = (view: RequestView) => number;

const FIELDS = z.object({
  feature: z.object(
    {
      type: textField,
      source: z.object(
        { type: textField, pattern: textField, keywords: textsField, case_sensitive: flagField, sequences: z.array(textsField, { error: "must be a list of lists of texts" }).nullish().transform((value) => value ?? []) },
        { error: "must be a source: type, and a pattern, keywords or sequences" },
      ),
    },
    { error: "must have a type and a source" },
  ),
  predicate: numericPredicate,
});

type Source = z.infer<typeof FIELDS>["feature"]["source"];

function ruleOf(spec: SignalSpec, tell: Tell): { measure: Measure; predicate: NumericPredicate | null } | null {
  const fields = fieldsOf(spec, FIELDS, tell);
  if (!fields) return null;
  const count = counterOf(spec, fields.feature.source, tell);
  const sequence = sequencesOf(fields.feature.source);
  const measures: Readonly<Record<string, Measure | null>> = {
    exists: count && ((view) => (count(view) > 0 ? 1 : 0)),
    count,
    density: count && ((view) => share(count(view), textUnits(view.text))),
    sequence: count && ((view) => (sequence(view) ? 1 : 0)),
  };
  const type = lower(trim(fields.feature.type));
  if (!Object.hasOwn(measures, type)) tell(specError(spec, "feature.type", `must be exists, count, density or sequence (got "${fields.feature.type}")`));
  const measure = Object.hasOwn(measures, type) ? measures[type] : null;
  return measure ? { measure, predicate: fields.predicate } : null;
}

function share(count: number, units: number): number {
  return units > 0 ? count / units : 0;
}

function counterOf(spec: SignalSpec, source: Source, tell: Tell): Measure | null {
  const type = lower(trim(source.type));
  if (type === "regex") return patternCounter(spec, source, tell);
  if (type === "keyword_set") return keywordCounter(source);
  if (type === "sequence") {
    const matches = sequencesOf(source);
    return (view) => (matches(view) ? 1 : 0);
  }
  if (type === "text_bytes") return (view) => bytes(view.rawText);
  tell(specError(spec, "feature.source.type", `must be regex, keyword_set, sequence or text_bytes (got "${source.type}")`));
  return null;
}

function patternCounter(spec: SignalSpec, { pattern, case_sensitive }: Source, tell: Tell): Measure | null {
  if (pattern === "") {
    tell(specError(spec, "feature.source.pattern", "is missing"));
    return null;
  }
  const whole = case_sensitive || pattern.startsWith("(?i)") ? pattern : `(?i)${pattern}`;
  const compiled = re2(whole);
  if (typeof compiled !== "string")
    return (view) => {
      const count = view.counts.get(whole) ?? compiled.count(view.text);
      view.counts.set(whole, count);
      return count;
    };
  tell(specError(spec, "feature.source.pattern", `is no RE2 pattern: ${compiled}`, "RE2 has no look-around and no back-references"));
  return null;
}

function keywordCounter({ keywords, case_sensitive }: Source): Measure {
  const wanted = keywords.filter((one) => one !== "").map((one) => ({ text: case_sensitive ? one : lower(one), bounded: !hasCjk(case_sensitive ? one : lower(one)) }));
  return (view) => {
    const text = case_sensitive ? view.text : view.lowered;
    return wanted.reduce((sum, one) => sum + occurrences(text, one.text, one.bounded), 0);
  };
}

function occurrences(text: string, keyword: string, bounded: boolean): number {
  let count = 0;
  for (let at = text.indexOf(keyword); at >= 0; at = text.indexOf(keyword, at + keyword.length))
    if (!bounded || !(isLetterBefore(text, at) || isLetterAt(text, at + keyword.length))) count++;
  return count;
}

function sequencesOf({ sequences, case_sensitive }: Source): (view: RequestView) => boolean {
  const wanted = sequences.filter((marks) => marks.length > 0).map((marks) => (case_sensitive ? marks : marks.map(lower)));
  return (view) => wanted.some((marks) => inOrder(case_sensitive ? view.text : view.lowered, marks));
}

function inOrder(text: string, marks: readonly string[]): boolean {
  let from = 0;
  for (const mark of marks) {
    const at = text.indexOf(mark, from);
    if (at < 0) return false;
    from = at + mark.length;
  }
  return true;
}
