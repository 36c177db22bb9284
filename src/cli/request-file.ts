import { z } from "zod";
import type { Message, MetaValue, PromptRequest } from "../model/prompt.ts";
import type { RequestMessage } from "../model/signal.ts";
import { requestMessages } from "../workload/chat.ts";
import { readJsonFile } from "./json-file.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const FORM = '--request takes a chat request as an OpenAI client sends it: {"messages": [{"role": "user", "content": "…"}], "tools": […], "metadata": {…}, "user": "…", "max_tokens": 256}';

const count = z.number().nonnegative().nullish().transform((value) => value ?? null);

const requestSchema = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })), z.null()]).optional(), tool_calls: z.array(z.unknown()).nullish() })).min(1),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
  response_format: z.unknown().optional(),
  max_tokens: count,
  max_completion_tokens: count,
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** A request as a file holds it: its texts, all else that signals read, and its metadata. Throws WrpError. */
export function requestFile(file: string, cwd: string): { readonly messages: readonly Message[]; readonly request: PromptRequest; readonly meta: Readonly<Record<string, MetaValue>> } {
  const { value, data } = readJsonFile(file, cwd, requestSchema, { what: "chat request", form: FORM, maxBytes: MAX_BYTES });
  const { messages, tools, tool_choice: toolChoice = null, response_format: responseFormat = null, max_tokens: maxTokens, max_completion_tokens: maxCompletionTokens, user, metadata } = data;
  const texts = requestMessages(value, { notes: { add: () => undefined, warnings: () => [] }, where: file });
  return {
    messages: texts ?? messages.map(({ role }) => ({ role, content: "" })),
    request: { messages: messages as unknown as readonly RequestMessage[], tools: tools ?? [], toolChoice, responseFormat, maxTokens, maxCompletionTokens },
    meta: { ...Object.fromEntries(Object.entries(metadata ?? {}).flatMap(([key, one]) => (isFact(one) ? [[key, one]] : []))), ...(typeof user === "string" ? { user } : {}) },
  };
}

function isFact(value: unknown): value is MetaValue {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
