import { csvLine } from "./csv.ts";
import { escapeJson } from "./escape.ts";

/** What one policy did with one prompt, and what that was worth. A gap is null. */
export interface DecisionRow {
  readonly ordinal: number;
  readonly id: string;
  readonly dataset: string;
  readonly policy: string;
  readonly model: string | null;
  /** The rule that decided, in the policy's own words. */
  readonly rule: string | null;
  readonly quality: number | null;
  readonly costUsd: number | null;
  readonly latencyMs: number | null;
  /** True where its figures are drawn, not recorded. */
  readonly simulated: boolean;
  /** True where nobody saw the answer: cost and latency are expected. */
  readonly expected: boolean;
}

/** Forms that decisions are written in. */
export type DecisionFormat = "jsonl" | "csv";

const COLUMNS = ["ordinal", "id", "dataset", "policy", "model", "rule", "quality", "costUsd", "latencyMs", "simulated", "expected"] as const;

/** Decisions line by line, each with its line end, so that a million of them never stand in memory. */
export function* renderDecisions(rows: Iterable<DecisionRow>, format: DecisionFormat): Generator<string, void> {
  if (format === "csv") yield `${csvLine(COLUMNS)}\n`;
  for (const row of rows) {
    yield format === "csv"
      ? `${csvLine(COLUMNS.map((column) => row[column]))}\n`
      : `${escapeJson(JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [column, row[column]]))))}\n`;
  }
}
