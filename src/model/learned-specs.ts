import { z } from "zod";

const name = z.string().min(1).optional();
const lambda = z.number().nonnegative().default(0).describe("quality that a USD is worth: the model of highest quality - lambda · cost is chosen");

/** Kinds of policy that are fitted on the outcomes of other prompts than they decide. */
export const learnedSpecs = [
  z.strictObject({
    kind: z.literal("knn"),
    name,
    k: z.number().int().min(1).max(10_000).default(31).describe("nearest training prompts that a model's quality and cost are the means of; all of them where there are fewer"),
    lambda,
    weights: z.enum(["even", "similarity"]).default("even").describe("how much each neighbour counts"),
  }),
  z.strictObject({
    kind: z.literal("kmeans"),
    name,
    clusters: z.number().int().min(1).max(10_000).default(32).describe("clusters that training prompts are put in; fewer where fewer differ"),
    alpha: z.number().min(0).max(1).default(1).describe("weight of quality in a cluster's score of a model, 1 - alpha that of low cost, both normalised over the models"),
  }),
  z.strictObject({
    kind: z.literal("logistic"),
    name,
    decay: z.number().positive().default(1e-3).describe("weight of the squared weights against the mean loss: the higher, the less a head trusts the vectors"),
    lambda,
  }),
  z.strictObject({
    kind: z.literal("svm"),
    name,
    decay: z.number().positive().default(1e-3).describe("weight of the squared weights against the mean loss"),
    epsilon: z.number().nonnegative().default(0.1).describe("how far an expected grade may be from a real one at no loss"),
    lambda,
  }),
  z.strictObject({
    kind: z.literal("mlp"),
    name,
    units: z.number().int().min(1).max(4096).default(64).describe("units of its hidden layer"),
    decay: z.number().nonnegative().default(1e-4).describe("weight of the squared weights against the mean loss"),
    lambda,
  }),
  z.strictObject({
    kind: z.literal("mf"),
    name,
    rank: z.number().int().min(1).max(4096).default(32).describe("dimensions that models and prompts meet in"),
    decay: z.number().nonnegative().default(1e-4).describe("weight of the squared weights against the mean loss"),
    lambda,
  }),
  z.strictObject({
    kind: z.literal("trees"),
    name,
    facts: z.array(z.string().min(1)).default(["prompt.lengthCodePoints"]).describe("numeric facts that they split by: prompt.lengthCodePoints, prompt.tokens, prompt.turn, meta.x"),
    components: z.number().int().min(0).max(512).default(16).describe("first principal components of the vectors that they split by, too; 0: none"),
    rounds: z.number().int().min(1).max(10_000).default(100).describe("trees of each model, one after another"),
    depth: z.number().int().min(1).max(8).default(3).describe("splits from the root to a leaf"),
    rate: z.number().positive().max(1).default(0.1).describe("share of each tree that is added"),
    minLeaf: z.number().int().min(1).default(20).describe("fewest training prompts in a leaf"),
    lambda,
  }),
  z.strictObject({
    kind: z.literal("irt"),
    name,
    dimensions: z.number().int().min(1).max(1024).default(8).describe("abilities that models have and prompts ask for"),
    decay: z.number().positive().default(1e-3).describe("weight of the squared weights against the mean loss"),
    lambda,
  }),
  z.strictObject({
    kind: z.literal("contrastive"),
    name,
    dimensions: z.number().int().min(1).max(4096).default(64).describe("of the space that prompts and models are put in"),
    temperature: z.number().positive().default(0.2).describe("what cosines are divided by: the lower, the less it takes to win"),
    promptWeight: z.number().nonnegative().default(1).describe("weight of prompts being near to those of their cluster, against being near to the right models"),
    lambda,
  }),
] as const;

const KINDS: readonly string[] = learnedSpecs.map(({ shape }) => shape.kind.value);

/** Whether policies of a kind are fitted on the outcomes at hand, in a run or by `wrp train`. */
export function isTrainable({ kind }: { readonly kind: string }): boolean {
  return KINDS.includes(kind);
}

/** Whether a kind of policy decides by what it expects of each model: fitted on outcomes here, before (`trained`), or elsewhere (`onnx`). */
export function isLearned({ kind }: { readonly kind: string }): boolean {
  return isTrainable({ kind }) || kind === "trained" || kind === "onnx";
}
