import { counted } from "../../../lib/counted.ts";
import type { Encoder } from "../../../model/encoder.ts";
import type { Prompt } from "../../../model/prompt.ts";
import { arrivalOf, cacheIdentity, cacheOwner } from "./request.ts";
import { responseCache, type CacheLookup } from "./response-cache.ts";
import type { CacheStore, DecisionCache } from "./settings.ts";

/** A decision that reuses answers, known by the rule that its prompts have, which names one model. */
export interface CachingDecision {
  readonly decision: string;
  readonly cache: DecisionCache;
}

/** The response cache of a router over a workload, prompt by prompt in its order. */
export interface CacheSession {
  /** The text to compare by, where this decision's cache compares texts. */
  textOf(rule: string, prompt: Prompt): string | null;
  /** What the cache makes of a prompt that goes to a model. `kept`: whether the model's answer can be kept. */
  look(ordinal: number, prompt: Prompt, rule: string, vector: Float32Array | null, kept: boolean): CacheLookup["hit"];
  /** One whose decision is not known neither finds nor leaves anything. */
  undetermined(): void;
  notes(): string[];
}

interface Tally {
  prompts: number;
  same: number;
  alike: number;
  open: number;
  nobody: number;
}

export function cacheSession(store: CacheStore, decisions: ReadonlyMap<string, CachingDecision>, encoder: Encoder | null): CacheSession {
  const cache = responseCache(store);
  const tallies = new Map<string, Tally>([...decisions.keys()].map((rule) => [rule, { prompts: 0, same: 0, alike: 0, open: 0, nobody: 0 }]));
  const times = { seen: 0, known: 0, back: 0, last: -Infinity };
  let undetermined = 0;

  return {
    textOf(rule, prompt) {
      const own = decisions.get(rule);
      return own && own.cache.mode !== "exact" && cacheOwner(prompt, own.cache.scope) !== null ? (cacheIdentity(prompt).alike?.text ?? null) : null;
    },
    look(ordinal, prompt, rule, vector, kept) {
      const own = decisions.get(rule);
      const tally = tallies.get(rule);
      if (!own || !tally) return null;
      tally.prompts++;
      const owner = cacheOwner(prompt, own.cache.scope);
      if (owner === null) {
        tally.nobody++;
        return null;
      }
      const at = arrivalOf(prompt);
      times.seen++;
      if (at !== null) {
        times.known++;
        if (at < times.last) times.back++;
        times.last = Math.max(times.last, at);
      }
      const { exact, alike } = cacheIdentity(prompt);
      const { hit, open } = cache.look(own.cache, { ordinal, at, partition: JSON.stringify([rule, owner]), exact, compatible: alike?.compatible ?? null, vector, kept });
      if (open) tally.open++;
      if (hit) tally[hit.similarity === null ? "same" : "alike"]++;
      return hit;
    },
    undetermined: () => void undetermined++,
    notes: () => [...[...decisions].map(([rule, own]) => told(own, tallies.get(rule) as Tally, encoder)), ...whole()].filter((note) => note !== ""),
  };

  function whole(): string[] {
    const { exact, semantic } = cache.evicted();
    const semantics = [...decisions.values()].some(({ cache: { mode } }) => mode !== "exact");
    const expires = [...decisions.values()].some(({ cache: { ttlSeconds } }) => ttlSeconds !== null && ttlSeconds !== 0);
    return [
      ...(expires && times.known < times.seen ? [`response cache: ${times.known === 0 ? "no prompt says" : `${counted(times.seen - times.known)} of ${counted(times.seen)} prompts do not say`} when it came (meta.startedAt, meta.arrivalMs): prompts follow each other in the workload's order, and no answer expires ${times.known === 0 ? "" : "for those"}`.trim()] : []),
      ...(times.back > 0 ? [`response cache: ${counted(times.back)} prompts came before one that they follow in the workload, whose order is taken`] : []),
      ...(exact + semantic > 0 ? [`response cache: ${counted(exact + semantic)} answers made room for others (max_entries ${String(store.maxEntries)}, ${store.eviction})${exact > 0 ? "; of those found exactly the router drops any, here that rule says which" : ""}`] : []),
      ...(cache.bounded() ? ["response cache: a prompt is compared with the 10,000 newest answers at most"] : []),
      ...(semantics && encoder ? ["response cache: the router's guard against opposite meanings is not played: it may take fewer for alike"] : []),
      ...([...decisions.values()].some(({ cache: { requestControls } }) => requestControls) ? ["response cache: requests may ask past it in a header, which the workload does not hold: none does here"] : []),
      ...(undetermined > 0 ? [`response cache: ${counted(undetermined)} prompts whose decision or model is undetermined neither find an answer in it nor leave one`] : []),
    ];
  }
}

function told({ decision, cache: { mode, scope, threshold, ttlSeconds } }: CachingDecision, { prompts, same, alike, open, nobody }: Tally, encoder: Encoder | null): string {
  if (prompts === 0) return "";
  const by = mode !== "exact" && encoder ? `, ${counted(alike)} alike by at least ${threshold} as ${encoder.name} compares${encoder.surrogate ? ", which stands in for the router's own" : ""}` : "";
  const found = `${counted(same + alike)} of its ${counted(prompts)} prompts (${((100 * (same + alike)) / prompts).toFixed(1)} %): ${counted(same)} the same as an earlier one${by}`;
  const unknown = open === 0 ? "" : `; ${encoder ? "" : "no embedder is given, so "}whether ${counted(open)} more are alike is not known, and those count as asked: with all of them ${((100 * (same + alike + open)) / prompts).toFixed(1)} %`;
  const whose = nobody === 0 ? "" : `; ${counted(nobody)} do not say their ${scope === "team" ? "team (meta.team, meta.groups)" : scope === "tenant" ? "tenant (meta.tenant)" : "user (meta.user)"}, by which it is kept, and so are asked`;
  return `the response cache of decision "${decision}" (mode ${mode}, scope ${scope}) answers ${found}${unknown}${whose}${ttlSeconds === 0 ? "; ttl_seconds 0 keeps nothing" : ""}`;
}
