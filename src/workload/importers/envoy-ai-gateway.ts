import type { MetaValue } from "../../model/prompt.ts";
import { callPrompt, servedModel, type CallCells } from "../call.ts";
import { nameCell, numberFact } from "../cells.ts";
import type { Draft, RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { duration, isoText, timeOf } from "../times.ts";
import { passedOver, readCalls, type CallRecord, type Fields } from "./call-log.ts";
import type { Importer } from "./importer.ts";

/**
 * Access logs of Envoy AI Gateway as JSON lines, after site/docs/capabilities/observability/accesslogs.md of
 * envoyproxy/ai-gateway (its older names genai_…, its newer ones gen_ai.…, and those that `aigw` writes by itself). The
 * fields are the operator's choice: any may be absent. One line is one request, Envoy's own retries included; there are
 * no texts. The cost of an llmRequestCosts entry has no unit of its own: it is a cost where its name ends in one of
 * USD, and a fact otherwise.
 */
export const envoyAiGateway: Importer = {
  name: "envoy-ai-gateway",
  describe: "Envoy AI Gateway access logs, JSON lines: model, backend, tokens, response code, duration",
  detect: (source) => MODEL_NAMES.some((name) => source.has(name)) && ENVOY_NAMES.some((name) => source.has(name)),
  open: (source) => readCalls(source, { form: envoyAiGateway, call }),
};

const NAMES = {
  requested: ["gen_ai.request.model", "genai_model_name"],
  sent: ["gen_ai.request.model_override", "genai_model_name_override"],
  answered: ["gen_ai.response.model", "genai_response_model"],
  backend: ["gen_ai.provider.name", "genai_backend_name"],
  inputTokens: ["gen_ai.usage.input_tokens", "genai_tokens_input"],
  outputTokens: ["gen_ai.usage.output_tokens", "genai_tokens_output"],
  cachedInputTokens: ["gen_ai.usage.cached_input_tokens", "gen_ai.usage.cache_read.input_tokens", "genai_tokens_cached_input"],
  ttftMs: ["token_latency_ttft", "gen_ai.token_latency_ttft", "genai_token_latency_ttft", "genai_ttft_ms"],
  path: ["x-envoy-origin-path", "request.path", ":path", "path"],
  session: ["session.id", "genai_session_id", "x-session-id"],
} as const;

const MODEL_NAMES = [...NAMES.requested, ...NAMES.sent, ...NAMES.answered];
const ENVOY_NAMES = ["response_code", "upstream_cluster", "upstream_host", "x-envoy-origin-path", "x-envoy-upstream-service-time"];
const CALL_PATH = /\/(chat\/completions|completions|responses|messages|converse(-stream)?|invoke(-with-response-stream)?)$|:(stream)?(generateContent|rawPredict)$/i;
/** Response flags of a call that the model's side broke off, although its code is one of success. */
const BROKEN = /\b(UF|UC|UR|UT|UPE|URX|SI|DPE)\b/;

function call(record: Fields, name: RowName, notes: Notes): CallRecord | null {
  const where = `${name.file}, record ${name.row + 1}`;
  const path = text(record, "path")?.replace(/[?#].*$/s, "") ?? null;
  if (path === null ? nameCell(dashed(record["mcp_method"] ?? record["mcp.method.name"])) !== null : !CALL_PATH.test(path))
    return passedOver(notes, path ?? "MCP", where);
  const startedAt = timeOf(dashed(record["start_time"]), { notes, where });
  return { session: text(record, "session"), turn: null, at: startedAt, draft: () => draft(record, startedAt, name, notes, where) };
}

function draft(record: Fields, startedAt: number | null, name: RowName, notes: Notes, where: string): Draft | null {
  const place = { notes, where };
  const requested = text(record, "requested");
  const answered = text(record, "answered");
  const model = servedModel(text(record, "sent") ?? requested, answered);
  const { costUsd, costName, facts } = costsOf(record);
  const code = numberFact(dashed(record["response_code"]));
  const flags = nameCell(dashed(record["response_flags"]));
  const cells: CallCells = {
    inputTokens: keyOf(record, "inputTokens") ?? "input tokens",
    outputTokens: keyOf(record, "outputTokens") ?? "output tokens",
    costUsd: costName,
  };
  return callPrompt(
    name,
    {
      id: nameCell(dashed(record["x-request-id"])),
      messages: null,
      request: null,
      model,
      inputTokens: value(record, "inputTokens"),
      outputTokens: value(record, "outputTokens"),
      costUsd,
      latencyMs: duration(dashed(record["duration"] ?? record["duration_ms"]), place),
      // 0 stands for a first token that never came.
      ttftMs: duration(value(record, "ttftMs"), place) || null,
      error: errorOf(code, flags),
      text: null,
      tags: [],
      meta: {
        startedAt: isoText(startedAt),
        requestedModel: requested,
        responseModel: answered === model ? null : answered,
        backend: text(record, "backend"),
        route: nameCell(dashed(record["route_name"])),
        httpStatus: code,
        responseFlags: flags,
        upstreamServiceMs: numberFact(dashed(record["x-envoy-upstream-service-time"])),
        cachedInputTokens: numberFact(value(record, "cachedInputTokens")),
        ...facts,
      },
    },
    cells,
    notes,
  );
}

/** Code 0 is a client that left before an answer; a 2xx can still have broken off. */
function errorOf(code: number | null, flags: string | null): string | null {
  if (code === null ? flags === null : code >= 100 && code < 400 && !BROKEN.test(flags ?? "")) return null;
  return [code, flags].filter((part) => part !== null).join(" ");
}

const USD_UNITS: Readonly<Record<string, number>> = { "": 1, milli: 1e-3, micro: 1e-6, nano: 1e-9 };

/** Columns of custom costs: `…cost_usd` (or …microusd, …nano_usd) is the cost, others become facts. */
function costsOf(record: Fields): { costUsd: unknown; costName: string; facts: Record<string, MetaValue> } {
  const facts: Record<string, MetaValue> = {};
  let costUsd: unknown = null;
  let costName = "cost";
  for (const key of Object.keys(record)) {
    if (!/cost/i.test(key)) continue;
    const number = numberFact(dashed(record[key]));
    const unit = /cost.*?(milli|micro|nano|)[-_.]?(usd|dollars?)$/i.exec(key);
    if (unit && number !== null) [costUsd, costName] = [number * (USD_UNITS[(unit[1] as string).toLowerCase()] as number), key];
    else if (number !== null) facts[key] = number;
  }
  return { costUsd, costName, facts };
}

function keyOf(record: Fields, fact: keyof typeof NAMES): string | undefined {
  return NAMES[fact].find((name) => record[name] !== undefined && record[name] !== null);
}

function value(record: Fields, fact: keyof typeof NAMES): unknown {
  const key = keyOf(record, fact);
  return key === undefined ? undefined : dashed(record[key]);
}

function text(record: Fields, fact: keyof typeof NAMES): string | null {
  return nameCell(value(record, fact));
}

/** Envoy writes "-" for what it does not know, where a field is text. */
function dashed(cell: unknown): unknown {
  return cell === "-" ? null : cell;
}
