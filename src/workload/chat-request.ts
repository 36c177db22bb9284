import type { ChatRequest } from "../model/chat-request.ts";
import type { MetaValue } from "../model/prompt.ts";
import type { RequestPart } from "../model/request-part.ts";
import { field, jsonCell, nameCell, numberFact } from "./cells.ts";
import { instructionsOf, isFields, listOf, type Fields } from "./chat.ts";
import type { Draft } from "./draft.ts";
import { BadRow } from "./problems.ts";
import { richMessages } from "./rich-messages.ts";

/**
 * What a request's body (of the APIs that `requestMessages` reads) says beside its texts; null where that is nothing.
 *
 * @param unknown the parts of which there may have been more than the body says
 */
export function chatRequest(body: unknown, unknown: readonly RequestPart[] = []): ChatRequest | null {
  const inner = jsonCell(body);
  if (!isFields(inner)) return null;
  const generation = inner["generationConfig"];
  const request: ChatRequest = {
    ...given("messages", richMessages(listOf(inner), instructionsOf(inner))),
    ...given("tools", toolsOf(inner)),
    ...given("tool_choice", jsonCell(inner["tool_choice"])),
    ...given("response_format", jsonCell(inner["response_format"]) ?? field(inner["text"], "format")),
    ...given("max_tokens", countOf(inner["max_tokens"] ?? field(generation, "maxOutputTokens"))),
    ...given("max_completion_tokens", countOf(inner["max_completion_tokens"] ?? inner["max_output_tokens"])),
    ...given("user", nameCell(inner["user"])),
    ...given("metadata", factsOf(jsonCell(inner["metadata"]))),
    ...(unknown.length > 0 ? { unknown } : {}),
  };
  return Object.keys(request).length > 0 ? request : null;
}

/** Most characters of JSON that a request may take beside its texts: real ones, with some hundred tools, take a hundredth of it. */
const MOST_CHARS = 16_000_000;

/**
 * Keeps what a prompt's request says beside its texts. A prompt without text keeps nothing: its signals are unknown. Throws BadRow where it
 * is too much to keep, since a part of it would give other signals than the whole.
 */
export function keepRequest(draft: Draft, request: ChatRequest | null): void {
  if (request === null || draft.messages === null) return;
  const { messages = [], ...rest } = request;
  const chars = JSON.stringify([rest, messages.map(({ content, ...more }) => (typeof content === "string" ? more : [content, more]))]).length;
  if (chars > MOST_CHARS) throw new BadRow(`its request says ${(chars / 1e6).toFixed(1)} MB beside its texts (at most ${MOST_CHARS / 1e6} MB)`);
  draft.request = request;
}

function toolsOf(body: Fields): readonly unknown[] | null {
  const tools = jsonCell(body["tools"] ?? body["functions"]);
  if (!Array.isArray(tools) || tools.length === 0) return null;
  // Gemini puts all of its functions into one tool.
  return tools.flatMap((tool: unknown) => field(tool, "functionDeclarations") ?? [tool]) as unknown[];
}

function countOf(value: unknown): number | null {
  const count = numberFact(value);
  return count !== null && count >= 0 ? count : null;
}

function factsOf(metadata: unknown): Readonly<Record<string, MetaValue>> | null {
  if (!isFields(metadata)) return null;
  const facts = Object.entries(metadata).filter((entry): entry is [string, MetaValue] => entry[1] === null || ["string", "number", "boolean"].includes(typeof entry[1]));
  return facts.length > 0 ? Object.fromEntries(facts) : null;
}

function given<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  return (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
