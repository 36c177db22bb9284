import type { Usage } from "../../model/live.ts";
import type { Message } from "../../model/prompt.ts";
import type { ChatRequest, Protocol, StreamReader } from "../protocol.ts";
import { StreamError } from "../protocol.ts";
import { countOf, counted, fieldsOf, fieldsOfEvent, listOf, NO_USAGE, reported, sumOf, textOf, withSettings, type Fields } from "./fields.ts";

/** Messages of Anthropic. It knows no seed: one is left out. */
export const anthropicMessages: Protocol = {
  name: "anthropic-messages",
  path: () => "/v1/messages",
  versionInBase: false,
  headers: (apiKey): Record<string, string> => ({ "anthropic-version": "2023-06-01", ...(apiKey === null ? {} : { "x-api-key": apiKey }) }),
  body,
  reader,
};

/** The protocol wants a bound on every answer. */
const MAX_TOKENS = 4096;

function body({ model, messages, settings }: ChatRequest): Fields {
  const { temperature, topP, maxOutputTokens, stop, reasoningEffort } = settings;
  const system = messages.filter(isSystem).map(({ content }) => content);
  return withSettings(
    {
      model,
      max_tokens: maxOutputTokens ?? MAX_TOKENS,
      stream: true,
      system: system.length > 0 ? system.join("\n\n") : undefined,
      messages: turns(messages.filter((message) => !isSystem(message))),
      temperature,
      top_p: topP,
      stop_sequences: stop,
      output_config: reasoningEffort === undefined ? undefined : { effort: reasoningEffort },
    },
    settings.body,
  );
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

/** User and assistant take turns: what one of them said in several messages is one. */
function turns(messages: readonly Message[]): Message[] {
  const merged: Message[] = [];
  for (const { role, content } of messages) {
    const speaker = role === "assistant" ? "assistant" : "user";
    const last = merged.at(-1);
    if (last?.role === speaker) merged[merged.length - 1] = { role: speaker, content: `${last.content}\n\n${content}` };
    else merged.push({ role: speaker, content });
  }
  return merged;
}

function reader(): StreamReader {
  let text: string | null = null;
  let counts: Fields = {};
  let usage: Usage = NO_USAGE;
  let finishReason: string | null = null;
  let servedModel: string | null = null;
  let isOver = false;
  const tools = new Map<number, { readonly block: Fields; input: string }>();

  function takeUsage(seen: unknown): void {
    const fields = fieldsOf(seen);
    if (!fields) return;
    // The later event counts again what it names, and only that.
    counts = { ...counts, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) };
    usage = counted(usage, usageOf(counts));
  }

  function takeBlock(block: Fields, index: number): boolean {
    if (block["type"] === "text") {
      const piece = textOf(block["text"]) ?? "";
      text = (text ?? "") + piece;
      return piece !== "";
    }
    if (typeof block["type"] === "string" && block["type"].endsWith("tool_use")) {
      JSON.stringify(block); // throws where it is nested too deep to be stored
      tools.set(index, { block, input: "" });
      return true;
    }
    return block["type"] === "redacted_thinking" || (textOf(block["thinking"]) ?? "") !== "";
  }

  function takeDelta(delta: Fields, index: number): boolean {
    const piece = textOf(delta["text"]) ?? textOf(delta["thinking"]) ?? textOf(delta["partial_json"]) ?? "";
    if (delta["type"] === "text_delta") text = (text ?? "") + piece;
    const tool = tools.get(index);
    if (delta["type"] === "input_json_delta" && tool) tool.input += piece;
    return piece !== "";
  }

  function takeMessage(message: Fields | null): void {
    servedModel = textOf(message?.["model"]) || servedModel;
    finishReason = textOf(message?.["stop_reason"]) || finishReason;
    takeUsage(message?.["usage"]);
  }

  return {
    take({ event, data }) {
      if (data.trim() === "") return false;
      if (data.trim() === "[DONE]") {
        isOver = true;
        return false;
      }
      const fields = fieldsOfEvent(data);
      const index = countOf(fields["index"]) ?? 0;
      switch (textOf(fields["type"]) ?? event) {
        case "message_start":
          takeMessage(fieldsOf(fields["message"]));
          return false;
        case "content_block_start":
          return takeBlock(fieldsOf(fields["content_block"]) ?? {}, index);
        case "content_block_delta":
          return takeDelta(fieldsOf(fields["delta"]) ?? {}, index);
        case "message_delta":
          finishReason = textOf(fieldsOf(fields["delta"])?.["stop_reason"]) || finishReason;
          takeUsage(fields["usage"]);
          return false;
        case "message_stop":
          isOver = true;
          return false;
        case "error":
          throw reported(fields["error"] ?? fields);
        default:
          // Gateways report errors of their own in other forms.
          if (fields["error"]) throw reported(fields["error"]);
          return false;
      }
    },
    takeWhole(document) {
      const fields = fieldsOf(document);
      if (fields?.["error"]) throw reported(fields["error"]);
      if (!fields || !Array.isArray(fields["content"])) throw new StreamError("malformed", "the answer is JSON, but has no content");
      takeMessage(fields);
      for (const [index, block] of listOf(fields["content"]).entries()) takeBlock(block, index);
      isOver = true;
    },
    ended: () => isOver || finishReason !== null,
    over: () => isOver,
    answer: () => ({ text, toolCalls: tools.size > 0 ? JSON.stringify([...tools.values()].map(called)) : null, usage, finishReason, servedModel }),
  };
}

/** The block with its input as an object; one that broke off, or cannot be stored as an object, stays a text. */
function called({ block, input }: { readonly block: Fields; readonly input: string }): Fields {
  if (input === "") return block;
  try {
    const value = JSON.parse(input) as unknown;
    JSON.stringify(value);
    return { ...block, input: value };
  } catch {
    return { ...block, input };
  }
}

function usageOf(usage: Fields): Usage {
  const cachedInputTokens = countOf(usage["cache_read_input_tokens"]);
  const cacheWriteTokens = countOf(usage["cache_creation_input_tokens"]);
  const fresh = countOf(usage["input_tokens"]);
  return {
    inputTokens: fresh === null ? null : sumOf(fresh, cachedInputTokens, cacheWriteTokens),
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: countOf(usage["output_tokens"]),
    reasoningTokens: countOf(fieldsOf(usage["output_tokens_details"])?.["thinking_tokens"]),
  };
}
