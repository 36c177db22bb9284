import type { RequestPart } from "../../model/request-part.ts";
import { callPrompt, type CallCells, type LoggedCall } from "../call.ts";
import { field, isTrue, jsonCell, nameCell, namesCell, numberFact } from "../cells.ts";
import { chatRequest } from "../chat-request.ts";
import { answerText, isFields, messagesFrom, requestMessages } from "../chat.ts";
import type { Draft, RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { between, isoText, timeOf } from "../times.ts";
import { passedOver, readCalls, type CallRecord, type Fields } from "./call-log.ts";
import type { Importer } from "./importer.ts";

/**
 * LiteLLM's two logs of calls: rows of LiteLLM_SpendLogs (a database export, or what /spend/logs and /spend/logs/v2
 * answer) and StandardLoggingPayload (what its S3, GCS and other loggers write). After litellm/proxy/spend_tracking/
 * spend_tracking_utils.py, litellm/types/utils.py and docs/my-website/docs/proxy/logging_spec.md in BerriAI/litellm. Times are UTC; a
 * call's retries and fallbacks are rows of their own, which share session_id (trace_id).
 */
export const litellm: Importer = {
  name: "litellm",
  describe: "LiteLLM spend logs (LiteLLM_SpendLogs, /spend/logs) and StandardLoggingPayload, as JSONL, JSON or CSV",
  detect: (source) =>
    source.has("call_type") && source.has("startTime") && (source.has("response_cost") || (source.has("spend") && source.has("request_id"))),
  revision: 1,
  open: (source) => readCalls(source, { form: litellm, call }),
};

/** Call types of language models; each has a twin with "a" in front. A failure before the call has a blank one. */
const LANGUAGE =
  /^a?((text_)?completion|responses|generate_content(_stream)?)$|^_?aresponses_websocket$|^anthropic_messages$|(chat\/completions|\/responses|\/messages)$/;
/** Requests that went by as they were: calls of language models where they have tokens. */
const PASSED_THROUGH = /^(pass_through_endpoint|a?llm_passthrough_route)$/;
/** The account in whose name LiteLLM checks whether its models are up. */
const HEALTH_CHECK = "litellm-internal-health-check";
/** What stands in the place of a text that is kept out of the log, and in the middle of one that is too long for it. */
const REDACTED = "redacted-by-litellm";
const CUT = /\(litellm_truncated skipped \d+ chars/;

function call(record: Fields, name: RowName, notes: Notes): CallRecord | null {
  const where = `${name.file}, record ${name.row + 1}`;
  const type = nameCell(record["call_type"]);
  if (isHealthCheck(record)) return passedOver(notes, "a health check", where);
  if (!isLanguage(type, record)) return passedOver(notes, `call_type "${type}"`, where);
  const startedAt = timeOf(record["startTime"], { notes, where });
  return {
    session: nameCell(record["session_id"]) ?? nameCell(record["trace_id"]),
    turn: null,
    at: startedAt,
    draft: () => draft(record, startedAt, name, notes, where),
  };
}

function draft(record: Fields, startedAt: number | null, name: RowName, notes: Notes, where: string): Draft | null {
  const place = { notes, where };
  const body = jsonCell(record["proxy_server_request"]);
  const { messages, request } = chatOf(record, body, place);
  const endedAt = timeOf(record["endTime"], place);
  const group = nameCell(record["model_group"]);
  const failure = failureOf(record);
  const answer = answerText(record["response"]);
  const cells: CallCells = { inputTokens: "prompt_tokens", outputTokens: "completion_tokens", costUsd: "spend" in record ? "spend" : "response_cost" };
  return callPrompt(
    name,
    {
      id: nameCell(record["request_id"]) ?? nameCell(record["id"]),
      messages,
      request,
      model: nameCell(record["model"]) ?? group,
      inputTokens: record["prompt_tokens"],
      outputTokens: record["completion_tokens"],
      costUsd: record[cells.costUsd],
      latencyMs: between(startedAt, endedAt, place),
      ttftMs: ttftOf(record, startedAt, endedAt, place),
      error: failure?.error ?? null,
      text: failure || answer === null || answer.includes(REDACTED) ? null : answer,
      response: record["response"],
      tags: tagsOf(record),
      meta: {
        startedAt: isoText(startedAt),
        callType: nameCell(record["call_type"]),
        requestedModel: nameCell(field(body, "model")) ?? group,
        modelGroup: group,
        deployment: nameCell(record["model_id"]),
        provider: nameCell(record["custom_llm_provider"]),
        cached: isTrue(record["cache_hit"]) || null,
        stream: typeof record["stream"] === "boolean" ? record["stream"] : null,
        httpStatus: failure?.httpStatus ?? null,
        cachedInputTokens: cachedTokens(record),
        truncated: messages?.some(({ content }) => CUT.test(content)) || null,
      },
    },
    cells,
    notes,
  );
}

function isHealthCheck(record: Fields): boolean {
  return (
    ["api_key", "team_id", "user", "end_user"].some((key) => record[key] === HEALTH_CHECK) ||
    field(record["metadata"], "user_api_key_alias") === HEALTH_CHECK ||
    namesCell(record["request_tags"]).includes(HEALTH_CHECK)
  );
}

function isLanguage(type: string | null, record: Fields): boolean {
  if (type === null || LANGUAGE.test(type)) return true;
  return PASSED_THROUGH.test(type) && Number(record["completion_tokens"]) > 0;
}

/** `messages` is "{}" in most versions, even where texts are stored: then they stand in the request's body. */
function chatOf(record: Fields, body: unknown, place: Parameters<typeof messagesFrom>[1]): Pick<LoggedCall, "messages" | "request"> {
  const own = messagesFrom(record["messages"], place);
  const messages = own ?? requestMessages(body, place);
  if (messages?.some(({ content }) => content === REDACTED)) return { messages: null, request: null };
  // StandardLoggingPayload has its parameters, all of them, in the place of the body; a spend log has a body where it is told to keep it, else {}.
  const [parameters, sent] = [jsonCell(record["model_parameters"]), body].map((one) => (isFields(one) ? one : null));
  const isWhole = parameters !== null || (sent !== null && Object.keys(sent).length > 0);
  // Metadata is left out: LiteLLM puts hashes of keys and names of teams there.
  const unknown: readonly RequestPart[] = isWhole ? ["metadata"] : ["tools", "format", "limits", "metadata"];
  const chat = own ? { messages: record["messages"], system: null, instructions: null } : {};
  return { messages, request: chatRequest({ ...parameters, ...sent, ...chat, metadata: null }, unknown) };
}

/** A call that is not streamed is logged as if its first token came at its end. */
function ttftOf(record: Fields, startedAt: number | null, endedAt: number | null, place: Parameters<typeof between>[2]): number | null {
  const firstAt = timeOf(record["completionStartTime"], place);
  return record["stream"] === false || firstAt === null || endedAt === null || firstAt >= endedAt ? null : between(startedAt, firstAt, place);
}

function failureOf(record: Fields): { readonly error: string; readonly httpStatus: number | null } | null {
  const status = nameCell(record["status"]) ?? nameCell(field(record["metadata"], "status"));
  if (status !== "failure") return null;
  const information = jsonCell(record["error_information"]) ?? field(record["metadata"], "error_information");
  const code = nameCell(field(information, "error_code"));
  const error = [code, nameCell(field(information, "error_class"))].filter((part) => part !== null).join(" ");
  return { error: error || status, httpStatus: code !== null && /^[1-5]\d\d$/.test(code) ? Number(code) : null };
}

/** The request's own tags (but not its user agent, which LiteLLM adds), and `pii` where a guardrail masked some. */
function tagsOf(record: Fields): string[] {
  const guardrails = jsonCell(record["guardrail_information"]) ?? field(record["metadata"], "guardrail_information");
  const masked = [guardrails].flat().some((one) => Object.values(field(one, "masked_entity_count") ?? {}).some((count) => Number(count) > 0));
  return [...namesCell(record["request_tags"]).filter((tag) => !/^user-agent:/i.test(tag)), ...(masked ? ["pii"] : [])];
}

function cachedTokens(record: Fields): number | null {
  const usage = field(record["metadata"], "usage_object");
  return numberFact(field(usage, "prompt_tokens_details", "cached_tokens") ?? field(usage, "cache_read_input_tokens")) || null;
}
