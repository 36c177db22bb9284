import * as fc from "fast-check";
import { expect, test } from "vitest";
import { responseCache } from "../../../src/router/vsr/cache/response-cache.ts";
import type { CacheStore, DecisionCache } from "../../../src/router/vsr/cache/settings.ts";

interface Kept {
  readonly ordinal: number;
  readonly key: string;
  readonly until: number;
  readonly first: number;
  last: number;
  hits: number;
}

/** The slow way: all that is kept is looked through, and what goes is sorted out by upstream's words for it. */
function slowly(requests: readonly { readonly text: number; readonly wait: number }[], most: number, rule: CacheStore["eviction"], ttl: number): (number | null)[] {
  let kept: Kept[] = [];
  let now = 0;
  return requests.map(({ text, wait }, k) => {
    now += 1000 * wait;
    const found = kept.find(({ key, until }) => key === String(text) && now <= until);
    if (found) {
      found.hits++;
      found.last = k;
      return found.ordinal;
    }
    kept = kept.filter(({ key }) => key !== String(text));
    if (kept.length >= most) kept = kept.filter(({ until }) => now <= until);
    if (kept.length >= most) kept = kept.toSorted((a, b) => (rule === "fifo" ? a.first - b.first : rule === "lru" ? a.last - b.last : a.hits - b.hits || a.last - b.last)).slice(1);
    kept.push({ ordinal: k, key: String(text), until: now + 1000 * ttl, first: k, last: k, hits: 0 });
    return null;
  });
}

test("what is kept, expires and goes is what a slow list of it says", () => {
  const cache: DecisionCache = { mode: "semantic", scope: "global", threshold: 0.8, ttlSeconds: 0, requestControls: false };
  fc.assert(
    fc.property(fc.array(fc.record({ text: fc.nat(6), wait: fc.nat(3) }), { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom("fifo", "lru", "lfu"), fc.integer({ min: 1, max: 20 }), (requests, maxEntries, eviction, ttlSeconds) => {
      const own = responseCache({ backend: "memory", maxEntries, eviction, slides: false, ttlSeconds: null });
      let at = 0;
      const hits = requests.map(({ text, wait }, ordinal) => {
        at += 1000 * wait;
        // Each text at a right angle to the others: alike to itself alone.
        const vector = Float32Array.from({ length: 7 }, (_, k) => (k === text ? 1 : 0));
        return own.look({ ...cache, ttlSeconds }, { ordinal, at, partition: "p", exact: String(ordinal), compatible: "c", vector, kept: true }).hit?.ordinal ?? null;
      });
      expect(hits).toEqual(slowly(requests, maxEntries, eviction, ttlSeconds));
    }),
  );
});
