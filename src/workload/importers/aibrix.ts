import { callPrompt, type CallCells } from "../call.ts";
import { nameCell, numberFact } from "../cells.ts";
import { chatRequest } from "../chat-request.ts";
import { messagesFrom } from "../chat.ts";
import type { RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { duration } from "../times.ts";
import { readCalls, type CallRecord, type Fields } from "./call-log.ts";
import type { Importer } from "./importer.ts";

/**
 * What AIBrix's benchmark client writes, after benchmarks/client/client.py in vllm-project/aibrix at 106ede7 and dca0df3. Times
 * are seconds on the client's own clock, so a call has `meta.arrivalMs` and no date. The client sends every call to one
 * model and does not log it: what was chosen is the pod, unless a `model` was added.
 */
export const aibrix: Importer = {
  name: "aibrix",
  describe: "AIBrix benchmark client output JSONL: the pod that the gateway chose, latency, TTFT, tokens",
  detect: (source) => ["request_id", "status", "input", "latency", "start_time", "end_time"].every((name) => source.has(name)) &&
    (source.has("target_pod") || source.has("throughput")),
  revision: 1,
  open: (source) => readCalls(source, { form: aibrix, call }),
};

const CELLS: CallCells = { inputTokens: "prompt_tokens", outputTokens: "output_tokens", costUsd: "cost" };

function call(record: Fields, name: RowName, notes: Notes): CallRecord {
  const place = { notes, where: `${name.file}, record ${name.row + 1}` };
  const start = numberFact(record["start_time"]);
  return {
    session: nameCell(record["session_id"]),
    turn: null,
    at: start,
    draft() {
      const pod = nameCell(record["target_pod"]);
      const model = nameCell(record["model"]);
      const error = errorOf(record);
      return callPrompt(
        name,
        {
          id: nameCell(record["request_id"]),
          messages: messagesFrom(record["input"], place),
          // The client sends messages and a limit, and logs the messages.
          request: chatRequest({ messages: record["input"] }, ["limits"]),
          model: model ?? pod,
          inputTokens: record["prompt_tokens"],
          outputTokens: record["output_tokens"],
          costUsd: null,
          latencyMs: duration(record["latency"], place, 1000),
          // The client without streaming writes "Unknown" in older versions.
          ttftMs: record["ttft"] === "Unknown" ? null : duration(record["ttft"], place, 1000),
          error,
          text: error === null ? nameCell(record["output"]) : null,
          tags: [],
          meta: { arrivalMs: start === null ? null : Math.round(start * 1000), pod: model === null ? null : pod },
        },
        CELLS,
        notes,
      );
    },
  };
}

/** A stream that broke is logged as a success without tokens. */
function errorOf(record: Fields): string | null {
  const status = nameCell(record["status"]);
  if (status !== null && status !== "success") return nameCell(record["error_type"]) ?? status;
  return record["output"] === "" && record["total_tokens"] === 0 ? "no answer" : null;
}
