import type { CacheStore } from "./settings.ts";

/** An answer that is kept: to which prompt, and under what. */
export interface CacheEntry {
  /** The prompt that was answered, by its position in the workload. */
  readonly ordinal: number;
  /** All of the request that an exact repeat shares. */
  readonly exact: string;
  /** What a request must share to be compared at all. */
  readonly partition: string;
  readonly vector: Float32Array | null;
  /** Milliseconds on the clock of arrivals; null: for good. */
  expiresAt: number | null;
  hits: number;
}

/** Entries by a key, at most so many. */
export interface CacheEntries {
  get(key: string): CacheEntry | undefined;
  /** Makes room first: what has expired goes, else one by the store's rule. */
  add(key: string, entry: CacheEntry, now: number | null): void;
  /** One was used. */
  touch(key: string): void;
  /** How many had to go before their time. */
  evicted(): number;
}

/**
 * Which goes, as in upstream's pkg/cache/eviction_policy.go: fifo the first kept, lru the one not used for longest, lfu the least used, of
 * equals the one not used for longest. A map's order is that of keeping, or, where use counts, that of the last use.
 *
 * @param gone told of each that goes
 */
export function cacheEntries({ maxEntries, eviction }: Pick<CacheStore, "maxEntries" | "eviction">, gone: (entry: CacheEntry) => void = () => undefined): CacheEntries {
  const entries = new Map<string, CacheEntry>();
  let evicted = 0;

  function remove(key: string): void {
    const entry = entries.get(key);
    if (entry && entries.delete(key)) gone(entry);
  }

  function victim(): string | undefined {
    if (eviction !== "lfu") return entries.keys().next().value;
    let [least, found]: [number, string | undefined] = [Infinity, undefined];
    for (const [key, { hits }] of entries) if (hits < least) [least, found] = [hits, key];
    return found;
  }

  return {
    get: (key) => entries.get(key),
    add(key, entry, now) {
      remove(key);
      if (maxEntries !== null && entries.size >= maxEntries) {
        for (const [other, held] of entries) if (isExpired(held, now)) remove(other);
        if (entries.size >= maxEntries) {
          remove(victim() as string);
          evicted++;
        }
      }
      entries.set(key, entry);
    },
    touch(key) {
      const entry = entries.get(key);
      if (!entry) return;
      entry.hits++;
      if (eviction === "fifo") return;
      entries.delete(key);
      entries.set(key, entry);
    },
    evicted: () => evicted,
  };
}

/** Without a time on both sides, nobody knows: it is good. */
export function isExpired({ expiresAt }: CacheEntry, now: number | null): boolean {
  return expiresAt !== null && now !== null && now > expiresAt;
}
