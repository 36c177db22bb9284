import * as z from "zod";
import { re2, type Re2 } from "../../lib/re2.ts";
import { fieldsOf, flagField, match, textsField, type SignalKind } from "../kind.ts";
import { lower, trim } from "../letters.ts";
import { literalScanner, type Literal, type Occurrences } from "../literals.ts";

/**
 * Events in at most 2048 runes of the user's text, as upstream's event_classifier finds them: types, severities and action codes between
 * ASCII word boundaries, and words of urgency. One criterion that is met suffices; the confidence is 0.5 + 0.5 × met / set. A severity other
 * than critical, high, medium, low is no criterion.
 */
export const event: SignalKind = (specs, tell) => {
  const literals: Literal[] = [];
  const add = (words: readonly string[]) => words.map((word) => literals.push({ text: word.toWellFormed(), folds: true, bounded: true }) - 1);
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    if (!fields) return [];
    const criteria = [fields.event_types.map(trim).filter(Boolean), fields.severities.map((one) => lower(trim(one))).filter((one) => SEVERITIES.has(one)), fields.action_codes.map(trim).filter(Boolean)];
    return [{ name: spec.name, criteria: criteria.filter((words) => words.length > 0).map(add), temporal: fields.temporal }];
  });
  const scan = literalScanner(literals);
  return (view, findings) => {
    let occurrences: Occurrences | null = null;
    let urgent: boolean | null = null;
    for (const { name, criteria, temporal } of rules) {
      const found = (occurrences ??= scan(view.window, () => view.foldedWindow));
      const met = criteria.filter((words) => words.some((at) => found[at] === 1)).length + (temporal && (urgent ??= URGENT.test(view.window)) ? 1 : 0);
      if (met === 0) continue;
      match(findings, "event", name);
      findings.confidences.set(`event:${name}`, 0.5 + (0.5 * met) / (criteria.length + (temporal ? 1 : 0)));
    }
  };
};

const FIELDS = z.object({ event_types: textsField, severities: textsField, action_codes: textsField, temporal: flagField });
const SEVERITIES = new Set(["critical", "high", "medium", "low"]);
const URGENT = re2(String.raw`(?i)\b(urgent|immediate|asap|deadline|time.sensitive|now|critical.window)\b`) as Re2;
