import type { Answer } from "./answer.ts";
import type { ChatRequest } from "./chat-request.ts";

/** One message of a chat; `content` is text only (other parts are counted by the importer that meets them). */
export interface Message {
  readonly role: string;
  readonly content: string;
}

/** What a file says a model did with a prompt. */
export interface RecordedOutcome extends Answer {
  readonly model: string;
}

export type MetaValue = string | number | boolean | null;

/** One prompt of a workload, with the outcomes recorded for it. */
export interface Prompt {
  /** Position in the workload after filters, from 0. */
  readonly ordinal: number;
  /** The file's own id; not unique (rows are never merged by it). */
  readonly id: string;
  /** 32 hex digits of SHA-256 over the canonical messages, or the file's own `promptHash` where there is no text. */
  readonly hash: string;
  /** `null` where the file has figures only. */
  readonly messages: readonly Message[] | null;
  /**
   * What the request that it came in says beside the texts, where it says more. No part of the hash: with other tools it is another
   * prompt to a router, but the same question to a model, which is sent the texts alone; answers are kept by that question, and decisions
   * by the workload, whose hash is that of its files. Absent where there is no text.
   */
  readonly request?: ChatRequest;
  /** The stratum: a dataset's name. */
  readonly dataset: string;
  /** File (as named on the command line) and record number in it, from 0. */
  readonly file: string;
  readonly row: number;
  /** Unicode code points of all message texts joined by newlines; `null` where unknown. */
  readonly lengthCodePoints: number | null;
  /** Input tokens, where the file states them for the prompt itself. */
  readonly inputTokens: number | null;
  readonly session: string | null;
  /** Turn within the session, from 0. */
  readonly turn: number | null;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, MetaValue>>;
  readonly reference: string | null;
  readonly grader: string | null;
  /** The model that a live router chose, where the file is such a router's log. */
  readonly chosen: string | null;
  readonly outcomes: readonly RecordedOutcome[];
}
