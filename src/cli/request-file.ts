import { type ChatRequest, chatRequestSchema, requestMessagesSchema } from "../model/chat-request.ts";
import type { Message } from "../model/prompt.ts";
import { chatRequest } from "../workload/chat-request.ts";
import { QUIET, requestMessages } from "../workload/chat.ts";
import { readJsonFile } from "./json-file.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const FORM = '--request takes a chat request as an OpenAI client sends it: {"messages": [{"role": "user", "content": "…"}], "tools": […], "metadata": {…}, "user": "…", "max_tokens": 256}';

const requestSchema = chatRequestSchema.extend({ messages: requestMessagesSchema });

/** A request as a file holds it: its texts, and all else that signals read. Throws WrpError. */
export function requestFile(file: string, cwd: string): { readonly messages: readonly Message[]; readonly request: ChatRequest } {
  const { value, data } = readJsonFile(file, cwd, requestSchema, { what: "chat request", form: FORM, maxBytes: MAX_BYTES });
  const texts = requestMessages(value, QUIET);
  return { messages: texts ?? data.messages.map(({ role }) => ({ role, content: "" })), request: chatRequest(value, data.unknown ?? []) ?? {} };
}
