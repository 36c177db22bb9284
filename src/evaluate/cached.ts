import { valueHash } from "../lib/hash.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Decision } from "../model/decision.ts";
import type { Encoder } from "../model/encoder.ts";
import type { Prompt } from "../model/prompt.ts";
import type { PolicyCache, Undecided } from "../router/index.ts";

type Decided = Decision | Undecided | undefined;

/** A policy's decisions as its cache leaves them, batch by batch in the order of the workload. */
export interface ThroughCache {
  /** The decisions on the prompts from this position on, where the cache answers with that in place of a model. */
  answer(from: number, prompts: readonly Prompt[], decisions: readonly Decided[]): Promise<readonly Decided[]>;
  notes(): string[];
}

/** @param encoder compares texts; null: only the same request is alike */
export function throughCache(caches: PolicyCache, { models, failed }: Pick<OutcomeColumns, "models" | "failed">, encoder: Encoder | null): ThroughCache {
  const session = caches.start(encoder);
  return {
    notes: () => session.notes(),
    async answer(from, prompts, decisions) {
      const vectors = await vectorsOf(decisions.map((decision, k) => (called(decision) === null ? null : session.textOf((decision as Decision).rule, prompts[k] as Prompt))), encoder);
      return decisions.map((decision, k) => {
        if (decision && "undecided" in decision) session.undetermined();
        const model = called(decision);
        if (model === null) return decision;
        const { rule } = decision as Decision;
        const kept = failed[models.indexOf(model)]?.[from + k] !== 1;
        const hit = session.look(from + k, prompts[k] as Prompt, rule, vectors[k] ?? null, kept);
        return hit ? { alternatives: [{ steps: [], probability: 1 }], rule: cachedRule(rule, hit), facts: [] } : decision;
      });
    },
  };
}

/** Which calls failed, as far as any is known: what failed is not kept. */
export function failedCalls({ models, failed }: Pick<OutcomeColumns, "models" | "failed">): string {
  return valueHash(models.map((_, m) => [...(failed[m] ?? []).entries()].flatMap(([i, is]) => (is === 1 ? [i] : []))));
}

/** The rule of a decision that an earlier answer answers: whose it is can be read from it again, also from the store. */
function cachedRule(rule: string, { ordinal, similarity }: { readonly ordinal: number; readonly similarity: number | null }): string {
  return `${rule}, cached: the answer to prompt ${ordinal}${similarity === null ? "" : ` (similarity ${similarity.toFixed(4)})`}`;
}

/** The position of the prompt whose answer a cached decision's rule names; null where it names none. */
export function answeredPrompt(rule: string): number | null {
  const found = /, cached: the answer to prompt (\d+)(?: \(similarity [\d.-]+\))?$/.exec(rule);
  return found ? Number(found[1]) : null;
}

function called(decision: Decided): string | null {
  const step = decision && "alternatives" in decision ? decision.alternatives[0]?.steps[0] : undefined;
  return step?.do === "call" ? step.model : null;
}

async function vectorsOf(texts: readonly (string | null)[], encoder: Encoder | null): Promise<readonly (Float32Array | null)[]> {
  const wanted = [...new Set(texts.filter((text) => text !== null))];
  if (!encoder || wanted.length === 0) return texts.map(() => null);
  const vectors = await encoder.encode(wanted);
  const of = new Map(wanted.map((text, k) => [text, vectors[k] as Float32Array]));
  return texts.map((text) => (text === null ? null : (of.get(text) as Float32Array)));
}
