import { cacheEntries, isExpired, type CacheEntry } from "./entries.ts";
import type { CacheStore, DecisionCache } from "./settings.ts";

/** A request that a model is about to be asked. */
export interface CacheRequest {
  readonly ordinal: number;
  /** When it came, milliseconds; null where nobody says. */
  readonly at: number | null;
  /** What no two requests may differ in: the decision, and with it the model, and whom the answer is kept for. */
  readonly partition: string;
  /** Names all that it says. */
  readonly exact: string;
  /** Names all that it says but the user's last text; null where there is none, so that nothing is alike. */
  readonly compatible: string | null;
  /** Of the user's last text, of length 1; null where no encoder is given. */
  readonly vector: Float32Array | null;
  /** Whether the model's answer can be kept: a failed call has none. */
  readonly kept: boolean;
}

/** What the cache makes of a request. */
export interface CacheLookup {
  /** The prompt whose answer is given again, and the cosine of both texts, null of the same request; null: the model is asked. */
  readonly hit: { readonly ordinal: number; readonly similarity: number | null } | null;
  /** True where a hit is not known, since what is kept could not be compared. */
  readonly open: boolean;
}

/** A response cache at work, from empty. */
export interface ResponseCache {
  look(cache: DecisionCache, request: CacheRequest): CacheLookup;
  /** How many answers made room for others, of those found exactly and of those found alike. */
  evicted(): { readonly exact: number; readonly semantic: number };
  /** Whether more was kept than is compared. */
  bounded(): boolean;
}

/** Answers that one request is compared with: the newest of its kind. Upstream's index looks at fewer. */
const MOST_COMPARED = 10_000;

/**
 * Plays what upstream's pkg/extproc/req_filter_cache.go and pkg/cache do, request by request: in the modes that begin exactly, the same
 * request finds its answer until that expires; in the semantic ones, of those kept for the same partition and the same request but for the
 * user's last text, the most alike answers where its cosine reaches the threshold. What is found is not kept again. Both have the store's
 * room to themselves. Where upstream's exact entries are too many, any one goes; here the one that the store's rule names. Its guard against
 * opposite meanings is not played, and an answer is there at once.
 */
export function responseCache(store: CacheStore): ResponseCache {
  const compatible = new Map<string, Set<CacheEntry>>();
  const exact = cacheEntries(store);
  const semantic = cacheEntries(store, (entry) => {
    const others = compatible.get(entry.partition);
    others?.delete(entry);
    if (others?.size === 0) compatible.delete(entry.partition);
  });
  let bounded = false;

  return {
    look(cache, request) {
      const { at, ordinal } = request;
      const keys = { exact: JSON.stringify([request.partition, request.exact]), alike: request.compatible === null ? null : JSON.stringify([request.partition, request.compatible]) };
      const begins = cache.mode !== "semantic";
      const same = begins ? exact.get(keys.exact) : undefined;
      if (same && !isExpired(same, at)) return { hit: { ordinal: same.ordinal, similarity: null }, open: false };
      const compares = cache.mode !== "exact" && keys.alike !== null;
      const found = compares ? nearest(compatible.get(keys.alike as string) ?? new Set(), request) : null;
      if (found?.entry && (found.similarity === null || found.similarity >= cache.threshold)) {
        semantic.touch(String(found.entry.ordinal));
        if (store.slides) found.entry.expiresAt = expiry(cache, at);
        return { hit: { ordinal: found.entry.ordinal, similarity: found.similarity }, open: false };
      }
      if (request.kept && cache.ttlSeconds !== 0) {
        const entry = (partition: string): CacheEntry => ({ ordinal, exact: request.exact, partition, vector: request.vector, expiresAt: expiry(cache, at), hits: 0 });
        if (begins) exact.add(keys.exact, entry(request.partition), at);
        if (compares) keep(entry(keys.alike as string), at);
      }
      return { hit: null, open: found?.open ?? false };
    },
    evicted: () => ({ exact: exact.evicted(), semantic: semantic.evicted() }),
    bounded: () => bounded,
  };

  function keep(entry: CacheEntry, now: number | null): void {
    semantic.add(String(entry.ordinal), entry, now);
    const others = compatible.get(entry.partition);
    if (others) others.add(entry);
    else compatible.set(entry.partition, new Set([entry]));
  }

  /** The same text is alike by 1 whatever the encoder; `open` where another could not be compared. */
  function nearest(entries: ReadonlySet<CacheEntry>, { at, exact: own, vector }: CacheRequest): { entry: CacheEntry | null; similarity: number | null; open: boolean } {
    let best: { entry: CacheEntry | null; similarity: number } = { entry: null, similarity: -Infinity };
    let open = false;
    let skipped = entries.size - MOST_COMPARED;
    if (skipped > 0) bounded = true;
    for (const entry of entries) {
      if (skipped-- > 0 || isExpired(entry, at)) continue;
      if (entry.exact === own) return { entry, similarity: null, open: false };
      if (!vector || !entry.vector) open = true;
      else {
        const similarity = dot(vector, entry.vector);
        if (similarity > best.similarity) best = { entry, similarity };
      }
    }
    return { ...best, open };
  }
}

function expiry({ ttlSeconds }: DecisionCache, at: number | null): number | null {
  return at === null || ttlSeconds === null ? null : at + 1000 * ttlSeconds;
}

/** Four sums at a time do not wait for each other, which halves the time of the whole. */
function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3, k] = [0, 0, 0, 0, 0];
  for (; k + 3 < a.length; k += 4) {
    s0 += (a[k] as number) * (b[k] as number);
    s1 += (a[k + 1] as number) * (b[k + 1] as number);
    s2 += (a[k + 2] as number) * (b[k + 2] as number);
    s3 += (a[k + 3] as number) * (b[k + 3] as number);
  }
  for (; k < a.length; k++) s0 += (a[k] as number) * (b[k] as number);
  return s0 + s1 + s2 + s3;
}
