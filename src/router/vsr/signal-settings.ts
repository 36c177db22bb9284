/** Where a config's `global.model_catalog` keeps what holds for all signals of a type. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  embedding: ["embeddings", "semantic", "embedding_config"],
  domain: ["modules", "classifier", "domain"],
  pii: ["modules", "classifier", "pii"],
  preference: ["modules", "classifier", "preference"],
  complexity: ["modules", "complexity"],
  fact_check: ["modules", "hallucination_mitigation", "fact_check"],
  user_feedback: ["modules", "feedback_detector"],
  jailbreak: ["modules", "prompt_guard"],
  modality: ["modules", "modality_detector"],
};

/** What the config's catalog of models says for all signals of a type; undefined where it says nothing. */
export function signalSettings(type: string, catalog: unknown): Readonly<Record<string, unknown>> | undefined {
  let at = catalog;
  for (const key of SETTINGS[type] ?? []) at = isMap(at) ? at[key] : undefined;
  return Object.hasOwn(SETTINGS, type) && isMap(at) ? at : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
