import { z } from "zod";

/** What a policy of kind `automix` says. */
export const automixFields = {
  models: z.tuple([z.string().min(1), z.string().min(1)], { error: "must be two: the small one, which is always asked, and the big one" }).describe("the small model, which is always asked, and the big one, which is asked where that pays"),
  confidence: z.enum(["verified", "logprob", "margin"]).default("verified").describe("what is recorded of the small one's answer and told by: how often it verified itself, or of its tokens"),
  method: z.enum(["pomdp", "threshold"]).default("pomdp").describe("pomdp: for each of the bins what is expected of both; threshold: one confidence from which on the answer is kept"),
  bins: z.number().int().min(1).max(100).default(8).describe("observations that are told apart, of about equal numbers of training prompts (pomdp)"),
  lambda: z.number().nonnegative().default(0).describe("quality that a USD is worth: the big one is asked where its gain is more than lambda · its cost"),
  folds: z.number().int().min(2).max(100).default(5).describe("each prompt is decided by what was fitted on the other folds"),
  verifyCostUsd: z.number().nonnegative().optional().describe("what verifying an answer costs; default: nothing"),
  verifyLatencyMs: z.number().nonnegative().optional().describe("how long it takes; default: no time"),
};
