import * as z from "zod";
import { fieldsOf, match, specError, textField, textsField, type SignalKind } from "../kind.ts";

/** A request's metadata: a key that equals a text, is one of several, or is (not) there. Numbers and booleans are compared as the texts a client would send. */
export const metadata: SignalKind = (specs, tell) => {
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    if (!fields) return [];
    const { equals, in: among, exists } = fields.predicate ?? NO_PREDICATE;
    if (fields.key === "") tell(specError(spec, "key", "is missing"));
    if (equals === null && among.length === 0 && exists === null) tell(specError(spec, "predicate", "needs equals, in or exists"));
    if (fields.key === "") return [];
    const holds = (value: string | null) => (equals !== null ? value === equals : among.length > 0 ? value !== null && among.includes(value) : exists === (value !== null));
    return [{ name: spec.name, key: fields.key, holds }];
  });
  return (view, findings) => {
    const { metadata: facts, unknown } = view.request;
    for (const { name, key, holds } of rules) {
      const value = valueOf(facts, key);
      if (value === null && unknown.has("metadata")) findings.unknown.add(`metadata:${name}`);
      if (findings.unknown.has(`metadata:${name}`) || !holds(value)) continue;
      match(findings, "metadata", name);
      findings.confidences.set(`metadata:${name}`, 1);
    }
  };
};

const NO_PREDICATE: { readonly equals: string | null; readonly in: readonly string[]; readonly exists: boolean | null } = { equals: null, in: [], exists: null };

const FIELDS = z.object({
  key: textField,
  predicate: z
    .object(
      {
        equals: z.preprocess((value) => (value === null || value === undefined ? null : String(value)), z.string().nullable()),
        in: textsField,
        exists: z.boolean({ error: "must be true or false" }).nullish().transform((value) => value ?? null),
      },
      { error: "must have equals, in or exists" },
    )
    .nullish(),
});

function valueOf(facts: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = Object.hasOwn(facts, key) ? facts[key] : null;
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
