import type { Prompt } from "../model/prompt.ts";
import { WrpError } from "../model/errors.ts";
import { storedConfidence } from "./confidence.ts";
import type { Connection } from "./connection.ts";
import { explained } from "./errors.ts";
import { textFiller } from "./left-out.ts";
import { modelNames, type ModelNames } from "./model-names.ts";
import type { RunFile } from "./read-run-file.ts";
import type { AnswerLine, Line } from "./run-file.ts";
import { keepDecisions, replacePrices, settleRuns } from "./runs.ts";
import type { ImportedRun, SavedCounts } from "./store.ts";
import { storedText } from "./text.ts";
import { immediate } from "./transaction.ts";
import { tryWriter } from "./tries.ts";
import { complete, GROUP_OUTCOMES, register } from "./workloads.ts";
import { rowWriter } from "./write-prompts.ts";

/**
 * Adds a run from its file. What it stands on is added first, in small transactions (it is keyed by content, so an import that stops
 * half way leaves nothing wrong), the run last, in one. Meanwhile it counts as running, so that what it has is no garbage.
 */
export async function importRun(c: Connection, file: RunFile, between: () => Promise<void>): Promise<ImportedRun> {
  const { run, workload, texts } = file;
  const before = explained(c.path, () => begin(c, file));
  try {
    const { saved, report } = await addContent(c, file, between);
    explained(c.path, () => immediate(c.handle, () => finish(c, file, report)));
    if (before === "absent" || before === "unfinished") c.locks.release(run.id);
    return { run: run.id, known: before === "complete", texts, prompts: workload.prompts, saved };
  } catch (error) {
    undo(c, run.id, before);
    throw error;
  }
}

/** What the store had of the run; "elsewhere" is another process at work on it, another import perhaps. */
type Before = "absent" | "unfinished" | "complete" | "elsewhere";

/** Records the run as running, unless it is complete. Throws WrpError where the id is another run's. */
function begin(c: Connection, { name, run }: RunFile): Before {
  return immediate(c.handle, () => {
    settleRuns(c);
    const there = c.first(c.db.selectFrom("runs").selectAll().where("id", "=", run.id));
    if (there && (there.workload_hash !== run.workloadHash || there.config_hash !== run.configHash || (there.report_key ?? run.reportKey) !== run.reportKey))
      throw new WrpError(`the store has another run ${run.id}, of ${there.created_at}`, { hint: "import it into another --store", place: { file: name, line: 2 } });
    if (there?.status === "complete") return "complete";
    if (!c.locks.take(run.id)) return "elsewhere";
    if (there) c.run(c.db.updateTable("runs").set({ status: "running" }).where("id", "=", run.id));
    else c.run(c.db.insertInto("runs").values({ id: run.id, ...columnsOf(run), status: "running" }));
    return there ? "unfinished" : "absent";
  });
}

/** The last step: with it the run is there. */
function finish(c: Connection, { run, workload, texts }: RunFile, report: Extract<Line, { kind: "report" }>["value"]): void {
  complete(c, workload.hash, workload.summary, texts);
  c.run(c.db.insertInto("reports").values({ key: report.key, document: JSON.stringify(report.document) }).onConflict((on) => on.doNothing()));
  const there = c.first(c.db.selectFrom("runs").select("status").where("id", "=", run.id));
  if (there?.status === "complete") return;
  const values = { ...columnsOf(run), status: "complete" as const, report_key: run.reportKey };
  c.run(c.db.insertInto("runs").values({ id: run.id, ...values }).onConflict((on) => on.column("id").doUpdateSet(values)));
  const { seq } = c.first(c.db.selectFrom("runs").select("seq").where("id", "=", run.id)) as { seq: number };
  replacePrices(c, seq, run.prices);
  keepDecisions(c, seq, run.decisions);
}

/** The run as it was, as far as the store can still be written; what was added for it stays until garbage is collected. */
function undo(c: Connection, id: string, before: Before): void {
  if (before === "complete" || before === "elsewhere") return;
  try {
    if (before === "absent") c.run(c.db.deleteFrom("runs").where("id", "=", id).where("status", "=", "running"));
    else c.run(c.db.updateTable("runs").set({ status: "interrupted" }).where("id", "=", id).where("status", "=", "running"));
    c.locks.release(id);
  } catch {
    // What stopped the import stops this too. When the store is closed, the run counts as interrupted.
  }
}

function columnsOf(run: RunFile["run"]) {
  return {
    created_at: run.createdAt,
    seed: run.seed,
    config_hash: run.configHash,
    workload_hash: run.workloadHash,
    wrp_version: run.wrpVersion,
    config: run.config,
  };
}

async function addContent(c: Connection, file: RunFile, between: () => Promise<void>): Promise<{ saved: SavedCounts; report: Extract<Line, { kind: "report" }>["value"] }> {
  const write = explained(c.path, () => contentWriter(c, file));
  let group: Line[] = [];
  let outcomes = 0;
  let report: Extract<Line, { kind: "report" }>["value"] | null = null;
  const flush = async () => {
    explained(c.path, () => immediate(c.handle, () => group.forEach(write.line)));
    group = [];
    outcomes = 0;
    await between();
  };
  for await (const line of file.lines()) {
    if (line.kind === "report") report = line.value;
    group.push(line);
    outcomes += sizeOf(line);
    if (outcomes >= GROUP_OUTCOMES) await flush();
  }
  await flush();
  if (!report) throw new Error("a run's file ends with its report");
  return { saved: write.counts, report };
}

/** What a line weighs in a group, in outcomes. */
function sizeOf({ kind, value }: Line): number {
  if (kind === "prompt" || kind === "record") return value.outcomes.reduce((sum, { tries }) => sum + 1 + tries.length, 1 + (kind === "record" ? value.looseTries.reduce((sum, { tries }) => sum + tries.length, 0) : 0));
  return kind === "decisions" ? GROUP_OUTCOMES : 1;
}

function contentWriter(c: Connection, { workload }: RunFile): { readonly counts: SavedCounts; line(this: void, line: Line): void } {
  const { handle } = c;
  const models = modelNames(handle);
  const { id: workloadId, sourceIds } = immediate(handle, () => register(c, workload));
  const writeRow = rowWriter(handle, models, workloadId, workload.files, sourceIds);
  const answers = answerLineWriter(c, models);
  const tries = tryWriter(c, true);
  const insertRecord = handle.prepare("INSERT INTO records (source_id, row, prompt_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const selectRecord = handle.prepare<[number, number, number], number>("SELECT id FROM records WHERE source_id = ? AND row = ? AND prompt_id = ?").pluck();
  const insertPrompt = handle.prepare("INSERT INTO prompts (hash) VALUES (?) ON CONFLICT DO NOTHING");
  const selectPrompt = handle.prepare<[string], number>("SELECT id FROM prompts WHERE hash = ?").pluck();

  return {
    counts: answers.counts,
    line({ kind, value }) {
      if (kind === "settings") c.run(c.db.insertInto("settings").values(value).onConflict((on) => on.doNothing()));
      else if (kind === "prompt") answers.write(writeRow(value satisfies Omit<Prompt, "outcomes">).recordId, value.outcomes);
      else if (kind === "record") {
        insertPrompt.run(value.prompt);
        const key = [sourceOf(c, value), value.row, selectPrompt.get(value.prompt) as number] as const;
        insertRecord.run(...key);
        const recordId = selectRecord.get(...key) as number;
        answers.write(recordId, value.outcomes);
        for (const loose of value.looseTries) tries.addLoose(recordId, models.idOf(loose.model), loose.tries);
      } else if (kind === "decisions") {
        const { policy, expectation = null, ...columns } = value;
        const texts = Object.fromEntries(Object.entries(columns).map(([name, list]) => [name, JSON.stringify(list)])) as Record<keyof typeof columns, string>;
        c.run(c.db.insertInto("policy_decisions").values({ policy_hash: policy, workload_id: workloadId, ...texts, expectation: expectation && JSON.stringify(expectation) }).onConflict((on) => on.doNothing()));
      }
    },
  };
}

function sourceOf(c: Connection, { kind, source: hash, importHash: import_hash }: Extract<Line, { kind: "record" }>["value"]): number {
  c.run(c.db.insertInto("sources").values({ kind, hash, import_hash }).onConflict((on) => on.doNothing()));
  return (
    c.first(c.db.selectFrom("sources").select("id").where("kind", "=", kind).where("hash", "=", hash).where("import_hash", "=", import_hash)) as { id: number }
  ).id;
}

/** Writes answers of any settings with grades of any grader; what is there stays, but that texts left out before are filled in. */
function answerLineWriter(c: Connection, models: ModelNames) {
  const { handle } = c;
  const counts = { answersNew: 0, answersKnown: 0, gradesNew: 0, gradesKnown: 0 };
  const fillTexts = textFiller(handle);
  const insertAnswer = handle.prepare(
    `INSERT INTO answers (record_id, model_id, settings_id, sample, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms, error, text, confidence)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const selectAnswer = handle
    .prepare<[number, number, number, number], number>("SELECT id FROM answers WHERE record_id = ? AND model_id = ? AND settings_id = ? AND sample = ?")
    .pluck();
  const insertGrade = handle.prepare("INSERT INTO grades (answer_id, grader_id, reference_hash, quality) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
  const tries = tryWriter(c, true);
  const settingsIds = new Map<string, number>();
  const graderIds = new Map<string, number>();

  const settingsOf = (hash: string) => {
    const id = settingsIds.get(hash) ?? (c.first(c.db.selectFrom("settings").select("id").where("hash", "=", hash)) as { id: number }).id;
    settingsIds.set(hash, id);
    return id;
  };
  const graderOf = (name: string) => {
    const known = graderIds.get(name);
    if (known !== undefined) return known;
    c.run(c.db.insertInto("graders").values({ name }).onConflict((on) => on.doNothing()));
    const { id } = c.first(c.db.selectFrom("graders").select("id").where("name", "=", name)) as { id: number };
    graderIds.set(name, id);
    return id;
  };

  return {
    counts,
    write(recordId: number, outcomes: readonly AnswerLine[]): void {
      for (const answer of outcomes) {
        const key = [recordId, models.idOf(answer.model), settingsOf(answer.settings), answer.sample] as const;
        const { inputTokens, outputTokens, costUsd, latencyMs, ttftMs, error, text, confidence } = answer;
        const { changes, lastInsertRowid } = insertAnswer.run(...key, inputTokens, outputTokens, costUsd, latencyMs, ttftMs, storedText(error), storedText(text), storedConfidence(confidence));
        const id = changes === 1 ? Number(lastInsertRowid) : (selectAnswer.get(...key) as number);
        counts[changes === 1 ? "answersNew" : "answersKnown"]++;
        if (changes === 0) fillTexts(id, error, text);
        tries.add(id, answer.tries);
        for (const [grader, referenceHash, quality] of answer.grades)
          counts[insertGrade.run(id, graderOf(grader), referenceHash, quality).changes === 1 ? "gradesNew" : "gradesKnown"]++;
      }
    },
  };
}
