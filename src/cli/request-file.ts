import { type ChatRequest, chatRequestSchema, requestMessagesSchema } from "../model/chat-request.ts";
import { WrpError } from "../model/errors.ts";
import type { Message } from "../model/prompt.ts";
import { chatRequest } from "../workload/chat-request.ts";
import { QUIET, requestMessages } from "../workload/chat.ts";
import { readTextFile } from "./text-file.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const FORM = '--request takes a chat request as an OpenAI client sends it: {"messages": [{"role": "user", "content": "…"}], "tools": […], "metadata": {…}, "user": "…", "max_tokens": 256}';

const requestSchema = chatRequestSchema.extend({ messages: requestMessagesSchema });

/** A request as a file holds it: its texts, and all else that signals read. Throws WrpError. */
export function requestFile(file: string, cwd: string): { readonly messages: readonly Message[]; readonly request: ChatRequest } {
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(file, cwd, MAX_BYTES));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new WrpError(`is not JSON: ${error.message}`, { place: { file }, hint: FORM, cause: error });
  }
  const parsed = requestSchema.safeParse(value);
  const issue = parsed.error?.issues[0];
  if (!parsed.success) throw new WrpError(`is no chat request: ${issue?.path.length ? `${issue.path.map(String).join(".")}: ` : ""}${issue?.message}`, { place: { file }, hint: FORM });
  const texts = requestMessages(value, QUIET);
  return { messages: texts ?? parsed.data.messages.map(({ role }) => ({ role, content: "" })), request: chatRequest(value) ?? {} };
}
