import { logprobReader } from "../../lib/logprobs.ts";
import type { Usage } from "../../model/live.ts";
import type { ChatRequest, Protocol, StreamAnswer, StreamReader } from "../protocol.ts";
import { StreamError } from "../protocol.ts";
import { countOf, counted, fieldsOf, fieldsOfEvent, listOf, NO_USAGE, reported, textOf, withSettings, type Fields } from "./fields.ts";

/** Chat completions of OpenAI, as also spoken by vLLM, SGLang, llama.cpp, Ollama, LiteLLM, OpenRouter, Envoy AI Gateway and vLLM Semantic Router. */
export const openaiChat: Protocol = {
  name: "openai-chat",
  path: () => "/v1/chat/completions",
  versionInBase: true,
  headers: (apiKey): Record<string, string> => (apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  body,
  reader,
};

function body({ model, messages, settings }: ChatRequest, address: URL): Fields {
  const { temperature, topP, maxOutputTokens, seed, stop, reasoningEffort } = settings;
  // Models of OpenAI that reason refuse max_tokens; most other servers know no other name.
  const bound = address.hostname === "api.openai.com" ? "max_completion_tokens" : "max_tokens";
  const bounded = settings.body && ("max_tokens" in settings.body || "max_completion_tokens" in settings.body);
  return withSettings(
    {
      model,
      messages: messages.map(({ role, content }) => ({ role, content })),
      stream: true,
      stream_options: { include_usage: true },
      temperature,
      top_p: topP,
      ...(bounded ? {} : { [bound]: maxOutputTokens }),
      seed,
      stop,
      reasoning_effort: reasoningEffort,
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
  const calls: ToolCall[] = [];
  const logprobs = logprobReader();

  /** What `delta` of a stream and `message` of a document have in common. True where it holds a token. */
  function takeDelta(delta: Fields): boolean {
    let token = takeText(delta["content"]);
    if (takeText(delta["refusal"])) token = true;
    if (delta["tool_calls"]) for (const [at, call] of listOf(delta["tool_calls"]).entries()) token = takeToolCall(calls, call, at) || token;
    return token || hasReasoning(delta);
  }

  function takeText(said: unknown): boolean {
    const piece = contentText(said);
    if (piece === null) return false;
    text = (text ?? "") + piece;
    return piece !== "";
  }

  function takeCommon(fields: Fields): void {
    const error = fields["error"] ?? (fields["object"] === "error" ? fields : undefined);
    if (error !== undefined && error !== null) throw reported(error);
    servedModel = textOf(fields["model"]) || servedModel;
    const seen = fieldsOf(fields["usage"]) ?? fieldsOf(fieldsOf(fields["x_groq"])?.["usage"]);
    if (seen) usage = counted(usage, usageOf(seen));
  }

  function takeChoice(choice: Fields | undefined, part: "delta" | "message"): boolean {
    finishReason = textOf(choice?.["finish_reason"]) || finishReason;
    logprobs.take(choice?.["logprobs"]);
    const delta = fieldsOf(choice?.[part]) ?? fieldsOf(choice?.["message"]);
    return delta !== null && takeDelta(delta);
  }

  return {
    take({ event, data }) {
      const said = data.trim();
      if (said === "") return false;
      if (said === "[DONE]") {
        isOver = true;
        return false;
      }
      const fields = fieldsOfEvent(data);
      if (event === "error") throw reported(fields["error"] ?? fields);
      takeCommon(fields);
      // Further choices are other samples of the same answer.
      return takeChoice(
        listOf(fields["choices"]).find((one) => (one["index"] ?? 0) === 0),
        "delta",
      );
    },
    takeWhole(document) {
      const fields = fieldsOf(document);
      if (fields) takeCommon(fields);
      const choice = listOf(fields?.["choices"])[0];
      if (!choice) throw new StreamError("malformed", "the answer is JSON, but has no choices");
      takeChoice(choice, "message");
      isOver = true;
    },
    ended: () => isOver || finishReason !== null,
    over: () => isOver,
    answer: (): StreamAnswer => ({
      text,
      toolCalls: calls.length > 0 ? JSON.stringify(calls.flatMap((call) => call ?? [])) : null,
      usage,
      finishReason,
      servedModel,
      confidence: logprobs.confidence(),
    }),
  };
}

interface ToolCall {
  id: string | null;
  type: string;
  function: { name: string; arguments: string };
}

const MOST_CALLS = 1000;

/** Puts a piece to the call that it is of, by its index; one without is of the call that stands where it stands. */
function takeToolCall(calls: ToolCall[], piece: Fields, at: number): boolean {
  const index = countOf(piece["index"]) ?? at;
  if (!Number.isInteger(index) || index >= MOST_CALLS) throw new StreamError("malformed", `a tool call has the index ${index}`);
  const call = (calls[index] ??= { id: null, type: "function", function: { name: "", arguments: "" } });
  const asked = fieldsOf(piece["function"]);
  const name = textOf(asked?.["name"]) ?? "";
  const written = asked?.["arguments"];
  const args = textOf(written) ?? (fieldsOf(written) ? JSON.stringify(written) : "");
  call.id = textOf(piece["id"]) || call.id;
  call.type = textOf(piece["type"]) || call.type;
  // Some servers repeat the name with each piece.
  if (name !== "" && call.function.name !== name) call.function.name += name;
  call.function.arguments += args;
  return name !== "" || args !== "";
}

/** A text, or the texts of its parts (Mistral). */
function contentText(content: unknown): string | null {
  if (!Array.isArray(content)) return textOf(content);
  return listOf(content)
    .map((part) => textOf(part["text"]) ?? "")
    .join("");
}

function hasReasoning(delta: Fields): boolean {
  return !!textOf(delta["reasoning_content"]) || !!textOf(delta["reasoning"]) || listOf(delta["reasoning_details"]).length > 0;
}

function usageOf(usage: Fields): Usage {
  const asked = fieldsOf(usage["prompt_tokens_details"]);
  const answered = fieldsOf(usage["completion_tokens_details"]);
  const inputTokens = countOf(usage["prompt_tokens"]);
  const outputTokens = countOf(usage["completion_tokens"]);
  const reasoningTokens = countOf(answered?.["reasoning_tokens"]) ?? countOf(usage["reasoning_tokens"]);
  // xAI leaves reasoning out of the completion's tokens; its total shows that.
  const isApart = reasoningTokens !== null && reasoningTokens > 0 && usage["total_tokens"] === (inputTokens ?? 0) + (outputTokens ?? 0) + reasoningTokens;
  return {
    inputTokens,
    cachedInputTokens: countOf(asked?.["cached_tokens"]) ?? countOf(usage["prompt_cache_hit_tokens"]) ?? countOf(usage["cache_read_input_tokens"]),
    cacheWriteTokens: countOf(asked?.["cache_write_tokens"]) ?? countOf(usage["cache_creation_input_tokens"]),
    outputTokens: isApart && outputTokens !== null ? outputTokens + reasoningTokens : outputTokens,
    reasoningTokens,
  };
}
