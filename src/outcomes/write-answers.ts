import type { Database, Statement } from "better-sqlite3";
import type { RecordedOutcome } from "../model/prompt.ts";
import { textFiller } from "./left-out.ts";
import type { ModelNames } from "./model-names.ts";
import { RECORDED_GRADER, RECORDED_SETTINGS } from "./schema.ts";
import type { SavedCounts } from "./store.ts";
import { storedConfidence } from "./confidence.ts";
import { storedText } from "./text.ts";

interface AnswerWriter {
  /** Stores the outcomes of a record that is new, so none of its answers can be there yet. */
  insertAll(recordId: number, outcomes: readonly RecordedOutcome[]): void;
  /** Stores those that are not there yet. */
  insertMissing(recordId: number, outcomes: readonly RecordedOutcome[]): void;
  counts(): SavedCounts;
}

/** Outcomes an insert: beyond a few dozen, more rows make a statement no faster. */
const ROWS = 32;

const ANSWER_COLUMNS = "record_id, model_id, settings_id, sample, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms, error, text, confidence";
const ANSWER_VALUES = `(?, ?, ${RECORDED_SETTINGS}, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const GRADE_COLUMNS = "answer_id, grader_id, reference_hash, quality";
const GRADE_VALUES = `(?, ${RECORDED_GRADER}, '', ?)`;

/**
 * The hot path: millions of rows go through here. New records are written by statements of many rows each, which is a
 * good quarter faster than a row at a time (test/bench/store.ts), with positional parameters in one array that is used again.
 */
export function answerWriter(handle: Database, models: ModelNames): AnswerWriter {
  const insertAnswers = manyRows(handle, `INSERT INTO answers (${ANSWER_COLUMNS}) VALUES `, ANSWER_VALUES);
  const insertGrades = manyRows(handle, `INSERT INTO grades (${GRADE_COLUMNS}) VALUES `, GRADE_VALUES);
  const insertAnswer = handle.prepare(`INSERT INTO answers (${ANSWER_COLUMNS}) VALUES ${ANSWER_VALUES} ON CONFLICT DO NOTHING`);
  const insertGrade = handle.prepare(`INSERT INTO grades (${GRADE_COLUMNS}) VALUES ${GRADE_VALUES} ON CONFLICT DO NOTHING`);
  const selectAnswer = handle
    .prepare<[number, number, number], number>(
      `SELECT id FROM answers WHERE record_id = ? AND model_id = ? AND settings_id = ${RECORDED_SETTINGS} AND sample = ?`,
    )
    .pluck();
  const fillTexts = textFiller(handle);
  const sampleOf = sampleCounter();
  const parameters: unknown[] = [];
  const counts = { answersNew: 0, answersKnown: 0, gradesNew: 0, gradesKnown: 0 };

  const answerParameters = (recordId: number, modelId: number, sample: number, outcome: RecordedOutcome) => {
    parameters.push(
      recordId,
      modelId,
      sample,
      outcome.inputTokens,
      outcome.outputTokens,
      outcome.costUsd,
      outcome.latencyMs,
      outcome.ttftMs,
      storedText(outcome.error),
      storedText(outcome.text),
      storedConfidence(outcome.confidence),
    );
  };

  const insertRows = (recordId: number, outcomes: readonly RecordedOutcome[]) => {
    parameters.length = 0;
    for (const outcome of outcomes) {
      const modelId = models.idOf(outcome.model);
      answerParameters(recordId, modelId, sampleOf.next(modelId), outcome);
    }
    // Rows of one statement get consecutive ids.
    let answerId = Number(insertAnswers(outcomes.length).run(parameters).lastInsertRowid) - outcomes.length;
    parameters.length = 0;
    for (const { quality } of outcomes) {
      answerId++;
      if (quality !== null) parameters.push(answerId, quality);
    }
    const grades = parameters.length / 2;
    if (grades > 0) insertGrades(grades).run(parameters);
    counts.answersNew += outcomes.length;
    counts.gradesNew += grades;
  };

  const insertIfMissing = (recordId: number, outcome: RecordedOutcome) => {
    const modelId = models.idOf(outcome.model);
    const sample = sampleOf.next(modelId);
    parameters.length = 0;
    answerParameters(recordId, modelId, sample, outcome);
    const answer = insertAnswer.run(parameters);
    counts.answersNew += answer.changes;
    counts.answersKnown += 1 - answer.changes;
    const answerId = answer.changes === 1 ? answer.lastInsertRowid : selectAnswer.get(recordId, modelId, sample);
    if (answer.changes === 0) fillTexts(answerId, outcome.error, outcome.text);
    if (outcome.quality === null) return;
    const grade = insertGrade.run(answerId, outcome.quality);
    counts.gradesNew += grade.changes;
    counts.gradesKnown += 1 - grade.changes;
  };

  return {
    insertAll(recordId, outcomes) {
      sampleOf.restart();
      if (outcomes.length <= ROWS) {
        if (outcomes.length > 0) insertRows(recordId, outcomes);
        return;
      }
      for (let from = 0; from < outcomes.length; from += ROWS) insertRows(recordId, outcomes.slice(from, from + ROWS));
    },
    insertMissing(recordId, outcomes) {
      sampleOf.restart();
      for (const outcome of outcomes) insertIfMissing(recordId, outcome);
    },
    counts: () => ({ ...counts }),
  };
}

/** The same model twice in one record is a second sample of it. */
function sampleCounter(): { restart(): void; next(modelId: number): number } {
  const lastRecord: number[] = [];
  const samples: number[] = [];
  let record = 0;
  return {
    restart() {
      record++;
    },
    next(modelId) {
      const sample = lastRecord[modelId] === record ? (samples[modelId] as number) + 1 : 0;
      lastRecord[modelId] = record;
      samples[modelId] = sample;
      return sample;
    },
  };
}

/** A statement for any number of rows, prepared when first asked for. */
function manyRows(handle: Database, head: string, values: string): (rows: number) => Statement {
  const statements: Statement[] = [];
  return (rows) => (statements[rows] ??= handle.prepare(head + Array.from({ length: rows }, () => values).join(", ")));
}
