import { z } from "zod";

/** Most orders that prompts are replayed in: each holds a choice of every prompt. */
const MOST_SHUFFLES = 200;

const named = { name: z.string().min(1).optional() };

const feedback = {
  delay: z.number().int().nonnegative().default(0).describe("further prompts that are decided before a call's outcome is known"),
  feedbackRate: z.number().min(0).max(1).default(1).describe("share of prompts whose grade ever comes, drawn by seed; what a call cost always comes"),
  shuffles: z.number().int().min(0).max(MOST_SHUFFLES).default(20).describe("random orders that its figures are means over; 0: the workload's own order alone"),
};

const lambda = z.number().nonnegative().default(0).describe("quality that a USD is worth: the reward is quality - lambda · cost");
const exploration = (usual: number) => z.number().nonnegative().default(usual).describe("how many times √(ln t / n) is added to a mean over n of t outcomes; UCB1: √2");
const discount = z.number().gt(0).max(1).default(1).describe("weight that an outcome keeps with every further prompt, for models that change; 1: outcomes do not age");
const dimensions = z.number().int().min(1).max(256).default(32).describe("numbers that a prompt's vector is projected to at random, by seed");

/** Kinds of policy that learn from the outcomes of their own choices, prompt after prompt. */
export const onlineSpecs = [
  z.strictObject({
    kind: z.literal("epsilon-greedy"),
    ...named,
    epsilon: z.number().min(0).max(1).optional().describe("share of prompts that go to a model drawn at random; default 0.1"),
    decay: z.number().positive().optional().describe("in place of epsilon: at prompt t the share is min(1, decay · models / t)"),
    lambda,
    discount,
    ...feedback,
  }),
  z.strictObject({ kind: z.literal("ucb"), ...named, exploration: exploration(Math.SQRT2), lambda, discount, ...feedback }),
  z.strictObject({
    kind: z.literal("linucb"),
    ...named,
    alpha: z.number().nonnegative().default(1).describe("how many standard deviations are added to a model's expected reward"),
    dimensions,
    ridge: z.number().positive().default(1).describe("weight of the prior that a prompt's vector tells nothing"),
    lambda,
    ...feedback,
  }),
  z.strictObject({
    kind: z.literal("thompson"),
    ...named,
    model: z.enum(["beta", "linear"]).default("beta").describe("of the reward: one share a model, or a linear function of the prompt's vector"),
    scale: z.number().positive().default(0.5).describe("linear: standard deviation of the noise; that of a grade is at most 0.5"),
    dimensions,
    lambda,
    ...feedback,
  }),
  z.strictObject({
    kind: z.literal("budgeted"),
    ...named,
    budgetUsdPer1k: z.number().positive().describe("USD that 1,000 prompts may cost on average"),
    exploration: exploration(0.5),
    ...feedback,
  }),
] as const;

type OnlineSpec = z.infer<(typeof onlineSpecs)[number]>;

/** Whether a kind of policy learns as it goes. */
export function isOnline({ kind }: { readonly kind: string }): boolean {
  return onlineSpecs.some((spec) => spec.shape.kind.value === kind);
}

/** Whether such a policy reads the vectors of prompts. */
export function readsVectors(spec: { readonly kind: string } | OnlineSpec): boolean {
  return spec.kind === "linucb" || (spec.kind === "thompson" && "model" in spec && spec.model === "linear");
}
