import type { OnnxSession } from "../lib/onnx.ts";
import type { GraderNeeds } from "../grade/index.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Baseline } from "../model/baseline.ts";
import type { LiveSpec, ModelSpec, PolicySpec, Price, RemoteSpec, SensitiveSpec, TokenPrice } from "../model/config.ts";
import type { ReplacedPrice } from "../model/replaced-price.ts";
import type { SignalModels } from "../model/signal-models.ts";
import type { Encoder } from "../model/encoder.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import type { Judging } from "../report/input.ts";
import type { PlaceOf } from "../router/assemble.ts";
import type { Artefact } from "../router/learned/artefact.ts";
import type { ModelFigures, SessionHost } from "../router/index.ts";
import type { LiveHost } from "./ask-live.ts";
import type { TokenMemo } from "../signals/tokens.ts";
import type { PerturbationKind } from "./perturbations.ts";
import type { Workload } from "../workload/workload.ts";

/** Everything that changes a run's numbers, besides the workload. Stored with the run. */
export interface RunSettings extends Judging {
  readonly seed: number;
  readonly models: readonly ModelSpec[];
  /** Only these models; null: all that the workload has. */
  readonly only: readonly string[] | null;
  readonly policies: readonly PolicySpec[];
  readonly reference: string | null;
  /** Of live answers to prompts that name none; a run older than this has none. */
  readonly grader?: string | null;
  /** The versions of the user's own graders, by name. */
  readonly graders?: Readonly<Record<string, number>>;
  readonly judge?: JudgeSpec;
  /** Answers to each prompt by each simulated or live model; default: one. */
  readonly repeat?: number;
  readonly embedder?: EmbedderSpec;
  readonly sensitive?: SensitiveSpec;
  /** The id of the encoder on this machine that the grader similarity compares by, where no live embedder is given. */
  readonly encoder?: string;
  /** Content ids of the models that learned signals are read with; a run without such models has none. */
  readonly signals?: readonly string[];
  /** Policies that decide by texts are asked again on copies of prompts that are perturbed so; a run without has none. */
  readonly perturb?: readonly PerturbationKind[];
  /** Prices to replay at in place of what the models' calls cost, a model at most once; a run without has none. What is called, capped or stored goes by the real ones. */
  readonly replaced?: readonly ReplacedPrice[];
  /** The live routers among the policies, with what their backends say. */
  readonly remotes?: readonly RemoteSpec[];
}

/** A live model that makes vectors of texts. */
export interface EmbedderSpec {
  readonly live: LiveSpec;
  readonly price?: TokenPrice | "free" | undefined;
  /** Most texts in a request. */
  readonly batch?: number | undefined;
}

/** A live model that grades the answers of others. */
export interface JudgeSpec {
  readonly live: LiveSpec;
  readonly price?: Price | undefined;
  /** What its scores from 0 to 10 mean; default: a general one. */
  readonly rubric?: string | undefined;
}

/** What learned policies are fitted with. */
export interface LearningParts {
  /** The one that the settings name. */
  readonly encoder: Encoder;
  /** The training part with its outcomes, where the workload is the held-out one. */
  readonly trained: { readonly workload: Workload; readonly columns: OutcomeColumns } | null;
  /** Those that trained policies decide by, by the hash on their cards. */
  readonly artefacts: ReadonlyMap<string, Artefact>;
  /** Those that were made elsewhere, opened, by the hashes of their files. */
  readonly opened: ReadonlyMap<string, OnnxSession>;
}

/** The parts that a run is joined of. */
export interface Parts {
  readonly workload: Workload;
  /** The training part, where the workload is the held-out one. */
  readonly trainedOn: Workload | null;
  /** The blessed run, where a gate compares with it. */
  readonly baseline: Baseline | null;
  readonly store: OutcomeStore;
  readonly settings: RunSettings;
  readonly runId: string;
  readonly wrpVersion: string;
  /** USD of an hour of the machine that routes: overhead is then told in money too. */
  readonly routerHourUsd?: number | undefined;
  /** Compute a report anew even where the store has it. */
  readonly fresh: boolean;
  readonly concurrency: number;
  /** Policies that gates name: a blessing keeps them, also where it leaves those gates out. */
  readonly blessed: readonly string[];
  /** The time of day, and a stopwatch in milliseconds. */
  readonly now: () => Date;
  readonly clockMs: () => number;
  readonly signal: AbortSignal;
  /** Where the user wrote a policy, for errors about it. */
  readonly placeOf?: PlaceOf;
  /** What opens policies that decide through a command; without it there are none. */
  readonly sessions?: SessionHost;
  /** False where the store is given no texts: tokens are then counted before they go. */
  readonly withContent?: boolean;
  /** What calls live models; without it they answer from the store alone. */
  readonly live?: LiveHost | undefined;
  /** The models that learned signals are read with; without them such signals are unknown. */
  readonly signalModels?: SignalModels | undefined;
  /** The encoder that the settings name. */
  readonly encoder?: Encoder | undefined;
  /** What makes the vectors that learned policies decide by, as the settings name it. */
  readonly vectors?: Encoder | undefined;
  /** The files of trained policies, by the hash on their cards. */
  readonly artefacts?: ReadonlyMap<string, Artefact> | undefined;
  /** The files of `onnx` policies, opened, by their hashes. */
  readonly opened?: ReadonlyMap<string, OnnxSession> | undefined;
  /** Tokens that were counted before the run. */
  readonly tokens?: TokenMemo | undefined;
  /** What graders of live answers are lent; without it answers have the grades that they were given before. */
  readonly graderNeeds?: GraderNeeds | undefined;
}

/** What is stored with a run, so that it can be decided again: its settings and what was fitted on the training part. */
export interface RunConfig {
  readonly settings: RunSettings;
  readonly fitted: readonly ModelFigures[] | null;
  /** Hash of what live models answered on the training part, where there are such. */
  readonly trainedLive?: string;
  /** Hash of the baseline file that gates compared with. */
  readonly baseline: string | null;
  /** What the user called the workload and its files: the same bytes may have other names in another run. */
  readonly read?: { readonly name: string; readonly files: readonly string[] };
}
