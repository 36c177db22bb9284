import { z } from "zod";
import { judgeFields } from "./cascade-fields.ts";

/** The keys of a policy of kind best-of, besides kind and name. */
export const bestOfFields = {
  models: z.array(z.string().min(1)).min(2, { error: "best-of needs two models or more" }).describe("asked at the same time; of equally good answers, the one of the first is given"),
  pick: z
    .enum(["grader", "judge", "logprob", "margin", "verified"])
    .describe("the answer that is given: grader: that of the highest recorded grade (hindsight: a perfect judge); judge: the first that a judge calls good who takes its grade for the wrong side of threshold with probability errorRate, else the first; logprob, margin, verified: that of the highest confidence, as recorded"),
  threshold: z.number().min(0).max(1).optional().describe("of the judge; default 0.5"),
  ...judgeFields,
};
