import type { Usage } from "../../model/live.ts";
import type { ChatRequest, Protocol, StreamReader } from "../protocol.ts";
import { StreamError } from "../protocol.ts";
import { countOf, fieldsOf, fieldsOfEvent, listOf, NO_USAGE, reported, textOf, withSettings, type Fields } from "./fields.ts";

/** Responses of OpenAI. It knows neither seed nor stop: they are left out. Nothing is kept there (`store: false`). */
export const openaiResponses: Protocol = {
  name: "openai-responses",
  path: () => "/v1/responses",
  versionInBase: true,
  headers: (apiKey): Record<string, string> => (apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  body,
  reader,
};

function body({ model, messages, settings }: ChatRequest): Fields {
  const { temperature, topP, maxOutputTokens, reasoningEffort } = settings;
  return withSettings(
    {
      model,
      input: messages.map(({ role, content }) => ({ role, content })),
      stream: true,
      store: false,
      temperature,
      top_p: topP,
      max_output_tokens: maxOutputTokens,
      reasoning: reasoningEffort === undefined ? undefined : { effort: reasoningEffort },
    },
    settings.body,
  );
}

function reader(): StreamReader {
  let text: string | null = null;
  let usage: Usage = NO_USAGE;
  let finishReason: string | null = null;
  let servedModel: string | null = null;
  let isOver = false;
  /** By their place in the output. */
  const calls = new Map<number, Fields>();

  /** The response as an event or a document holds it: an event's output has been read piece by piece. */
  function takeResponse(response: Fields | null): void {
    servedModel = textOf(response?.["model"]) || servedModel;
    const seen = fieldsOf(response?.["usage"]);
    if (seen) usage = usageOf(seen);
    if (response?.["error"]) throw reported(response["error"]);
    const status = textOf(response?.["status"]);
    if (status !== "completed" && status !== "incomplete") return;
    finishReason = textOf(fieldsOf(response?.["incomplete_details"])?.["reason"]) ?? status;
    isOver = true;
  }

  function takeText(piece: unknown): boolean {
    if (typeof piece !== "string") return false;
    text = (text ?? "") + piece;
    return piece !== "";
  }

  function takeItem(item: Fields | null, at: number): boolean {
    const isCall = item !== null && String(item["type"]).endsWith("_call");
    if (isCall) calls.set(at, item);
    return isCall;
  }

  return {
    take({ event, data }) {
      if (data.trim() === "" || data.trim() === "[DONE]") return false;
      const fields = fieldsOfEvent(data);
      const at = countOf(fields["output_index"]) ?? 0;
      const type = textOf(fields["type"]) ?? event ?? "";
      switch (type) {
        case "response.output_text.delta":
        case "response.refusal.delta":
          return takeText(fields["delta"]);
        case "response.output_item.added":
          return takeItem(fieldsOf(fields["item"]), at);
        case "response.output_item.done":
          takeItem(fieldsOf(fields["item"]), at);
          return false;
        case "response.function_call_arguments.delta": {
          const call = calls.get(at) ?? {};
          calls.set(at, { ...call, arguments: (textOf(call["arguments"]) ?? "") + (textOf(fields["delta"]) ?? "") });
          return true;
        }
        case "error":
          throw reported(fields["error"] ?? { ...fields, type: undefined });
        default:
          if (fields["error"]) throw reported(fields["error"]);
          if (fields["response"]) takeResponse(fieldsOf(fields["response"]));
          if (type === "response.failed") throw new StreamError("server", "the backend says that the response failed");
          return /^response\.reasoning.*\.delta$/.test(type) && fields["delta"] !== "";
      }
    },
    takeWhole(document) {
      const fields = fieldsOf(document);
      if (fields?.["error"]) throw reported(fields["error"]);
      if (!fields || !Array.isArray(fields["output"])) throw new StreamError("malformed", "the answer is JSON, but has no output");
      for (const [at, item] of listOf(fields["output"]).entries()) {
        takeItem(item, at);
        for (const part of listOf(item["content"])) if (item["type"] === "message") takeText(part["text"] ?? part["refusal"]);
      }
      takeResponse(fields);
      isOver = true;
    },
    ended: () => isOver,
    over: () => isOver,
    answer: () => ({ text, toolCalls: calls.size > 0 ? JSON.stringify([...calls.values()]) : null, usage, finishReason, servedModel }),
  };
}

function usageOf(usage: Fields): Usage {
  return {
    inputTokens: countOf(usage["input_tokens"]),
    cachedInputTokens: countOf(fieldsOf(usage["input_tokens_details"])?.["cached_tokens"]),
    cacheWriteTokens: null,
    outputTokens: countOf(usage["output_tokens"]),
    reasoningTokens: countOf(fieldsOf(usage["output_tokens_details"])?.["reasoning_tokens"]),
  };
}
