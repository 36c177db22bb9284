import type { Usage } from "../../model/live.ts";
import type { Message } from "../../model/prompt.ts";
import type { ChatRequest, Protocol, StreamReader } from "../protocol.ts";
import { StreamError } from "../protocol.ts";
import { countOf, counted, fieldsOf, fieldsOfEvent, listOf, NO_USAGE, reported, sumOf, textOf, withSettings, type Fields } from "./fields.ts";

/** generateContent of Gemini, streamed. */
export const gemini: Protocol = {
  name: "gemini",
  path: ({ model }) => `/v1beta/models/${model.replace(/^models\//, "").split("/").map(encodeURIComponent).join("/")}:streamGenerateContent?alt=sse`,
  versionInBase: false,
  headers: (apiKey): Record<string, string> => (apiKey === null ? {} : { "x-goog-api-key": apiKey }),
  body,
  reader,
};

function body({ messages, settings }: ChatRequest): Fields {
  const { temperature, topP, maxOutputTokens, seed, stop, reasoningEffort } = settings;
  const system = messages.filter(isSystem);
  const config = withSettings(
    { temperature, topP, maxOutputTokens, seed, stopSequences: stop, thinkingConfig: reasoningEffort === undefined ? undefined : { thinkingLevel: reasoningEffort } },
    undefined,
  );
  return withSettings(
    {
      systemInstruction: system.length > 0 ? { parts: system.map(({ content }) => ({ text: content })) } : undefined,
      contents: messages.filter((message) => !isSystem(message)).map(({ role, content }) => ({ role: role === "assistant" || role === "model" ? "model" : "user", parts: [{ text: content }] })),
      generationConfig: Object.keys(config).length > 0 ? config : undefined,
    },
    settings.body,
  );
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

function reader(): StreamReader {
  let text: string | null = null;
  let usage: Usage = NO_USAGE;
  let finishReason: string | null = null;
  let servedModel: string | null = null;
  let isOver = false;
  const calls: unknown[] = [];

  function takePart(part: Fields): boolean {
    if (part["functionCall"]) {
      JSON.stringify(part["functionCall"]); // throws where it is nested too deep to be stored
      calls.push(part["functionCall"]);
      return true;
    }
    const piece = textOf(part["text"]);
    if (piece === null) return false;
    if (part["thought"] !== true) text = (text ?? "") + piece;
    return piece !== "";
  }

  function takeResponse(fields: Fields): boolean {
    if (fields["error"]) throw reported(fields["error"]);
    servedModel = textOf(fields["modelVersion"]) || servedModel;
    const seen = fieldsOf(fields["usageMetadata"]);
    if (seen) usage = counted(usage, usageOf(seen));
    // A prompt that is blocked has no candidate.
    finishReason = textOf(fieldsOf(fields["promptFeedback"])?.["blockReason"]) || finishReason;
    const candidate = listOf(fields["candidates"]).find((one) => (one["index"] ?? 0) === 0);
    finishReason = textOf(candidate?.["finishReason"]) || finishReason;
    return listOf(fieldsOf(candidate?.["content"])?.["parts"]).map(takePart).includes(true);
  }

  return {
    take({ data }) {
      if (data.trim() === "") return false;
      if (data.trim() !== "[DONE]") return takeResponse(fieldsOfEvent(data));
      isOver = true;
      return false;
    },
    takeWhole(document) {
      // Where `alt=sse` is not heeded, what would be events comes as a list.
      const responses = listOf(Array.isArray(document) ? document : [document]);
      for (const response of responses) takeResponse(response);
      if (finishReason === null) throw new StreamError("malformed", "the answer is JSON, but has no candidate that is finished");
      isOver = true;
    },
    ended: () => isOver || finishReason !== null,
    over: () => isOver,
    answer: () => ({ text, toolCalls: calls.length > 0 ? JSON.stringify(calls) : null, usage, finishReason, servedModel }),
  };
}

function usageOf(usage: Fields): Usage {
  const reasoningTokens = countOf(usage["thoughtsTokenCount"]);
  const said = countOf(usage["candidatesTokenCount"]);
  return {
    inputTokens: sumOf(countOf(usage["promptTokenCount"]), countOf(usage["toolUsePromptTokenCount"])),
    cachedInputTokens: countOf(usage["cachedContentTokenCount"]),
    cacheWriteTokens: null,
    outputTokens: sumOf(said, reasoningTokens),
    reasoningTokens,
  };
}
