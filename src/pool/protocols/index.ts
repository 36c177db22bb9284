import { unknownName, type Place } from "../../model/errors.ts";
import type { Protocol } from "../protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";

/** All protocols by name. */
export const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([openaiChat, anthropicMessages, openaiResponses, gemini].map((protocol) => [protocol.name, protocol]));

/** The protocol of that name. Throws WrpError, naming the known ones. */
export function protocolOf(name: string, place?: Place): Protocol {
  const protocol = PROTOCOLS.get(name);
  if (!protocol) throw unknownName("protocol", name, PROTOCOLS.keys(), place);
  return protocol;
}
