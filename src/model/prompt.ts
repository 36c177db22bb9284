import type { Answer } from "./answer.ts";
import type { SignalRequest } from "./signal.ts";

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

/** What a chat request says beside its texts; what is left out, it does not say. */
export type PromptRequest = Partial<Omit<SignalRequest, "metadata" | "groups">>;

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
  /** The request that it came in, where that is known; its `messages` are those above with all that is no text. */
  readonly request?: PromptRequest;
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
