import { z } from "zod";
import { gpuPriceSchema } from "./gpu-price.ts";

/**
 * What a simulated model is like: distributions that its answers are drawn from. What a profile does not state stays a gap: no
 * quality, no grade; no TTFT or TPOT, no latency.
 */

const positive = z.number().nonnegative({ error: "must be a number ≥ 0" });
const share = z.number().min(0, { error: "must be a number from 0 to 1" }).max(1, { error: "must be a number from 0 to 1" });

const distributionSchema = z
  .union([
    positive.describe("the same value every time"),
    z
      .strictObject({ p50: positive, p95: positive })
      .refine(({ p50, p95 }) => p50 > 0 && p95 >= p50, { error: "needs 0 < p50 ≤ p95" })
      .describe("log-normal with this median and 95 % point"),
    z
      .strictObject({
        quantiles: z
          .array(z.tuple([share, positive]))
          .min(2)
          .refine((points) => points.every(([p, v], k) => k === 0 || (p > (points[k - 1] as [number, number])[0] && v >= (points[k - 1] as [number, number])[1])), {
            error: "quantiles must rise: [share, value] pairs with growing shares",
          }),
      })
      .describe("measured: [share, value] pairs, linear between them; the first and last value stand for what lies beyond"),
  ])
  .describe("a number, {p50, p95}, or {quantiles: [[share, value], …]}");

const qualitySchema = z.union([
  share.describe("mean grade of every prompt"),
  z.strictObject({
    mean: share.describe("mean grade where no slice says otherwise"),
    slices: z
      .union([
        z.record(z.string(), share).describe("mean grade by dataset"),
        z.array(z.strictObject({ when: z.string().describe("CEL over prompt and meta; the first that is true counts"), mean: share })),
      ])
      .optional(),
    correlation: share
      .optional()
      .describe("how far models find the same prompts hard: correlation of the normal scores behind the grades; default 0.5"),
  }),
]);

export const profileSchema = z.strictObject({
  source: z.string().optional().describe("where the figures are from"),
  quality: qualitySchema.optional(),
  outputTokens: distributionSchema.optional(),
  ttftMs: distributionSchema.optional().describe("time to first token, milliseconds"),
  tpotMs: distributionSchema.optional().describe("time per output token after the first, milliseconds"),
  errorRate: share.optional().describe("share of calls that fail, other than by rate limit; default 0"),
  rateLimitRate: share.optional().describe("share of calls answered 429; default 0"),
  outputTokensPerSecond: z.number().positive({ error: "must be a number > 0" }).optional().describe("of all calls together, at the concurrency that the other figures are of: what a price by the GPU hour comes to"),
  throughput: z
    .array(z.strictObject({ concurrency: z.number().int().positive(), outputTokensPerSecond: positive }))
    .optional()
    .describe("output tokens per second of all calls together, by calls in flight: all that was measured"),
});

/** A profile that ships or that `wrp pool probe` measured: with its price, where one is known. */
export const shippedProfileSchema = profileSchema.extend({
  price: z.union([z.strictObject({ inputUsdPer1M: positive, outputUsdPer1M: positive, source: z.string() }), gpuPriceSchema]).optional(),
});

export type Distribution = z.infer<typeof distributionSchema>;
export type Profile = z.infer<typeof profileSchema>;
export type ShippedProfile = z.infer<typeof shippedProfileSchema>;
