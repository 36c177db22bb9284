import { celScope, condition } from "../lib/cel.ts";
import { contentHash, valueHash } from "../lib/hash.ts";
import type { Answer } from "../model/answer.ts";
import { WrpError } from "../model/errors.ts";
import type { Distribution, Profile } from "../model/profile.ts";
import type { Prompt } from "../model/prompt.ts";
import { normalQuantile, Z90 } from "../stats/normal.ts";
import { random } from "../stats/random.ts";
import type { KeptBackend } from "./backend.ts";

/** Raised whenever the same profile and seed draw something else. */
const REVISION = 1;
/** How far models find the same prompts hard, unless a profile says so: an assumption, stated in every profile's docs. */
const CORRELATION = 0.5;

/**
 * Answers drawn from a model's profile. Every draw is seeded by (seed, model, prompt, sample), so neither order nor concurrency matters,
 * and the same prompt gets the same answer again. Samples of one prompt share its difficulty d; all else is drawn anew. Grades of one prompt hang together across models by a one-factor Gaussian copula
 * (Li 2000, "On default correlation"): right where √ρ·d + √(1-ρ)·e ≤ Φ⁻¹(mean), d the prompt's own draw, e the model's.
 * A failed call costs nothing and takes as long as its first token would have; another's cost is its tokens', at the run's prices.
 * Throws WrpError on a condition that cannot be read.
 */
export function simulatedBackend(name: string, simulated: Profile, seed: number): KeptBackend {
  const meanOf = qualityMean(simulated.quality, name);
  const rho = typeof simulated.quality === "object" ? (simulated.quality.correlation ?? CORRELATION) : CORRELATION;

  function answer(prompt: Prompt, sample: number): Answer {
    const draw = random(seed, "simulated", name, prompt.hash, ...(sample === 0 ? [] : [`sample ${sample}`]));
    // All draws are made every time, so that changing one figure of a profile leaves the others' draws alone.
    const [failure, skill, length, first, pace] = [draw.next(), draw.next(), draw.next(), draw.next(), draw.next()];
    const inputTokens = prompt.inputTokens;
    const ttftMs = valueAt(simulated.ttftMs, first);
    const error = failed(simulated, failure);
    if (error !== null)
      return { quality: null, costUsd: 0, latencyMs: ttftMs, ttftMs: null, inputTokens, outputTokens: null, error, text: null };
    const tokens = valueAt(simulated.outputTokens, length);
    const outputTokens = tokens === null ? null : Math.max(1, Math.round(tokens));
    const tpotMs = valueAt(simulated.tpotMs, pace);
    const mean = meanOf(prompt);
    const hard = random(seed, "difficulty", prompt.hash).next();
    return {
      quality: mean === null ? null : Math.sqrt(rho) * normalQuantile(open(hard)) + Math.sqrt(1 - rho) * normalQuantile(open(skill)) <= normalQuantile(mean) ? 1 : 0,
      costUsd: null,
      latencyMs: ttftMs !== null && tpotMs !== null && outputTokens !== null ? ttftMs + tpotMs * (outputTokens - 1) : null,
      ttftMs,
      inputTokens,
      outputTokens,
      error: null,
      text: null,
    };
  }

  return {
    name: "simulated",
    source: { kind: "simulated", hash: valueHash({ simulated, seed, revision: REVISION }) },
    // 48 bits: a number that SQLite and JavaScript both hold exactly.
    variantOf: (prompt) => Number.parseInt(contentHash(`${meanOf(prompt)}/${prompt.inputTokens}`).slice(0, 12), 16),
    answer: (prompts, _, sample = 0) => Promise.resolve(prompts.map((prompt) => answer(prompt, sample))),
  };
}

/** The mean of what a distribution draws: for expectations without an answer. Null where nothing is stated. */
export function meanOfDistribution(distribution: Distribution | undefined): number | null {
  if (distribution === undefined) return null;
  if (typeof distribution === "number") return distribution;
  if ("p50" in distribution) return distribution.p50 * Math.exp(sigmaOf(distribution) ** 2 / 2);
  const points = distribution.quantiles;
  const [first, last] = [points[0] as Point, points[points.length - 1] as Point];
  let mean = first[0] * first[1] + (1 - last[0]) * last[1];
  for (let k = 1; k < points.length; k++) {
    const [[p, v], [q, w]] = [points[k - 1] as Point, points[k] as Point];
    mean += ((q - p) * (v + w)) / 2;
  }
  return mean;
}

type Point = readonly [share: number, value: number];

function failed({ rateLimitRate = 0, errorRate = 0 }: Profile, draw: number): string | null {
  if (draw < rateLimitRate) return "429 rate limited (simulated)";
  return draw < rateLimitRate + errorRate ? "call failed (simulated)" : null;
}

/** Inverse of the distribution function at `share`; null where nothing is stated. */
function valueAt(distribution: Distribution | undefined, share: number): number | null {
  if (distribution === undefined) return null;
  if (typeof distribution === "number") return distribution;
  if ("p50" in distribution) return distribution.p50 * Math.exp(sigmaOf(distribution) * normalQuantile(open(share)));
  const points = distribution.quantiles;
  let k = 1;
  while (k < points.length - 1 && (points[k] as Point)[0] < share) k++;
  const [[p, v], [q, w]] = [points[k - 1] as Point, points[k] as Point];
  return v + (w - v) * Math.min(1, Math.max(0, (share - p) / (q - p)));
}

/** σ of the log-normal with this median and 95 % point. */
function sigmaOf({ p50, p95 }: { readonly p50: number; readonly p95: number }): number {
  return Math.log(p95 / p50) / Z90;
}

/** A uniform draw of 32 bits, kept off 0 so that its normal score is finite. */
function open(draw: number): number {
  return draw + 2 ** -33;
}

function qualityMean(quality: Profile["quality"], model: string): (prompt: Prompt) => number | null {
  if (quality === undefined) return () => null;
  if (typeof quality === "number") return () => quality;
  const { mean, slices } = quality;
  if (!slices) return () => mean;
  if (!Array.isArray(slices)) return ({ dataset }) => (Object.hasOwn(slices, dataset) ? (slices[dataset] as number) : mean);
  const compiled = slices.map((slice) => ({ when: readable(slice.when, model), mean: slice.mean }));
  return (prompt) => {
    const scope = celScope(prompt);
    return compiled.find(({ when }) => when.test(scope))?.mean ?? mean;
  };
}

function readable(when: string, model: string) {
  try {
    return condition(when);
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    throw new WrpError(`simulated model "${model}": ${error.message}`, { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}
