import type { Answer } from "../model/answer.ts";
import type { TokenPrice } from "../model/config.ts";
import type { Prompt } from "../model/prompt.ts";
import { mostUsd } from "../pool/live.ts";
import { DEFAULT_BATCH } from "../pool/live-embedder.ts";
import type { LiveEstimate } from "./estimate.ts";
import type { EmbedderSpec } from "./parts.ts";

/** Counts what an embedder would be asked for: each answer that has no grade by it, and each reference once. */
export function embedding(spec: EmbedderSpec | undefined) {
  const references = new Set<string>();
  let [texts, inputTokens, mostTokens, longest] = [0, 0, 0, 0];
  const addText = (tokens: number, most: number) => {
    texts++;
    inputTokens += tokens;
    mostTokens += most;
    longest = Math.max(longest, most);
  };
  return {
    /** @param answer tokens of one that is not stored: as assumed, and at most */
    add({ reference }: Prompt, known: Answer | undefined, answer: { readonly assumed: number; readonly most: number }): void {
      const stored = known?.text === undefined || known.text === null ? null : inTokens(known.text);
      addText(stored ?? answer.assumed, stored ?? answer.most);
      if (reference === null || references.has(reference)) return;
      references.add(reference);
      addText(inTokens(reference), inTokens(reference));
    },
    /** None where nothing is to be asked. */
    counted(): { readonly spec: EmbedderSpec; readonly counts: Counts; readonly most: (rates: TokenPrice) => { readonly all: number; readonly aCall: number } } | null {
      if (!spec || texts === 0) return null;
      const batch = spec.batch ?? DEFAULT_BATCH;
      const calls = Math.ceil(texts / batch);
      const counts = { calls, stored: 0, withoutText: 0, inputTokens, outputTokens: 0, outputTokensFrom: `vectors of ${texts} texts, up to ${batch} a call` };
      return { spec, counts, most: (rates) => ({ all: mostUsd(rates, mostTokens, {}) + (calls - 1) * mostUsd(rates, 0, {}), aCall: mostUsd(rates, longest * Math.min(batch, texts), {}) }) };
    },
  };
}

type Counts = Omit<LiveEstimate, "model" | "costUsd" | "mostUsd" | "mostUsdACall" | "gpu" | "priceSource">;

/** About. */
function inTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
