import type { Answer } from "../model/answer.ts";
import { confidenceOf, storedConfidence } from "./confidence.ts";
import type { Connection } from "./connection.ts";
import { modelNames } from "./model-names.ts";
import { RECORDED_SETTINGS, type StoredText } from "./schema.ts";
import { graderNumber, sourceNumber, sourceRecords } from "./source-records.ts";
import type { AnswerSource, KeptAnswers } from "./store.ts";
import { storedText, textOf } from "./text.ts";
import { immediate } from "./transaction.ts";

export type AnswerRow = [
  quality: number | null,
  costUsd: number | null,
  latencyMs: number | null,
  ttftMs: number | null,
  inputTokens: number | null,
  outputTokens: number | null,
  error: StoredText | null,
  text: StoredText | null,
  confidence: string | null,
];

/** A simulated grade comes with its answer, as a recorded one does, but is none of a file's. */
const SIMULATED_GRADER = "simulated@1";

/** The answers of a simulated source in the store. */
export function keptAnswers(c: Connection, source: AnswerSource): KeptAnswers {
  const { handle } = c;
  const names = modelNames(handle);
  const { sourceId, graderId } = immediate(handle, () => ({ sourceId: sourceNumber(c, source), graderId: graderNumber(c, SIMULATED_GRADER) }));
  const select = handle
    .prepare<[number, string, number, number], AnswerRow>(
      `SELECT g.quality, a.cost_usd, a.latency_ms, a.ttft_ms, a.input_tokens, a.output_tokens, a.error, a.text, a.confidence
      FROM records AS r JOIN prompts AS p ON p.id = r.prompt_id JOIN answers AS a ON a.record_id = r.id
      LEFT JOIN grades AS g ON g.answer_id = a.id AND g.grader_id = ${graderId} AND g.reference_hash = ''
      WHERE r.source_id = ${sourceId} AND r.row = ? AND p.hash = ? AND a.model_id = ? AND a.settings_id = ${RECORDED_SETTINGS} AND a.sample = ?`,
    )
    .raw();
  const recordOf = sourceRecords(handle, sourceId);
  const insertAnswer = handle.prepare(
    `INSERT INTO answers (record_id, model_id, settings_id, sample, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms, error, text, confidence)
    VALUES (?, ?, ${RECORDED_SETTINGS}, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const insertGrade = handle.prepare(`INSERT INTO grades (answer_id, grader_id, reference_hash, quality) VALUES (?, ${graderId}, '', ?) ON CONFLICT DO NOTHING`);

  return {
    find: (model, keys) => {
      const modelId = names.idOf(model);
      return keys.map(({ variant, hash, sample = 0 }) => answerOf(select.get(variant, hash, modelId, sample)));
    },
    save: (model, keys, answers) =>
      immediate(handle, () => {
        const counts = { answersNew: 0, answersKnown: 0, gradesNew: 0, gradesKnown: 0 };
        const modelId = names.idOf(model);
        keys.forEach((key, k) => {
          const answer = answers[k] as Answer;
          const { changes, lastInsertRowid } = insertAnswer.run(recordOf(key), modelId, key.sample ?? 0, ...figuresOf(answer));
          counts[changes === 1 ? "answersNew" : "answersKnown"]++;
          if (answer.quality === null) return;
          // An answer that another process kept meanwhile has its grade from there: the same one.
          if (changes === 1) insertGrade.run(lastInsertRowid, answer.quality);
          counts[changes === 1 ? "gradesNew" : "gradesKnown"]++;
        });
        return counts;
      }),
  };
}

export function figuresOf({ inputTokens, outputTokens, costUsd, latencyMs, ttftMs, error, text, confidence }: Answer): unknown[] {
  return [inputTokens, outputTokens, costUsd, latencyMs, ttftMs, storedText(error), storedText(text), storedConfidence(confidence)];
}

export function answerOf(row: AnswerRow | undefined): Answer | null {
  if (!row) return null;
  const [quality, costUsd, latencyMs, ttftMs, inputTokens, outputTokens, error, text, confidence] = row;
  return { quality, costUsd, latencyMs, ttftMs, inputTokens, outputTokens, error: textOf(error), text: textOf(text), ...confidenceOf(confidence) };
}
