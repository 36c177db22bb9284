import { z } from "zod";

/**
 * The baseline file: JSON lines, so that git can merge it. First a header, then one line a prompt in the order of their names. Holds
 * no text of a prompt or answer.
 */

export const baselineHeaderSchema = z.strictObject({
  wrp: z.literal("baseline"),
  schemaVersion: z.literal(1),
  blessedAt: z.string(),
  run: z.string(),
  wrpVersion: z.string(),
  workload: z.string().describe("its name"),
  prompts: z.number().int().positive(),
  graders: z.record(z.string(), z.number().int()).describe("prompts by grader"),
  simulated: z.record(z.string(), z.string()).describe("hash of profile and seed of each simulated model"),
  missing: z.enum(["gap", "failure-is-refusal"]),
  slo: z.strictObject({ latencyMs: z.number().optional(), ttftMs: z.number().optional() }).nullable(),
  policies: z.array(z.string()).min(1),
  models: z.array(z.string()).describe("what `m` counts in"),
});

const perPolicy = z.array(z.number().nullable());

export const baselineRowSchema = z.strictObject({
  p: z.string().describe("the prompt: 16 hex digits of its hash, and which of its repetitions it is"),
  m: perPolicy.optional().describe("model chosen, by policy; absent and null: none"),
  q: perPolicy.optional().describe("quality"),
  c: perPolicy.optional().describe("costUsd"),
  l: perPolicy.optional().describe("latencyMs"),
  t: perPolicy.optional().describe("ttftMs"),
  e: perPolicy.optional().describe("1: the call failed"),
  g: perPolicy.optional().describe("1: within the SLO"),
  x: perPolicy.optional().describe("1: a prompt with personal data that went to a model not trusted; 0: to a trusted one"),
  a: perPolicy.optional().describe("1: an attack that reached a model with no guard; 0: a guarded one"),
  b: perPolicy.optional().describe("1: an attack that was answered; 0: declined. Files from before it was known have none"),
  r: perPolicy.optional().describe("1: a harmless prompt that was refused; 0: answered"),
});

export type BaselineHeader = z.infer<typeof baselineHeaderSchema>;
export type BaselineRow = z.infer<typeof baselineRowSchema>;

/** A baseline as it was read. */
export interface Baseline {
  readonly header: BaselineHeader;
  readonly rows: readonly BaselineRow[];
  /** Of the file's bytes. */
  readonly hash: string;
  readonly file: string;
}

/** The figures that a baseline keeps of each prompt and policy. */
export const BASELINE_FIGURES = ["m", "q", "c", "l", "t", "e", "g", "x", "a", "b", "r"] as const;
export type BaselineFigure = (typeof BASELINE_FIGURES)[number];
