/** Where a config's `global` keeps what holds for all signals of a type. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  embedding: ["model_catalog", "embeddings", "semantic", "embedding_config"],
  domain: ["model_catalog", "modules", "classifier", "domain"],
  pii: ["model_catalog", "modules", "classifier", "pii"],
  preference: ["model_catalog", "modules", "classifier", "preference"],
  complexity: ["model_catalog", "modules", "complexity"],
  fact_check: ["model_catalog", "modules", "hallucination_mitigation", "fact_check"],
  user_feedback: ["model_catalog", "modules", "feedback_detector"],
  jailbreak: ["model_catalog", "modules", "prompt_guard"],
  authz: ["services", "authz"],
  modality: ["model_catalog", "modules", "modality_detector"],
};

/** What the config's `global` says for all signals of a type; undefined where it says nothing. */
export function signalSettings(type: string, global: unknown): Readonly<Record<string, unknown>> | undefined {
  let at = global;
  for (const key of SETTINGS[type] ?? []) at = isMap(at) ? at[key] : undefined;
  return Object.hasOwn(SETTINGS, type) && isMap(at) ? at : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
