import type { Answer } from "../model/answer.ts";
import type { Message } from "../model/prompt.ts";
import type { Connection } from "./connection.ts";
import { modelNames } from "./model-names.ts";
import { RECORDED_SETTINGS, type StoredText } from "./schema.ts";
import type { AnswerSource, KeptAnswers } from "./store.ts";
import { storedText, textOf } from "./text.ts";
import { immediate } from "./transaction.ts";

type AnswerRow = [
  quality: number | null,
  costUsd: number | null,
  latencyMs: number | null,
  ttftMs: number | null,
  inputTokens: number | null,
  outputTokens: number | null,
  error: StoredText | null,
  text: StoredText | null,
];

/** A simulated grade comes with its answer, as a recorded one does, but is none of a file's. */
const SIMULATED_GRADER = "simulated@1";

/** The answers of one source in the store. */
export function keptAnswers(c: Connection, source: AnswerSource): KeptAnswers {
  const { handle } = c;
  const names = modelNames(handle);
  const { sourceId, graderId } = immediate(handle, () => ({ sourceId: sourceNumber(c, source), graderId: graderNumber(c) }));
  const select = handle
    .prepare<[number, string, number], AnswerRow>(
      `SELECT g.quality, a.cost_usd, a.latency_ms, a.ttft_ms, a.input_tokens, a.output_tokens, a.error, a.text
      FROM records AS r JOIN prompts AS p ON p.id = r.prompt_id JOIN answers AS a ON a.record_id = r.id
      LEFT JOIN grades AS g ON g.answer_id = a.id AND g.grader_id = ${graderId} AND g.reference_hash = ''
      WHERE r.source_id = ${sourceId} AND r.row = ? AND p.hash = ? AND a.model_id = ? AND a.settings_id = ${RECORDED_SETTINGS} AND a.sample = 0`,
    )
    .raw();
  const insertPrompt = handle.prepare("INSERT INTO prompts (hash, messages) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const insertRecord = handle.prepare(
    `INSERT INTO records (source_id, row, prompt_id) SELECT ${sourceId}, ?, id FROM prompts WHERE hash = ? ON CONFLICT DO NOTHING`,
  );
  const selectRecord = handle
    .prepare<[number, string], number>(
      `SELECT r.id FROM records AS r JOIN prompts AS p ON p.id = r.prompt_id WHERE r.source_id = ${sourceId} AND r.row = ? AND p.hash = ?`,
    )
    .pluck();
  const insertAnswer = handle.prepare(
    `INSERT INTO answers (record_id, model_id, settings_id, sample, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms, error, text)
    VALUES (?, ?, ${RECORDED_SETTINGS}, 0, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const insertGrade = handle.prepare(`INSERT INTO grades (answer_id, grader_id, reference_hash, quality) VALUES (?, ${graderId}, '', ?) ON CONFLICT DO NOTHING`);

  return {
    find: (model, keys) => {
      const modelId = names.idOf(model);
      return keys.map(({ variant, hash }) => answerOf(select.get(variant, hash, modelId)));
    },
    save: (model, keys, answers) =>
      immediate(handle, () => {
        const counts = { answersNew: 0, answersKnown: 0, gradesNew: 0, gradesKnown: 0 };
        const modelId = names.idOf(model);
        keys.forEach(({ variant, hash, messages }, k) => {
          const answer = answers[k] as Answer;
          insertPrompt.run(hash, jsonOf(messages));
          insertRecord.run(variant, hash);
          const recordId = selectRecord.get(variant, hash);
          const { changes, lastInsertRowid } = insertAnswer.run(recordId, modelId, ...figuresOf(answer));
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

function figuresOf({ inputTokens, outputTokens, costUsd, latencyMs, ttftMs, error, text }: Answer): unknown[] {
  return [inputTokens, outputTokens, costUsd, latencyMs, ttftMs, storedText(error), storedText(text)];
}

function answerOf(row: AnswerRow | undefined): Answer | null {
  if (!row) return null;
  const [quality, costUsd, latencyMs, ttftMs, inputTokens, outputTokens, error, text] = row;
  return { quality, costUsd, latencyMs, ttftMs, inputTokens, outputTokens, error: textOf(error), text: textOf(text) };
}

function jsonOf(messages: readonly Message[] | null): string | null {
  return messages === null ? null : JSON.stringify(messages);
}

function sourceNumber(c: Connection, { kind, hash }: AnswerSource): number {
  c.run(c.db.insertInto("sources").values({ kind, hash, import_hash: "" }).onConflict((on) => on.doNothing()));
  return (c.first(c.db.selectFrom("sources").select("id").where("kind", "=", kind).where("hash", "=", hash).where("import_hash", "=", "")) as { id: number }).id;
}

function graderNumber(c: Connection): number {
  c.run(c.db.insertInto("graders").values({ name: SIMULATED_GRADER }).onConflict((on) => on.doNothing()));
  return (c.first(c.db.selectFrom("graders").select("id").where("name", "=", SIMULATED_GRADER)) as { id: number }).id;
}
