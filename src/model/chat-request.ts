import { z } from "zod";
import type { MetaValue } from "./prompt.ts";
import { REQUEST_PARTS, type RequestPart } from "./request-part.ts";
import type { RequestMessage } from "./signal.ts";

/**
 * What a chat request says beside its texts, as an OpenAI client sends it; what is left out, it does not say. `messages` are there where
 * some message is more than a role and a text (parts, calls of tools and their results, a name); of images only that they are there.
 */
export interface ChatRequest {
  readonly messages?: readonly RequestMessage[];
  readonly tools?: readonly unknown[];
  readonly tool_choice?: unknown;
  readonly response_format?: unknown;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly user?: string;
  readonly metadata?: Readonly<Record<string, MetaValue>>;
  /** What its log does not tell: of these parts, all that stands here was said, and there may be more. */
  readonly unknown?: readonly RequestPart[];
}

const list = { error: "must be a list" };
const text = z.string({ error: "must be a string" });
const count = z.number({ error: "must be a number ≥ 0" }).nonnegative({ error: "must be a number ≥ 0" });
const object = { error: "must be an object" };

/** At least one message with a role; other APIs' requests are read where logs hold them (workload/chat-request.ts). */
export const requestMessagesSchema = z
  .array(
    z.looseObject(
      {
        role: text,
        content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })), z.null()], { error: "must be a text, a list of parts {type, …} or null" }).optional(),
        tool_calls: z.array(z.unknown(), list).nullish(),
      },
      object,
    ),
    { error: "must be a list of messages" },
  )
  .min(1, { error: "must hold at least one message" });

/** A chat request's body; what else it holds (model, temperature …) is passed over. */
export const chatRequestSchema = z.looseObject(
  {
    messages: requestMessagesSchema.nullish().describe("the chat with its parts, tool_calls, tool_call_id and name"),
    tools: z.array(z.unknown(), list).nullish().describe("definitions of tools"),
    tool_choice: z.unknown().optional(),
    response_format: z.unknown().optional(),
    max_tokens: count.nullish(),
    max_completion_tokens: count.nullish(),
    user: text.nullish().describe("who asks"),
    metadata: z.record(z.string(), z.unknown(), object).nullish().describe("facts that metadata signals read"),
    unknown: z
      .array(z.enum(REQUEST_PARTS, { error: `must be one of ${REQUEST_PARTS.join(", ")}` }), list)
      .nullish()
      .describe("no field of a client's: parts that the source of this row does not tell, so that signals which read them are unknown"),
  },
  object,
);
