import * as z from "zod";
import { tokenCount } from "../../lib/token-count.ts";
import { fieldsOf, match, specError, textField, type SignalKind, type SignalSpec } from "../kind.ts";
import { trim } from "../letters.ts";
import type { Tell } from "../../model/errors.ts";

/**
 * Bands of a request's estimated tokens, both ends within ("8K" is 8000, "1M" a million). Without `max_tokens` a band is open; one whose ends
 * are the wrong way round is accepted, as upstream's loader does, and never matches.
 */
export const context: SignalKind = (specs, tell) => {
  const bands = specs.flatMap((spec) => {
    const band = bandOf(spec, tell);
    return band ? [{ name: spec.name, ...band }] : [];
  });
  return (view, findings) => {
    for (const { name, min, max } of bands) if (view.tokens >= min && view.tokens <= max) match(findings, "context", name);
  };
};

const FIELDS = z.object({ min_tokens: textField, max_tokens: textField });

function bandOf(spec: SignalSpec, tell: Tell): { min: number; max: number } | null {
  const fields = fieldsOf(spec, FIELDS, tell);
  if (!fields) return null;
  const [least, most] = [trim(fields.min_tokens), trim(fields.max_tokens)];
  if (least === "" && most === "") {
    tell(specError(spec, "", "needs min_tokens or max_tokens"));
    return null;
  }
  const [min, max] = [least === "" ? 0 : tokenCount(least), most === "" ? Infinity : tokenCount(most)];
  if (min === null) tell(specError(spec, "min_tokens", `must be a number of tokens, such as 8000 or 8K (got "${least}")`));
  if (max === null) tell(specError(spec, "max_tokens", `must be a number of tokens, such as 8000 or 8K (got "${most}")`));
  return min === null || max === null ? null : { min, max };
}
