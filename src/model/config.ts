import { z } from "zod";
import { bestOfFields } from "./best-of-fields.ts";
import { cascadeFields } from "./cascade-fields.ts";
import { automixFields } from "./automix-fields.ts";
import { frugalFields } from "./frugal-fields.ts";
import { gpuPriceSchema, type GpuPrice } from "./gpu-price.ts";
import { learnedSpecs, onnxSpec, trainedSpec } from "./learned-specs.ts";
import type { CallSettings } from "./live.ts";
import { onlineSpecs } from "./online-specs.ts";
import { profileSchema, type Profile } from "./profile.ts";

/**
 * `wrp.yaml`: what to replay, over which models and policies. Flags override it. The JSON Schema made from this
 * (`schemas/config.schema.json`) lets editors complete the file. Unknown keys are errors.
 */

/** Most tokens of a live answer, where a config says nothing: a call can then be priced before it is made. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 4096;

/** Most answers to one prompt. */
export const MOST_REPEAT = 100;

const tokenPrice = z
  .strictObject({
    inputUsdPer1M: z.number().nonnegative().describe("USD per million input tokens"),
    outputUsdPer1M: z.number().nonnegative().describe("USD per million output tokens"),
    cachedInputUsdPer1M: z.number().nonnegative().optional().describe("USD per million input tokens that the backend read from its cache; default: as other input"),
  })
  .describe("applied to token counts where a recorded cost is missing");

const price = z.union([tokenPrice, gpuPriceSchema, z.literal("free")]);

const milliseconds = z.number().positive().max(86_400_000);

const callSettings = z.strictObject({
  temperature: z.number().nonnegative().optional(),
  topP: z.number().min(0).max(1).optional(),
  maxOutputTokens: z.number().int().positive().optional().describe(`most tokens of an answer; default ${DEFAULT_MAX_OUTPUT_TOKENS}`),
  seed: z.number().int().optional(),
  stop: z.array(z.string()).optional(),
  reasoningEffort: z.string().optional(),
  body: z.record(z.string(), z.unknown()).optional().describe("sent as it stands, over what the protocol would send; null takes a field out"),
});

const backendFields = {
  url: z.string().min(1).describe("base URL, for example http://localhost:8000/v1"),
  protocol: z.string().min(1).optional().describe("openai-chat (default), anthropic-messages"),
  apiKeyEnv: z.string().min(1).optional().describe("the environment variable that holds the key; keys never stand in a config"),
  apiKeyFile: z.string().min(1).optional().describe("a file that holds the key, relative to this file"),
  headers: z.record(z.string(), z.string()).optional().describe("sent with every call; never stored"),
  allowInsecure: z.boolean().optional().describe("plain http to another machine: prompts and keys can be read on the way"),
  settings: callSettings.optional(),
  concurrency: z.union([z.literal("adaptive"), z.number().int().min(1).max(10_000)]).optional().describe("calls at a time; adaptive (default): more while all goes well, half on 429 and 503"),
  requestsPerMinute: z.number().positive().optional(),
  tokensPerMinute: z.number().positive().optional(),
  timeoutMs: milliseconds.optional().describe("longest try; default 120,000"),
  firstTokenTimeoutMs: milliseconds.optional().describe("longest wait for the first token of a try; default: as long as the try"),
  deadlineMs: milliseconds.optional().describe("longest time for an outcome with all its tries; default 600,000"),
  retries: z.number().int().nonnegative().max(100).optional().describe("tries after the first; default 5"),
};

const liveSchema = z.strictObject({
  ...backendFields,
  url: backendFields.url.optional(),
  backend: z.string().min(1).optional().describe("a name under backends, which the rest changes"),
  model: z.string().min(1).optional().describe("what the backend calls it; default: its name here"),
});

const modelSchema = z.strictObject({
  name: z.string().min(1),
  price: price.optional().describe('prices per token, or what a GPU hour costs, or "free" for a model that really costs nothing'),
  trusted: z.boolean().optional().describe("sensitive prompts may go there"),
  guarded: z.boolean().optional().describe("a guard stands before it"),
  simulated: z
    .union([z.string().min(1), profileSchema.extend({ profile: z.string().min(1).optional().describe("a shipped profile, or a file by wrp pool probe (./probe.json, relative to this file), that the rest changes") })])
    .optional()
    .describe("answers are drawn, not recorded: the name of a shipped profile (wrp help profiles lists them), a file by wrp pool probe (./probe.json), or distributions"),
  live: z
    .union([z.string().min(1), liveSchema])
    .optional()
    .describe("answers come from a running model: the name of a backend, or its address and settings. It is called only with --live; what it answered is kept and replayed"),
});

const named = { name: z.string().min(1).optional() };

/** The policies of a config, by kind. */
export const policySpecSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("always"), ...named, model: z.string() }),
  z.strictObject({ kind: z.literal("random"), ...named }),
  z.strictObject({
    kind: z.literal("mix"),
    ...named,
    weights: z.record(z.string(), z.number().nonnegative()).describe("share of each model; made to sum to 1"),
  }),
  z.strictObject({ kind: z.literal("cheapest"), ...named }),
  z.strictObject({ kind: z.literal("best-single"), ...named }),
  z.strictObject({ kind: z.literal("oracle"), ...named }),
  z.strictObject({
    kind: z.literal("zero-router"),
    ...named,
    costUsdPer1k: z.number().nonnegative().optional().describe("where on the hull; default: the middle of its range"),
  }),
  z.strictObject({
    kind: z.literal("threshold"),
    ...named,
    fact: z.string().default("prompt.lengthCodePoints").describe("any numeric fact: prompt.lengthCodePoints, prompt.tokens, meta.x"),
    threshold: z.number().optional().describe("strong where fact ≥ threshold"),
    strongShare: z.number().min(0).max(1).optional().describe("threshold set so that about this share goes to strong"),
    strong: z.string().optional().describe("default: the best single"),
    weak: z.string().optional().describe("default: the cheapest"),
  }),
  z.strictObject({
    kind: z.literal("rules"),
    ...named,
    rules: z.array(
      z.strictObject({
        name: z.string().optional(),
        when: z.string().describe("CEL over prompt, meta, signals"),
        model: z.string(),
      }),
    ),
    default: z.string(),
  }),
  z.strictObject({ kind: z.literal("recorded"), ...named }),
  ...learnedSpecs,
  trainedSpec,
  onnxSpec,
  z.strictObject({ kind: z.literal("cascade"), ...named, ...cascadeFields }),
  z.strictObject({ kind: z.literal("best-of"), ...named, ...bestOfFields }),
  z.strictObject({ kind: z.literal("frugal"), ...named, ...frugalFields }),
  z.strictObject({ kind: z.literal("automix"), ...named, ...automixFields }),
  ...onlineSpecs,
  z.strictObject({
    kind: z.literal("command"),
    ...named,
    command: z
      .union([z.array(z.string()).min(1), z.string().min(1)], { error: "must be a program with its arguments: a list, or one text" })
      .describe("a router in any language: the program and its arguments, as a list or as a shell would split them (no shell runs); wrp help command has the protocol"),
    cwd: z.string().optional().describe("the folder it runs in, relative to this file (on the command line: to the working directory)"),
    env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: "must be a text or a number" })).optional().describe("added to the environment"),
    timeoutMs: milliseconds.default(10_000).describe("longest wait for an answer; then it is killed"),
    startTimeoutMs: milliseconds.default(60_000).describe("longest wait for its first answer"),
    memoryMb: z.number().positive().nullable().default(2048).describe("most resident memory of it and all that it starts, MB; null: any"),
    inFlight: z.number().int().min(1).max(1024).default(1).describe("questions that may wait for their answers at a time"),
    version: z.string().min(1).optional().describe("of its code: while this stays, decisions are kept and it is not asked again"),
  }),
  z.strictObject({
    kind: z.literal("remote"),
    ...named,
    live: z
      .union([z.string().min(1), liveSchema.omit({ headers: true })])
      .describe("a router that runs: the name of a backend, or its address and settings (headers stand under backends). It is called only with --live; what it answered is kept and replayed"),
    serves: z.record(z.string(), z.string().min(1)).optional().describe("what the router calls models of the pool: {Qwen/Qwen3-32B: big}; a name that the pool has too needs no line"),
    price: z.union([tokenPrice, z.literal("free")]).optional().describe("of whatever it serves; default: that of the model that served"),
    chosenBy: z.string().min(1).optional().describe("the header of its responses that names the model; default: the one of a known router, else the response's model"),
  }),
  z.strictObject({
    kind: z.literal("vsr"),
    ...named,
    config: z.string().min(1).describe("a config.yaml (v0.3) of vLLM Semantic Router, relative to this file"),
    recipe: z.string().min(1).optional().describe("one of its recipes; default: the top-level routing"),
    entrypoint: z.string().min(1).optional().describe("the recipe that clients get who ask for this model name"),
    models: z.record(z.string(), z.string()).optional().describe("its names of models → the names here, where they differ"),
    set: z
      .record(z.string(), z.union([z.number(), z.string()], { error: "must be a number" }))
      .optional()
      .describe("numbers of the config by path, put in place of those that it has: {decisions.legal.priority: 120}; wrp export --list lists the paths"),
    signals: z
      .literal("recorded", { error: "must be recorded, or not there" })
      .optional()
      .describe("take what a Router Replay log says that the signals of each prompt found, in place of reading them: for logs of a router with the same signals; a threshold that is set has then no effect on them"),
    text: z.string().optional().describe("what the file holds, with what is set; default: it is read"),
    manifests: z.record(z.string(), z.unknown()).optional().describe("labels of its knowledge bases with their exemplars, by the base's name; default: they are read"),
  }),
]);

const sensitiveSchema = z.strictObject({
  detect: z.literal("pii").describe("personal data, found by wrp's patterns"),
  kinds: z.array(z.string()).min(1).optional().describe("PERSON, EMAIL_ADDRESS …; default: all but dates, ages, places, organizations, nationalities, titles and web addresses"),
  confidence: z.number().min(0).max(1).default(0.7).describe("of what counts; 0.99: a check digit holds, 0.9: nothing else is written so, 0.8: words beside it say so, 0.7: it is on a list, 0.5: a guess"),
});

/** What makes a prompt count as sensitive, besides its tags. */
export type SensitiveSpec = z.infer<typeof sensitiveSchema>;

const modelFile = {
  model: z.string().min(1).describe("an ONNX file, relative to this file"),
  tokenizer: z.string().min(1).optional().describe("its tokenizer.json; default: the one beside it"),
  maxTokens: z.number().int().positive().optional().describe("most tokens of a text that it reads, with special ones; default: what the model's own files say, else 512"),
};

const embedderSchema = z.union([
  z.literal("built-in"),
  z.strictObject({ ...modelFile, pooling: z.enum(["mean", "cls"]).optional().describe("how the vectors of tokens become one; default: what the model's own files say, else mean") }),
  z.strictObject({
    live: liveSchema.describe("where it runs, and model: what the backend calls it; of settings, only body is sent"),
    price: z.union([tokenPrice.extend({ outputUsdPer1M: z.number().nonnegative().default(0) }), z.literal("free")]).optional(),
    dimensions: z.number().int().positive().optional().describe("length of its vectors, for models that can shorten them"),
    batch: z.number().int().min(1).max(256).optional().describe("most texts in a request; default 32"),
  }),
]);

const classifierSchema = z.strictObject({
  ...modelFile,
  labels: z.array(z.string()).min(1).optional().describe("in the order of its outputs; default: id2label of the config.json beside it"),
  kind: z.enum(["sequence", "tokens"]).optional().describe("what it labels: whole texts, or tokens of them (BIO); default: tokens for pii, else sequence"),
  multiLabel: z.boolean().optional().describe("its labels do not exclude each other: each has a probability of its own"),
});

/** Types of signal that a classifier can be given for, besides those of `classifier:NAME`. */
export const CLASSIFIED = ["domain", "jailbreak", "pii", "fact_check", "user_feedback", "complexity", "modality", "language", "preference"] as const;

const classifiersSchema = z
  .object(Object.fromEntries(CLASSIFIED.map((type) => [type, classifierSchema.optional()])) as Record<(typeof CLASSIFIED)[number], z.ZodOptional<typeof classifierSchema>>)
  .catchall(classifierSchema)
  .superRefine((classifiers, context) => {
    const keys = Object.keys(classifiers).filter((key) => !(CLASSIFIED as readonly string[]).includes(key) && !/^classifier:./.test(key));
    if (keys.length > 0) context.addIssue({ code: "unrecognized_keys", keys, input: classifiers });
  });

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().optional(),
  datasets: z.array(z.string()).optional().describe("files, folders, globs; relative to this file"),
  format: z.string().optional(),
  map: z.record(z.string(), z.string()).optional().describe("columns of a generic table, as --map"),
  where: z.string().optional().describe("CEL; keeps the prompts for which it is true"),
  exclude: z.array(z.string()).optional(),
  backends: z.record(z.string(), z.strictObject(backendFields)).optional().describe("where live models run, by name"),
  models: z.array(modelSchema).optional(),
  graders: z
    .record(
      z.string(),
      z.strictObject({
        command: z.union([z.array(z.string()).min(1), z.string().min(1)], { error: "must be a program with its arguments: a list, or one text" }).describe("reads answers and writes grades as JSON lines; wrp help graders"),
        version: z.number().int().positive().default(1).describe("raised when it grades otherwise"),
        timeoutMs: milliseconds.default(60_000).describe("longest wait for a grade"),
        memoryMb: z.number().positive().nullable().default(2048),
      }),
    )
    .optional()
    .describe("graders of your own, by name"),
  judge: z
    .strictObject({
      live: z.union([z.string().min(1), liveSchema]),
      price: price.optional(),
      rubric: z.string().optional().describe("what its scores from 0 to 10 mean; default: a general one"),
    })
    .optional()
    .describe("the model that grades live answers to prompts whose grader is judge; it is none of the models judged, and its cost is counted apart"),
  embedder: embedderSchema
    .optional()
    .describe("what makes the vectors which the grader similarity and signals compare: built-in (Universal Sentence Encoder lite, English), an ONNX file of your own, or a live model, whose cost is counted apart"),
  classifiers: classifiersSchema.optional().describe("ONNX files that a router's signals are computed with, by type of signal, or classifier:NAME"),
  grader: z.string().optional().describe("grades live answers to prompts that have a reference and name no grader (wrp help graders)"),
  repeat: z.number().int().min(1).max(MOST_REPEAT).optional().describe("answers to each prompt by each simulated or live model; default 1"),
  maxCostUsd: z.number().positive().optional().describe("hard cap of what --live may spend"),
  policies: z.array(policySpecSchema).optional(),
  surrogate: z.boolean().optional().describe("wrp's own models may read signals in place of those that a vsr config names, as --surrogate: it may decide otherwise, and every report says so"),
  routerHourUsd: z.number().nonnegative().optional().describe("USD of an hour of the machine that routes: what deciding takes is then told in money too"),
  objectives: z.array(z.enum(["cost", "quality", "latency", "privacy", "safety"])).min(1).optional(),
  reference: z.string().optional().describe("the policy that others are compared with"),
  margins: z
    .strictObject({ quality: z.number().positive().optional(), costUsdPer1k: z.number().positive().optional(), latencyMs: z.number().positive().optional() })
    .optional()
    .describe("differences within ± this are called equivalent"),
  slo: z
    .strictObject({ latencyMs: z.number().positive().optional(), ttftMs: z.number().positive().optional() })
    .optional()
    .describe("what goodput counts as good: milliseconds to the last, and to the first, token"),
  gates: z
    .array(z.union([z.string(), z.strictObject({ policy: z.string().describe("the one it is about; default: each of yours"), expression: z.string() })]))
    .optional()
    .describe("lines to stay on the right side of: quality >= baseline - 0.01, costUsdPer1k <= 0.8 * baseline, latencyMs.p95 < 2000"),
  sensitive: sensitiveSchema.optional().describe("prompts besides those tagged pii that count as sensitive; a policy does not see it"),
  baseline: z.string().optional().describe("the file that wrp eval --bless writes; default wrp.baseline.jsonl beside this file"),
  seed: z.number().int().nonnegative().optional(),
  store: z.string().optional(),
});

/** Names of the kinds of policy. */
export function policyKinds(): string[] {
  return policySpecSchema.options.map((option) => option.shape.kind.value);
}

export type Config = z.infer<typeof configSchema>;
export type PolicySpec = z.infer<typeof policySpecSchema>;
/** A model as the config has it. */
export type ConfigModel = z.infer<typeof modelSchema>;

/** USD per million tokens, and where that is from. */
export interface TokenPrice {
  readonly inputUsdPer1M: number;
  readonly outputUsdPer1M: number;
  /** Of input tokens read from a cache; default: as other input. */
  readonly cachedInputUsdPer1M?: number | undefined;
  /** Default: the config. */
  readonly source?: string;
}

/** What a model costs, in one of three forms. Without any it is unpriced. */
export type Price = TokenPrice | GpuPrice | "free";

/** A live model as a run uses it, with all that changes an answer or tells where it is from. No secret is in it. */
export interface LiveSpec {
  readonly url: string;
  readonly protocol: string;
  /** As the backend calls it. */
  readonly model: string;
  readonly settings: CallSettings;
}

/** A model as a run uses it: what its config names elsewhere is filled in. */
export interface ModelSpec {
  readonly name: string;
  /** A policy's own config names it, and wrp.yaml does not. */
  readonly ofPolicy?: true;
  readonly price?: Price;
  readonly trusted?: boolean;
  readonly guarded?: boolean;
  readonly simulated?: Profile;
  readonly live?: LiveSpec;
}
/** A live router as a run uses it: a policy that is called, and answers. */
export interface RemoteSpec {
  /** The policy's. */
  readonly name: string;
  readonly live: LiveSpec;
  /** Models of the pool by what the router calls them. */
  readonly serves: Readonly<Record<string, string>>;
  /** Prices of models by what the router calls them, for those under `serves` that no model of the config has a price for. */
  readonly prices?: Readonly<Record<string, TokenPrice>>;
  /** Of whatever it serves. */
  readonly price?: TokenPrice | "free" | undefined;
  /** The response header that names the model, in lower case. */
  readonly chosenBy?: string | undefined;
}

/** A backend as the config has it. */
export type ConfigBackend = Omit<z.infer<typeof liveSchema>, "backend" | "model">;
