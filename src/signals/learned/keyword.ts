import * as z from "zod";
import { fieldsOf, numberField, textField, textsField, type LearnedKind } from "../kind.ts";
import { lower } from "../letters.ts";

const FIELDS = z.object({ operator: textField, keywords: textsField, method: textField, bm25_threshold: numberField });

/**
 * Keywords by BM25, as upstream's bm25_classifier looks for them: each keyword is a document, the text is the query, and a keyword is found
 * from the rule's threshold on (0.1). Upstream's library is another one, so this stands in for it. What is wrong with a rule,
 * `kinds/keyword.ts` tells.
 */
export const keyword: LearnedKind = (specs, _tell, { surrogate }) => {
  const rules = specs.flatMap(({ name, ...spec }) => {
    const fields = fieldsOf({ name, ...spec }, FIELDS, () => undefined);
    return fields && lower(fields.method) === "bm25" && ["AND", "OR", "NOR"].includes(fields.operator) ? [{ name, ...fields }] : [];
  });
  if (!surrogate || rules.length === 0) return null;
  let compiled: ReturnType<typeof compile> | null = null;
  const compile = async () => {
    const { bm25 } = await import("../bm25/search.ts");
    return rules.map(({ name, operator, keywords, bm25_threshold: given }) => {
      const scores = bm25(keywords);
      const threshold = Math.fround(given || 0.1);
      return { name, finds: (text: string) => holds(operator, scores(text).filter((score) => score !== null && score >= threshold).length, keywords.length) };
    });
  };
  return {
    surrogate: true,
    async read(views, findings) {
      const ready = await (compiled ??= compile());
      for (const [i, own] of findings.entries()) {
        const matched = new Set(own.matched.get("keyword"));
        for (const { name, finds } of ready) {
          own.unknown.delete(`keyword:${name}`);
          if (finds(views[i]?.text ?? "")) matched.add(name);
        }
        // Rules of all methods match in the config's order.
        if (matched.size > 0) own.matched.set("keyword", [...new Set(specs.map(({ name }) => name))].filter((name) => matched.has(name)));
      }
    },
  };
};

function holds(operator: string, found: number, of: number): boolean {
  return operator === "AND" ? found === of : operator === "OR" ? found > 0 : found === 0;
}
