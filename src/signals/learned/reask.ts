import * as z from "zod";
import { fieldsOf, match, numberField } from "../kind.ts";
import { cosine } from "./prototypes.ts";
import { bySimilarity } from "./similarity.ts";

const FIELDS = z.object({ threshold: numberField, lookback_turns: numberField });

/**
 * Whether the user asks again what was asked in the turns before (reask_classifier.go): a rule matches where each of its `lookback_turns`
 * last user turns is as near as its threshold; of those that match, the ones that look back the farthest. The least similarity is the
 * confidence, the number of turns in a row the value.
 */
export const reask = bySimilarity<null>((specs, tell) => {
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    return fields ? [{ name: spec.name, threshold: fields.threshold || 0.8, lookback: fields.lookback_turns || 1 }] : [];
  });
  return {
    keys: rules.map(({ name }) => `reask:${name}`),
    examples: [],
    bank: () => null,
    texts: ({ userWindows }) => (userWindows.length > 1 ? userWindows : []),
    find({ userWindows }, _bank, vectors, findings) {
      const [last = "", ...before] = userWindows.toReversed();
      const current = vectors.get(last);
      if (!current) return;
      const near = before.filter((text) => text !== "").map((text) => cosine(current, vectors.get(text) as Float32Array));
      const matches = rules.flatMap((rule) => {
        const streak = near.findIndex((similarity) => similarity < rule.threshold);
        const turnsInARow = streak < 0 ? near.length : streak;
        return turnsInARow < rule.lookback ? [] : [{ ...rule, turnsInARow, least: Math.min(1, ...near.slice(0, Math.max(0, rule.lookback))) }];
      });
      const farthest = Math.max(...matches.map(({ lookback }) => lookback));
      for (const { name, lookback, turnsInARow, least } of matches) {
        if (lookback !== farthest) continue;
        match(findings, "reask", name);
        findings.confidences.set(`reask:${name}`, least);
        findings.values.set(`reask:${name}`, turnsInARow);
      }
    },
  };
});
