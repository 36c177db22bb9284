import type { Decisions, OutcomeColumns } from "../model/columns.ts";
import type { Expectation } from "../model/expectation.ts";
import type { Gate } from "../model/gate.ts";
import type { Report } from "../model/report.ts";
import type { PromptFigures } from "./prompt-figures.ts";
import type { WorkloadFile, WorkloadSummary } from "../model/workload.ts";

/** A policy that has decided. */
export interface DecidedPolicy {
  readonly name: string;
  readonly kind: string;
  readonly control: boolean;
  readonly hindsight: boolean;
  readonly description: string;
  readonly sweep?: { readonly fact: string; readonly weak: string; readonly strong: string };
  readonly decisions: Decisions;
  /** Types of signal that wrp's own models read for it, in place of its router's. */
  readonly surrogates?: readonly string[];
  /** Of a learned policy. */
  readonly expectation?: Expectation;
  /** Its choices on copies of some prompts that are written otherwise. */
  readonly perturbed?: readonly PerturbedChoices[];
}

/** What a policy chooses on perturbed copies of some prompts. */
export interface PerturbedChoices {
  readonly kind: string;
  readonly perturbation: string;
  /** Places in the workload of the prompts that the copies are of, rising. */
  readonly at: Uint32Array;
  /** The model of each copy; -1 where none is called. */
  readonly model: Int32Array;
}

export interface ModelInfo {
  readonly name: string;
  readonly priceSource: string;
  readonly trusted: boolean | null;
  readonly guarded: boolean | null;
  /** Where the profile's figures are from, where its answers are simulated; null: they are real. */
  readonly simulated: string | null;
}

/** A report stands on outcomes; where nobody saw any, on decisions alone: costs and latencies are expected, quality is not known. */
export type Basis = "outcomes" | "decisions";

/** A call that failed is a gap, or counts as a refusal of quality 0. */
export type MissingRule = "gap" | "failure-is-refusal";

/** How a run is judged, as its user asked. */
export interface Judging {
  readonly objectives: readonly Objective[] | null;
  readonly margins: Readonly<Partial<Record<"quality" | "costUsdPer1k" | "latencyMs", number>>>;
  /** Service level objective that goodput counts by; null: none is stated. */
  readonly slo: Slo | null;
  readonly missing: MissingRule;
  readonly lambdaPerUsd: number;
  /** How learned policies are fitted: the id of what makes the vectors of prompts, and how many folds; null: on the training part, or none is. A run without such policies has none. `allowSeen`: trained ones may be judged on what they were trained on. `shots`: of these models they see no more than so many training outcomes. */
  readonly learning?: { readonly encoder: string; readonly folds: number | null; readonly allowSeen?: true; readonly shots?: readonly { readonly model: string; readonly outcomes: number }[] };
  /** AIQ's cost range, USD per 1,000; null: from the cheapest to the dearest single model. */
  readonly aiqRange: readonly [number, number] | null;
  readonly resamples: number;
  readonly gates: readonly Gate[];
}

/** All that a report is computed from. */
export interface ReportInput extends Judging {
  readonly run: Report["run"];
  readonly workload: {
    readonly name: string;
    readonly files: readonly WorkloadFile[];
    readonly summary: WorkloadSummary;
    readonly duplicates: number;
  };
  readonly basis: Basis;
  /** On the basis of decisions, with the gaps of costs and latencies filled by expectations. */
  readonly columns: OutcomeColumns;
  /** What was really logged, where the basis is decisions: what the live router's own row says. */
  readonly logged: OutcomeColumns | null;
  readonly models: readonly ModelInfo[];
  readonly policies: readonly DecidedPolicy[];
  readonly weak: string | null;
  readonly strong: string | null;
  /** The policy that others are compared with. */
  readonly reference: string;
  /** Models on the hull of the training part, where something is held out; null: the hull is of these prompts. */
  readonly fittedHull: readonly string[] | null;
  readonly warnings: readonly string[];
  /** Policies that a gate which names none is about. */
  readonly underTest: readonly string[];
  /** Policies that gates name and that cannot be judged, with the reason; under test those that a gate which names none is about. */
  readonly absent?: { readonly why: ReadonlyMap<string, string>; readonly underTest: readonly string[] };
  /** The blessed run's figures on these prompts, by policy under test; null where there is no baseline. */
  readonly baseline: ReadonlyMap<string, PromptFigures> | null;
}

/** Milliseconds to the last token, and to the first. */
export interface Slo {
  readonly latencyMs?: number;
  readonly ttftMs?: number;
}

export type Objective = "cost" | "quality" | "latency" | "privacy" | "safety";
