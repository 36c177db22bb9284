import type { Confidence } from "../model/answer.ts";

/** Gathers how sure a model was of its answer from `logprobs` in OpenAI's form, of a whole answer or piece by piece. */
export interface LogprobReader {
  /** @param logprobs `{content: [{logprob, top_logprobs: [{logprob}, …]}, …]}`; anything else says nothing */
  take(logprobs: unknown): void;
  /** Undefined where nothing was said. */
  confidence(): Confidence | undefined;
}

export function logprobReader(): LogprobReader {
  const [tokens, margins] = [mean(), mean()];
  return {
    take(logprobs) {
      for (const token of listAt(logprobs, "content")) {
        const own = logprobOf(token);
        if (own === null) continue;
        tokens.add(own);
        const [first, second] = listAt(token, "top_logprobs").flatMap((one) => logprobOf(one) ?? []).toSorted((a, b) => b - a);
        if (first !== undefined && second !== undefined) margins.add(first - second);
      }
    },
    confidence() {
      const [logprob, margin] = [tokens.value(), margins.value()];
      return logprob === null ? undefined : { logprob, ...(margin === null ? {} : { margin }) };
    },
  };
}

function mean() {
  let [sum, n] = [0, 0];
  return {
    add(value: number): void {
      sum += value;
      n++;
    },
    value: () => (n === 0 ? null : sum / n),
  };
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  return Array.isArray(list) ? list : [];
}

/** Some servers write −9999 for what is as good as impossible, and a rounding above 0. */
function logprobOf(token: unknown): number | null {
  const value = typeof token === "object" && token !== null ? (token as { readonly logprob?: unknown }).logprob : undefined;
  return typeof value === "number" && Number.isFinite(value) ? Math.min(0, value) : null;
}
