import { table } from "../../lib/table.ts";

/** The type that rule leaves use of each list under `signals`. */
export const LEAF_TYPES: Readonly<Record<string, string>> = table({
  keywords: "keyword",
  context: "context",
  structure: "structure",
  conversation: "conversation",
  events: "event",
  metadata: "metadata",
  role_bindings: "authz",
  language: "language",
  embeddings: "embedding",
  domains: "domain",
  fact_check: "fact_check",
  user_feedbacks: "user_feedback",
  reasks: "reask",
  preferences: "preference",
  complexity: "complexity",
  modality: "modality",
  jailbreak: "jailbreak",
  pii: "pii",
  kb: "kb",
  classifiers: "classifier",
});

/** What a leaf calls a signal: a role binding goes by its role. */
export function leafNameOf(type: string, spec: { readonly name: string; readonly [key: string]: unknown }): string {
  return type === "authz" && typeof spec["role"] === "string" ? spec["role"] : spec.name;
}

/** The signal that a leaf's name means: a complexity leaf names a level too (`proofs:hard`). */
export function signalNameOf(type: string, leaf: string): string {
  const colon = leaf.lastIndexOf(":");
  return type === "complexity" && colon > 0 ? leaf.slice(0, colon) : leaf;
}

/** The same of a leaf's key, `type:name`. */
export function signalKeyOf(key: string): string {
  if (!key.startsWith("complexity:")) return key;
  const colon = key.lastIndexOf(":");
  return colon > "complexity:".length ? key.slice(0, colon) : key;
}
