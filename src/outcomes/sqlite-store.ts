import type { Database } from "better-sqlite3";
import { keptAnswers } from "./answers.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { connection } from "./connection.ts";
import { countStored } from "./count-stored.ts";
import { findDecisions, saveDecisions } from "./decisions.ts";
import { explainedMethods } from "./errors.ts";
import { exportRun } from "./export-run.ts";
import { importRun } from "./import-run.ts";
import { listRuns } from "./list-runs.ts";
import { liveAnswers } from "./live-answers.ts";
import { countLook } from "./looks.ts";
import { findOutputs, saveOutputs } from "./model-outputs.ts";
import { readPrompts, readTexts } from "./read-prompts.ts";
import { removeRuns } from "./remove-runs.ts";
import { failRun, findReport, findRun, finishRun, readPrices, startRun } from "./runs.ts";
import type { OutcomeStore } from "./store.ts";
import { findWorkload, writeWorkload } from "./workloads.ts";

/** The outcome store over an open, migrated SQLite handle, which it closes. */
export function sqliteStore(handle: Database, path: string): OutcomeStore {
  const c = connection(handle, path);
  return explainedMethods<OutcomeStore>(path, {
    findWorkload: (hash) => findWorkload(c, hash),
    writeWorkload: (header, options) => explainedMethods(path, writeWorkload(c, header, options)),
    readPrompts: (hash) => readPrompts(c, hash),
    readTexts: (hash, ordinals) => readTexts(c, hash, ordinals),
    keptAnswers: (source) => explainedMethods(path, keptAnswers(c, source)),
    liveAnswers: (source) => explainedMethods(path, liveAnswers(c, source)),
    findDecisions: (policyHash, workloadHash) => findDecisions(c, policyHash, workloadHash),
    saveDecisions: (policyHash, workloadHash, decisions) => saveDecisions(c, policyHash, workloadHash, decisions),
    countLook: (workloadHash, what) => countLook(c, workloadHash, what),
    findOutputs: (model, textHashes) => findOutputs(c, model, textHashes),
    saveOutputs: (model, outputs) => saveOutputs(c, model, outputs),
    startRun: (run, prices) => startRun(c, run, prices),
    finishRun: (id, reportKey, report, decisions) => finishRun(c, id, reportKey, report, decisions),
    failRun: (id, status) => failRun(c, id, status),
    findRun: (id) => findRun(c, id),
    readPrices: (runId) => readPrices(c, runId),
    listRuns: (limit) => listRuns(c, limit),
    countStored: (workloadHash) => countStored(c, workloadHash),
    removeRuns: (ids, dryRun) => removeRuns(c, ids, dryRun),
    collectGarbage: (options, between) => collectGarbage(c, options, between),
    exportRun: (id, options) => exportRun(c, id, options),
    importRun: (file, between) => importRun(c, file, between),
    findReport: (key) => findReport(c, key),
    close: () => {
      c.locks.close();
      handle.close();
    },
  });
}
