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

const FITTED: readonly string[] = learnedSpecs.map(({ shape }) => shape.kind.value);

/** Whether a kind of policy is fitted on the data of a run. */
export function isFittedHere({ kind }: { readonly kind: string }): boolean {
  return FITTED.includes(kind);
}

/** Whether a kind of policy is fitted on outcomes, here or by `wrp train` before. */
export function isLearned({ kind }: { readonly kind: string }): boolean {
  return isFittedHere({ kind }) || kind === trainedSpec.shape.kind.value;
}
