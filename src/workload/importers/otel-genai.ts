import type { ChatRequest } from "../../model/chat-request.ts";
import type { Message, MetaValue } from "../../model/prompt.ts";
import { callPrompt, servedModel, type CallCells } from "../call.ts";
import { field, jsonCell, nameCell, numberFact } from "../cells.ts";
import { chatRequest } from "../chat-request.ts";
import { answerText, isFields, messagesFrom, requestMessages } from "../chat.ts";
import type { Draft, RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import type { Source } from "../source.ts";
import { between, duration, isoText, timeOf } from "../times.ts";
import { passedOver, readCalls, type CallRecord, type Fields } from "./call-log.ts";
import type { Importer } from "./importer.ts";

/**
 * OpenTelemetry spans of calls of language models, by the GenAI semantic conventions (docs/gen-ai/gen-ai-spans.md of
 * open-telemetry/semantic-conventions-genai, and of open-telemetry/semantic-conventions up to v1.36 with their older
 * names): OTLP/JSON, one document or one a line as the collector's file exporter writes it, and spans on their own with
 * attributes as an object or as key-value pairs. Spans that are no call are passed over. A call whose conversation is not
 * named belongs to the session of its trace, since the calls of a trace depend on each other.
 */
export const otelGenai: Importer = {
  name: "otel-genai",
  describe: "OpenTelemetry GenAI spans: OTLP/JSON (one document or one a line), or spans with attributes as an object",
  detect,
  revision: 1,
  open: (source) => readCalls(source, { form: otelGenai, records: spansOf, call }),
};

const RESOURCE_SPANS = ["resourceSpans", "resource_spans"];
const SCOPE_SPANS = ["scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"];
const SPANS = ["spans"];

/** The names that exporters have for the same field of a span. */
const NAMES = {
  attributes: ["attributes", "Attributes", "SpanAttributes", "span_attributes"],
  trace: ["traceId", "trace_id", "traceID", "TraceId"],
  span: ["spanId", "span_id", "spanID", "SpanId", "id"],
  name: ["name", "SpanName", "span_name", "operationName"],
  start: ["startTimeUnixNano", "start_time_unix_nano", "startTime", "start_time", "Timestamp", "timestamp"],
  end: ["endTimeUnixNano", "end_time_unix_nano", "endTime", "end_time"],
  durationMs: ["durationMs", "duration_ms"],
  durationNs: ["durationNano", "duration_nano", "Duration"],
  events: ["events", "Events"],
} as const;

/** Values of gen_ai.operation.name that ask a language model (and of llm.request.type, an older name). */
const CALLS = new Set(["chat", "text_completion", "generate_content", "completion", "responses"]);

const CELLS: CallCells = { inputTokens: "gen_ai.usage.input_tokens", outputTokens: "gen_ai.usage.output_tokens", costUsd: "gen_ai.usage.cost" };

function detect(source: Source): boolean {
  const has = (names: readonly string[]): boolean => names.some((name) => source.has(name));
  if (has(RESOURCE_SPANS) || has(SCOPE_SPANS)) return true;
  if (source.has("spans")) return source.head.some((row) => listOf(row as Fields, SPANS)?.some((span) => first(span, NAMES.attributes) !== undefined));
  const ids = has([...NAMES.trace, "context.trace_id"]) && has([...NAMES.span, "context.span_id"]);
  return ids && has(NAMES.start) && (has(NAMES.attributes) || source.columns.some((column) => column.startsWith("gen_ai.")));
}

/** The spans that a row holds, wherever it stands in OTLP's nesting. */
function* spansOf(row: Fields): Generator<Fields> {
  for (const resource of listOf(row, RESOURCE_SPANS) ?? [row])
    for (const scope of listOf(resource, SCOPE_SPANS) ?? [resource]) yield* listOf(scope, SPANS) ?? [scope];
}

function listOf(row: Fields, names: readonly string[]): readonly Fields[] | null {
  const list = jsonCell(names.map((name) => row[name]).find((value) => value !== undefined));
  return Array.isArray(list) ? list.filter((one): one is Fields => typeof one === "object" && one !== null) : null;
}

function call(span: Fields, name: RowName, notes: Notes): CallRecord | null {
  const place = { notes, where: `${name.file}, span ${name.row + 1}` };
  const attributes = attributesOf(span);
  const operation = text(attributes, "gen_ai.operation.name", "llm.request.type");
  const models = ["gen_ai.request.model", "gen_ai.response.model"].some((key) => attributes(key) !== undefined);
  if (operation === null ? !models : !CALLS.has(operation)) return passedOver(notes, `"${nameCell(first(span, NAMES.name)) ?? ""}"`, place.where);
  const startedAt = timeOf(first(span, NAMES.start), place);
  return {
    session: text(attributes, "gen_ai.conversation.id", "session.id") ?? idOf(span, NAMES.trace, "trace_id"),
    turn: null,
    at: startedAt,
    draft: () => draft(span, attributes, startedAt, name, place),
  };
}

type Attributes = (key: string) => unknown;
interface Place {
  readonly notes: Notes;
  readonly where: string;
}

function draft(span: Fields, attributes: Attributes, startedAt: number | null, name: RowName, place: Place): Draft | null {
  const events = eventsOf(span);
  const chat = chatOf(attributes, events, place);
  const requested = text(attributes, "gen_ai.request.model");
  const answered = text(attributes, "gen_ai.response.model");
  const model = servedModel(requested, answered);
  const error = errorOf(span, attributes, events);
  const code = numberFact(attributes("http.response.status_code") ?? attributes("http.status_code") ?? error);
  return callPrompt(
    name,
    {
      id: idOf(span, NAMES.span, "span_id"),
      messages: chat?.messages ?? null,
      request: chat && requestOf(attributes, chat),
      model,
      inputTokens: attributes("gen_ai.usage.input_tokens") ?? attributes("gen_ai.usage.prompt_tokens"),
      outputTokens: attributes("gen_ai.usage.output_tokens") ?? attributes("gen_ai.usage.completion_tokens"),
      // No convention, but what OpenLIT writes and Langfuse reads: USD.
      costUsd: attributes("gen_ai.usage.cost"),
      latencyMs: latencyOf(span, startedAt, place),
      ttftMs:
        duration(attributes("gen_ai.response.time_to_first_chunk") ?? attributes("gen_ai.server.time_to_first_token"), place, 1000) ??
        duration(attributes("ai.response.msToFirstChunk"), place),
      error,
      text: error === null ? outputOf(attributes, events) : null,
      tags: [],
      meta: {
        startedAt: isoText(startedAt),
        operation: text(attributes, "gen_ai.operation.name", "llm.request.type"),
        provider: text(attributes, "gen_ai.provider.name", "gen_ai.system"),
        requestedModel: requested,
        responseModel: answered === model ? null : answered,
        agent: text(attributes, "gen_ai.agent.name"),
        stream: truth(attributes("gen_ai.request.stream")),
        finishReason: finishReason(attributes),
        httpStatus: code !== null && Number.isInteger(code) && code >= 100 && code < 600 ? code : null,
        cachedInputTokens: numberFact(attributes("gen_ai.usage.cache_read.input_tokens")) || null,
        reasoningTokens: numberFact(attributes("gen_ai.usage.reasoning.output_tokens")) || null,
      },
    },
    CELLS,
    place.notes,
  );
}

/** End less start; where there is no end, a stated duration (in microseconds beside a start in microseconds). */
function latencyOf(span: Fields, startedAt: number | null, place: Place): number | null {
  const end = first(span, NAMES.end);
  if (end !== undefined) return between(startedAt, timeOf(end, place), place);
  const ms = duration(first(span, NAMES.durationMs), place) ?? duration(first(span, NAMES.durationNs), place, 1e-6);
  const start = numberFact(first(span, NAMES.start));
  return ms ?? (start !== null && start >= 1e14 && start < 1e17 ? duration(span["duration"], place, 1e-3) : null);
}

/** `error.type` where the call has one, else the class of its exception, else that its status is one of error. */
function errorOf(span: Fields, attributes: Attributes, events: readonly Event[]): string | null {
  const type = text(attributes, "error.type");
  if (type !== null) return type;
  const status = jsonCell(span["status"] ?? span["StatusCode"] ?? span["status_code"]);
  const code = field(status, "code") ?? field(status, "status_code") ?? status;
  if (code !== 2 && !(typeof code === "string" && /^(2|(STATUS_CODE_)?ERROR|StatusCode\.ERROR)$/i.test(code))) return null;
  const thrown = events.find((event) => event.name === "exception");
  return (thrown && text(thrown.attributes, "exception.type")) ?? "error";
}

/** A chat as the span has it: what to read it from, in the place that a request's body has it. */
interface Chat {
  readonly messages: Message[];
  readonly body: Fields;
  /** Who wrote it: the conventions' attributes, Vercel's AI SDK, or what came before the conventions had any. */
  readonly by: "conventions" | "ai-sdk" | "older";
}

/** The texts, where the instrumentation was told to keep them: as one attribute, as numbered ones, or as events. */
function chatOf(attributes: Attributes, events: readonly Event[], place: Place): Chat | null {
  const details = events.find((event) => event.name === "gen_ai.client.inference.operation.details");
  for (const source of details ? [attributes, details.attributes] : [attributes]) {
    const body = { messages: source("gen_ai.input.messages"), system: source("gen_ai.system_instructions") };
    const messages = requestMessages(body, place);
    if (messages) return { messages, body, by: "conventions" };
  }
  const numbered = numberedMessages(attributes);
  const told = numbered.length > 0 ? numbered : events.flatMap(eventMessages);
  for (const [list, by] of [[told, "older"], [attributes("gen_ai.prompt"), "older"], [attributes("ai.prompt.messages"), "ai-sdk"]] as const) {
    const messages = messagesFrom(list, place);
    if (messages) return { messages, body: { messages: list }, by };
  }
  return null;
}

/** What the request said beside the texts, as far as the instrumentation tells. */
function requestOf(attributes: Attributes, { body, by }: Chat): ChatRequest | null {
  const tools = jsonCell(attributes("gen_ai.tool.definitions") ?? attributes("ai.prompt.tools"));
  return chatRequest(
    {
      ...body,
      tools: Array.isArray(tools) ? tools.map(jsonCell) : null,
      tool_choice: attributes("ai.prompt.toolChoice"),
      max_tokens: attributes("gen_ai.request.max_tokens"),
    },
    [
      ...(Array.isArray(jsonCell(body["messages"])) ? [] : (["history", "calls", "images"] as const)),
      // By the conventions an instrumentation writes tools where it is told to; the AI SDK writes them wherever it has some.
      ...(Array.isArray(tools) || by === "ai-sdk" ? [] : (["tools"] as const)),
      // By the conventions, that there is a form is written, and which is not.
      ...(by === "conventions" && FORMS.every((key) => [undefined, "text"].includes(text(attributes, key) ?? undefined)) ? [] : (["format"] as const)),
      // A limit is written by default wherever there is one.
      "metadata",
    ],
  );
}

/** What names the form of an answer, now and up to v1.36 of the conventions. */
const FORMS = ["gen_ai.output.type", "gen_ai.openai.request.response_format"];

/** gen_ai.prompt.0.role, gen_ai.prompt.0.content, gen_ai.prompt.0.tool_calls.0.name … (OpenLLMetry). */
function numberedMessages(attributes: Attributes): Fields[] {
  const messages: Fields[] = [];
  for (let i = 0; ; i++) {
    const of = (key: string): unknown => attributes(`gen_ai.prompt.${i}.${key}`);
    const [role, content, calls] = [of("role"), of("content"), numberedCalls(of)];
    if (role === undefined && content === undefined) break;
    messages.push({ role, content: jsonCell(content), tool_call_id: of("tool_call_id"), ...(calls.length > 0 ? { tool_calls: calls } : {}) });
  }
  return messages;
}

function numberedCalls(of: (key: string) => unknown): Fields[] {
  const calls: Fields[] = [];
  for (let k = 0; ; k++) {
    const [id, name, given] = ["id", "name", "arguments"].map((key) => of(`tool_calls.${k}.${key}`));
    if (id === undefined && name === undefined) return calls;
    calls.push({ id, type: "function", function: { name, arguments: given } });
  }
}

/** gen_ai.user.message and its like, up to v1.36 of the conventions; gen_ai.content.prompt before them. */
function eventMessages({ name, attributes }: Event): unknown[] {
  if (name === "gen_ai.content.prompt") return itemsOf(attributes("gen_ai.prompt"));
  const role = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(name)?.[1];
  if (role === undefined) return [];
  const whole = jsonCell(attributes("gen_ai.event.content"));
  const content = attributes("content") ?? attributes("gen_ai.prompt") ?? field(whole, "content") ?? (isFields(whole) && whole["tool_calls"] !== undefined ? null : whole);
  const calls = jsonCell(attributes("tool_calls")) ?? field(whole, "tool_calls");
  const id = role === "tool" ? (attributes("id") ?? field(whole, "id")) : undefined;
  return [{ role: text(attributes, "role") ?? role, content: jsonCell(content), tool_call_id: id, ...(Array.isArray(calls) ? { tool_calls: calls } : {}) }];
}

/** A chat's messages where it is a list of them, else the text that it is. */
function itemsOf(value: unknown): unknown[] {
  const inner = jsonCell(value);
  if (Array.isArray(inner) && inner.every((item) => typeof item === "string" || isFields(item))) return inner;
  return typeof value === "string" && value !== "" && !isFields(inner) ? [{ role: "user", content: value }] : [];
}

function outputOf(attributes: Attributes, events: readonly Event[]): string | null {
  const choice = events.find((event) => event.name === "gen_ai.choice" || event.name === "gen_ai.content.completion")?.attributes;
  const details = events.find((event) => event.name === "gen_ai.client.inference.operation.details")?.attributes;
  return (
    answerText(attributes("gen_ai.output.messages")) ??
    answerText(details?.("gen_ai.output.messages")) ??
    answerText(attributes("gen_ai.completion.0.content")) ??
    answerText(choice?.("message") ?? choice?.("content") ?? choice?.("gen_ai.completion") ?? field(choice?.("gen_ai.event.content"), "message")) ??
    answerText(attributes("ai.response.text"))
  );
}

interface Event {
  readonly name: string;
  readonly attributes: Attributes;
}

function eventsOf(span: Fields): Event[] {
  const list = jsonCell(first(span, NAMES.events));
  if (!Array.isArray(list)) return [];
  return list.flatMap((event: unknown) => {
    const name = nameCell(field(event, "name") ?? field(event, "Name"));
    return name === null ? [] : [{ name, attributes: attributesOf(event as Fields) }];
  });
}

/** Looks attributes up, whether they are an object (nested or not), key-value pairs, JSON text of either, or the span's own columns. */
function attributesOf(span: Fields): Attributes {
  const held = jsonCell(first(span, NAMES.attributes));
  const flat: Fields = Array.isArray(held) ? pairs(held, 0) : typeof held === "object" && held !== null ? (held as Fields) : span;
  return (key) => {
    if (Object.hasOwn(flat, key)) return flat[key] ?? undefined;
    return key.includes(".") ? (field(flat, ...key.split(".")) ?? undefined) : undefined;
  };
}

/** How deep lists and key-value lists of OTLP may hold each other. */
const DEEPEST = 16;

/** A value of OTLP's AnyValue; integers may be text there. */
function anyValue(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [kind, inner] = Object.entries(value)[0] ?? [];
  const values = field(inner, "values");
  const list: readonly unknown[] = Array.isArray(values) && depth < DEEPEST ? values : [];
  switch (kind?.replace("_v", "V")) {
    case "intValue":
    case "doubleValue":
      return Number(inner);
    case "arrayValue":
      return list.map((one) => anyValue(one, depth + 1));
    case "kvlistValue":
      return pairs(list, depth + 1);
    default:
      return inner;
  }
}

function pairs(list: readonly unknown[], depth: number): Fields {
  return Object.fromEntries(list.map((pair) => [field(pair, "key"), anyValue(field(pair, "value"), depth)]));
}

function first(span: Fields, names: readonly string[]): unknown {
  return names.map((name) => span[name]).find((value) => value !== undefined && value !== null && value !== "");
}

/** An id of a span, which Python's exporter keeps under `context`. */
function idOf(span: Fields, names: readonly string[], inContext: string): string | null {
  return nameCell(first(span, names) ?? field(span["context"], inContext));
}

function text(attributes: Attributes, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = nameCell(attributes(key));
    if (value !== null && value !== "") return value;
  }
  return null;
}

function truth(value: unknown): MetaValue {
  return typeof value === "boolean" ? value : null;
}

function finishReason(attributes: Attributes): string | null {
  const reasons = jsonCell(attributes("gen_ai.response.finish_reasons"));
  return nameCell(Array.isArray(reasons) ? reasons[0] : reasons);
}
