import type { Answer } from "../model/answer.ts";
import type { Expectation } from "../model/expectation.ts";
import type { ServedTry, Try } from "../model/live.ts";
import type { Message, Prompt } from "../model/prompt.ts";
import type { Report } from "../model/report.ts";
import type { RunFile } from "./read-run-file.ts";
import type { WorkloadHeader, WorkloadSummary } from "../model/workload.ts";

export interface SavedCounts {
  readonly answersNew: number;
  readonly answersKnown: number;
  readonly gradesNew: number;
  readonly gradesKnown: number;
}

export interface WorkloadWriter {
  /** Adds prompts with their recorded answers and grades, in workload order. Durable at the next group commit. */
  append(prompts: readonly Prompt[]): void;
  /** Commits everything and marks the workload complete. */
  finish(summary: WorkloadSummary): SavedCounts;
  /** Commits what is there and leaves the workload incomplete; what was stored is kept. */
  abandon(): void;
}

export interface RunRecord {
  readonly id: string;
  readonly createdAt: string;
  readonly seed: number;
  readonly configHash: string;
  readonly workloadHash: string;
  readonly wrpVersion: string;
  /** The resolved configuration (policies, models, objectives), JSON. */
  readonly config: string;
  /** "running?" where it is not known whether its process still lives: the store came here without what tells. */
  readonly status: "running" | "running?" | "complete" | "failed" | "interrupted";
  readonly reportKey: string | null;
}

export interface PriceRecord {
  readonly model: string;
  readonly inputUsdPer1M: number | null;
  readonly outputUsdPer1M: number | null;
  /** Where the price is from: the config, the data, a dated price list. */
  readonly source: string;
}

/** Decisions of one policy over one workload, one entry per prompt: index into `models`, -1 undecided. */
export interface StoredDecisions {
  readonly models: readonly string[];
  readonly model: Int32Array;
  /** Index into `rules` (why), -1 where a policy gives no rule. */
  readonly rule: Int32Array;
  readonly rules: readonly string[];
  /** What the policy met on the way that a report should warn of. */
  readonly notes: readonly string[];
  /** Of a learned policy: what it expected, and its choices along its curve. */
  readonly expectation?: Expectation;
}

/** Where answers are from that no file recorded. */
export interface AnswerSource {
  readonly kind: "simulated" | "live";
  readonly hash: string;
}

/** What names an answer among those of a source and model. */
export interface AnswerKey {
  readonly hash: string;
  /** What it depends on besides the messages, below 2^48. */
  readonly variant: number;
  /** Which of several answers to the same question, from 0 (the default). */
  readonly sample?: number;
  /** Kept beside, where known. */
  readonly messages: readonly Message[] | null;
}

/** Answers of one source that is no file: looked up, and added. */
export interface KeptAnswers {
  /** What the source's model answered; null where it was not asked yet. */
  find(model: string, keys: readonly AnswerKey[]): (Answer | null)[];
  /** Keeps answers with their grades in one transaction: what it returned from outlives the process. What is there already stays as it is. */
  save(model: string, keys: readonly AnswerKey[], answers: readonly Answer[]): SavedCounts;
}

/** A try of a live answer with what the client adds to it. */
export interface StoredTry {
  readonly try: Try;
  /** How long it waited for its turn, milliseconds. */
  readonly queuedMs: number;
  readonly costUsd: number | null;
}

/** How an answer was routed, and what its cost rests on. */
export interface StoredRouting extends Pick<Try, "headers" | "servedModel"> {
  readonly cachedInputTokens: number | null;
  readonly tries: number;
}

/** Answers of one live source. Grades are apart from them: a new grader buys no new answer. */
export interface LiveAnswers {
  find(model: string, keys: readonly AnswerKey[]): ({ readonly id: number; readonly answer: Answer } | null)[];
  /**
   * Keeps an outcome with its tries in one transaction: once this returns it outlives the process. An answer that is there stays, a failure
   * gives way; either way the tries are kept. The answer's number.
   */
  keep(model: string, key: AnswerKey, answer: Answer, tries: readonly StoredTry[]): number;
  /** Keeps tries that led to no answer: they never count as one. */
  keepTries(model: string, key: AnswerKey, tries: readonly StoredTry[]): void;
  /** All tries that are kept of this source, of whichever run, in no order. */
  served(): ServedTry[];
  /** What the try says that brought an answer, or of a failure the last one, and how many there were; null where none is known (imported). */
  routing(answerId: number): StoredRouting | null;
  /** A grade in [0,1]; null where there is none yet. @param grader name with version @param referenceHash "" where it reads no reference; null: not known, then the only grade by this grader */
  findGrade(answerId: number, grader: string, referenceHash: string | null): number | null;
  keepGrade(answerId: number, grader: string, referenceHash: string, quality: number): void;
}

/** A run as a list shows it; null is not known, or not there. */
export interface RunListing extends Pick<RunRecord, "id" | "createdAt" | "status" | "seed" | "wrpVersion"> {
  /** As the run's user called it. */
  readonly workload: string | null;
  readonly prompts: number | null;
  /** Policies in its report. */
  readonly policies: number | null;
  readonly verdict: string | null;
}

/** How much of a workload is stored. */
export interface StoredCounts {
  readonly whole: boolean;
  readonly texts: boolean;
  readonly prompts: number;
  readonly answers: Readonly<Record<"recorded" | "simulated" | "live", number>>;
  readonly grades: number;
  /** Live tries that led to no answer, and what is known of their cost, US dollars: answers' costs do not have it. */
  readonly looseTries: { readonly count: number; readonly costUsd: number; readonly unknownCosts: number };
  /** Policies that have decided on it. */
  readonly decisions: number;
}

export interface GarbageOptions {
  /** Also what only failed and interrupted runs need: they then begin anew. */
  readonly all: boolean;
  /** Also simulated and live answers to prompts that no run needs. */
  readonly answers: boolean;
  /** Also all that models on this machine answered (vectors, labels, spans): it is computed again where it is needed. */
  readonly outputs: boolean;
  /** Only look. */
  readonly dryRun: boolean;
}

/** What no run needs. */
export interface Garbage {
  readonly reports: number;
  /** Policies' decisions over a workload. */
  readonly decisions: number;
  readonly workloads: number;
  readonly prompts: number;
  readonly answers: number;
  readonly grades: number;
  /** What models on this machine answered about a text. */
  readonly outputs: number;
  /** About what it takes in the file; what was gained, where it has been removed. */
  readonly bytes: number;
}

export interface CollectedGarbage {
  readonly removed: Garbage;
  /** Size of the store on the disk. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Why the file could not be made smaller yet; null where it could. */
  readonly uncompacted: string | null;
}

export interface RemovedRuns {
  readonly removed: readonly string[];
  /** What no run needs any more. */
  readonly garbage: Garbage;
}

export interface ExportOptions {
  /** Whether prompts, references, answers and errors go with it; else only hashes and figures. */
  readonly texts: boolean;
  /** Of the program that writes it. */
  readonly wrpVersion: string;
  /** Called now and then: throw to stop. */
  readonly between: () => Promise<void>;
}

/** What an import did. */
export interface ImportedRun {
  readonly run: string;
  /** The run was there already, complete. */
  readonly known: boolean;
  readonly texts: boolean;
  readonly prompts: number;
  readonly saved: SavedCounts;
}

/** A completely stored workload. */
export interface StoredWorkload {
  readonly header: WorkloadHeader;
  readonly summary: WorkloadSummary;
  readonly prompts: number;
  /** False where it was imported without prompt and answer texts: whoever has its files reads them anew, which fills the texts in. */
  readonly texts: boolean;
}

/** Where outcomes are kept. Everything is keyed by content: storing the same thing twice changes nothing. */
export interface OutcomeStore {
  /** The summary of a completely stored workload, or null. */
  findWorkload(hash: string): StoredWorkload | null;
  /** @param options `texts` false: what is appended has none */
  writeWorkload(header: WorkloadHeader, options?: { readonly texts: boolean }): WorkloadWriter;
  /** The stored prompts with their recorded outcomes, equal to what was appended, in order, in batches. */
  readPrompts(hash: string): Iterable<readonly Prompt[]>;
  /** Texts of some prompts (by ordinal), for reports; null where the workload has none. */
  readTexts(hash: string, ordinals: readonly number[]): Map<number, string | null>;

  /** Answers of a simulated source. */
  keptAnswers(source: AnswerSource): KeptAnswers;
  liveAnswers(source: AnswerSource): LiveAnswers;

  findDecisions(policyHash: string, workloadHash: string): StoredDecisions | null;
  saveDecisions(policyHash: string, workloadHash: string, decisions: StoredDecisions): void;

  /** Counts a look at a held-out workload, by a hash of what is judged on it, and says which one it is, from 1: the same again is no new look. */
  countLook(workloadHash: string, what: string): number;

  /** What a model on this machine (by the hash of all that changes its answers) answered about texts, by those content hashes that are there. */
  findOutputs(model: string, textHashes: readonly string[]): Map<string, Float32Array>;
  /** Keeps such answers, all or none; what is there stays. */
  saveOutputs(model: string, outputs: ReadonlyMap<string, Float32Array>): void;

  /**
   * A run begins, or goes on under its id. Until it ends, others can tell that its process lives. Throws WrpError where another
   * process has the run, or it is complete and of another workload or configuration.
   */
  startRun(run: Omit<RunRecord, "status" | "reportKey">, prices: readonly PriceRecord[]): void;
  /** @param decisions keys of the decisions that the report stands on */
  finishRun(id: string, reportKey: string, report: Report, decisions?: readonly string[]): void;
  failRun(id: string, status?: "failed" | "interrupted"): void;
  /** By id or unique beginning of one, or the newest complete run with "latest". Throws WrpError naming the known ids. */
  findRun(id: string): RunRecord;
  readPrices(runId: string): PriceRecord[];
  /** Newest first. */
  listRuns(limit?: number): RunListing[];
  countStored(workloadHash: string): StoredCounts;
  /** All of them or none, by id as `findRun` finds it. Throws WrpError for an unknown or running one. */
  removeRuns(ids: readonly string[], dryRun: boolean): RemovedRuns;
  /** Removes what no run needs; what a running one uses is needed. @param between called now and then: throw to stop */
  collectGarbage(options: GarbageOptions, between: () => Promise<void>): Promise<CollectedGarbage>;
  /** The text of a portable file with all that a complete run needs, in pieces that end with a line. Throws WrpError. */
  exportRun(id: string, options: ExportOptions): AsyncIterable<string>;
  /**
   * Adds the run of a file that was read and found good, and whatever of it is not there yet. The run shows when all of it is there.
   * Throws WrpError where the store has another run of that id. @param between called now and then: throw to stop
   */
  importRun(file: RunFile, between: () => Promise<void>): Promise<ImportedRun>;
  findReport(key: string): Report | null;
  close(): void;
}
