import { z } from "zod";
import { ci, verdictSchema } from "./estimate.ts";

/** What `wrp compare A B` says: two policies on the prompts that both decided, of one run or of two. */

const sideSchema = z.object({
  label: z.string().describe("what the comparisons call it"),
  run: z.string(),
  policy: z.string(),
  kind: z.string(),
  createdAt: z.string(),
  workload: z.string(),
  basis: z.enum(["outcomes", "decisions"]),
  simulated: z.boolean().describe("true where it uses a simulated model"),
  prompts: z.number().int().describe("read"),
});

export const pairedComparisonSchema = z.object({
  metric: z.string(),
  direction: z.enum(["min", "max"]),
  a: z.number().describe("on the prompts that both know"),
  b: z.number(),
  difference: z.number().describe("a minus b"),
  ci: ci.describe("95 % interval of the difference"),
  simultaneousCi: ci.describe("over all slices of this metric (Bonferroni); the verdict of a slice rests on it"),
  margin: z.number().nullable(),
  verdict: verdictSchema.describe("of a against b"),
  n: z.number().int().describe("prompts that both know"),
  nToSettle: z.number().nullable().describe("prompts that would settle it at the observed variance; null: no number would"),
});

export const comparisonSchema = z.object({
  schemaVersion: z.literal(1),
  a: sideSchema,
  b: sideSchema,
  seed: z.number().int(),
  prompts: z.object({
    paired: z.number().int().describe("prompts in both, which every model that either uses has answered with a grade"),
    left: z.number().int().describe("in both, but without such a grade"),
    onlyA: z.number().int(),
    onlyB: z.number().int(),
    clusters: z.number().int(),
  }),
  comparisons: z.array(pairedComparisonSchema),
  slices: z.array(z.object({ by: z.string(), value: z.string(), prompts: z.number().int(), comparisons: z.array(pairedComparisonSchema) })),
  moved: z.object({
    count: z.number().int().describe("paired prompts that go to different models"),
    n: z.number().int().describe("paired prompts that both decide"),
    flows: z.array(z.object({ from: z.string().describe("b's model"), to: z.string().describe("a's model"), count: z.number().int() })),
  }),
  changed: z.object({
    count: z.number().int().describe("paired prompts whose model, quality or cost differs"),
    prompts: z.array(
      z.object({
        ordinal: z.number().int().describe("in a's workload"),
        id: z.string(),
        dataset: z.string(),
        modelA: z.string().nullable(),
        modelB: z.string().nullable(),
        qualityA: z.number().nullable(),
        qualityB: z.number().nullable(),
        costUsdA: z.number().nullable(),
        costUsdB: z.number().nullable(),
        latencyMsA: z.number().nullable(),
        latencyMsB: z.number().nullable(),
        text: z.string().optional().describe("only with --with-content, or outside CI"),
      }),
    ),
  }),
  warnings: z.array(z.string()),
});

export type PairedComparison = z.infer<typeof pairedComparisonSchema>;
export type PolicyComparison = z.infer<typeof comparisonSchema>;
