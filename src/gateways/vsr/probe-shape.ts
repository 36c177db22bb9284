import { z } from "zod";

const text = z.union([z.string(), z.number(), z.boolean()], { error: "must be a text" }).nullish().transform((value) => String(value ?? "").trim());
const texts = z.array(text, { error: "must be a list of texts" }).nullish().transform((value) => value ?? []);
const percent = z.number({ error: "must be a number of percent" }).min(0, "must be at least 0").max(100, "must be at most 100").nullish();
const mode = z.enum(["contains", "exact"], { error: "must be contains or exact" }).nullish();
const signals = z.record(z.string(), texts, { error: "must give names by type: {keywords: [urgent]}" }).nullish();
const repeat = z.number({ error: "must be a whole number" }).int("must be a whole number").min(1, "must be at least 1").max(10_000, "must be at most 10,000").nullish().transform((value) => value ?? 1);
const things = z.array(z.record(z.string(), z.unknown(), { error: "must be a map" }), { error: "must be a list" }).nullish().transform((value) => value ?? []);

const variant = z.looseObject(
  {
    id: text,
    query: text,
    messages: things,
    tools: things,
    repeat,
    padding: z.object({ text, repeat, placement: z.enum(["before", "after", "around"], { error: "must be before, after or around" }).nullish().transform((value) => value ?? "before") }).nullish(),
    generated_text: z.object({ message_index: z.number().int().nonnegative(), content_index: z.number().int().nonnegative(), target_text_bytes: z.number().int().min(1).max(16_777_216), character: z.string().regex(/^[ -~]$/, "must be one printable ASCII character") }).nullish(),
    tags: texts,
    expected_signals: signals,
  },
  { error: "must be a map" },
);

const decision = z
  .looseObject(
    {
      id: text,
      expected_decision: text,
      model: text,
      expected_recipe: text,
      expected_algorithm: text,
      expected_plugins: texts,
      forbidden_plugins: texts,
      plugin_match: mode,
      expected_alias: text,
      expected_signals: signals,
      forbidden_signals: signals,
      signal_match: mode,
      robustness: z.looseObject({ min_pass_rate: percent }).nullish(),
      variants: z.array(variant, { error: "must be a list of probes" }).min(1, "must hold a probe"),
    },
    { error: "must be a map" },
  )
  .refine(({ id, expected_decision: expected }) => id !== "" || expected !== "", { error: "needs an expected_decision" });

/** What of a `probes.yaml` is read; what else stands there passes. */
export const probeFileShape = z.looseObject(
  {
    fixtures: z.looseObject({ images: z.record(z.string(), z.unknown()).nullish() }).nullish(),
    acceptance: z.looseObject({ min_probe_pass_rate: percent, min_decision_pass_rate: percent }).nullish(),
    coverage: z.looseObject({ min_tag_pass_rate: z.record(z.string(), z.number().min(0).max(100)).nullish() }).nullish(),
    decisions: z.array(decision, { error: "must be a list" }).min(1, "must hold a decision"),
  },
  { error: "must be a map" },
);

export type ProbeFileShape = z.infer<typeof probeFileShape>;
export type DecisionShape = ProbeFileShape["decisions"][number];
export type VariantShape = DecisionShape["variants"][number];
