import type { RequestMessage, SignalRequest } from "../model/signal.ts";
import { imageParts, roleOf, textParts } from "./message-text.ts";

const FRAMING = { message: 4, call: 8, result: 8, definition: 8 } as const;
const IMAGE_TOKENS = 8192;

/**
 * Tokens that a request takes, as vLLM Semantic Router estimates them without a tokenizer: texts at four bytes a token, raw JSON at one, plus
 * framing, images and the room kept for the answer; no less than the context text at four bytes a token. (Its running calibration needs
 * answers, and is left out.)
 */
export function requestTokens(request: SignalRequest, contextText: string): number {
  return Math.max(quarter(bytes(contextText)), floorOf(request));
}

function floorOf({ messages, tools, toolChoice, responseFormat, maxCompletionTokens, maxTokens }: SignalRequest): number {
  let text = 0;
  let whole = tools.length * FRAMING.definition + [...tools, toolChoice, responseFormat].reduce<number>((sum, value) => sum + jsonBytes(value), 0);
  for (const message of messages) {
    const result = roleOf(message) === "tool";
    whole += FRAMING.message + IMAGE_TOKENS * imageParts(message) + (result ? FRAMING.result + resultBytes(message) : 0);
    text += bytes(message.role ?? "") + bytes(message.name ?? "") + bytes(message.tool_call_id ?? "");
    if (!result) text += textParts(message).reduce((sum, part) => sum + bytes(part), 0);
    for (const call of callsOf(message)) {
      whole += FRAMING.call + jsonBytes(call.function?.arguments);
      text += bytes(call.id) + bytes(call.type) + bytes(call.function?.name);
    }
  }
  return quarter(text) + whole + Math.max(0, maxCompletionTokens ?? maxTokens ?? 0);
}

/** A result in parts counts part by part; an image in it counts as an image alone. */
function resultBytes({ content }: RequestMessage): number {
  return Array.isArray(content) ? content.reduce<number>((sum, part) => sum + (part?.type === "image_url" ? 0 : jsonBytes(part)), 0) : jsonBytes(content);
}

interface Call {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown };
}

function callsOf(message: RequestMessage): readonly Call[] {
  return (message.tool_calls ?? []).map((call) => (typeof call === "object" && call !== null ? call : {}));
}

function quarter(count: number): number {
  return Math.ceil(count / 4);
}

/** In UTF-8. */
export function bytes(text: unknown): number {
  return typeof text === "string" ? Buffer.byteLength(text) : 0;
}

function jsonBytes(value: unknown): number {
  return value === null || value === undefined ? 0 : bytes(JSON.stringify(value));
}
