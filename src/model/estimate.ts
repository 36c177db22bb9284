import { z } from "zod";

/** Numbers with their intervals, and what is said of them: what parts of a report are made of. */

export const ci = z
  .tuple([z.number(), z.number()])
  .nullable()
  .describe("95 % interval [low, high]; null where none can be given");

export const estimateSchema = z.object({
  mean: z.number().nullable(),
  ci,
  n: z.number().int().nonnegative().describe("prompts that the number stands on"),
});

export const openCi = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .nullable()
  .describe("95 % interval; a null bound is infinite (never reached)");

export const verdictSchema = z.enum(["better", "worse", "equivalent", "inconclusive"]);

export const aiqSchema = z.object({
  paper: z.number().describe("area / (c_max - c_min)"),
  code: z.number().describe("the same area / c_max, as RouterBench's code divides"),
  logCost: z.number().nullable().describe("area over log cost / log(c_max / c_min); null where c_min is 0"),
  range: z.tuple([z.number(), z.number()]).describe("USD per 1,000 prompts, fixed over resamples"),
  ci: ci.describe("of `paper`"),
});

export type Estimate = z.infer<typeof estimateSchema>;
export type Interval = Estimate["ci"];
export type Verdict = z.infer<typeof verdictSchema>;
