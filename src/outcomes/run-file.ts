import { z } from "zod";
import { packedExpectation } from "./pack-expectation.ts";
import { type ChatRequest, chatRequestSchema } from "../model/chat-request.ts";

/**
 * A run as one file: JSON lines, in this order: header, run, workload, settings of calls, prompts with their recorded answers,
 * answers of other sources, decisions, report. What is not known is left out.
 */

/** Version of the form. A file of a higher one is refused. */
export const RUN_FILE_VERSION = 1;

const whole = z.number().int().nonnegative();
const figure = z.number().nonnegative();
const json = z.string().refine(isJson, { error: "must be JSON text" });

/** The first line. `sha256` is of all bytes after it. */
export const headerLine = z.object({
  wrp: z.literal("run"),
  schemaVersion: whole,
  wrpVersion: z.string(),
  run: z.string().min(1),
  texts: z.boolean(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const runLine = z.object({
  id: z.string().min(1),
  createdAt: z.string(),
  seed: z.number().int(),
  configHash: z.string(),
  workloadHash: z.string(),
  wrpVersion: z.string(),
  config: json,
  reportKey: z.string(),
  decisions: z.array(z.string()),
  prices: z.array(z.object({ model: z.string(), inputUsdPer1M: figure.nullable(), outputUsdPer1M: figure.nullable(), source: z.string() })),
});

const workloadLine = z.object({
  hash: z.string(),
  name: z.string(),
  files: z.array(z.object({ name: z.string(), format: z.string(), sha256: z.string(), importHash: z.string() })),
  summary: z.object({
    read: whole,
    excluded: whole,
    filtered: whole,
    sampledOut: whole,
    promptsPerFile: z.array(whole),
    warnings: z.array(z.string()),
  }),
  prompts: whole,
});

const settingsLine = z.object({ hash: z.string(), document: json });

/** A try of a call: times in milliseconds after it was begun; queueMs and lagMs are durations. */
const oneTry = z.object({
  startedAt: z.string(),
  status: z.number().int().nullable().default(null),
  queueMs: z.number(),
  connectMs: z.number().nullable().default(null),
  headersMs: z.number().nullable().default(null),
  firstByteMs: z.number().nullable().default(null),
  firstTokenMs: z.number().nullable().default(null),
  lastTokenMs: z.number().nullable().default(null),
  endMs: z.number(),
  lagMs: z.number(),
  inputTokens: figure.nullable().default(null),
  cachedInputTokens: figure.nullable().default(null),
  cacheWriteTokens: figure.nullable().default(null),
  outputTokens: figure.nullable().default(null),
  reasoningTokens: figure.nullable().default(null),
  costUsd: figure.nullable().default(null),
  finishReason: z.string().nullable().default(null),
  servedModel: z.string().nullable().default(null),
  headers: z.record(z.string(), z.string()).default({}),
  failureKind: z.string().nullable().default(null),
  failure: z.string().nullable().default(null),
});

const answer = z.object({
  model: z.string(),
  /** Hash of the call's settings; "" is "as recorded". */
  settings: z.string().default(""),
  sample: whole.default(0),
  inputTokens: figure.nullable().default(null),
  outputTokens: figure.nullable().default(null),
  costUsd: figure.nullable().default(null),
  latencyMs: figure.nullable().default(null),
  ttftMs: figure.nullable().default(null),
  error: z.string().nullable().default(null),
  text: z.string().nullable().default(null),
  confidence: z.object({ logprob: z.number().optional(), margin: z.number().optional(), verified: z.number().optional() }).optional(),
  /** By grader and hash of the reference. */
  grades: z.array(z.tuple([z.string(), z.string(), z.number().min(0).max(1)])).default([]),
  /** Of a live answer, in their order; a file that is older than this has none. */
  tries: z.array(oneTry).default([]),
});

const promptLine = z.object({
  ordinal: whole,
  id: z.string(),
  hash: z.string().min(1),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).nullable().default(null),
  /** What its request said beside them; a file that is older than this has none. */
  request: chatRequestSchema.transform((request) => request as ChatRequest).exactOptional(),
  dataset: z.string(),
  file: z.string(),
  row: whole,
  lengthCodePoints: whole.nullable().default(null),
  inputTokens: figure.nullable().default(null),
  session: z.string().nullable().default(null),
  turn: z.number().int().nullable().default(null),
  tags: z.array(z.string()).default([]),
  meta: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
  reference: z.string().nullable().default(null),
  grader: z.string().nullable().default(null),
  chosen: z.string().nullable().default(null),
  outcomes: z.array(answer).default([]),
});

/** A record of a source that is no file of the workload, with its answers and whatever was tried in vain. */
const recordLine = z.object({
  kind: z.enum(["simulated", "live"]),
  source: z.string(),
  importHash: z.string(),
  row: whole,
  prompt: z.string(),
  outcomes: z.array(answer),
  /** Tries that led to no answer. A record may have several lines of them. */
  looseTries: z.array(z.object({ model: z.string(), tries: z.array(oneTry) })).default([]),
});

const decisionsLine = z
  .object({
    policy: z.string(),
    models: z.array(z.string()),
    rules: z.array(z.string()),
    notes: z.array(z.string()),
    pairs: z.array(z.tuple([whole.nullable(), whole.nullable()])),
    codes: z.array(whole),
    /** Of a learned policy; a file that is older than this has none. */
    expectation: packedExpectation.exactOptional(),
  })
  .refine(({ pairs, codes }) => codes.every((code) => code < pairs.length), { error: "codes must be numbers of pairs" });

const reportLine = z.object({ key: z.string(), document: z.looseObject({ schemaVersion: whole }) });

/** The lines after the first, each an object of one key. */
export const runFileLines = {
  run: runLine,
  workload: workloadLine,
  settings: settingsLine,
  prompt: promptLine,
  record: recordLine,
  decisions: decisionsLine,
  report: reportLine,
} as const;

export type LineKind = keyof typeof runFileLines;
export type Line = { [K in LineKind]: { readonly kind: K; readonly value: z.infer<(typeof runFileLines)[K]> } }[LineKind];
export type AnswerLine = z.infer<typeof answer>;
export type TryLine = z.infer<typeof oneTry>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
