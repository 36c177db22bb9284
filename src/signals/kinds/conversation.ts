import { table } from "../../lib/table.ts";
import * as z from "zod";
import type { Tell } from "../../model/errors.ts";
import type { ConversationFacts } from "../conversation-facts.ts";
import { fieldsOf, match, specError, textField, type SignalKind, type SignalSpec } from "../kind.ts";
import { holds, numericPredicate, type NumericPredicate } from "../numeric-predicate.ts";

/** Who spoke, which tools are at hand and in use, as upstream counts them. A `count` without a predicate always matches; `exists` asks for one at least. */
export const conversation: SignalKind = (specs, tell) => {
  const rules = specs.flatMap((spec) => {
    const rule = ruleOf(spec, tell);
    return rule ? [{ name: spec.name, ...rule }] : [];
  });
  return (view, findings) => {
    for (const { name, exists, count, predicate } of rules) {
      const counted = count(view.conversation);
      const value = exists ? Math.min(1, counted) : counted;
      const matched = exists ? value > 0 : !predicate || holds(predicate, value);
      findings.values.set(`conversation:${name}`, value);
      findings.confidences.set(`conversation:${name}`, matched ? 1 : 0);
      if (matched) match(findings, "conversation", name);
    }
  };
};

type Count = (facts: ConversationFacts) => number;

const nonUser: Count = (facts) => facts.assistant + facts.system + facts.tool + facts.developer;

const ROLES: Readonly<Record<string, Count>> = table({
  user: (facts) => facts.user,
  assistant: (facts) => facts.assistant,
  system: (facts) => facts.system,
  developer: (facts) => facts.developer,
  tool: (facts) => facts.tool,
  non_user: nonUser,
  "": (facts) => facts.user + nonUser(facts),
});

const SOURCES: Readonly<Record<string, Count>> = table({
  tool_definition: (facts) => facts.toolDefinitions,
  assistant_tool_call: (facts) => facts.toolCalls,
  assistant_tool_cycle: (facts) => facts.tool,
  active_tool_loop: (facts) => (facts.inToolLoop ? 1 : 0),
  image_content: (facts) => facts.images,
});

const FIELDS = z.object({
  feature: z.object({ type: textField, source: z.object({ type: textField, role: textField }, { error: "must have a type" }) }, { error: "must have a type and a source" }),
  predicate: numericPredicate,
});

function ruleOf(spec: SignalSpec, tell: Tell): { exists: boolean; count: Count; predicate: NumericPredicate | null } | null {
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
  return { exists: type === "exists", count: counts[named] as Count, predicate: fields.predicate };
}
