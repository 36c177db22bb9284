import { confidenceOf } from "./confidence.ts";
import type { Connection } from "./connection.ts";
import { modelNames } from "./model-names.ts";
import type { AnswerLine, TryLine } from "./run-file.ts";
import type { StoredText } from "./schema.ts";
import { textOf } from "./text.ts";
import { tryReader } from "./tries.ts";

type Row = [
  id: number,
  modelId: number,
  settingsId: number,
  sample: number,
  inputTokens: number | null,
  outputTokens: number | null,
  costUsd: number | null,
  latencyMs: number | null,
  ttftMs: number | null,
  error: StoredText | null,
  text: StoredText | null,
  confidence: string | null,
  graderId: number | null,
  referenceHash: string | null,
  quality: number | null,
];

/** Reads a record's answers of any settings with their tries and their grades by any grader, in the order they were stored in. */
export function readAnswers(c: Connection): (recordId: number) => AnswerLine[] {
  const names = modelNames(c.handle);
  const settings = new Map(c.all(c.db.selectFrom("settings").select(["id", "hash"])).map(({ id, hash }) => [id, hash]));
  const graders = new Map(c.all(c.db.selectFrom("graders").select(["id", "name"])).map(({ id, name }) => [id, name]));
  const select = c.handle
    .prepare<[number], Row>(
      `SELECT a.id, a.model_id, a.settings_id, a.sample, a.input_tokens, a.output_tokens, a.cost_usd, a.latency_ms, a.ttft_ms, a.error,
        a.text, a.confidence, g.grader_id, g.reference_hash, g.quality
      FROM answers AS a LEFT JOIN grades AS g ON g.answer_id = a.id WHERE a.record_id = ? ORDER BY a.id`,
    )
    .raw();
  const { ofAnswers } = tryReader(c, names);
  return (recordId) => {
    const tries = ofAnswers(recordId);
    const answers: AnswerLine[] = [];
    let last: number | null = null;
    for (const row of select.all(recordId)) {
      if (row[0] !== last) answers.push(answerOf(row, names.nameOf(row[1]), settings.get(row[2]) as string, tries.get(row[0]) ?? []));
      last = row[0];
      if (row[14] !== null) answers.at(-1)?.grades.push([graders.get(row[12] as number) as string, row[13] as string, row[14]]);
    }
    // Numbers of graders are each store's own.
    for (const { grades } of answers) if (grades.length > 1) grades.sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1));
    return answers;
  };
}

function answerOf(row: Row, model: string, settings: string, tries: readonly TryLine[]): AnswerLine {
  return {
    model,
    settings,
    sample: row[3],
    inputTokens: row[4],
    outputTokens: row[5],
    costUsd: row[6],
    latencyMs: row[7],
    ttftMs: row[8],
    error: textOf(row[9]),
    text: textOf(row[10]),
    ...confidenceOf(row[11]),
    grades: [],
    tries: [...tries],
  };
}
