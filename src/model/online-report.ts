import { z } from "zod";

const bounds = z.tuple([z.number(), z.number()]).nullable();

/** A figure of a whole replay, over the random orders. */
const overOrders = z.object({
  mean: z.number(),
  ci: bounds.describe("95 % interval of the mean over all orders (Student's t), given these prompts; null for one order"),
  sd: z.number().nullable().describe("standard deviation of one order's figure"),
});

const curve = z.object({
  mean: z.array(z.number()).describe("over the orders, at each of `prompts`"),
  ci: z.array(bounds).describe("95 % interval of each mean over all orders (Student's t), one by one, given these prompts"),
  sd: z.number().nullable().describe("standard deviation of one order's figure at the end"),
});

/** What a policy that learns as it goes came to, order by order. */
export const onlineReportSchema = z.object({
  policy: z.string(),
  lambdaPerUsd: z.number().describe("reward: quality - lambda · cost in USD"),
  orders: z.number().int().describe("random orders that figures are means over; 0: the workload's own alone"),
  quality: overOrders,
  costUsdPer1k: overOrders.nullable(),
  inOrder: z.object({ quality: z.number(), costUsdPer1k: z.number().nullable() }).describe("in the workload's own order; far from the random orders' where what models are worth changes along it"),
  regret: z
    .object({
      bestSingle: z.string().describe("the model of highest mean reward on these prompts, in hindsight"),
      prompts: z.array(z.number().int()).describe("compared prompts decided so far"),
      versusBestSingle: curve.describe("Σ (reward of the best single model - reward of the choice): regret against the best arm in hindsight (Auer et al. 2002), by the rewards on each prompt; below 0 where the policy does better than it"),
      versusOracle: curve.describe("Σ (highest reward of any model on the prompt - reward of the choice): never below 0; no policy that does not know the outcomes reaches 0"),
      inOrder: z.number().describe("versusBestSingle at the end of the workload's own order"),
    })
    .nullable()
    .describe("null where a cost that the reward counts is not known"),
});

export type OnlineReport = z.infer<typeof onlineReportSchema>;
