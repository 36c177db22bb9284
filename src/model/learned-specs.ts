import { z } from "zod";

const name = z.string().min(1).optional();
const lambda = z.number().nonnegative().default(0).describe("quality that a USD is worth: the model of highest quality - lambda · cost is chosen");

/** Kinds of policy that are fitted on the outcomes of other prompts than they decide. */
export const learnedSpecs = [
  z.strictObject({
    kind: z.literal("knn"),
    name,
    k: z.union([z.number().int().min(1).max(10_000), z.literal("auto")], { error: "must be a whole number from 1 to 10000, or auto" }).default(31).describe("nearest training prompts that a model's quality and cost are the means of; all of them where there are fewer; auto: chosen in a nested fold"),
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
    decay: z.union([z.number().positive(), z.literal("auto")], { error: "must be a number above 0, or auto" }).default(1e-3).describe("weight of the squared weights against the mean loss: the higher, the less a head trusts the vectors; auto: chosen in a nested fold"),
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
  z.strictObject({ kind: z.literal("elo"), name, lambda }),
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
    temperature: z.number().positive().default(0.2).describe("what cosines are divided by: the lower, the less it takes to win; RouterDC has 1"),
    promptWeight: z.number().nonnegative().default(1).describe("weight of prompts being near to those of their cluster, against being near to the right models"),
    lambda,
  }),
  z.strictObject({
    kind: z.literal("hybrid"),
    name,
    experienceWeight: z.number().min(0).max(1).default(0.3).describe("of who wins against whom over all training prompts"),
    routerDcWeight: z.number().min(0).max(1).default(0.3).describe("of how near the prompt is to the model, as contrastive"),
    automixWeight: z.number().min(0).max(1).default(0.2).describe("of a model's mean grade less a share of its cost"),
    costWeight: z.number().min(0).max(1).default(0.2).describe("its square is what the cheapest model's score gains"),
    lambda,
  }),
] as const;

/** A policy that `wrp train` fitted. */
export const trainedSpec = z.strictObject({
  kind: z.literal("trained"),
  name,
  artefact: z.string().min(1).describe("a file that wrp train wrote, relative to this file"),
  of: z.string().optional().describe("the kind that it must be of"),
  lambda: lambda.removeDefault().optional().describe("quality that a USD is worth, where its kind chooses by that; default: as it was trained"),
  alpha: z.number().min(0).max(1).optional().describe("weight of quality, where its kind chooses by that; default: as it was trained"),
  card: z.unknown().optional().describe("what the file says of itself; default: it is read"),
});

/** A policy that a file made elsewhere decides for. */
export const onnxSpec = z.strictObject({
  kind: z.literal("onnx"),
  name,
  model: z.string().min(1).describe("an ONNX file that scores models, relative to this file"),
  models: z.array(z.string().min(1)).min(1).describe("the models that it scores, in the order of its scores"),
  inputs: z
    .record(z.string(), z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]))
    .optional()
    .describe("what its inputs are given, by their names: vector (of the prompt's text, by the embedder), a numeric fact (prompt.lengthCodePoints, prompt.tokens, meta.x), or a list of these, side by side; default: the vector, to its only one"),
  output: z.string().min(1).optional().describe("its output with the scores; default: the only one"),
  score: z.enum(["probability", "logit"]).default("probability").describe("what a score is: an expected grade in [0,1], or the logit of one"),
  lambda: z.number().nonnegative().default(0).describe("quality that a USD is worth, at each model's mean cost: the model of highest quality - lambda · cost is chosen"),
  hash: z.string().optional().describe("of the file; default: it is read"),
});

const FITTED: readonly string[] = learnedSpecs.map(({ shape }) => shape.kind.value);

/** Whether a kind of policy is fitted on the data of a run. */
export function isFittedHere({ kind }: { readonly kind: string }): boolean {
  return FITTED.includes(kind);
}

/** Whether a kind of policy decides by what it expects of each model: fitted on outcomes here, by `wrp train` before, or elsewhere. */
export function isLearned({ kind }: { readonly kind: string }): boolean {
  return isFittedHere({ kind }) || [trainedSpec, onnxSpec].some(({ shape }) => kind === shape.kind.value);
}
