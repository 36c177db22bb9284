import type { Encoder } from "../model/encoder.ts";
import type { Report } from "../model/report.ts";

type Overhead = NonNullable<Report["timing"]["overhead"]>[number];

/** Time spent on so many prompts. */
interface Spent {
  ms: number;
  prompts: number;
}

/** Measures what a decision of a learned policy takes: its text's vector, and the estimate with the choice by it; both in batches, as they are made. */
export class LearnedOverhead {
  readonly #clockMs: () => number;
  readonly #vectors: Spent = { ms: 0, prompts: 0 };
  readonly #estimates = new Map<string, Spent>();
  #warm = false;

  /** @param clockMs a stopwatch in milliseconds */
  constructor(clockMs: () => number) {
    this.#clockMs = clockMs;
  }

  /** The encoder, its time taken. What opening its model takes is left out: a router does that once. */
  timed(encoder: Encoder): Encoder {
    return {
      ...encoder,
      encode: async (texts) => {
        if (!this.#warm && texts.length > 0) await encoder.encode(texts.slice(0, 1));
        this.#warm ||= texts.length > 0;
        const from = this.#clockMs();
        const vectors = await encoder.encode(texts);
        this.#vectors.ms += this.#clockMs() - from;
        this.#vectors.prompts += texts.length;
        return vectors;
      },
    };
  }

  /** Does some work of deciding so many prompts. @param what what it is of; times under one name add up */
  async of<T>(what: string, prompts: number, work: () => T | Promise<T>): Promise<T> {
    const spent = this.#estimates.get(what) ?? { ms: 0, prompts: 0 };
    this.#estimates.set(what, spent);
    const from = this.#clockMs();
    const done = await work();
    spent.ms += this.#clockMs() - from;
    spent.prompts += prompts;
    return done;
  }

  /** What a decision takes. @param parts names of the work that is part of one */
  each(policy: string, decisions: number, parts: readonly string[]): Overhead {
    const vectorMs = perPrompt(this.#vectors);
    const own = parts.map((what) => perPrompt(this.#estimates.get(what) ?? { ms: 0, prompts: 0 }));
    const estimateMs = own.includes(null) ? null : (own as number[]).reduce((sum, ms) => sum + ms, 0);
    return { policy, decisions, startMs: null, meanMs: vectorMs === null || estimateMs === null ? null : vectorMs + estimateMs, p50Ms: null, p95Ms: null, p99Ms: null, vectorMs, estimateMs };
  }
}

function perPrompt({ ms, prompts }: Spent): number | null {
  return prompts === 0 ? null : ms / prompts;
}
