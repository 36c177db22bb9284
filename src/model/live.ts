import type { Confidence } from "./answer.ts";

/**
 * The nouns of live calls. An outcome of a live model may take several tries; every try is kept, with its own times, so that waiting for a
 * turn, waiting between tries and work stay apart. `null` is "not known": a gap, never a zero.
 */

/** What a call asks of a model besides the messages. What is not stated is left to the backend. */
export interface CallSettings {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxOutputTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly reasoningEffort?: string;
  /** Sent as it stands in the body, over what the protocol would send. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Tokens as the backend counted them. Input includes what was read from a cache, output includes reasoning. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly cachedInputTokens: number | null;
  /** Written to a prompt cache, a part of the input. */
  readonly cacheWriteTokens: number | null;
  readonly outputTokens: number | null;
  readonly reasoningTokens: number | null;
}

/** When things happened, milliseconds after the request was begun (connecting included). Null: it did not come to that, or was not needed. */
export interface TryTimes {
  /** The connection stood; null where one was used again. */
  readonly connectMs: number | null;
  readonly headersMs: number | null;
  readonly firstByteMs: number | null;
  /** The first token of any kind (text, reasoning, a tool's arguments): TTFT. */
  readonly firstTokenMs: number | null;
  readonly lastTokenMs: number | null;
  /** The stream's end, or the failure. */
  readonly endMs: number;
}

export type FailureKind =
  | "connect" // no connection
  | "timeout" // the time for a try, or for its first token, was over
  | "rate-limit" // 429
  | "overloaded" // 503, 529
  | "server" // any other 5xx
  | "refused" // 401, 403: no call with this key can go well
  | "not-found" // 404: no such model or address
  | "request" // any other 4xx: this prompt with these settings
  | "disconnect" // the stream broke off, or ended without its end
  | "malformed" // what came is not of the protocol
  | "too-large" // more came than a call may bring
  | "aborted"; // we stopped it

/** Why a try failed. */
export interface Failure {
  readonly kind: FailureKind;
  /** In words, with what the backend said; never a secret. */
  readonly message: string;
  /** What the backend asked to wait, milliseconds. */
  readonly retryAfterMs: number | null;
}

/** What a stored try tells of how long the backend worked, and what came of it. */
export interface ServedTry {
  /** Milliseconds of Unix time. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
  readonly outputTokens: number | null;
  readonly failure: FailureKind | null;
}

/** One try of a call: what came back and when. */
export interface Try {
  /** Time of day at which it was begun, ISO 8601. */
  readonly startedAt: string;
  readonly status: number | null;
  readonly times: TryTimes;
  readonly usage: Usage;
  /** What was written up to the end or the failure. */
  readonly text: string | null;
  /** Tool calls as one JSON text, in the protocol's own form; null where there are none. */
  readonly toolCalls: string | null;
  /** As the protocol names it: stop, length, tool_calls, content_filter … */
  readonly finishReason: string | null;
  /** The model that says it answered. */
  readonly servedModel: string | null;
  /** Headers of the response that say how it was routed and what is left of rate limits, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly failure: Failure | null;
  /** How sure the model was, where the protocol's log-probabilities were asked for and came. */
  readonly confidence?: Confidence | undefined;
  /** Longest delay of the event loop while it ran, milliseconds: times are no better than that. */
  readonly lagMs: number;
}
