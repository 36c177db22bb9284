import type { Answer } from "../model/answer.ts";
import type { FailureKind } from "../model/live.ts";
import { answerOf, figuresOf, type AnswerRow } from "./answers.ts";
import type { Connection } from "./connection.ts";
import { isBusy } from "./errors.ts";
import { modelNames } from "./model-names.ts";
import { RECORDED_SETTINGS, type StoredText } from "./schema.ts";
import { graderNumber, sourceNumber, sourceRecords } from "./source-records.ts";
import type { AnswerSource, LiveAnswers, StoredTry } from "./store.ts";
import { textOf } from "./text.ts";
import { immediate } from "./transaction.ts";
import { tryLineOf, tryWriter } from "./tries.ts";

const AT_THE_END_MS = 500;

interface RoutingRow {
  readonly headers: string;
  readonly served_model: StoredText | null;
  readonly cached_input_tokens: number | null;
  readonly failure_kind: string | null;
  readonly tries: number;
}

/** The answers of a live source in the store, with their tries and grades. */
export function liveAnswers(c: Connection, source: AnswerSource): LiveAnswers {
  const { handle } = c;
  const names = modelNames(handle);
  const sourceId = immediate(handle, () => sourceNumber(c, source));
  const recordOf = sourceRecords(handle, sourceId);
  const graders = new Map<string, number>();
  const select = handle
    .prepare<[number, string, number, number], [id: number, ...AnswerRow]>(
      `SELECT a.id, NULL, a.cost_usd, a.latency_ms, a.ttft_ms, a.input_tokens, a.output_tokens, a.error, a.text, a.confidence
      FROM records AS r JOIN prompts AS p ON p.id = r.prompt_id JOIN answers AS a ON a.record_id = r.id
      WHERE r.source_id = ${sourceId} AND r.row = ? AND p.hash = ? AND a.model_id = ? AND a.settings_id = ${RECORDED_SETTINGS} AND a.sample = ?`,
    )
    .raw();
  const selectId = handle
    .prepare<[number, number, number], { id: number; failed: 0 | 1 }>(
      `SELECT id, error IS NOT NULL AS failed FROM answers WHERE record_id = ? AND model_id = ? AND settings_id = ${RECORDED_SETTINGS} AND sample = ?`,
    );
  const insertAnswer = handle.prepare(
    `INSERT INTO answers (record_id, model_id, settings_id, sample, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms, error, text, confidence)
    VALUES (?, ?, ${RECORDED_SETTINGS}, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const replaceAnswer = handle.prepare("UPDATE answers SET input_tokens = ?, output_tokens = ?, cost_usd = ?, latency_ms = ?, ttft_ms = ?, error = ?, text = ?, confidence = ? WHERE id = ?");
  const selectServed = handle
    .prepare<[], [startedAt: string, durationMs: number, firstTokenMs: number | null, outputTokens: number | null, failure: FailureKind | null]>(
      `SELECT t.started_at, t.end_ms, t.first_token_ms, t.output_tokens, t.failure_kind
      FROM records AS r JOIN answers AS a ON a.record_id = r.id JOIN tries AS t ON t.answer_id = a.id WHERE r.source_id = ${sourceId}`,
    )
    .raw();
  const write = tryWriter(c);
  const selectGrade = handle.prepare<[number, number, string], number>("SELECT quality FROM grades WHERE answer_id = ? AND grader_id = ? AND reference_hash = ?").pluck();
  const selectGrades = handle.prepare<[number, number], number>("SELECT quality FROM grades WHERE answer_id = ? AND grader_id = ? LIMIT 2").pluck();
  const selectRouting = handle.prepare<[number], RoutingRow>(
    "SELECT headers, served_model, cached_input_tokens, failure_kind, count(*) OVER () AS tries FROM tries WHERE answer_id = ? ORDER BY number",
  );
  const insertGrade = handle.prepare("INSERT INTO grades (answer_id, grader_id, reference_hash, quality) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");

  const graderId = (name: string) => {
    const id = graders.get(name) ?? graderNumber(c, name);
    graders.set(name, id);
    return id;
  };

  return {
    find: (model, keys) => {
      const modelId = names.idOf(model);
      return keys.map(({ variant, hash, sample = 0 }) => {
        const row = select.get(variant, hash, modelId, sample);
        if (!row) return null;
        const [id, ...figures] = row;
        return { id, answer: answerOf(figures) as Answer };
      });
    },
    keep: (model, key, answer, tries) =>
      waitingOnce(() => {
        const recordId = recordOf(key);
        const modelId = names.idOf(model);
        const there = selectId.get(recordId, modelId, key.sample ?? 0);
        // Another process answered it meanwhile: what was paid here is kept with it, its answer stands.
        if (there && !there.failed) return withTries(there.id, tries);
        if (there) replaceAnswer.run(...figuresOf(answer), there.id);
        const id = there?.id ?? Number(insertAnswer.run(recordId, modelId, key.sample ?? 0, ...figuresOf(answer)).lastInsertRowid);
        return withTries(id, tries);
      }),
    keepTries: (model, key, tries) => void waitingOnce(() => write.addLoose(recordOf(key), names.idOf(model), tries.map(tryLineOf))),
    served: () => selectServed.all().map(([startedAt, durationMs, firstTokenMs, outputTokens, failure]) => ({ startedMs: Date.parse(startedAt), durationMs, firstTokenMs, outputTokens, failure })),
    routing: (answerId) => {
      const rows = selectRouting.all(answerId);
      // Another process may have paid for one more: the first that went well is the answer.
      const row = rows.find(({ failure_kind: failure }) => failure === null) ?? rows.at(-1);
      return row ? { headers: JSON.parse(row.headers) as Record<string, string>, servedModel: textOf(row.served_model), cachedInputTokens: row.cached_input_tokens, tries: row.tries } : null;
    },
    findGrade: (answerId, grader, referenceHash) => {
      if (referenceHash !== null) return selectGrade.get(answerId, graderId(grader), referenceHash) ?? null;
      const all = selectGrades.all(answerId, graderId(grader));
      return all.length === 1 ? (all[0] as number) : null;
    },
    keepGrade: (answerId, grader, referenceHash, quality) => void waitingOnce(() => insertGrade.run(answerId, graderId(grader), referenceHash, quality)),
  };

  /** Who has waited for a lock in vain does not wait as long again: what is to be written after that only ends the run. */
  function waitingOnce<R>(work: () => R): R {
    try {
      return immediate(handle, work);
    } catch (error) {
      if (isBusy(error)) handle.pragma(`busy_timeout = ${AT_THE_END_MS}`);
      throw error;
    }
  }

  function withTries(answerId: number, tries: readonly StoredTry[]): number {
    write.add(answerId, tries.map(tryLineOf));
    return answerId;
  }
}
