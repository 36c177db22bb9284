import { yamlFlag } from "../../../lib/yaml-flag.ts";
import type { VsrDecision } from "../shape.ts";

/** How a decision reuses earlier answers (plugin response_cache), with upstream's defaults. */
export interface DecisionCache {
  readonly mode: "exact" | "semantic" | "exact_then_semantic";
  /** For whom an answer is kept: `user`, `team`, `tenant`, `global`. */
  readonly scope: string;
  /** Least cosine at which another text is alike; in [0,1]. */
  readonly threshold: number;
  /** How long an answer is good, seconds; 0: none is kept; null: for good. */
  readonly ttlSeconds: number | null;
  /** Whether a request may ask past the cache in a header; what workloads do not hold. */
  readonly requestControls: boolean;
}

/** Where answers are kept (`global.stores.response_cache`). */
export interface CacheStore {
  readonly backend: string;
  /** Null: any number. */
  readonly maxEntries: number | null;
  readonly eviction: "fifo" | "lru" | "lfu";
  /** Whether an answer that is found alike is good for another while. */
  readonly slides: boolean;
  readonly ttlSeconds: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

const CACHES: ReadonlySet<string> = new Set(["response_cache", "response-cache", "semantic_cache", "semantic-cache"]);

export function isCache(type: string): boolean {
  return CACHES.has(type);
}

/**
 * The store, or null where it is turned off. Defaults as in upstream's pkg/config/canonical_defaults.go. Of its backends, the one in memory
 * alone counts its entries (pkg/cache/cache_factory.go) and lets a hit start the time anew (inmemory_cache_lifecycle.go); 0 is no limit.
 */
export function cacheStoreOf(global: unknown): CacheStore | null {
  const stores = fieldsOf(fieldsOf(global)["stores"]);
  const own = fieldsOf(stores["response_cache"] ?? stores["semantic_cache"]);
  if (yamlFlag(own["enabled"]) === false) return null;
  const backend = textOf(own["backend_type"]) || "memory";
  const eviction = textOf(own["eviction_policy"]);
  const inMemory = backend === "memory";
  return {
    backend,
    maxEntries: inMemory ? limitOf(own["max_entries"], 1000) : null,
    eviction: eviction === "lru" || eviction === "lfu" ? eviction : "fifo",
    slides: inMemory,
    ttlSeconds: limitOf(own["ttl_seconds"], 3600),
  };
}

/**
 * How a decision reuses answers; null where it does not. The plugin is off unless it says `enabled: true`, and its threshold is 0.8, whatever
 * the store's is (pkg/config/helper.go); it is kept by user unless it says for whom (responseCacheScope in pkg/extproc). Where rag or memory add to a
 * request, nothing is looked up or kept (decisionWillPersonalize in pkg/extproc/req_filter_cache.go), but exactly under what they added
 * where `personalized.mode` is exact, which nobody knows here.
 */
export function decisionCacheOf({ plugins }: Pick<VsrDecision, "plugins">, store: CacheStore | null, global: unknown): DecisionCache | null {
  const plugin = plugins.find(({ type }) => isCache(type));
  const own = fieldsOf(plugin?.configuration);
  if (!store || yamlFlag(own["enabled"]) !== true || isPersonalized(plugins, global)) return null;
  const mode = textOf(own["mode"]);
  const controls = own["request_controls"] === undefined ? own["allow_request_controls"] : fieldsOf(own["request_controls"])["enabled"];
  const ttl = own["ttl_seconds"];
  return {
    mode: mode === "exact" || mode === "exact_then_semantic" ? mode : "semantic",
    scope: textOf(own["scope"]) || "user",
    threshold: numberOf(fieldsOf(own["semantic"])["similarity_threshold"]) ?? numberOf(own["similarity_threshold"]) ?? 0.8,
    ttlSeconds: typeof ttl === "number" && ttl >= 0 ? ttl : store.ttlSeconds,
    requestControls: yamlFlag(controls) === true,
  };
}

/** Whether rag or memory add to the requests of a decision; a memory plugin of its own goes before the global setting. */
function isPersonalized(plugins: VsrDecision["plugins"], global: unknown): boolean {
  const configured = (name: string) => plugins.find(({ type }) => type === name);
  if (yamlFlag(fieldsOf(configured("rag")?.configuration)["enabled"]) === true) return true;
  const memory = configured("memory");
  return yamlFlag((memory ? fieldsOf(memory.configuration) : fieldsOf(fieldsOf(fieldsOf(global)["stores"])["memory"]))["enabled"]) === true;
}

/** Null for 0, which upstream takes as no limit. */
function limitOf(value: unknown, standard: number): number | null {
  const limit = numberOf(value) ?? standard;
  return limit > 0 ? limit : null;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
