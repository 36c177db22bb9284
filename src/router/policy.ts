import type { StartProcess } from "../lib/line-process.ts";
import type { Decisions, OutcomeColumns } from "../model/columns.ts";
import type { PolicySpec } from "../model/config.ts";
import type { Decision } from "../model/decision.ts";
import type { Encoder } from "../model/encoder.ts";
import type { Place } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { SignalReadings, SignalSpecs } from "../model/signal.ts";
import type { ArtefactCard } from "./learned/artefact.ts";
import type { Played } from "./loops/played.ts";
import type { Learned } from "./learned/learned.ts";
import type { Online } from "./online/online.ts";
import type { CacheSession } from "./vsr/cache/session.ts";
import type { VsrTrace } from "./vsr/trace.ts";

/** What a policy may know of the models: fitted on the training part where something is held out. */
export interface ModelFigures {
  readonly name: string;
  /** Mean grade; NaN where none is known. */
  readonly quality: number;
  /** USD per 1,000 prompts; NaN where unpriced. */
  readonly costUsdPer1k: number;
}

/** The pool as a policy sees it; empty where nothing is simulated or live. */
export interface PoolView {
  readonly health: ReadonlyMap<string, boolean>;
  readonly queueDepth: ReadonlyMap<string, number>;
}

/** All that policies are built from. */
export interface RouterContext {
  readonly models: readonly ModelFigures[];
  /** The two models of a threshold policy unless it names its own; null where there are no two. */
  readonly weak: string | null;
  readonly strong: string | null;
  /** A numeric fact over the workload's prompts, for policies calibrated on it; null where there is none. */
  factValues(name: string): Float64Array | null;
  readonly pool: PoolView;
  /** Where the user wrote a policy, or what stands in it under a path, for errors about it. */
  placeOf?(spec: PolicySpec, path?: readonly (string | number)[]): Place | undefined;
}

/** One prompt with the facts known of it: all that `decide` sees. */
export interface PromptView {
  readonly prompt: Prompt;
  readonly signals: Readonly<Record<string, unknown>>;
  /** What the policy's `reads` found. */
  readonly readings?: SignalReadings;
}

/** Earlier answers that a policy gives again. */
export interface PolicyCache {
  /** Whether an encoder tells it more. */
  readonly compares: boolean;
  /** An empty one, for a workload from its start. */
  start(encoder: Encoder | null): CacheSession;
}

/** The threshold that a sweep varies. */
export interface SweepSpec {
  readonly fact: string;
  readonly weak: string;
  readonly strong: string;
}

/** Calls that hang on answers, of some of a policy's prompts. */
export interface Loop {
  plays(columns: OutcomeColumns): Played;
  /** How its prompts are called in words. */
  readonly name: string;
  /** What tells how it goes on, in words. */
  readonly by: string;
  /** What `notes` says where it is not played. @param undecided how many it is about */
  note(undecided: number, of: number): string;
}

/** A policy that left a prompt without a model, and why. */
export interface Undecided {
  readonly undecided: string;
}

/** What a session took, milliseconds. */
export interface SessionTimes {
  /** From its start to its first answer; null before that. */
  readonly startMs: number | null;
  /** Each decision after the first, from its question to its answer. */
  readonly eachMs: readonly number[];
}

/** A policy at work outside this process. Whoever opens one ends it, or kills it. */
export interface PolicySession {
  /** Decisions in the order of the prompts. Throws WrpError where it cannot go on; then it is over. */
  decide(views: readonly PromptView[]): Promise<readonly (Decision | Undecided)[]>;
  /** What it has met so far that a report should warn of. */
  notes(): string[];
  times(): SessionTimes;
  /** Lets it end in its own time. Throws WrpError where something was wrong after the last answer. */
  end(): Promise<void>;
  kill(): Promise<void>;
}

/** What sessions are opened with; only where a user asked for them there is one. */
export interface SessionHost {
  readonly start: StartProcess;
  /** What relative folders of a policy are relative to. */
  readonly folderOf: (spec: PolicySpec) => string;
  /** Where the user wrote a policy, for errors about it. */
  readonly placeOf: (spec: PolicySpec) => Place | undefined;
  /** A stopwatch in milliseconds. */
  readonly clockMs: () => number;
}

/** A file that estimates are made by, and that nothing here has fitted. */
export interface GivenFile {
  readonly file: string;
  readonly hash: string;
  readonly models: readonly string[];
}

/**
 * A routing policy. It decides one prompt at a time (`decide`), a whole workload over columns (`replay`), or both; a
 * policy with `replay` alone looks at outcomes and cannot route a new prompt. One with `open` alone decides elsewhere;
 * one with `learned` is fitted on a training part first; one with `plays` makes several calls for an answer, and what it does next hangs on
 * what was answered; one with `online` learns as the prompts go by.
 */
export interface Policy {
  readonly name: string;
  readonly kind: string;
  /** True for the policies that wrp adds for comparison. */
  readonly control: boolean;
  /** True where it looks at the outcomes it is judged on. */
  readonly hindsight: boolean;
  readonly description: string;
  /** Everything that a decision depends on besides the prompt, as JSON-able data: the key of stored decisions. */
  readonly content: unknown;
  /** True where its decisions depend on more than its content: stored ones are not taken for those it would make now. */
  readonly volatile?: boolean;
  readonly sweep?: SweepSpec;
  /** Signals to compute of each prompt before it is asked. */
  readonly reads?: SignalSpecs;
  /** The texts that it answers with itself, in place of a model, by the rule that its decision gives. */
  readonly answers?: ReadonlyMap<string, string>;
  /** How earlier answers answer in place of a model. */
  readonly caches?: PolicyCache;
  decide?(view: PromptView): Decision | Undecided;
  /** All that leads to a decision, where a policy can tell. */
  trace?(readings: SignalReadings): VsrTrace;
  /** What `decide` has met so far that a report should warn of. */
  notes?(): string[];
  replay?(columns: OutcomeColumns): Decisions;
  /** How it is fitted on outcomes of other prompts than it decides; such a policy has no other way. */
  readonly learned?: Learned;
  /** How it learns from the outcomes of its own choices; such a policy has no other way. */
  readonly online?: Online;
  /** Where it was fitted before, what it was fitted on: it decides by the file with this hash. */
  readonly trained?: ArtefactCard;
  /** Where it decides by a file that was made elsewhere: the file, its hash, and the models that its estimates are of, in their order. */
  readonly given?: GivenFile;
  /** Its calls for each prompt, as the outcomes lead it; `decide` then says what it would do, unless that is fitted on the outcomes of other prompts (`frugal`). Throws WrpError where the outcomes lack what it goes by. */
  plays?(columns: OutcomeColumns, seed: number): Played;
  /** The same for prompts that `decide` leaves undecided, by the reason that it gives. */
  readonly loops?: ReadonlyMap<string, Loop>;
  /** Starts whatever decides. Building a policy starts nothing. Throws WrpError. */
  open?(host: SessionHost): Promise<PolicySession>;
}

/** A decision for one model, with certainty. */
export function call(model: string, rule: string, facts: Decision["facts"] = []): Decision {
  return { alternatives: [{ steps: [{ do: "call", model }], probability: 1 }], rule, facts };
}

/** A random choice with these probabilities (models of probability 0 are left out). */
export function mixed(weights: Readonly<Record<string, number>>, rule: string): Decision {
  const alternatives = Object.entries(weights)
    .filter(([, probability]) => probability > 0)
    .map(([model, probability]) => ({ steps: [{ do: "call" as const, model }], probability }));
  return { alternatives, rule, facts: [] };
}

/** The same choice for every prompt. */
export function everywhere(columns: OutcomeColumns, model: string): Decisions {
  return { form: "choice", model: new Int32Array(columns.n).fill(columns.models.indexOf(model)) };
}

/** The same mixture for every prompt. */
export function mixtureOf(columns: OutcomeColumns, weights: Readonly<Record<string, number>>): Decisions {
  for (const [model, weight] of Object.entries(weights)) if (weight > 0 && !columns.models.includes(model)) throw new Error(`a mixture of ${model}, which is not there`);
  return { form: "mixture", weights: Float64Array.from(columns.models, (m) => weights[m] ?? 0) };
}
