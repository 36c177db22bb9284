import type { Prompt } from "../../model/prompt.ts";
import type { Outcome } from "./outcome.ts";

interface Repeats {
  readonly mode: string;
  readonly before: Set<string>;
  prompts: number;
  repeated: number;
}

/**
 * Counts, by decision with a response cache, the prompts that repeat an earlier one of the workload exactly (of the same user, where the
 * cache is kept by user): at most so many hits in the mode `exact` takes, less what has expired or made room by then. What the mode
 * `semantic` would find is not known without its embedder.
 */
export function repeatCounter(): { add(outcome: Outcome, prompt: Pick<Prompt, "hash" | "meta">): void; notes(): string[] } {
  const decisions = new Map<string, Repeats>();
  return {
    add({ decision, cache }, { hash, meta }) {
      if (decision === null || !cache) return;
      let own = decisions.get(decision);
      if (!own) decisions.set(decision, (own = { mode: cache.mode, before: new Set(), prompts: 0, repeated: 0 }));
      const key = cache.scope === "user" ? `${hash} ${String(meta["user"] ?? "")}` : hash;
      own.prompts++;
      if (own.before.has(key)) own.repeated++;
      else own.before.add(key);
    },
    notes: () =>
      [...decisions].map(([decision, { mode, prompts, repeated }]) => {
        const share = `${repeated.toLocaleString("en-US")} of its ${prompts.toLocaleString("en-US")} prompts repeat an earlier one exactly`;
        const more = mode === "exact" ? "at most those are hits" : `at most those are exact hits, and what its mode ${mode} finds alike is not known`;
        return `decision "${decision}" has a response cache, which is not kept here: ${share}; ${more}; no cost is taken off`;
      }),
  };
}
