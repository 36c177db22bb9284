import { z } from "zod";

/** What ends a cascade after an answer: how good it is, as its grade or a judge says, how sure the model was, how long it is, how many answers agree, or nothing that anybody looks at. */
const STOPS = ["grader", "judge", "logprob", "margin", "verified", "answerLength", "selfConsistency", "always", "never"] as const;

const NUMBERS = "must be a number, or a list of numbers, one for each model but the last";

/** Of a judge who is played by recorded grades. */
export const judgeFields = {
  errorRate: z.number().min(0).max(1).optional().describe("of the judge: how often its verdict is wrong"),
  judgeCostUsd: z.number().nonnegative().optional().describe("of the judge, for each answer that it looks at; default 0"),
  judgeLatencyMs: z.number().nonnegative().optional().describe("of the judge likewise; default 0"),
};

/** The keys of a policy of kind cascade, besides kind and name. */
export const cascadeFields = {
  models: z.array(z.string().min(1)).min(2, { error: "a cascade needs two models or more" }).optional().describe("asked in this order until an answer is kept; the last one's always is. Default: all, the cheapest first"),
  stop: z
    .enum(STOPS)
    .describe("an answer is kept where grader: its recorded grade is threshold or more (hindsight: a perfect judge); judge: a judge says so who takes the grade for the wrong side of threshold with probability errorRate; logprob, margin, verified: this confidence, as recorded, is threshold or more; answerLength: it has threshold code points or fewer (with keep long: or more); selfConsistency: of the answers that --repeat asks each model for, all but the last one's, this share or more are the same after normalisation (all are paid and asked at the same time, and the answer that most gave is given); always; never"),
  threshold: z.union([z.number(), z.array(z.number()).min(1)], { error: NUMBERS }).optional().describe("of all models, or one for each but the last; default: 0.5 of grader, judge and verified"),
  keep: z.enum(["short", "long"]).optional().describe("of answerLength: which answers are kept; default short, since who is unsure writes at length"),
  ...judgeFields,
};
