import { z } from "zod";
import { chatRequestSchema } from "./chat-request.ts";

/**
 * One row of wrp's own dataset format: JSONL (one row a line), a JSON array of rows, or the same columns in Parquet.
 * A row has `messages` or `prompt` (or their `request`), or neither where it holds figures only (then `promptHash` or `id` names the prompt).
 * Absent and null mean the same: not known. Unknown keys are errors. Each check's `error` is the text users see.
 */

const text = z.string({ error: "must be a string" });
const figure = z.number({ error: "must be a number ≥ 0" }).nonnegative({ error: "must be a number ≥ 0" });
const count = z
  .number({ error: "must be a whole number ≥ 0" })
  .int({ error: "must be a whole number ≥ 0" })
  .nonnegative({ error: "must be a whole number ≥ 0" });
const share = z
  .number({ error: "must be a number from 0 to 1" })
  .min(0, { error: "must be a number from 0 to 1" })
  .max(1, { error: "must be a number from 0 to 1" });

const messageSchema = z.strictObject(
  {
    role: text.describe("system, user, assistant …"),
    content: text.describe("the message's text"),
  },
  { error: "must be an object" },
);

export const messagesSchema = z
  .array(messageSchema, { error: "must be a list of {role, content}" })
  .min(1, { error: "must hold at least one message" });

const outcomeSchema = z.strictObject(
  {
    quality: share.nullish().describe("grade in [0,1]; null or absent is a gap, never a zero"),
    costUsd: figure.nullish().describe("USD for this one call"),
    latencyMs: figure.nullish().describe("what the user waited, milliseconds"),
    ttftMs: figure.nullish().describe("time to first token, milliseconds"),
    inputTokens: count.nullish().describe("tokens sent"),
    outputTokens: count.nullish().describe("tokens received"),
    error: text.nullish().describe("why the call failed; a failed call has no quality"),
    text: text.nullish().describe("the answer's text"),
    confidence: z
      .strictObject(
        {
          logprob: z.number({ error: "must be a number ≤ 0" }).max(0, { error: "must be a number ≤ 0" }).nullish().describe("mean natural logarithm of the tokens' probabilities"),
          margin: figure.nullish().describe("mean distance in that logarithm from the likeliest to the second likeliest token"),
          verified: share.nullish().describe("what a verifier, or the model itself when asked, gives the answer to be right"),
        },
        { error: "must be an object of figures" },
      )
      .nullish()
      .describe("how sure the model was of its answer"),
    logprobs: z.looseObject({}, { error: "must be an object, as OpenAI's API answers it" }).nullish().describe("in the form of OpenAI's API, {content: [{logprob, top_logprobs}]}: confidence is taken from it where that is not stated"),
  },
  { error: "must be an object of figures" },
);

export const datasetRowSchema = z
  .strictObject(
    {
      id: text.nullish().describe("the file's own name for the prompt; need not be unique"),
      messages: messagesSchema.nullish().describe("the chat that is sent"),
      prompt: text.nullish().describe("short for one user message"),
      request: chatRequestSchema
        .nullish()
        .describe("the chat request that the prompt came in, as an OpenAI client sends it; its texts are the prompt's where neither messages nor prompt is given"),
      promptHash: z
        .string({ error: "must be 32 hex digits" })
        .regex(/^[0-9a-f]{32}$/, { error: "must be 32 hex digits" })
        .nullish()
        .describe("names the prompt where its text is not given: 32 hex digits of SHA-256 over the canonical messages"),
      dataset: text.nullish().describe("the stratum; default: the file's base name"),
      lengthCodePoints: count
        .nullish()
        .describe("Unicode code points of all message texts joined by newlines; computed where the text is given"),
      inputTokens: count.nullish().describe("input tokens of the prompt itself"),
      reference: text.nullish().describe("what a right answer is"),
      grader: text.nullish().describe("how an answer is graded"),
      meta: z
        .record(
          z.string(),
          z.union([z.string(), z.number(), z.boolean(), z.null()], { error: "must be a string, number, true, false or null" }),
          { error: "must be an object of facts" },
        )
        .nullish()
        .describe("facts that policies, conditions and slices can use"),
      tags: z.array(text, { error: "must be a list of strings" }).nullish().describe("labels: pii, attack …"),
      session: text.nullish().describe("the conversation that this prompt is a turn of"),
      turn: count.nullish().describe("position in the session, from 0"),
      chosen: text.nullish().describe("the model that a live router sent this prompt to"),
      outcomes: z
        .record(z.string(), outcomeSchema.nullable(), { error: "must be an object of models" })
        .nullish()
        .describe("what each model did with this prompt, by model"),
    },
    { error: "must be an object" },
  )
  .describe("One prompt with the outcomes recorded for it");

export type DatasetRow = z.infer<typeof datasetRowSchema>;
