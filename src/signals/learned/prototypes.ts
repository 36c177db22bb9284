import * as z from "zod";
import { byBytes } from "../../lib/byte-order.ts";
import { flagField, numberField } from "../kind.ts";

/**
 * How examples become prototypes, and how near a text is to them, as vLLM Semantic Router has it (pkg/classification/prototype_bank.go and
 * pkg/config, PrototypeScoringConfig.WithDefaults of its 2026-08-22): a number that is absent, or not above 0, is the default.
 */
export const prototypeScoring = z
  .looseObject({ enabled: flagField.nullish(), cluster_similarity_threshold: numberField, max_prototypes: numberField, best_weight: numberField, top_m: numberField, margin_threshold: numberField })
  .nullish()
  .transform((given) => ({
    clusters: given?.enabled ?? true,
    clusterSimilarity: above(given?.cluster_similarity_threshold, 0.9),
    most: above(given?.max_prototypes, 8),
    weights: { best: Math.min(1, above(given?.best_weight, 0.75)), top: above(given?.top_m, 2) },
    margin: Math.max(0, given?.margin_threshold ?? 0),
  }));

export type PrototypeScoring = z.infer<typeof prototypeScoring>;

/** The weight of the nearest prototype against the mean of the `top` nearest (0: of all). */
export interface Weights {
  readonly best: number;
  readonly top: number;
}

/** The mean over all prototypes. */
export const MEAN: Weights = { best: 0, top: 0 };

export interface PrototypeScore {
  readonly score: number;
  readonly best: number;
  readonly support: number;
}

/**
 * The prototypes of examples: the medoids of clusters that are taken greedily, the largest first (of equals the one whose seed comes first
 * by its text), at most so many.
 */
export function prototypesOf(examples: readonly string[], vectors: ReadonlyMap<string, Float32Array>, { clusters, clusterSimilarity, most }: PrototypeScoring): readonly Float32Array[] {
  const texts = [...new Set(examples)].filter((text) => vectors.has(text));
  const different = texts.map((text) => vectors.get(text) as Float32Array);
  if (!clusters) return different;
  const like = different.map((a, i) => different.map((b, j) => (i === j ? 1 : cosine(a, b))));
  const near = (i: number, j: number) => (like[i] as number[])[j] as number;
  const textOf = (i: number) => texts[i] as string;
  const found: { readonly medoid: number; readonly size: number; readonly likeness: number }[] = [];
  let left = different.map((_, i) => i);
  while (left.length > 0) {
    const around = left.map((seed) => ({ seed, members: left.filter((other) => other === seed || near(seed, other) >= clusterSimilarity) }));
    const { members } = around.reduce((a, b) => (b.members.length > a.members.length || (b.members.length === a.members.length && byBytes(textOf(b.seed), textOf(a.seed)) < 0) ? b : a));
    const central = members.map((member) => ({ member, likeness: members.reduce((sum, other) => sum + near(member, other), 0) / members.length }));
    const { member, likeness } = central.reduce((a, b) => (b.likeness > a.likeness || (b.likeness === a.likeness && byBytes(textOf(b.member), textOf(a.member)) < 0) ? b : a));
    found.push({ medoid: member, size: members.length, likeness });
    left = left.filter((i) => !members.includes(i));
  }
  const sorted = found.toSorted((a, b) => b.size - a.size || b.likeness - a.likeness || byBytes(textOf(a.medoid), textOf(b.medoid)));
  return sorted.slice(0, most).map(({ medoid }) => different[medoid] as Float32Array);
}

/** How near a vector is to prototypes: 0 where there are none. */
export function scoreOf(vector: Float32Array, prototypes: readonly Float32Array[], { best: weight, top }: Weights): PrototypeScore {
  if (prototypes.length === 0) return { score: 0, best: 0, support: 0 };
  const near = prototypes.map((prototype) => cosine(vector, prototype)).sort((a, b) => b - a);
  const best = near[0] as number;
  const nearest = top <= 0 ? near : near.slice(0, top);
  const support = nearest.reduce((sum, one) => sum + one, 0) / nearest.length;
  return { score: weight * best + (1 - weight) * support, best, support };
}

/** Of vectors of length 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function above(given: number | null | undefined, fallback: number): number {
  return given !== null && given !== undefined && given > 0 ? given : fallback;
}
