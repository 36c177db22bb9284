import type { Message } from "../model/prompt.ts";
import { field, jsonCell } from "./cells.ts";
import { textOf } from "./draft.ts";
import type { Notes } from "./notes.ts";

/** Where a chat stands, for the warning that counts its parts that are not text. */
interface Place {
  readonly notes: Notes;
  readonly where: string;
}

/** An object of a log or body by its keys. */
export type Fields = Readonly<Record<string, unknown>>;

/** Nobody is told of parts that are no text. */
export const QUIET: Place = { notes: { add: () => undefined, warnings: () => [] }, where: "" };

/**
 * The messages of a chat as APIs and logs write them: a text, or a list of messages with `content` (text, parts, or null
 * beside a tool call) or `parts` (Gemini, OpenTelemetry), items of the Responses API among them; JSON text is read first.
 * Null where it holds no text. Parts that are not text are left out and noted.
 */
export function messagesFrom(value: unknown, place: Place): Message[] | null {
  const inner = jsonCell(value);
  const list = Array.isArray(inner) && inner.every((item) => typeof item === "string" || isFields(item)) ? inner : null;
  if (!list) return typeof value === "string" && value !== "" && !isFields(inner) ? [{ role: "user", content: value }] : null;
  const messages = list.flatMap((item) => (typeof item === "string" ? [{ role: "user", content: item }] : messageOf(item, place)));
  return messages.some(({ content }) => content !== "") ? messages : null;
}

/** The messages of a request's body: OpenAI's chat, completions and responses, Anthropic's and Gemini's, instructions first. Null where it holds no text. */
export function requestMessages(body: unknown, place: Place): Message[] | null {
  const inner = jsonCell(body);
  if (!isFields(inner)) return null;
  const chat = messagesFrom(listOf(inner), place);
  return chat && [...systemMessage(besides(inner), place), ...chat];
}

/** What a request's body has as its chat, under whichever name. */
export function listOf(body: Fields): unknown {
  return body["messages"] ?? body["input"] ?? body["prompt"] ?? body["contents"];
}

/** The instructions that stand beside the chat in a request's body; empty where there are none. */
export function instructionsOf(body: Fields): string {
  return contentText(jsonCell(besides(body)), QUIET);
}

function besides(body: Fields): unknown {
  return body["system"] ?? body["instructions"] ?? field(body, "systemInstruction", "parts");
}

/** Instructions that stand beside a chat, as its first message. */
export function systemMessage(instructions: unknown, place: Place): Message[] {
  const content = contentText(jsonCell(instructions), place);
  return content === "" ? [] : [{ role: "system", content }];
}

/** The text of an answer: of a response's body (OpenAI's chat, completions and responses, Anthropic's, Gemini's), of a list of messages, or as it is. */
export function answerText(value: unknown): string | null {
  const inner = jsonCell(value);
  if (typeof inner === "string") return inner === "" ? null : inner;
  const content = isFields(inner)
    ? (field(inner, "choices", 0, "message", "content") ??
      field(inner, "choices", 0, "text") ??
      field(inner, "candidates", 0, "content", "parts") ??
      inner["output_text"] ??
      inner["content"] ??
      inner["text"])
    : undefined;
  if (content !== undefined) return contentText(content, QUIET) || null;
  const messages = messagesFrom(isFields(inner) ? inner["output"] : inner, QUIET);
  return messages && (textOf(messages.filter((message) => message.content !== "")) || null);
}

function messageOf(item: Fields, place: Place): Message[] {
  const { role, type, content, parts, output } = item;
  if (type === "reasoning" || type === "function_call" || type === "item_reference") return [];
  if (output !== undefined && role === undefined) return [{ role: "tool", content: contentText(jsonCell(output), place) }];
  return [{ role: typeof role === "string" && role !== "" ? role : "user", content: contentText(content ?? parts ?? item["text"], place) }];
}

/** Contents that hold contents (results of tools) end somewhere. */
const DEEPEST = 8;

function contentText(content: unknown, place: Place, depth = 0): string {
  if (typeof content === "string") return content;
  if (content === null || content === undefined) return "";
  const texts: string[] = [];
  for (const part of Array.isArray(content) ? (content as unknown[]) : [content]) {
    const text = depth < DEEPEST ? partText(part, place, depth) : null;
    if (text === null) place.notes.add("not-text", place.where);
    else texts.push(text);
  }
  return texts.join("\n");
}

/** A part's text; a tool's result is text too, its call is not. */
function partText(part: unknown, place: Place, depth: number): string | null {
  if (typeof part === "string") return part;
  if (!isFields(part)) return null;
  const text = part["text"] ?? part["content"] ?? part["response"] ?? part["result"];
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return contentText(text, place, depth + 1);
  return part["type"] === "tool_call_response" && text !== undefined ? JSON.stringify(text) : null;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
