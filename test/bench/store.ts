import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Prompt } from "../../src/model/prompt.ts";
import { built, paired, type Aim, type Figure } from "./measure.ts";

export const name = "store";
export const aim: Aim = { atLeast: 0.7 };

const PROMPTS = 20_000;
const MODELS = 11;
const ROUNDS = 5;
const BATCH = 512;
/** Outcomes a transaction, as the store has it. */
const GROUP = 4096;

/**
 * Outcomes per second through WorkloadWriter.append, against bare better-sqlite3 prepared inserts of the same answers and
 * grades into the same tables in transactions of the same size. By turns in one process.
 */
export async function bench(): Promise<Figure[]> {
  const { openStore } = await built<typeof import("../../src/outcomes/index.ts")>("outcomes/index.js");
  const folder = mkdtempSync(join(tmpdir(), "wrp-bench-"));
  const batches = [...makeBatches()];
  const open = async (file: string) => openStore(join(folder, file));
  let files = 0;
  try {
    const both = await paired(ROUNDS, () => writeBare(open, folder, `bare-${++files}.db`, batches), () => writeOurs(open, `ours-${++files}.db`, batches));
    const outcomes = PROMPTS * MODELS;
    const perSecond = (ms: number) => `${Math.round((outcomes / ms) * 1000).toLocaleString("en-US")} outcomes/s`;
    return [{ name: "outcome writes / bare better-sqlite3 inserts", ratio: both.ratio, detail: `${perSecond(both.b)} against ${perSecond(both.a)} bare, ${outcomes.toLocaleString("en-US")} outcomes with texts` }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Open = (file: string) => Promise<import("../../src/outcomes/store.ts").OutcomeStore>;

async function writeOurs(open: Open, file: string, batches: readonly Prompt[][]): Promise<number> {
  const store = await open(file);
  const started = performance.now();
  const writer = store.writeWorkload({ hash: "bench", name: "bench", files: [{ name: "bench.jsonl", format: "jsonl", sha256: "0", importHash: "0" }] });
  for (const batch of batches) writer.append(batch);
  const counts = writer.finish({ read: PROMPTS, excluded: 0, filtered: 0, sampledOut: 0, promptsPerFile: [PROMPTS], warnings: [] });
  const ms = performance.now() - started;
  store.close();
  if (counts.answersNew !== PROMPTS * MODELS) throw new Error(`wrote ${counts.answersNew} answers`);
  return ms;
}

/** The same answers and grades, ids known beforehand; one record stands for all so that foreign keys hold. */
async function writeBare(open: Open, folder: string, file: string, batches: readonly Prompt[][]): Promise<number> {
  (await open(file)).close();
  const handle = new Database(join(folder, file));
  handle.pragma("journal_mode = WAL");
  handle.pragma("synchronous = NORMAL");
  handle.pragma("foreign_keys = ON");
  handle.pragma("cache_size = -65536");
  prepareParents(handle);
  const answer = handle.prepare(
    `INSERT INTO answers (record_id, model_id, settings_id, sample, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms, error, text)
    VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const grade = handle.prepare("INSERT INTO grades (answer_id, grader_id, reference_hash, quality) VALUES (?, 1, '', ?)");
  const started = performance.now();
  let inGroup = 0;
  handle.exec("BEGIN IMMEDIATE");
  for (const batch of batches) {
    for (const prompt of batch) {
      let model = 0;
      for (const o of prompt.outcomes) {
        const { lastInsertRowid } = answer.run(prompt.ordinal + 1, ++model, 0, o.inputTokens, o.outputTokens, o.costUsd, o.latencyMs, o.ttftMs, o.error, o.text);
        grade.run(lastInsertRowid, o.quality);
        if (++inGroup >= GROUP) {
          handle.exec("COMMIT; BEGIN IMMEDIATE");
          inGroup = 0;
        }
      }
    }
  }
  handle.exec("COMMIT");
  const ms = performance.now() - started;
  handle.close();
  return ms;
}

/** What answers point to, outside of the time measured. */
function prepareParents(handle: Database.Database): void {
  const one = (sql: string) => handle.prepare(sql);
  handle.transaction(() => {
    one("INSERT INTO sources (kind, hash, import_hash) VALUES ('recorded', '0', '0')").run();
    for (let m = 0; m < MODELS; m++) one("INSERT INTO models (name) VALUES (?)").run(`model-${m}`);
    const prompt = one("INSERT INTO prompts (hash) VALUES (?)");
    const record = one("INSERT INTO records (source_id, row, prompt_id) VALUES (1, ?, ?)");
    for (let i = 0; i < PROMPTS; i++) record.run(i, prompt.run(hashOf(i)).lastInsertRowid);
  })();
}

/** Prompts of about 300 characters, answers of about 80: what a batch from the reader looks like. */
function* makeBatches(): Generator<Prompt[]> {
  for (let from = 0; from < PROMPTS; from += BATCH) {
    yield Array.from({ length: Math.min(BATCH, PROMPTS - from) }, (_, i) => makePrompt(from + i));
  }
}

function makePrompt(ordinal: number): Prompt {
  return {
    ordinal,
    id: `q-${ordinal}`,
    hash: hashOf(ordinal),
    messages: [{ role: "user", content: `Question ${ordinal}: ${"what is the next number of this sequence? ".repeat(7)}` }],
    dataset: `subject-${ordinal % 57}`,
    file: "bench.jsonl",
    row: ordinal,
    lengthCodePoints: 310,
    inputTokens: 70,
    session: null,
    turn: null,
    tags: [],
    meta: { subject: `subject-${ordinal % 57}` },
    reference: "ABCD"[ordinal % 4] as string,
    grader: null,
    chosen: null,
    outcomes: Array.from({ length: MODELS }, (_, m) => ({
      model: `model-${m}`,
      quality: (ordinal * 7 + m) % 5 === 0 ? 0 : ((ordinal + m) % 11) / 10,
      costUsd: 1e-6 * (m + 1) * (70 + (ordinal % 13)),
      latencyMs: 200 + ((ordinal * 31 + m * 17) % 900) / 7,
      ttftMs: null,
      inputTokens: 70,
      outputTokens: 20 + ((ordinal + m) % 40),
      error: null,
      text: `The answer of model ${m} to question ${ordinal} is the number that follows, with reasons.`,
    })),
  };
}

/** Spread like real hashes: neighbours are far apart. */
function hashOf(i: number): string {
  const part = (k: number) => (Math.imul(i + 1, 0x9e3779b1 + k) >>> 0).toString(16).padStart(8, "0");
  return part(0) + part(2) + part(4) + part(6);
}
