import * as z from "zod";
import { tokenCount } from "../../lib/token-count.ts";
import { fieldsOf, match, specError, textField, type SignalKind, type SignalSpec } from "../kind.ts";
import { trim } from "../letters.ts";
import type { Tell } from "../../model/errors.ts";
import type { RequestPart } from "../../model/request-part.ts";

/**
 * Bands of a request's estimated tokens, both ends within ("8K" is 8000, "1M" a million). Without `max_tokens` a band is open; one whose ends
 * are the wrong way round is accepted, as upstream's loader does, and never matches. Where a part of the request is not known that takes tokens, the estimate is the least that there are.
 */
export const context: SignalKind = (specs, tell) => {
  const bands = specs.flatMap((spec) => {
    const band = bandOf(spec, tell);
    return band ? [{ name: spec.name, ...band }] : [];
  });
  return (view, findings) => {
    const isLeast = TAKE_TOKENS.some((part) => view.request.unknown.has(part));
    for (const { name, min, max } of bands) {
      if (view.tokens > max || min > max) continue;
      if (view.tokens >= min && (!isLeast || max === Infinity)) match(findings, "context", name);
      else if (isLeast) findings.unknown.add(`context:${name}`);
    }
  };
};

const TAKE_TOKENS: readonly RequestPart[] = ["history", "calls", "images", "tools", "format", "limits"];

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
