import { WrpError } from "../model/errors.ts";
import type { Message, MetaValue, Prompt, RecordedOutcome } from "../model/prompt.ts";
import type { WorkloadFile } from "../model/workload.ts";
import { confidenceOf } from "./confidence.ts";
import type { Connection } from "./connection.ts";
import { explained } from "./errors.ts";
import { type ModelNames, modelNames } from "./model-names.ts";
import { requestOf } from "./request-text.ts";
import { RECORDED_GRADER, RECORDED_SETTINGS, type StoredText } from "./schema.ts";
import { storedWorkload } from "./stored-workload.ts";
import { textOf } from "./text.ts";

const BATCH_PROMPTS = 512;
/** A batch ends early once its texts have this many characters, so that long texts keep memory bounded too. */
const BATCH_CHARS = 16_000_000;

/**
 * A stored workload's prompts with their recorded outcomes, in order, in batches of at most 512. No statement stays open
 * between two batches, so the store may be written meanwhile.
 */
export function* readPrompts(c: Connection, hash: string): Generator<readonly Prompt[]> {
  const outcomes = explained(c.path, () => outcomeReader(c));
  for (const batch of readRows(c, hash, outcomes)) yield batch;
}

/** The same with whatever `outcomesOf` reads of a record in place of its recorded outcomes. Throws WrpError where the workload is removed meanwhile. */
export function* readRows<O extends { readonly text: string | null }>(
  c: Connection,
  hash: string,
  outcomesOf: (recordId: number) => readonly O[],
): Generator<readonly (Omit<Prompt, "outcomes"> & { readonly outcomes: readonly O[] })[]> {
  const { read, whole } = explained(c.path, () => rowReader(c, hash, outcomesOf));
  let rows = 0;
  for (let from = 0; ; ) {
    const batch = explained(c.path, () => read(from));
    const last = batch.at(-1);
    if (!last) break;
    yield batch;
    from = last.ordinal + 1;
    rows += batch.length;
  }
  explained(c.path, () => whole(rows));
}

/** Texts by ordinal: message contents joined by newlines, or null where only figures are known. */
export function readTexts(c: Connection, hash: string, ordinals: readonly number[]): Map<number, string | null> {
  const { id } = storedWorkload(c, hash);
  const select = c.handle.prepare<[number], [ordinal: number, messages: string | null]>(
    `SELECT w.ordinal, iif(w.has_messages, p.messages, NULL)
    FROM workload_prompts AS w JOIN records AS r ON r.id = w.record_id JOIN prompts AS p ON p.id = r.prompt_id
    WHERE w.workload_id = ${id} AND w.ordinal = ?`,
  );
  const texts = new Map<number, string | null>();
  for (const wanted of ordinals) {
    const row = select.raw().get(wanted);
    if (row) texts.set(row[0], textOfMessages(row[1]));
  }
  return texts;
}

function textOfMessages(json: string | null): string | null {
  if (json === null) return null;
  return (JSON.parse(json) as Message[]).map((message) => message.content).join("\n");
}

type PromptRow = [
  ordinal: number,
  recordId: number,
  hash: string,
  messages: string | null,
  file: number,
  row: number,
  chosenModelId: number | null,
  lengthCodePoints: number | null,
  inputTokens: number | null,
  turn: number | null,
  ownId: StoredText,
  dataset: StoredText,
  session: StoredText | null,
  grader: StoredText | null,
  tags: string | null,
  meta: string | null,
  reference: StoredText | null,
  request: string | null,
];

type AnswerRow = [
  modelId: number,
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

function rowReader<O extends { readonly text: string | null }>(c: Connection, hash: string, outcomesOf: (recordId: number) => readonly O[]) {
  const { id, files } = storedWorkload(c, hash);
  const names = modelNames(c.handle);
  const prompts = c.handle
    .prepare<[number], PromptRow>(
      `SELECT w.ordinal, w.record_id, p.hash, iif(w.has_messages, p.messages, NULL), w.file, r.row, w.chosen_model_id,
        w.length_code_points, w.input_tokens, w.turn, w.own_id, w.dataset, w.session, w.grader, w.tags, w.meta, w.reference, w.request
      FROM workload_prompts AS w JOIN records AS r ON r.id = w.record_id JOIN prompts AS p ON p.id = r.prompt_id
      WHERE w.workload_id = ${id} AND w.ordinal >= ? ORDER BY w.ordinal LIMIT ${BATCH_PROMPTS}`,
    )
    .raw();
  const expected = c.handle.prepare<[string], number | null>("SELECT prompts FROM workloads WHERE hash = ?").pluck();
  return {
    read: (from: number) => {
      const batch: (Omit<Prompt, "outcomes"> & { readonly outcomes: readonly O[] })[] = [];
      let chars = 0;
      for (const row of prompts.iterate(from)) {
        const prompt = promptOf(row, outcomesOf(row[1]), files, names);
        batch.push(prompt);
        chars += charsOf(prompt, row);
        if (chars >= BATCH_CHARS) break;
      }
      return batch;
    },
    /** Fewer rows than there were must not pass for all of them. */
    whole: (rows: number) => {
      const known = expected.get(hash);
      if (known === null || known === rows) return;
      throw new WrpError(known === undefined ? "the workload was removed while it was read" : `the workload has ${rows} of its ${known} prompts`, {
        hint: "give the same wrp eval again: it reads the files anew",
        place: { file: c.path },
      });
    },
  };
}

/** Recorded answers come back in the order they were stored in, which is the order of their ids. */
function outcomeReader(c: Connection): (recordId: number) => RecordedOutcome[] {
  const names = modelNames(c.handle);
  const answers = c.handle
    .prepare<[number], AnswerRow>(
      `SELECT a.model_id, g.quality, a.cost_usd, a.latency_ms, a.ttft_ms, a.input_tokens, a.output_tokens, a.error, a.text, a.confidence
      FROM answers AS a
      LEFT JOIN grades AS g ON g.answer_id = a.id AND g.grader_id = ${RECORDED_GRADER} AND g.reference_hash = ''
      WHERE a.record_id = ? AND a.settings_id = ${RECORDED_SETTINGS} ORDER BY a.id`,
    )
    .raw();
  return (recordId) => answers.all(recordId).map((answer) => outcomeOf(answer, names));
}

function promptOf<O>(row: PromptRow, outcomes: readonly O[], files: readonly WorkloadFile[], names: ModelNames): Omit<Prompt, "outcomes"> & { readonly outcomes: readonly O[] } {
  const messages = row[3] === null ? null : (JSON.parse(row[3]) as Message[]);
  return {
    ordinal: row[0],
    id: textOf(row[10]),
    hash: row[2],
    messages,
    ...(row[17] === null || messages === null ? {} : { request: requestOf(row[17], messages) }),
    dataset: textOf(row[11]),
    file: (files[row[4]] as WorkloadFile).name,
    row: row[5],
    lengthCodePoints: row[7],
    inputTokens: row[8],
    session: textOf(row[12]),
    turn: row[9],
    tags: row[14] === null ? [] : (JSON.parse(row[14]) as string[]),
    meta: row[15] === null ? {} : (JSON.parse(row[15]) as Record<string, MetaValue>),
    reference: textOf(row[16]),
    grader: textOf(row[13]),
    chosen: row[6] === null ? null : names.nameOf(row[6]),
    outcomes,
  };
}

function outcomeOf(row: AnswerRow, names: ModelNames): RecordedOutcome {
  return {
    model: names.nameOf(row[0]),
    quality: row[1],
    costUsd: row[2],
    latencyMs: row[3],
    ttftMs: row[4],
    inputTokens: row[5],
    outputTokens: row[6],
    error: textOf(row[7]),
    text: textOf(row[8]),
    ...confidenceOf(row[9]),
  };
}

function charsOf(prompt: Pick<Prompt, "reference"> & { readonly outcomes: readonly { readonly text: string | null }[] }, row: PromptRow): number {
  let chars = (row[3]?.length ?? 0) + (row[15]?.length ?? 0) + (row[17]?.length ?? 0) + (prompt.reference?.length ?? 0);
  for (const outcome of prompt.outcomes) chars += outcome.text?.length ?? 0;
  return chars;
}
