import { table } from "../../lib/table.ts";
import * as z from "zod";
import type { Tell } from "../../model/errors.ts";
import type { RequestPart } from "../../model/request-part.ts";
import type { ConversationFacts } from "../conversation-facts.ts";
import { fieldsOf, match, specError, textField, type SignalKind, type SignalSpec } from "../kind.ts";
import { holds, numericPredicate, type NumericPredicate } from "../numeric-predicate.ts";

/**
 * Who spoke, which tools are at hand and in use, as upstream counts them. A `count` without a predicate always matches; `exists` asks for one
 * at least. Where a part of the request is not known that it counts, it is unknown, unless one that is seen is all that matters.
 */
export const conversation: SignalKind = (specs, tell) => {
  const rules = specs.flatMap((spec) => {
    const rule = ruleOf(spec, tell);
    return rule ? [{ name: spec.name, ...rule }] : [];
  });
  return (view, findings) => {
    for (const { name, exists, source, predicate } of rules) {
      const counted = source.count(view.conversation);
      const value = exists ? Math.min(1, counted) : counted;
      if (source.parts.some((part) => view.request.unknown.has(part)) && !(value === 1 && (exists || source.most === 1))) {
        findings.unknown.add(`conversation:${name}`);
        continue;
      }
      const matched = exists ? value > 0 : !predicate || holds(predicate, value);
      findings.values.set(`conversation:${name}`, value);
      findings.confidences.set(`conversation:${name}`, matched ? 1 : 0);
      if (matched) match(findings, "conversation", name);
    }
  };
};

/** What is counted: the parts of a request that it is in, and the most that there can be. */
interface Counted {
  readonly count: (facts: ConversationFacts) => number;
  readonly parts: readonly RequestPart[];
  readonly most?: 1;
}

const nonUser = (facts: ConversationFacts) => facts.assistant + facts.system + facts.tool + facts.developer;

const ROLES: Readonly<Record<string, Counted>> = table({
  user: { count: (facts) => facts.user, parts: ["history"] },
  assistant: { count: (facts) => facts.assistant, parts: ["history"] },
  system: { count: (facts) => facts.system, parts: ["history"] },
  developer: { count: (facts) => facts.developer, parts: ["history"], most: 1 },
  tool: { count: (facts) => facts.tool, parts: ["history", "calls"] },
  non_user: { count: nonUser, parts: ["history", "calls"] },
  "": { count: (facts) => facts.user + nonUser(facts), parts: ["history", "calls"] },
});

const SOURCES: Readonly<Record<string, Counted>> = table({
  tool_definition: { count: (facts) => facts.toolDefinitions, parts: ["tools"] },
  assistant_tool_call: { count: (facts) => facts.toolCalls, parts: ["history", "calls"] },
  assistant_tool_cycle: { count: (facts) => facts.tool, parts: ["history", "calls"] },
  active_tool_loop: { count: (facts) => (facts.inToolLoop ? 1 : 0), parts: ["history", "calls"], most: 1 },
  image_content: { count: (facts) => facts.images, parts: ["history", "images"] },
});

const FIELDS = z.object({
  feature: z.object({ type: textField, source: z.object({ type: textField, role: textField }, { error: "must have a type" }) }, { error: "must have a type and a source" }),
  predicate: numericPredicate,
});

function ruleOf(spec: SignalSpec, tell: Tell): { exists: boolean; source: Counted; predicate: NumericPredicate | null } | null {
  const fields = fieldsOf(spec, FIELDS, tell);
  if (!fields) return null;
  const { type, source } = fields.feature;
  if (type !== "exists" && type !== "count") {
    tell(specError(spec, "feature.type", `must be exists or count (got "${type}")`));
    return null;
  }
  const [counts, named, field] = source.type === "message" ? [ROLES, source.role, "role"] : [SOURCES, source.type, "type"];
  if (!Object.hasOwn(counts, named)) {
    const known = field === "role" ? Object.keys(ROLES).filter((role) => role !== "") : ["message", ...Object.keys(SOURCES)];
    tell(specError(spec, `feature.source.${field}`, `must be one of ${known.join(", ")} (got "${named}")`));
    return null;
  }
  return { exists: type === "exists", source: counts[named] as Counted, predicate: fields.predicate };
}
