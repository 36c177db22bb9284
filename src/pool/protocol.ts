import type { Confidence } from "../model/answer.ts";
import type { CallSettings, FailureKind, Usage } from "../model/live.ts";
import type { Message } from "../model/prompt.ts";

/** What a protocol is asked to send. */
export interface ChatRequest {
  /** As the backend calls it. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly settings: CallSettings;
}

/** A way to ask a model for an answer, always as a stream: one file in `protocols/`, one line in its map. @typeParam R what it is asked to send */
export interface Protocol<R = ChatRequest> {
  readonly name: string;
  /** From a server's root, version first: `/v1/messages`. A query is allowed. */
  path(request: R): string;
  /** Whether base URLs of this protocol bring the version along (https://openrouter.ai/api/v1), so that only one without any path needs it. */
  readonly versionInBase: boolean;
  headers(apiKey: string | null): Readonly<Record<string, string>>;
  /** To be sent as JSON to `address`. */
  body(request: R, address: URL): unknown;
  /** A reader for one response. */
  reader(): StreamReader;
}

/** One server-sent event. */
export interface StreamEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

/** Reads the events of one response. */
export interface StreamReader {
  /** Takes an event; true where it brought (a part of) a token. Throws `StreamError`. */
  take(event: StreamEvent): boolean;
  /** Takes a whole answer that came as one JSON document because the backend does not stream. Throws `StreamError`. */
  takeWhole(document: unknown): void;
  /** Whether the answer is whole: the stream may end now. Figures may still follow. */
  ended(): boolean;
  /** Whether the stream has said that it is over: nothing follows. */
  over(): boolean;
  /** What came so far. */
  answer(): StreamAnswer;
}

export interface StreamAnswer {
  readonly text: string | null;
  readonly toolCalls: string | null;
  readonly usage: Usage;
  readonly finishReason: string | null;
  readonly servedModel: string | null;
  readonly confidence?: Confidence | undefined;
}

/** A stream that is not of the protocol ("malformed"), or in which the backend reports an error of its own. */
export class StreamError extends Error {
  readonly kind: Exclude<FailureKind, "connect" | "timeout" | "disconnect" | "too-large" | "aborted">;

  constructor(kind: StreamError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}
