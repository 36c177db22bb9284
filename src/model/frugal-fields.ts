import { z } from "zod";
import { judgeFields } from "./cascade-fields.ts";

/** The keys of a policy of kind frugal, besides kind and name. */
export const frugalFields = {
  budgetUsdPer1k: z.number().positive().describe("most that it may cost, USD per 1,000 prompts, on the prompts that it is fitted on"),
  models: z.array(z.string().min(1)).min(2, { error: "frugal needs two models or more" }).optional().describe("that it may ask; default: all that have grades and costs"),
  length: z.number().int().min(1).max(3).default(3).describe("most models that it asks, one after the other"),
  scorer: z
    .enum(["judge", "logprob", "margin", "verified"])
    .describe("what an answer is kept by: judge: one who takes its grade for the wrong side of threshold with probability errorRate; logprob, margin, verified: this confidence, as recorded, reaches a threshold that is searched too, a model a threshold"),
  threshold: z.number().min(0).max(1).optional().describe("of the judge; default 0.5"),
  folds: z.number().int().min(2).max(100).default(5).describe("parts of the prompts, each decided by what was searched on the others"),
  ...judgeFields,
};
