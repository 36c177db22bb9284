import type { DatasetRow } from "../src/model/dataset-row.ts";

/** A row with all that tests compute from. */
export type DeskRow = DatasetRow & {
  id: string;
  prompt: string;
  inputTokens: number;
  tags: string[];
  meta: { topic: string; hardness: number; urgent: boolean };
  chosen: string;
  outcomes: Record<string, { quality?: number | null; costUsd?: number | null; latencyMs?: number | null; error?: string }>;
};

export const DESK_MODELS = ["wren", "heron", "condor"] as const;
const TOPICS = ["invoices", "recipes", "train times"];

/**
 * A made-up help desk: prompts of very different lengths, three models of rising price and skill, figures by a fixed recipe.
 * No two prompts are the same, every cell is filled.
 */
export function desk(n = 120, seed = 7): DeskRow[] {
  const draw = generator(seed);
  return Array.from({ length: n }, (_, i) => {
    const words = 2 + Math.floor(draw() * 60);
    const hardness = Math.floor(draw() * 10) / 10;
    const prompt = `Desk question ${i + 1}: ${"please look into this matter ".repeat(words).trim()}?`;
    const skill = { wren: 0.9 - hardness, heron: 1.2 - hardness, condor: 1.45 - 0.9 * hardness };
    const price = { wren: 0.00002, heron: 0.0002, condor: 0.003 };
    return {
      id: `q${i + 1}`,
      prompt,
      inputTokens: words * 5 + 4,
      tags: [...(i % 7 === 0 ? ["pii"] : []), ...(i % 11 === 0 ? ["attack"] : [])],
      meta: { topic: TOPICS[i % 3] as string, hardness, urgent: i % 5 === 0 },
      chosen: DESK_MODELS[i % 2] as string,
      outcomes: Object.fromEntries(
        DESK_MODELS.map((model) => [
          model,
          {
            quality: draw() < skill[model] ? 1 : 0,
            costUsd: price[model] * (1 + words / 20),
            latencyMs: Math.round(200 + 900 * draw() + 10000 * price[model] * words),
          },
        ]),
      ),
    };
  });
}

/** Numbers in [0,1) from a seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
