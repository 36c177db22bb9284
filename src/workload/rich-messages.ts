import type { RequestMessage } from "../model/signal.ts";
import { field, jsonCell, nameCell } from "./cells.ts";
import { isFields, type Fields } from "./chat.ts";

/** Messages that are put together here. */
type Message = { -readonly [K in keyof RequestMessage]: RequestMessage[K] };
type Part = { readonly type: string; readonly text?: string };

/**
 * A chat with all that is no text, in the form of OpenAI's chat API: calls of tools and their results as that API has them, whichever
 * wrote them (Anthropic's, Gemini's, the Responses API's, OpenTelemetry's). Of images, and of parts of a kind that nobody reads, the
 * kind alone. Null where the messages are roles and texts and nothing more.
 *
 * @param value a list of messages, as `messagesFrom` takes it
 * @param instructions what stands beside the chat, as a text
 */
export function richMessages(value: unknown, instructions: string): RequestMessage[] | null {
  const list = jsonCell(value);
  if (!Array.isArray(list) || list.every(isPlainItem)) return null;
  const messages = list.flatMap(messagesOf);
  if (messages.every(isPlain)) return null;
  return instructions === "" ? messages : [{ role: "system", content: instructions }, ...messages];
}

/** Most messages of most logs: nothing is made of them. */
function isPlainItem(item: unknown): boolean {
  return typeof item === "string" || (isFields(item) && typeof item["content"] === "string" && typeof item["role"] === "string" && item["tool_calls"] === undefined && item["tool_call_id"] === undefined && item["name"] === undefined);
}

function isPlain(message: RequestMessage): boolean {
  return typeof message.content === "string" && Object.keys(message).length === 2;
}

function messagesOf(item: unknown): Message[] {
  if (typeof item === "string") return [{ role: "user", content: item }];
  if (!isFields(item)) return [];
  const { role, type, output } = item;
  if (type === "reasoning" || type === "item_reference") return [];
  if (type === "function_call") return [{ role: "assistant", content: null, tool_calls: [callOf(item)] }];
  if (output !== undefined && role === undefined) return [resultOf(item)];
  const said = typeof role === "string" && role !== "" ? role : "user";
  const content = item["content"] ?? item["parts"] ?? item["text"];
  const calls = Array.isArray(item["tool_calls"]) ? (item["tool_calls"] as unknown[]) : [];
  const whole = {
    ...named("name", item["name"]),
    ...named("tool_call_id", item["tool_call_id"]),
  };
  if (typeof content === "string" || content === null || content === undefined) return [{ role: said, content: content ?? emptyBeside(calls), ...whole, ...callsIn(calls) }];
  const parts = [content].flat() as unknown[];
  const results = parts.filter(isResult).map(resultOf);
  if (results.length === 0 && said.trim().toLowerCase() === "tool") return [{ role: said, content: resultParts(parts), ...whole, ...callsIn(calls) }];
  const all = [...calls, ...parts.filter(isCall).map(callOf)];
  const rest = parts.filter((part) => !isCall(part) && !isResult(part)).map(partOf);
  // Where a message is results alone, nothing else is said in it.
  return rest.length === 0 && all.length === 0 && results.length > 0 ? results : [...results, { role: said, content: contentOf(rest, all), ...whole, ...callsIn(all) }];
}

function callsIn(calls: readonly unknown[]): { tool_calls?: readonly unknown[] } {
  return calls.length > 0 ? { tool_calls: calls } : {};
}

function emptyBeside(calls: readonly unknown[]): "" | null {
  return calls.length > 0 ? null : "";
}

/** One text is a text, which signals read alike. */
function contentOf(parts: readonly Part[], calls: readonly unknown[]): RequestMessage["content"] {
  const [only, ...more] = parts;
  if (!only) return emptyBeside(calls);
  return more.length === 0 && only.text !== undefined ? only.text : parts;
}

const TEXTS = new Set<unknown>([undefined, "text", "input_text", "output_text"]);

function partOf(part: unknown): Part {
  if (typeof part === "string") return { type: "text", text: part };
  if (!isFields(part)) return { type: "unknown" };
  if (isImage(part)) return { type: "image_url" };
  const text = part["text"] ?? part["content"];
  if (TEXTS.has(part["type"]) && typeof text === "string") return { type: "text", text };
  return { type: nameCell(part["type"]) ?? "unknown" };
}

const IMAGES = new Set<unknown>(["image_url", "input_image", "image"]);

function isImage(part: Fields): boolean {
  if (IMAGES.has(part["type"]) || part["modality"] === "image") return true;
  const data = part["inlineData"] ?? part["inline_data"] ?? part["fileData"] ?? part["file_data"];
  const kind = isFields(data) ? (data["mimeType"] ?? data["mime_type"]) : undefined;
  return typeof kind === "string" && kind.startsWith("image/");
}

const CALLS = new Set<unknown>(["tool_use", "tool_call", "tool-call", "function_call"]);
const RESULTS = new Set<unknown>(["tool_result", "tool_call_response", "tool-result", "function_call_output"]);

function isCall(part: unknown): boolean {
  return isFields(part) && (CALLS.has(part["type"]) || isFields(part["functionCall"]));
}

function isResult(part: unknown): boolean {
  return isFields(part) && (RESULTS.has(part["type"]) || isFields(part["functionResponse"]));
}

/** A call as OpenAI writes it: its arguments are JSON text. */
function callOf(part: unknown): unknown {
  const call = field(part, "functionCall") ?? part;
  const of = (...keys: readonly string[]): unknown => keys.map((key) => (call as Fields)[key]).find((value) => value !== undefined && value !== null);
  const said = of("arguments", "input", "args");
  return {
    ...named("id", of("call_id", "id", "toolCallId")),
    type: "function",
    function: { name: nameCell(of("name", "toolName")) ?? "", arguments: typeof said === "string" ? said : JSON.stringify(said ?? {}) },
  };
}

function resultOf(part: unknown): Message {
  const result = (field(part, "functionResponse") ?? part) as Fields;
  const value = result["content"] ?? result["response"] ?? result["result"] ?? result["output"] ?? "";
  const content = typeof value === "string" ? value : Array.isArray(value) ? resultParts(value) : JSON.stringify(value);
  return { role: "tool", content, ...named("tool_call_id", result["tool_use_id"] ?? result["call_id"] ?? result["toolCallId"] ?? result["tool_call_id"] ?? result["id"]) };
}

/** Parts of a result count by their JSON, so they stay as they are but for images; what is a call or result itself is a text here. */
function resultParts(parts: readonly unknown[]): readonly Part[] {
  return parts.map((part) => {
    if (!isFields(part) || isImage(part)) return partOf(part);
    return isCall(part) || isResult(part) ? { type: "text", text: JSON.stringify(part) } : (part as unknown as Part);
  });
}

function named<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  const name = nameCell(value);
  return (name === null ? {} : { [key]: name }) as { [P in K]?: string };
}
