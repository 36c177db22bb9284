import type { Database } from "better-sqlite3";
import { keptAnswers } from "./answers.ts";
import { connection } from "./connection.ts";
import { findDecisions, saveDecisions } from "./decisions.ts";
import { explainedMethods } from "./errors.ts";
import { readPrompts, readTexts } from "./read-prompts.ts";
import { failRun, findReport, findRun, finishRun, readPrices, startRun } from "./runs.ts";
import type { OutcomeStore } from "./store.ts";
import { findWorkload, writeWorkload } from "./workloads.ts";

/** The outcome store over an open, migrated SQLite handle, which it closes. */
export function sqliteStore(handle: Database, path: string): OutcomeStore {
  const c = connection(handle, path);
  return explainedMethods<OutcomeStore>(path, {
    findWorkload: (hash) => findWorkload(c, hash),
    writeWorkload: (header) => explainedMethods(path, writeWorkload(c, header)),
    readPrompts: (hash) => readPrompts(c, hash),
    readTexts: (hash, ordinals) => readTexts(c, hash, ordinals),
    keptAnswers: (source) => explainedMethods(path, keptAnswers(c, source)),
    findDecisions: (policyHash, workloadHash) => findDecisions(c, policyHash, workloadHash),
    saveDecisions: (policyHash, workloadHash, decisions) => saveDecisions(c, policyHash, workloadHash, decisions),
    startRun: (run, prices) => startRun(c, run, prices),
    finishRun: (id, reportKey, report, decisions) => finishRun(c, id, reportKey, report, decisions),
    failRun: (id, status) => failRun(c, id, status),
    findRun: (id) => findRun(c, id),
    readPrices: (runId) => readPrices(c, runId),
    findReport: (key) => findReport(c, key),
    close: () => {
      c.locks.close();
      handle.close();
    },
  });
}
