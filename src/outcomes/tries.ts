import type { Connection } from "./connection.ts";
import type { ModelNames } from "./model-names.ts";
import type { TryLine } from "./run-file.ts";
import type { StoredText } from "./schema.ts";
import type { StoredTry } from "./store.ts";
import { storedText, textOf } from "./text.ts";

/** A column of both tables of tries, and the fact that it holds. */
const COLUMNS = [
  ["started_at", "startedAt"],
  ["status", "status"],
  ["queue_ms", "queueMs"],
  ["connect_ms", "connectMs"],
  ["headers_ms", "headersMs"],
  ["first_byte_ms", "firstByteMs"],
  ["first_token_ms", "firstTokenMs"],
  ["last_token_ms", "lastTokenMs"],
  ["end_ms", "endMs"],
  ["lag_ms", "lagMs"],
  ["input_tokens", "inputTokens"],
  ["cached_input_tokens", "cachedInputTokens"],
  ["cache_write_tokens", "cacheWriteTokens"],
  ["output_tokens", "outputTokens"],
  ["reasoning_tokens", "reasoningTokens"],
  ["cost_usd", "costUsd"],
  ["finish_reason", "finishReason"],
  ["served_model", "servedModel"],
  ["headers", "headers"],
  ["failure_kind", "failureKind"],
  ["failure", "failure"],
] as const satisfies readonly (readonly [string, keyof TryLine])[];

/** Texts that may be no well-formed Unicode (see text.ts). */
const TEXTS: ReadonlySet<string> = new Set(["finishReason", "servedModel", "failure"]);

const NAMES = COLUMNS.map(([name]) => name).join(", ");
const VALUES = COLUMNS.map(([, fact]) => `@${fact}`).join(", ");
/** No two tries of one question begin, wait and end alike: what does is the same one, come again with a file. */
const SAME = "started_at = @startedAt AND queue_ms = @queueMs AND end_ms = @endMs";

/** Adds tries behind those that are there. Belongs into a write transaction. */
export interface TryWriter {
  /** Of an answer. */
  add(answerId: number, tries: readonly TryLine[]): void;
  /** Of what has no answer. */
  addLoose(recordId: number, modelId: number, tries: readonly TryLine[]): void;
}

/** @param again whether a try may be there already: it is then not added */
export function tryWriter({ handle }: Connection, again = false): TryWriter {
  const insert = (table: "tries" | "loose_tries", key: string, at: string, values: string) =>
    handle.prepare(
      `INSERT INTO ${table} (${key}, number, ${NAMES})
      SELECT ${values}, (SELECT coalesce(max(number), 0) + 1 FROM ${table} WHERE ${at}), ${VALUES}${again ? ` WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${at} AND ${SAME})` : ""}`,
    );
  const insertTry = insert("tries", "answer_id", "answer_id = @answerId", "@answerId");
  const insertLoose = insert("loose_tries", "record_id, model_id", "record_id = @recordId AND model_id = @modelId", "@recordId, @modelId");
  return {
    add: (answerId, tries) => {
      for (const one of tries) insertTry.run({ answerId, ...boundOf(one) });
    },
    addLoose: (recordId, modelId, tries) => {
      for (const one of tries) insertLoose.run({ recordId, modelId, ...boundOf(one) });
    },
  };
}

function boundOf({ finishReason, servedModel, headers, failure, ...figures }: TryLine): Record<string, unknown> {
  return { ...figures, headers: JSON.stringify(headers), finishReason: storedText(finishReason), servedModel: storedText(servedModel), failure: storedText(failure) };
}

/** A try as the store has it: less what its answer says already. */
export function tryLineOf({ try: { startedAt, status, times, lagMs, usage, finishReason, servedModel, headers, failure }, queuedMs: queueMs, costUsd }: StoredTry): TryLine {
  return { startedAt, status, queueMs, ...times, lagMs, ...usage, costUsd, finishReason, servedModel, headers, failureKind: failure?.kind ?? null, failure: failure?.message ?? null };
}

/** Reads the tries of a record, in the order they were made in. */
export interface TryReader {
  /** By their answer's number. */
  ofAnswers(recordId: number): ReadonlyMap<number, readonly TryLine[]>;
  loose(recordId: number): { readonly model: string; readonly tries: readonly TryLine[] }[];
}

export function tryReader({ handle }: Connection, names: ModelNames): TryReader {
  const facts = COLUMNS.map(([name, fact]) => `t.${name} AS ${fact}`).join(", ");
  type Row = Record<string, string | number | StoredText | null>;
  const select = handle.prepare<[number], Row & { readonly at: number }>(
    `SELECT t.answer_id AS at, ${facts} FROM answers AS a JOIN tries AS t ON t.answer_id = a.id WHERE a.record_id = ? ORDER BY a.id, t.number`,
  );
  const selectLoose = handle.prepare<[number], Row & { readonly at: number }>(
    `SELECT t.model_id AS at, ${facts} FROM loose_tries AS t WHERE t.record_id = ? ORDER BY t.model_id, t.number`,
  );
  const byKey = (rows: readonly (Row & { readonly at: number })[]): Map<number, TryLine[]> => {
    const tries = new Map<number, TryLine[]>();
    for (const row of rows) tries.set(row.at, [...(tries.get(row.at) ?? []), lineOf(row)]);
    return tries;
  };
  return {
    ofAnswers: (recordId) => byKey(select.all(recordId)),
    loose: (recordId) => [...byKey(selectLoose.all(recordId))].map(([modelId, tries]) => ({ model: names.nameOf(modelId), tries })),
  };
}

function lineOf(row: Readonly<Record<string, string | number | StoredText | null>>): TryLine {
  const facts = COLUMNS.map(([, fact]) => {
    const value = row[fact] ?? null;
    if (fact === "headers") return [fact, JSON.parse(value as string) as unknown];
    return [fact, TEXTS.has(fact) ? textOf(value as StoredText | null) : value];
  });
  return Object.fromEntries(facts) as unknown as TryLine;
}
