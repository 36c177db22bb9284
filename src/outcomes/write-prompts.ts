import type { Database } from "better-sqlite3";
import type { Prompt } from "../model/prompt.ts";
import type { WorkloadFile } from "../model/workload.ts";
import { type ModelNames, modelNames } from "./model-names.ts";
import type { SavedCounts } from "./store.ts";
import { requestText } from "./request-text.ts";
import { storedText } from "./text.ts";
import { immediate } from "./transaction.ts";
import { answerWriter } from "./write-answers.ts";

interface PromptWriter {
  /** Stores prompts with their answers and grades in one transaction. Not to be used again once it has thrown. */
  write(group: readonly Prompt[]): void;
  counts(): SavedCounts;
}

/** Writes a workload's prompts. Every insert leaves what is already there alone, and tells so by `changes`. */
export function promptWriter(
  handle: Database,
  workloadId: number,
  files: readonly WorkloadFile[],
  sourceIds: readonly number[],
): PromptWriter {
  const models = modelNames(handle);
  const writeRow = rowWriter(handle, models, workloadId, files, sourceIds);
  const answers = answerWriter(handle, models);
  return {
    write(group) {
      immediate(handle, () => {
        for (const prompt of group) {
          const { recordId, isNew } = writeRow(prompt);
          // A record and its answers come in one transaction: where the record is new, they all are.
          if (isNew) answers.insertAll(recordId, prompt.outcomes);
          else answers.insertMissing(recordId, prompt.outcomes);
        }
      });
    },
    counts: answers.counts,
  };
}

/**
 * Writes a workload's rows without their answers: the prompt, its record, and what the workload says of it. What is known stays as
 * it is, but that texts left out of an import are filled in. Belongs into a write transaction.
 */
export function rowWriter(
  handle: Database,
  models: ModelNames,
  workloadId: number,
  files: readonly WorkloadFile[],
  sourceIds: readonly number[],
): (prompt: Omit<Prompt, "outcomes">) => { readonly recordId: number; readonly isNew: boolean } {
  const insertPrompt = handle.prepare("INSERT INTO prompts (hash, messages) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const selectPrompt = handle.prepare<[string], number>("SELECT id FROM prompts WHERE hash = ?").pluck();
  const fillPrompt = handle.prepare("UPDATE prompts SET messages = ? WHERE id = ? AND messages IS NULL");
  const insertRecord = handle.prepare("INSERT INTO records (source_id, row, prompt_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const selectRecord = handle
    .prepare<[number, number, number], number>("SELECT id FROM records WHERE source_id = ? AND row = ? AND prompt_id = ?")
    .pluck();
  const insertRow = handle.prepare(
    `INSERT INTO workload_prompts (workload_id, ordinal, record_id, file, has_messages, chosen_model_id, length_code_points,
      input_tokens, turn, own_id, dataset, session, grader, tags, meta, reference, request)
    VALUES (${workloadId}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET has_messages = excluded.has_messages, input_tokens = excluded.input_tokens, reference = excluded.reference,
      request = coalesce(excluded.request, request)
      WHERE has_messages < excluded.has_messages OR (reference IS NULL AND excluded.reference IS NOT NULL)`,
  );
  const fileIndex = new Map(files.map((file, i) => [file.name, i]));

  const idOfPrompt = (prompt: Pick<Prompt, "hash" | "messages">): number => {
    const messages = prompt.messages === null ? null : JSON.stringify(prompt.messages);
    const { changes, lastInsertRowid } = insertPrompt.run(prompt.hash, messages);
    if (changes === 1) return Number(lastInsertRowid);
    const id = selectPrompt.get(prompt.hash) as number;
    if (messages !== null) fillPrompt.run(messages, id);
    return id;
  };

  return (prompt) => {
    const file = fileIndex.get(prompt.file);
    if (file === undefined) throw new Error(`prompt ${prompt.ordinal} is from ${prompt.file}, which the workload does not name`);
    const sourceId = sourceIds[file] as number;
    const promptId = idOfPrompt(prompt);
    const { changes, lastInsertRowid } = insertRecord.run(sourceId, prompt.row, promptId);
    const recordId = changes === 1 ? Number(lastInsertRowid) : (selectRecord.get(sourceId, prompt.row, promptId) as number);
    insertRow.run(
      prompt.ordinal,
      recordId,
      file,
      prompt.messages === null ? 0 : 1,
      prompt.chosen === null ? null : models.idOf(prompt.chosen),
      prompt.lengthCodePoints,
      prompt.inputTokens,
      prompt.turn,
      storedText(prompt.id),
      storedText(prompt.dataset),
      storedText(prompt.session),
      storedText(prompt.grader),
      prompt.tags.length === 0 ? null : JSON.stringify(prompt.tags),
      jsonOf(prompt.meta),
      storedText(prompt.reference),
      requestText(prompt),
    );
    return { recordId, isNew: changes === 1 };
  };
}

/** JSON of a prompt's metadata; null where it is empty. */
function jsonOf(meta: Prompt["meta"]): string | null {
  const json = JSON.stringify(meta);
  return json === "{}" ? null : json;
}
