import { createHash } from "node:crypto";
import { tokenCounter } from "../lib/tokens.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import { LEFT_OUT } from "./left-out.ts";
import { readAnswers } from "./read-answers.ts";
import { readRows } from "./read-prompts.ts";
import { modelNames } from "./model-names.ts";
import { type AnswerLine, type LineKind, RUN_FILE_VERSION, type TryLine } from "./run-file.ts";
import { findRun, readPrices } from "./runs.ts";
import type { ExportOptions, RunRecord } from "./store.ts";
import { tryReader } from "./tries.ts";
import { findWorkload } from "./workloads.ts";

/** Records of other sources a batch. */
const BATCH = 512;
/** Tries without an answer a line: a backend that was dead for weeks may have gathered many. */
const TRIES_A_LINE = 256;

/**
 * A complete run as the text of a portable file, in pieces that end with a line. All of it is one moment's state of the store, read
 * twice: the first line has the hash of the others. Throws WrpError for a run without a report.
 */
export async function* exportRun(c: Connection, id: string, options: ExportOptions): AsyncGenerator<string> {
  try {
    c.handle.exec("BEGIN");
    const run = findRun(c, id);
    const stored = findWorkload(c, run.workloadHash);
    if (run.reportKey === null || !stored) throw new WrpError(`run ${run.id} has no report to export: it is ${run.status}`, { hint: `give its wrp eval again with --resume ${run.id}` });
    const texts = options.texts && stored.texts;
    // Without their texts nobody can count tokens again, and answers and rules may hang on them.
    const count = texts ? null : await tokenCounter();
    const sha256 = createHash("sha256");
    for (const piece of pieces(c, run, count)) {
      sha256.update(piece);
      await options.between();
    }
    const header = { wrp: "run", schemaVersion: RUN_FILE_VERSION, wrpVersion: options.wrpVersion, run: run.id, texts, sha256: sha256.digest("hex") };
    yield `${JSON.stringify(header)}\n`;
    for (const piece of pieces(c, run, count)) {
      yield piece;
      await options.between();
    }
  } catch (error) {
    throw storeError(error, c.path);
  } finally {
    if (c.handle.inTransaction) c.handle.exec("ROLLBACK");
  }
}

/** Everything after the first line. @param count tokens of a text, where the texts are left out; null: they are not */
function* pieces(c: Connection, run: RunRecord, count: ((text: string) => number) | null): Generator<string> {
  const { id, createdAt, seed, configHash, workloadHash, wrpVersion, config, reportKey } = run;
  const decisions = decisionsOf(c, run);
  yield line("run", { id, createdAt, seed, configHash, workloadHash, wrpVersion, config, reportKey, decisions, prices: readPrices(c, id) });
  const { header, summary, prompts } = findWorkload(c, workloadHash) as NonNullable<ReturnType<typeof findWorkload>>;
  yield line("workload", { ...header, summary, prompts });

  const answersOf = readAnswers(c);
  const told = new Set([""]);
  for (const rows of readRows(c, workloadHash, answersOf)) {
    yield* newSettings(c, rows, told);
    yield rows.map((row) => line("prompt", promptOf(row, count))).join("");
  }
  for (const records of otherSources(c, run, answersOf)) {
    yield* newSettings(c, records, told);
    yield records.flatMap((record) => recordLines(record, count !== null)).join("");
  }
  for (const policy of decisions) yield line("decisions", { policy, ...decisionsUnder(c, policy, workloadHash) });
  yield `{"report":{"key":${JSON.stringify(reportKey)},"document":${documentOf(c, reportKey)}}}\n`;
}

/** Calls' settings, each before the first answer that has them. */
function* newSettings(c: Connection, rows: readonly { readonly outcomes: readonly AnswerLine[] }[], told: Set<string>): Generator<string> {
  for (const { outcomes } of rows)
    for (const { settings } of outcomes) {
      if (told.has(settings)) continue;
      told.add(settings);
      yield line("settings", c.first(c.db.selectFrom("settings").select(["hash", "document"]).where("hash", "=", settings)));
    }
}

interface OtherRecord {
  readonly kind: string;
  readonly source: string;
  readonly importHash: string;
  readonly row: number;
  readonly prompt: string;
  readonly outcomes: readonly AnswerLine[];
  readonly loose: readonly { readonly model: string; readonly tries: readonly TryLine[] }[];
}

/** Simulated and live answers of the run's models to its prompts, and tries that brought none, whichever run asked for them. */
function* otherSources(c: Connection, run: RunRecord, answersOf: (recordId: number) => AnswerLine[]): Generator<OtherRecord[]> {
  const { models } = JSON.parse(documentOf(c, run.reportKey)) as { models?: readonly { readonly name: string }[] };
  // A live model that answered nothing is not in the report, but was tried.
  const { settings } = JSON.parse(run.config) as { settings?: { readonly models?: readonly { readonly name: string; readonly live?: unknown }[] } };
  const called = (settings?.models ?? []).filter(({ live }) => live !== undefined);
  const wanted = new Set([...(models ?? []), ...called].map(({ name }) => name));
  const { loose } = tryReader(c, modelNames(c.handle));
  c.handle.exec("DROP TABLE IF EXISTS temp.exported_prompts; CREATE TEMP TABLE exported_prompts (id INTEGER PRIMARY KEY)");
  c.handle
    .prepare(
      `INSERT OR IGNORE INTO exported_prompts SELECT r.prompt_id
      FROM workloads AS w JOIN workload_prompts AS p ON p.workload_id = w.id JOIN records AS r ON r.id = p.record_id WHERE w.hash = ?`,
    )
    .run(run.workloadHash);
  const select = c.handle.prepare<[number], Omit<OtherRecord, "outcomes" | "loose"> & { readonly id: number }>(
    `SELECT r.id, s.kind, s.hash AS source, s.import_hash AS importHash, r.row, p.hash AS prompt
    FROM records AS r JOIN sources AS s ON s.id = r.source_id JOIN prompts AS p ON p.id = r.prompt_id
    WHERE r.id > ? AND s.kind <> 'recorded' AND r.prompt_id IN (SELECT id FROM exported_prompts) ORDER BY r.id LIMIT ${BATCH}`,
  );
  for (let rows = select.all(0); rows.length > 0; rows = select.all(rows.at(-1)?.id ?? 0)) {
    yield rows
      .map(({ id, ...record }) => ({ ...record, outcomes: answersOf(id).filter(({ model }) => wanted.has(model)), loose: loose(id).filter(({ model }) => wanted.has(model)) }))
      .filter((record) => record.outcomes.length > 0 || record.loose.length > 0);
  }
  c.handle.exec("DROP TABLE exported_prompts");
}

/** Keys of the decisions that a run used; of all on its workload where it was not recorded. */
function decisionsOf(c: Connection, run: RunRecord): string[] {
  const there = c.db
    .selectFrom("policy_decisions as d")
    .innerJoin("workloads as w", "w.id", "d.workload_id")
    .select("d.policy_hash as hash")
    .where("w.hash", "=", run.workloadHash)
    .orderBy("d.policy_hash");
  const used = c.db.selectFrom("run_decisions as u").innerJoin("runs as r", "r.seq", "u.run_seq").select("u.policy_hash").where("r.id", "=", run.id);
  const recorded = c.all(there.where("d.policy_hash", "in", used));
  return (recorded.length > 0 ? recorded : c.all(there)).map(({ hash }) => hash);
}

function decisionsUnder(c: Connection, policyHash: string, workloadHash: string): Record<string, unknown> {
  const row = c.first(
    c.db
      .selectFrom("policy_decisions as d")
      .innerJoin("workloads as w", "w.id", "d.workload_id")
      .select(["d.models", "d.rules", "d.notes", "d.pairs", "d.codes", "d.expectation"])
      .where("d.policy_hash", "=", policyHash)
      .where("w.hash", "=", workloadHash),
  ) as Record<string, string | null>;
  return Object.fromEntries(Object.entries(row).flatMap(([name, text]) => (text === null ? [] : [[name, JSON.parse(text) as unknown]])));
}

function documentOf(c: Connection, reportKey: string | null): string {
  return (c.first(c.db.selectFrom("reports").select("document").where("key", "=", reportKey ?? "")) as { document: string }).document;
}

function promptOf(prompt: Omit<Prompt, "outcomes"> & { readonly outcomes: readonly AnswerLine[] }, count: ((text: string) => number) | null): object {
  const { messages, request = null, reference, inputTokens, tags, meta, outcomes, ...rest } = prompt;
  const tokens = inputTokens ?? (count && messages ? count(messages.map((message) => message.content).join("\n")) : null);
  return {
    ...known(rest),
    ...known({ inputTokens: tokens }),
    ...(count ? {} : known({ messages, request, reference })),
    ...(tags.length > 0 ? { tags } : {}),
    ...(Object.keys(meta).length > 0 ? { meta } : {}),
    outcomes: outcomes.map((answer) => answerOf(answer, count !== null)),
  };
}

function recordLines({ outcomes, loose, ...record }: OtherRecord, bare: boolean): string[] {
  const tried = loose.flatMap(({ model, tries }) =>
    Array.from({ length: Math.ceil(tries.length / TRIES_A_LINE) }, (_, k) => ({ model, tries: tries.slice(k * TRIES_A_LINE, (k + 1) * TRIES_A_LINE).map((one) => tryOf(one, bare)) })),
  );
  return [
    ...(outcomes.length > 0 ? [line("record", { ...record, outcomes: outcomes.map((answer) => answerOf(answer, bare)) })] : []),
    ...tried.map((looseTries) => line("record", { ...record, outcomes: [], looseTries: [looseTries] })),
  ];
}

function tryOf({ headers, failure, ...rest }: TryLine, bare: boolean): object {
  return { ...known(rest), ...(Object.keys(headers).length > 0 ? { headers } : {}), ...known({ failure: bare && failure !== null ? LEFT_OUT : failure }) };
}

function answerOf({ settings, sample, text, error, grades, tries, ...rest }: AnswerLine, bare: boolean): object {
  return {
    ...known(rest),
    ...(settings === "" ? {} : { settings }),
    ...(sample === 0 ? {} : { sample }),
    ...known(bare ? { error: error === null ? null : LEFT_OUT } : { error, text }),
    ...(grades.length > 0 ? { grades } : {}),
    ...(tries.length > 0 ? { tries: tries.map((one) => tryOf(one, bare)) } : {}),
  };
}

/** What is not null. */
function known(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}

function line(kind: LineKind, value: unknown): string {
  return `${JSON.stringify({ [kind]: value })}\n`;
}
