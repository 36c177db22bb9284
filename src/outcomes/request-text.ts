import type { ChatRequest } from "../model/chat-request.ts";
import type { Message, Prompt } from "../model/prompt.ts";
import type { RequestMessage } from "../model/signal.ts";

/** JSON of what a prompt's request says beside its texts; a message whose text is the prompt's own at its place leaves it out. */
export function requestText({ request, messages: texts }: Pick<Prompt, "request" | "messages">): string | null {
  if (request === undefined || texts === null) return null;
  const { messages, ...rest } = request;
  const beside = messages?.map(({ content, ...more }, i) => (typeof content === "string" && content === texts[i]?.content ? more : { ...more, content }));
  return JSON.stringify(beside ? { ...rest, messages: beside } : rest);
}

/** The request again, with the texts in their places. */
export function requestOf(json: string, texts: readonly Message[]): ChatRequest {
  const request = JSON.parse(json) as ChatRequest;
  if (!request.messages) return request;
  const messages = request.messages.map((message, i) => (message.content === undefined ? ({ ...message, content: texts[i]?.content ?? null } satisfies RequestMessage) : message));
  return { ...request, messages };
}
