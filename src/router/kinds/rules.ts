import { celScope, condition } from "../../lib/cel.ts";
import { call } from "../policy.ts";
import type { Kind } from "../kind.ts";

/** Ordered rules in CEL over prompt, meta and signals; the first that matches decides, else the default. */
export const rules: Kind<"rules"> = {
  models: (spec) => [
    ...spec.rules.map(({ model }, k) => ({ model, path: ["rules", k, "model"] })),
    { model: spec.default, path: ["default"] },
  ],
  build(spec, context, base) {
    const compiled = spec.rules.map((rule, k) => ({
      when: condition(rule.when, context.placeOf?.(spec, ["rules", k, "when"])),
      decision: (facts: { name: string; value: string }[]) => call(rule.model, rule.name ?? `rule ${k + 1}: ${rule.when}`, facts),
    }));
    return {
      ...base,
      description: `${spec.rules.length} rules, else ${spec.default}`,
      content: { rules: spec.rules, default: spec.default },
      decide({ prompt, signals }) {
        const scope = celScope(prompt, signals);
        const tried: { name: string; value: string }[] = [];
        for (const { when, decision } of compiled) {
          const matched = when.test(scope);
          tried.push({ name: when.source, value: matched ? "true" : "false" });
          if (matched) return decision(tried);
        }
        return call(spec.default, "default", tried);
      },
      notes: () =>
        compiled.flatMap(({ when: { source, missing } }) =>
          missing.count > 0 ? [`"${source}" met a missing field on ${missing.count} prompts (${missing.example}): no match there`] : [],
        ),
    };
  },
};
