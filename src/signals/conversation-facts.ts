import type { SignalRequest } from "../model/signal.ts";
import { imageParts, roleOf } from "./message-text.ts";

/** What a request's messages are, and who spoke last. */
export interface ConversationFacts {
  readonly user: number;
  readonly assistant: number;
  readonly system: number;
  /** However many there are, developer messages count as one. */
  readonly developer: 0 | 1;
  readonly tool: number;
  readonly toolDefinitions: number;
  readonly toolCalls: number;
  readonly images: number;
  /** A tool's result has the last word, or just came before the user who has it, or a call still waits for its result. */
  readonly inToolLoop: boolean;
}

export function conversationFacts({ messages, tools }: SignalRequest): ConversationFacts {
  const roles = messages.map(roleOf);
  const count = (role: string) => roles.filter((one) => one === role).length;
  const tool = count("tool");
  const toolCalls = messages.reduce((sum, message, i) => sum + (roles[i] === "assistant" ? (message.tool_calls?.length ?? 0) : 0), 0);
  const [before, last] = [roles.at(-2), roles.at(-1)];
  return {
    user: count("user"),
    assistant: count("assistant"),
    system: count("system"),
    developer: roles.includes("developer") ? 1 : 0,
    tool,
    toolDefinitions: tools.length,
    toolCalls,
    images: messages.reduce((sum, message, i) => sum + (roles[i] === "user" ? imageParts(message) : 0), 0),
    inToolLoop: last === "tool" || (last === "user" && before === "tool") || toolCalls > tool,
  };
}
