import type { PolicySpec } from "../model/config.ts";
import type { Report, ReportPolicy } from "../model/report.ts";
import { policyName } from "../router/index.ts";
import type { Front, Reached } from "./front.ts";
import { METRIC_OF, judgedBy, type Figures, type Goals } from "./goals.ts";
import { againstDefault, heldOutFigures, optimismOf, type Against, type HeldOutFigure } from "./held-out.ts";
import type { Searched, Trial } from "./search.ts";
import type { Dimension } from "./space.ts";

/** How to read what a search says: the words of its document and of its table. */
const DEFINITIONS = {
  front: "trials that keep the constraints and that no other such trial dominates, on the training part",
  optimism: "the training part's figure against the held-out one's, above 0: looked better than it is",
  knee: "the front's point farthest beyond the chord between its ends (with three objectives: the plane), each objective put between its best (0) and its worst (1) on the front of the training part",
  best: "the front's best of the first objective; only where constraints are given",
  dominates: "in each objective better than the default (simultaneous 95 % interval of the paired difference clear of 0), equivalent within a stated margin, or the same on every prompt; and better in one at least. Latency is compared by its mean",
  hypervolume: "share of the box from the best to a tenth beyond the worst of all feasible trials that those so far dominate; search and random search in the same box",
} as const;

/** A policy with what it came to on both parts. */
export interface TunedPolicy {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
  readonly train: Figures;
  readonly test: Readonly<Record<string, HeldOutFigure | null>>;
  readonly optimism: Readonly<Record<string, number | null>>;
}

export interface FrontPolicy extends TunedPolicy {
  readonly knee: boolean;
  readonly best: boolean;
  /** By objective: better, worse, equivalent, inconclusive, same, unknown. */
  readonly versusDefault: Readonly<Record<string, string>>;
  readonly verdict: Against | "is the default";
}

/** What `wrp tune` found: the document of `tune.json` and `--json`. It has no clock and no run in it: the same search gives the same bytes. */
export interface TuneResult {
  readonly schemaVersion: 1;
  readonly policy: string;
  readonly kind: string;
  readonly objectives: readonly string[];
  readonly constraints: readonly string[];
  readonly numbers: readonly { readonly name: string; readonly own: number | null; readonly low: number; readonly high: number; readonly scale: string; readonly whole: boolean; readonly unit: string; readonly breakPoints: number | null }[];
  readonly search: {
    readonly key: string;
    readonly method: string;
    readonly exact: boolean;
    readonly population: number | null;
    readonly trials: number;
    readonly feasible: number;
    readonly failed: number;
    readonly front: number;
    readonly hypervolume: { readonly search: number; readonly random: number; readonly over: readonly Reached[] };
  };
  readonly training: { readonly workloadHash: string; readonly prompts: number };
  readonly heldOut: { readonly workloadHash: string; readonly prompts: number | null; readonly look: number | null };
  readonly default: TunedPolicy;
  readonly front: readonly FrontPolicy[];
  /** Names; null: none. */
  readonly knee: string | null;
  readonly best: string | null;
  readonly dominating: readonly string[];
  readonly definitions: typeof DEFINITIONS;
  readonly warnings: readonly string[];
}

export interface Found {
  readonly settings: Goals & { readonly spec: PolicySpec };
  readonly key: string;
  readonly dimensions: readonly Dimension[];
  readonly searched: Searched;
  readonly front: Front;
  readonly members: readonly PolicySpec[];
  readonly reached: readonly Reached[];
  readonly prompts: number;
  readonly training: { readonly hash: string };
  readonly held: { readonly hash: string };
  readonly report: Report | null;
  readonly look: number | null;
}

/** Puts together what was found on both parts. */
export function resultOf(found: Found): TuneResult {
  const { settings, searched, front, members, report } = found;
  const own = policyName(settings.spec);
  const trials = [searched.own, ...searched.trials];
  const last = found.reached.at(-1);
  const policy = (name: string, trial: Trial): TunedPolicy => {
    const judged = report?.policies.find((one) => one.name === name) as ReportPolicy | undefined;
    const test = judged ? heldOutFigures(judged, settings.objectives) : {};
    const train = Object.fromEntries(Object.entries(trial.figures).filter(([metric]) => settings.objectives.some((objective) => METRIC_OF[objective] === metric) || settings.constraints.some((constraint) => constraint.metric === metric)));
    return { name, values: trial.values, train, test, optimism: optimismOf(train, test) };
  };
  const policies = members.map((member, k): FrontPolicy => {
    const name = policyName(member);
    const { verdicts, words } = report && name !== own ? againstDefault(report, name, own, settings.objectives) : { verdicts: {}, words: "is the default" as const };
    return { ...policy(name, front.members[k] as Trial), knee: k === front.knee, best: k === front.best, versusDefault: verdicts, verdict: words };
  });
  return {
    schemaVersion: 1,
    policy: own,
    kind: settings.spec.kind,
    objectives: settings.objectives,
    constraints: settings.constraints.map(({ expression }) => expression),
    numbers: found.dimensions.map(({ tunable: { name, own: value, scale, whole, unit }, range: [low, high], breaks }) => ({ name, own: value, low, high, scale, whole, unit, breakPoints: breaks?.length ?? null })),
    search: {
      key: found.key,
      method: searched.method,
      exact: searched.exact,
      population: searched.population,
      trials: searched.trials.length,
      feasible: trials.filter(({ figures }) => judgedBy(settings, figures).violation === 0).length,
      failed: trials.filter(({ why }) => why !== undefined).length,
      front: front.size,
      hypervolume: { search: last?.search ?? 0, random: last?.random ?? 0, over: found.reached },
    },
    training: { workloadHash: found.training.hash, prompts: found.prompts },
    heldOut: { workloadHash: found.held.hash, prompts: report?.workload.prompts ?? null, look: found.look },
    default: policy(own, searched.own),
    front: policies,
    knee: policies[front.knee]?.name ?? null,
    best: policies[front.best]?.name ?? null,
    dominating: policies.filter(({ verdict }) => verdict === "dominates the default on held-out data").map(({ name }) => name),
    definitions: DEFINITIONS,
    warnings: warningsOf(found),
  };
}

function warningsOf({ look, searched, settings, members, report }: Found): string[] {
  const failed = searched.trials.find(({ why }) => why !== undefined);
  return [
    ...(look !== null && look > 1 ? [`this is look ${look} at these held-out prompts: what was chosen by earlier looks is no longer held out from them`] : []),
    ...(report && report.policies.some(({ name, partial }) => partial && name === policyName(settings.spec)) ? [`policy "${policyName(settings.spec)}" decides fewer than 95 % of the held-out prompts: nothing is compared with it`] : []),
    ...(failed ? [`some trials could not be judged, the first since ${failed.why}`] : []),
    ...(members.length === 0 ? ["no trial keeps the constraints: there is no front, and nothing was judged on the held-out part"] : []),
  ];
}
