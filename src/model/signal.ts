import type { Place } from "./errors.ts";
import type { RequestPart } from "./request-part.ts";

/**
 * Facts of a prompt that a router's signals find: what each signal matched, how sure it is, and what it measured. A signal that could not
 * be computed is unknown, which is neither matched nor unmatched.
 */
export interface SignalReadings {
  /** Names that matched, by type (`keyword`, `domain`, …), in the order they were found: `decision` engines count on it. */
  readonly matched: ReadonlyMap<string, readonly string[]>;
  /** `type:name` → confidence in [0,1], where the signal states one. */
  readonly confidences: ReadonlyMap<string, number>;
  /** `type:name` or `type:name:label` → what was measured. */
  readonly values: ReadonlyMap<string, number>;
  /** `type:name` of what failed as it was computed. */
  readonly errors: ReadonlySet<string>;
  /** `type:name` of what nobody could compute (no model is given): its match, confidence and value may be anything. */
  readonly unknown: ReadonlySet<string>;
}

/** A request as a signal sees it: of a prompt of a workload, or of one typed in. */
export interface SignalRequest {
  readonly messages: readonly RequestMessage[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly user: string | null;
  readonly groups: readonly string[];
  readonly tools: readonly unknown[];
  readonly toolChoice: unknown;
  readonly responseFormat: unknown;
  readonly maxTokens: number | null;
  readonly maxCompletionTokens: number | null;
  /** Of these parts, what stands here was there, and there may have been more. */
  readonly unknown: ReadonlySet<RequestPart>;
}

/** A chat message as an OpenAI client sends it. */
export interface RequestMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[] | null;
  readonly name?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly unknown[];
}

/** A signal as a config asks for it: its name, its other fields as they were read, and where it stands (`routing.signals.keywords[2]`). */
export interface SignalSpec {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly place?: Place;
  /** What the config says for all signals of this type. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** The signals that something reads, by type. */
export type SignalSpecs = ReadonlyMap<string, readonly SignalSpec[]>;
