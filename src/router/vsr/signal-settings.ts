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

/** The labels of knowledge bases with their exemplars, by the base's name, as their manifests have them. */
export type Manifests = Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, unknown>>;

/** What the config's `global` says for all signals of a type; undefined where it says nothing. */
export function signalSettings(type: string, global: unknown, manifests: Manifests): Fields | undefined {
  if (type === "kb") return { kbs: basesOf(global).map((base) => ({ ...base, labels: Object.hasOwn(manifests, base.name) ? manifests[base.name] : undefined })) };
  let at = global;
  for (const key of SETTINGS[type] ?? []) at = isMap(at) ? at[key] : undefined;
  return Object.hasOwn(SETTINGS, type) && isMap(at) ? at : undefined;
}

/** Knowledge bases with the path of each one's manifest, relative to the config. */
export function manifestPaths(global: unknown): readonly { readonly name: string; readonly path: string }[] {
  return basesOf(global).flatMap(({ name, source }) => {
    if (!isMap(source) || typeof source["path"] !== "string" || source["path"] === "") return [];
    const manifest = typeof source["manifest"] === "string" && source["manifest"] !== "" ? source["manifest"] : "labels.json";
    return [{ name, path: `${source["path"].replace(/\/+$/, "")}/${manifest}` }];
  });
}

function basesOf(global: unknown): readonly (Fields & { readonly name: string })[] {
  const catalog = isMap(global) ? global["model_catalog"] : undefined;
  const list = isMap(catalog) ? catalog["kbs"] : undefined;
  return (Array.isArray(list) ? (list as unknown[]) : []).filter((base): base is Fields & { readonly name: string } => isMap(base) && typeof base["name"] === "string");
}

function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
