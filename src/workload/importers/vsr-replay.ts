import { LOGGED_SIGNALS, writeLoggedSignals } from "../../model/logged-signals.ts";
import type { MetaValue } from "../../model/prompt.ts";
import { REQUEST_PARTS } from "../../model/request-part.ts";
import { callPrompt, type CallCells } from "../call.ts";
import { field, isTrue, jsonCell, nameCell, namesCell, numberFact } from "../cells.ts";
import { chatRequest } from "../chat-request.ts";
import { answerText, messagesFrom, requestMessages } from "../chat.ts";
import type { Draft, RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { between, duration, isoText, timeOf } from "../times.ts";
import { readCalls, type CallRecord, type Fields } from "./call-log.ts";
import type { Importer } from "./importer.ts";

/**
 * vLLM Semantic Router's Router Replay: records alone, one a line, or the API's list {object, data: […]}, and exports of
 * its Postgres table; after src/semantic-router/pkg/routerreplay/store/store.go of vllm-project/semantic-router at
 * 5aea5e8 (without sessions, costs and ends) and 01e51e5. Lists come without bodies. Its simulator's decision traces (src/fleet-sim:
 * seconds from the start, tokens, selected_model) are read too. Grades that users sent back (`outcomes`) have no scale
 * of their own: the last verdict is a fact.
 */
export const vsrReplay: Importer = {
  name: "vsr-replay",
  describe: "vLLM Semantic Router: Router Replay records (JSONL, or the API's list) and its simulator's decision traces",
  detect: (source) => source.has("selected_model") && (isTrace(source.has) || (source.has("id") && RECORD_NAMES.some((name) => source.has(name)))),
  revision: 1,
  open: (source) => readCalls(source, { form: vsrReplay, call }),
};

const RECORD_NAMES = ["original_model", "decision", "reasoning_mode", "selection_method", "response_status", "lifecycle_state"];
const CELLS: CallCells = { inputTokens: "prompt_tokens", outputTokens: "completion_tokens", costUsd: "actual_cost" };

function isTrace(has: (name: string) => boolean): boolean {
  return has("timestamp") && has("prompt_tokens") && has("generated_tokens");
}

function call(record: Fields, name: RowName, notes: Notes): CallRecord {
  const where = `${name.file}, record ${name.row + 1}`;
  if (isTrace((key) => record[key] !== undefined)) return traced(record, name, notes, where);
  const startedAt = timeOf(record["timestamp"], { notes, where });
  const session = nameCell(record["session_id"]) ?? nameCell(record["conversation_id"]);
  const turn = numberFact(record["turn_index"]);
  return {
    session,
    turn: session !== null && turn !== null && Number.isSafeInteger(turn) && turn >= 0 ? turn : null,
    at: startedAt,
    draft: () => recorded(record, startedAt, name, notes, where),
  };
}

/** A line of the simulator's trace; its times count from the trace's start. */
function traced(record: Fields, name: RowName, notes: Notes, where: string): CallRecord {
  const arrivalMs = duration(record["timestamp"], { notes, where }, 1000);
  return {
    session: null,
    turn: null,
    at: arrivalMs,
    draft: () =>
      callPrompt(
        name,
        {
          id: nameCell(record["id"]) ?? nameCell(record["request_id"]),
          messages: null,
          request: null,
          model: nameCell(record["selected_model"]),
          inputTokens: record["prompt_tokens"],
          outputTokens: record["generated_tokens"],
          costUsd: null,
          latencyMs: null,
          ttftMs: null,
          error: null,
          text: null,
          tags: [],
          meta: { arrivalMs, complexity: nameCell(record["complexity"]), category: nameCell(record["category"]) },
        },
        { ...CELLS, outputTokens: "generated_tokens" },
        notes,
      ),
  };
}

function recorded(record: Fields, startedAt: number | null, name: RowName, notes: Notes, where: string): Draft | null {
  const place = { notes, where };
  const cut = isTrue(record["request_body_truncated"]);
  const whole = cut ? null : requestMessages(record["request_body"], place);
  // Without the body, what the router took out of it stands for the text: the user's own, and nothing around it.
  const messages = whole ?? messagesFrom(record["prompt"], place);
  const error = errorOf(record);
  const currency = nameCell(record["currency"]);
  const inUsd = currency === null || currency.toUpperCase() === "USD";
  if (!inUsd && numberFact(record["actual_cost"]) !== null) notes.add("other-currency", `${currency} in ${where}`);
  const prompt = callPrompt(
    name,
    {
      id: nameCell(record["id"]) ?? nameCell(record["request_id"]),
      messages,
      request: whole ? chatRequest(record["request_body"]) : chatRequest({}, REQUEST_PARTS),
      model: nameCell(record["selected_model"]),
      inputTokens: record["prompt_tokens"],
      outputTokens: record["completion_tokens"],
      costUsd: inUsd ? record["actual_cost"] : null,
      latencyMs: duration(record["duration_ms"], place) || between(startedAt, timeOf(record["ended_at"], place), place),
      ttftMs: null,
      error,
      text: error !== null || isTrue(record["response_body_truncated"]) || isTrue(record["streaming"]) ? null : answerText(record["response_body"]),
      response: isTrue(record["response_body_truncated"]) ? null : record["response_body"],
      tags: tagsOf(record),
      meta: { ...factsOf(record, startedAt, inUsd), ...signalsOf(record), [LOGGED_SIGNALS]: loggedOf(record), truncated: (messages && (cut || isTrue(record["prompt_truncated"]))) || null },
    },
    CELLS,
    notes,
  );
  return prompt;
}

/** A record that has not ended yet is no failure. */
function errorOf(record: Fields): string | null {
  const status = numberFact(record["response_status"]) ?? 0;
  const state = nameCell(record["lifecycle_state"]);
  const failed = status >= 400 || state === "failed" || state === "aborted" || isTrue(record["pii_blocked"]);
  if (!failed) return null;
  const why = nameCell(record["terminal_reason"]) ?? (isTrue(record["pii_blocked"]) ? "blocked for PII" : status >= 400 ? null : state);
  return [status >= 400 ? status : null, why].filter((part) => part !== null).join(" ");
}

function tagsOf(record: Fields): string[] {
  const found = (...keys: readonly string[]): boolean =>
    keys.some((key) => namesCell(record[key]).length > 0 || namesCell(field(record["signals"], key)).length > 0);
  return [
    ...(isTrue(record["pii_detected"]) || isTrue(record["pii_blocked"]) || found("pii", "pii_entities") ? ["pii"] : []),
    ...(isTrue(record["jailbreak_detected"]) || found("jailbreak") ? ["attack"] : []),
  ];
}

function factsOf(record: Fields, startedAt: number | null, inUsd: boolean): Record<string, MetaValue> {
  const scored = record["confidence_score_available"] === undefined || isTrue(record["confidence_score_available"]);
  return {
    startedAt: isoText(startedAt),
    requestedModel: nameCell(record["original_model"]),
    recipe: nameCell(record["recipe"]),
    decision: nameCell(record["decision"]),
    category: nameCell(record["category"]),
    reasoningMode: nameCell(record["reasoning_mode"]),
    selectionMethod: nameCell(record["selection_method"]),
    confidence: scored ? numberFact(record["confidence_score"]) : null,
    httpStatus: numberFact(record["response_status"]) || null,
    cached: isTrue(record["from_cache"]) || null,
    stream: record["streaming"] === undefined ? null : isTrue(record["streaming"]),
    contextTokens: numberFact(record["context_token_count"]) || null,
    cachedInputTokens: numberFact(record["cached_prompt_tokens"]) || null,
    baselineModel: nameCell(record["baseline_model"]),
    baselineCostUsd: inUsd ? numberFact(record["baseline_cost"]) : null,
    verdict: nameCell(field(([jsonCell(record["outcomes"])].flat() as unknown[]).at(-1), "verdict")),
  };
}

/** What matched of each kind of signal, as `signalDomain: "math"`, names joined by commas. */
function signalsOf(record: Fields): Record<string, MetaValue> {
  const signals = jsonCell(record["signals"]);
  if (typeof signals !== "object" || signals === null) return {};
  return Object.fromEntries(
    Object.entries(signals).flatMap(([kind, names]) => {
      const matched = namesCell(names);
      return matched.length > 0 ? [[`signal${kind.replace(/(^|_)(.)/g, (_, __, letter: string) => letter.toUpperCase())}`, matched.join(",")]] : [];
    }),
  );
}

/** All that the router's signals found, for policies that take it in place of reading them; null where the record has none of it. */
function loggedOf(record: Fields): string | null {
  const signals = jsonCell(record["signals"]);
  if (typeof signals !== "object" || signals === null) return null;
  const matched = Object.entries(signals).flatMap(([type, names]): [string, string[]][] => (namesCell(names).length > 0 ? [[type, namesCell(names)]] : []));
  return writeLoggedSignals({ matched: Object.fromEntries(matched), confidences: figuresOf(record["signal_confidences"]), values: figuresOf(record["signal_values"]) });
}

function figuresOf(cell: unknown): Record<string, number> {
  const figures = jsonCell(cell);
  return typeof figures === "object" && figures !== null ? Object.fromEntries(Object.entries(figures).filter((entry): entry is [string, number] => typeof entry[1] === "number")) : {};
}
