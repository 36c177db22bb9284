import { evaluate, type EvaluateEvent, type Parts } from "./evaluate.ts";
import { valueHash } from "./lib/hash.ts";
import type { PolicySpec } from "./model/config.ts";
import { WrpError } from "./model/errors.ts";
import type { Report } from "./model/report.ts";
import { policyName } from "./router/index.ts";
import { frontOf, hypervolumes, type Front } from "./tune/front.ts";
import { METRIC_OF, metricsOf, type Goals } from "./tune/goals.ts";
import { search, type Searched, type Trial, type TrialLog } from "./tune/search.ts";
import { dimensionsOf } from "./tune/space.ts";
import { trialJudge, type TrialParts } from "./tune/trial-judge.ts";
import { tunedNumbers } from "./tune/tunables-of.ts";
import type { TuneResult } from "./tune/result.ts";
import { resultOf } from "./tune/result.ts";

/** What a search is asked for. */
export interface TuneSettings extends Goals {
  /** The policy as it was written by hand. */
  readonly spec: PolicySpec;
  /** Patterns of the numbers to tune; none: all. */
  readonly knobs: readonly string[];
  readonly trials: number;
  /** Most policies of the front that are judged on held-out data. */
  readonly front: number;
}

/** The parts of a search: `training` as a run of the training part, `held` as one of the held-out part, but for what only the search knows. */
export interface TuneParts {
  readonly training: TrialParts;
  readonly held: Omit<Parts, "baseline" | "blessed">;
  /** Opens the log of trials of the search with this key. Throws WrpError where it holds another search. */
  readonly openLog: (key: string) => TrialLog;
}

/** What a search tells as it goes; the last is `tuned`. */
export type TuneEvent =
  | { readonly type: "preparing"; readonly prompts: number }
  | { readonly type: "searching"; readonly done: number; readonly of: number }
  | { readonly type: "judging"; readonly event: EvaluateEvent }
  | { readonly type: "tuned"; readonly result: TuneResult; readonly members: readonly PolicySpec[]; readonly report: Report | null };

/**
 * Searches a policy's numbers on the training part, and judges the front of what it found on the held-out part, as any run does: policies that
 * were never chosen by the prompts that they are judged on. Every look at the held-out part is counted in the store.
 */
export async function* tune(settings: TuneSettings, { training, held, openLog }: TuneParts): AsyncGenerator<TuneEvent, void> {
  const { spec, trials: budget } = settings;
  const metrics = metricsOf(settings);
  const preparing = trialJudge(spec, metrics, training);
  let step = await preparing.next();
  for (; !step.done; step = await preparing.next()) yield { type: "preparing", prompts: step.value.prompts };
  const judge = step.value;
  for (const { metric, expression } of settings.constraints) {
    const model = metric.startsWith("share.") ? metric.slice("share.".length) : null;
    if (model !== null && !judge.columns.models.includes(model)) throw new WrpError(`--subject-to "${expression}": there is no model "${model}"`, { hint: `models: ${judge.columns.models.join(", ")}` });
  }
  const tunables = tunedNumbers(spec, judge.context, settings.knobs);
  const dimensions = dimensionsOf(tunables.numbers, judge.columns, judge.breaksOf(spec));
  const key = valueHash({
    spec,
    numbers: dimensions.map(({ tunable: { name }, range, breaks }) => [name, range, breaks?.length ?? null]),
    objectives: settings.objectives,
    constraints: settings.constraints.map(({ expression }) => expression),
    budget,
    settings: training.settings,
    workload: training.workload.hash,
    wrpVersion: training.wrpVersion,
  });
  const log = openLog(key);
  const searching = search(judge, log, { spec, tunables, dimensions, goals: settings, budget, seed: training.settings.seed, signal: training.signal, clockMs: training.clockMs });
  let searched: Searched;
  for (;;) {
    const found = await searching.next();
    if (found.done) {
      searched = found.value;
      break;
    }
    yield { type: "searching", ...found.value };
  }
  if (searched.own.why !== undefined) throw new WrpError(`policy "${policyName(spec)}" cannot be judged on the training part: ${searched.own.why}`);

  const all = [searched.own, ...searched.trials, ...searched.random];
  const lacking = settings.objectives.find((objective) => all.every(({ figures }) => figures[METRIC_OF[objective]] === null));
  if (lacking) throw new WrpError(`no trial has a known ${lacking}: nothing can be better in it`, { hint: `${lacking === "cost" ? "give prices in the config (models[].price)" : "the policy may decide too few prompts"}; or name other objectives: --objective` });

  const front = frontOf(searched, settings, settings.front);
  const members = namedMembers(spec, front, (trial) => tunables.tuned(new Map(Object.entries(trial.values))));
  const reached = hypervolumes(searched, settings);
  const common = { settings, key, dimensions, searched, front, members, reached, prompts: judge.prompts, training: training.workload };
  if (members.length === 0) {
    yield { type: "tuned", result: resultOf({ ...common, report: null, look: null, held: held.workload }), members, report: null };
    return;
  }
  const policies = [spec, ...members.filter((member) => member !== spec)];
  const look = held.store.countLook(held.workload.hash, valueHash({ policies, settings: held.settings }));
  let report: Report | null = null;
  for await (const event of evaluate({ ...held, settings: { ...held.settings, policies, objectives: settings.objectives, reference: policyName(spec) }, baseline: null, blessed: [] })) {
    if (event.type === "done") report = event.report;
    yield { type: "judging", event };
  }
  if (!report) throw new Error("a run ends with its report");
  yield { type: "tuned", result: resultOf({ ...common, report, look, held: held.workload }), members, report };
}

/** The front's policies, named after the one that was tuned, by their places; the default itself keeps its name. */
function namedMembers(spec: PolicySpec, { members }: Front, tuned: (trial: Trial) => PolicySpec): PolicySpec[] {
  return members.map((trial, k) => (trial.method === "default" ? spec : { ...tuned(trial), name: `${policyName(spec)} #${k + 1}` }));
}

