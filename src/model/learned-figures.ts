import { z } from "zod";
import { aiqSchema, ci, estimateSchema, openCi, verdictSchema } from "./estimate.ts";

/** What a report says of learned policies alone: their curves, and how far their expectations can be trusted. */

const openLevels = z.object({ "20": openCi, "50": openCi, "80": openCi });
const levels = z.object({ "20": z.number().nullable(), "50": z.number().nullable(), "80": z.number().nullable() });

const againstMixSchema = z.object({
  range: z.tuple([z.number(), z.number()]).describe("USD per 1,000 prompts that both can be had for: from the dearer of their cheapest points to the curve's dearest; fixed over resamples"),
  difference: z.number().describe("mean over that range of the curve's quality minus the zero router's at the same cost; the curve as it stands, linear between its points in order of cost"),
  ci,
  simultaneousCi: ci.describe("over all curves of the report (Bonferroni); the verdict rests on it"),
  margin: z.number().nullable(),
  verdict: verdictSchema,
  hull: z.object({ difference: z.number(), ci }).describe("the same of the curve's convex hull, as RouterBench compares: its corners are picked by their outcomes, so it is biased upward, and never falls below a mix of the curve's ends"),
});

export const knobCurveSchema = z.object({
  policy: z.string(),
  knob: z.object({ name: z.string(), unit: z.string(), value: z.number().describe("the policy's own") }),
  n: z.number().int().describe("compared prompts that every point stands on"),
  points: z
    .array(
      z.object({
        value: z.number(),
        quality: estimateSchema,
        costUsdPer1k: estimateSchema,
        own: z.boolean().describe("the policy's own row"),
        shareToStrong: z.number().optional().describe("of two models, the prompts that go to the strong one"),
      }),
    )
    .describe("from the cheapest choice to the dearest; each interval is its own"),
  band: z
    .array(
      z.object({
        costUsdPer1k: z.number(),
        quality: z.number().describe("of the curve at this cost"),
        ci: ci.describe("simultaneous over the curve: 95 % for all these costs at once"),
        mixQuality: z.number().nullable().describe("the zero router's at this cost; null below the cheapest model"),
        mixDifference: z.number().nullable(),
        mixCi: ci.describe("of the difference, simultaneous over the curve"),
      }),
    )
    .describe("the curve at even steps of cost (of its logarithm, where it spans a factor of more than 10); empty where its cost does not vary"),
  aiq: aiqSchema.nullable().describe("of the hull of its points over the pool's range, with the cheapest model where its points are all dearer; biased upward as the zero router's; null where the pool has no range"),
  audc: z.object({ value: z.number().nullable(), ci }).describe("area under quality over min-max normalised cost"),
  qnc: z.object({ value: z.number().nullable(), ci: openCi }).describe("cost of the cheapest point that has the best single model's quality / that model's cost"),
  apgr: z.object({ value: z.number().nullable(), ci }).optional().describe("only where the pool is two models; null where strong - weak may be 0"),
  cpt: z.object({ exact: levels.describe("first attained point"), ci: openLevels }).optional(),
  againstMix: againstMixSchema.nullable().describe("null where they share no range of costs"),
});

const reliabilitySchema = z.object({
  n: z.number().int().describe("expectations that it stands on"),
  ece: z.number().describe("Σ share · |mean expected - mean quality| over the bins (Naeini et al. 2015; Guo et al. 2017, eq. 3): biased upward, above 0 also where all is calibrated"),
  eceCorrected: z.number().describe("less the bias that its resamples show, at least 0"),
  eceCi: ci.describe("of the calibration error, the bins held: the upper bound is the basic bootstrap's, the lower one takes off the most that noise can add, so that it is 0 where all may be calibrated"),
  brier: estimateSchema.describe("mean of (expected - quality)², quality graded in [0,1] (Brier 1950)"),
  brierOfMean: z.number().describe("the same of one who always expects the mean quality that came: what expectations have to be below to tell anything"),
  bins: z.array(z.object({ n: z.number().int(), from: z.number(), to: z.number(), expected: z.number(), quality: estimateSchema })).describe("of about equal numbers, equal expectations together"),
});

export const calibrationSchema = z.object({
  chosen: reliabilitySchema.describe("of the model that was chosen: a choice of the highest expectation expects too much"),
  all: reliabilitySchema.describe("of every model on every prompt"),
});
