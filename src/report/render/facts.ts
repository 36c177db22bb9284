import type { Report, Sweep } from "../../model/report.ts";
import { calls, count, counted, GAP, interval, milliseconds, percent, plain, quality, usd, withInterval } from "./numbers.ts";
import { calibrationWords, curveWords, gapWords } from "./curve-words.ts";
import { remoteFact } from "./remote.ts";
import { robustnessFacts } from "./robustness.ts";
import { metricWords, simulatedModels } from "./words.ts";

const MOST_NAMES = 12;
const MOST_MOVED = 3;
const MOST_FLOWS = 3;

/** One line of what a run says besides its table. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** What stands under every policy table, the same words in terminal, Markdown and HTML. */
export function reportFacts(report: Report): Fact[] {
  return [
    compared(report),
    objectives(report),
    reference(report),
    frontier(report),
    ...report.policies.map(remoteFact),
    ...report.policies.map(callsFact),
    ...report.moved.slice(0, MOST_MOVED).map((pair) => moved(pair, report.workload.prompts)),
    zeroRouter(report),
    oracle(report),
    ...report.sweeps.map((one) => sweep(report, one)),
    ...report.curves.map((one) => ({ label: "curve", text: [curveWords(report, one), gapWords(one)].filter((part) => part !== null).join("; ") })),
    ...report.policies.flatMap(({ name, calibration }) => (calibration ? [{ label: "calibration", text: `${name} ${calibrationWords(calibration)}` }] : [])),
    ...(report.online ?? []).map(online),
    ...robustnessFacts(report),
    ...report.models.flatMap((model) => spread(model)),
    simulated(report),
    ...(report.timing.overhead ?? []).map(overhead),
  ].filter((fact) => fact !== null);
}

/** Of a model that was asked several times: how its answers to one prompt differ, beside how prompts do. */
function spread({ name, spread: own }: Report["models"][number]): Fact[] {
  if (!own) return [];
  const part = (label: string, figure: NonNullable<typeof own>["quality"], show: (value: number) => string) => {
    if (!figure || figure.withinShareOfError === null) return []; // nothing varies
    const share = ` (${percent(figure.withinShareOfError)} of the mean's variance is within)`;
    return [`${label} ${withInterval(figure.withinSd.value, figure.withinSd.ci, show)} within a prompt, ${withInterval(figure.betweenSd.value, figure.betweenSd.ci, show)} between prompts${share}`];
  };
  const parts = [...part("quality", own.quality, quality), ...part("latency", own.latencyMs, milliseconds), ...part("cost per 1,000", own.costUsd && scaled(own.costUsd), usd)];
  return parts.length === 0 ? [] : [{ label: "spread", text: `${name}, ${own.answersPerPrompt} answers a prompt, standard deviations: ${parts.join("; ")}` }];
}

/** Per 1,000 prompts. */
function scaled(figure: NonNullable<NonNullable<Report["models"][number]["spread"]>["costUsd"]>): typeof figure {
  const times = ({ value, ci }: typeof figure.withinSd) => ({ value: 1000 * value, ci: ci && ([1000 * ci[0], 1000 * ci[1]] as [number, number]) });
  return { ...figure, withinSd: times(figure.withinSd), betweenSd: times(figure.betweenSd) };
}

function compared({ basis, workload, statistics }: Report): Fact {
  const parts = [
    counted(workload.prompts, "prompt"),
    basis === "decisions" ? `all read (${workload.rule})` : workload.missing > 0
      ? `${count(workload.missing)} left out (rule: ${workload.rule})`
      : `none left out (rule: ${workload.rule})`,
  ];
  if (workload.excluded > 0) parts.push(`${count(workload.excluded)} excluded`);
  if (workload.filtered > 0) parts.push(`${count(workload.filtered)} filtered out`);
  if (workload.sampledOut > 0) parts.push(`${count(workload.sampledOut)} set aside by --sample or --split`);
  if (workload.duplicates > 0) parts.push(`${count(workload.duplicates)} repeated texts`);
  const [method] = statistics.method.split("; ");
  return { label: "compared", text: `${parts.join(", ")}; ${plain(statistics.level * 100)} % intervals${method ? ` by ${method}` : ""}` };
}

function objectives({ objectives: names, metricDefinitions }: Report): Fact {
  const words = names.map((name) => {
    // Objectives have short names; their definitions have units in theirs.
    const key = { cost: "costUsdPer1k", latency: "latencyMs", privacy: "privacy.leakRate", safety: "safety.attackReachRate" }[name] ?? name;
    const direction = Object.hasOwn(metricDefinitions, key) ? metricDefinitions[key]?.direction : undefined;
    return direction ? `${metricWords(name === "privacy" || name === "safety" ? key : name)} (${direction === "min" ? "lower" : "higher"} is better)` : metricWords(name);
  });
  return { label: "objectives", text: words.length > 0 ? words.join(", ") : GAP };
}

function reference({ statistics }: Report): Fact | null {
  const { reference: name, weak, strong } = statistics;
  if (name === null && weak === null) return null;
  const roles = weak === null || strong === null ? "" : `weak model ${weak}, strong model ${strong}`;
  return { label: "reference", text: [name, roles].filter((part) => part).join("; ") };
}

function frontier({ frontier: front, policies }: Report): Fact {
  const costs = new Map(policies.map((policy) => [policy.name, policy.costUsdPer1k?.mean ?? 0]));
  const names = [...front].sort((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0));
  return { label: "frontier", text: names.length > 0 ? listed(names) : "empty: no policy has every objective" };
}

function listed(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return names.join(", ");
  return `${names.slice(0, MOST_NAMES).join(", ")} and ${count(names.length - MOST_NAMES)} more`;
}

function moved({ a, b, count: prompts, n, flows }: Report["moved"][number], of: number): Fact {
  const largest = flows.slice(0, MOST_FLOWS).map((flow) => `${flow.from} → ${flow.to} ${count(flow.count)}`);
  const rest = flows.length - largest.length;
  const parts = [...largest, ...(rest > 0 ? [`${count(rest)} more`] : [])].join(", ");
  return { label: "moved", text: `${a} → ${b}: ${counted(prompts, "prompt")} of ${count(n)}${n < of ? " that both decide" : ""} (${n === 0 ? GAP : percent(prompts / n)})${parts === "" ? "" : `: ${parts}`}` };
}

/** Of a policy that may make several calls for an answer. */
function callsFact({ name, calls: own }: Report["policies"][number]): Fact | null {
  if (!own || own.perPrompt.mean === null) return null;
  const each = Object.entries(own.byModel).map(([model, n]) => `${model} ${calls(n)}`);
  return { label: "calls", text: `${name}: ${withInterval(own.perPrompt.mean, own.perPrompt.ci, calls)} per prompt (${each.slice(0, MOST_NAMES).join(", ")}${each.length > MOST_NAMES ? ` and ${count(each.length - MOST_NAMES)} more` : ""})` };
}

function zeroRouter(report: Report): Fact | null {
  const { aiq, zeroRouter: zero } = report.metrics;
  if (!aiq && !zero) return null;
  const hull = zero ? `mixes along ${zero.hull.map((point) => point.name).join(" → ")}` : "";
  const area = aiq
    ? `AIQ ${withInterval(aiq.paper, aiq.ci)} as in the paper, ${quality(aiq.code)} as RouterBench's code divides, over ${usd(aiq.range[0])} to ${usd(aiq.range[1])}`
    : "AIQ –: no cost range";
  const mark = simulatedModels(report, zero?.hull.map((point) => point.name) ?? []);
  return { label: "zero router", text: `${[area, hull].filter((part) => part).join("; ")}${mark}` };
}

function oracle(report: Report): Fact | null {
  const best = report.metrics.oracle;
  if (!best) return null;
  const price = best.costUsdPer1k === null ? "" : ` at ${usd(best.costUsdPer1k)} per 1,000`;
  return {
    label: "oracle",
    text: `${quality(best.quality)}${price}, ${best.label}; ${percent(best.unsolved)} of prompts solved by no model${simulatedModels(report, report.models.map((m) => m.name))}`,
  };
}

function sweep(report: Report, { name, weak, strong, apgr, cpt, pointsTotal, monotone }: Sweep): Fact {
  const hindsight = report.policies.some((policy) => policy.name === name && policy.hindsight) ? " (hindsight)" : "";
  const shares = (["20", "50", "80"] as const).map((level) => percent(cpt.exact[level])).join(" / ");
  const shaky = monotone ? "" : "; quality falls at some threshold";
  const area = apgr.exact === null ? `APGR ${GAP}` : `APGR ${quality(apgr.exact)} ${interval(apgr.ci)}`.trim();
  return {
    label: `sweep ${name}`,
    text: `${weak} → ${strong}${hindsight} over ${count(pointsTotal)} thresholds: ${area}; CPT 20/50/80 ${shares}${shaky}${simulatedModels(report, [weak, strong])}`,
  };
}

/** What learning cost, in units of reward, beside what a single order may come to. */
function online({ policy, lambdaPerUsd, orders, quality: own, regret, inOrder }: NonNullable<Report["online"]>[number]): Fact {
  const reward = lambdaPerUsd === 0 ? "quality" : `quality − ${plain(lambdaPerUsd)} · cost`;
  const mean = orders === 0 ? "in the workload's own order" : `mean of ${counted(orders, "random order")}, one order ±${plain(regret?.versusBestSingle.sd)}`;
  const cost = regret
    ? `regret ${withInterval(regret.versusBestSingle.mean.at(-1), regret.versusBestSingle.ci.at(-1), plain)} against ${regret.bestSingle} alone after ${counted(regret.prompts.at(-1) ?? 0, "prompt")} (Σ ${reward}; ${mean}), ${plain(regret.versusOracle.mean.at(-1))} against the oracle`
    : `regret ${GAP}: a cost that its reward counts is not known`;
  const drift = orders === 0 ? "" : `; in the workload's own order ${regret ? `regret ${plain(regret.inOrder)}, ` : ""}quality ${quality(inOrder.quality)} beside ${withInterval(own.mean, own.ci)}`;
  return { label: "online", text: `${policy}: ${cost}${drift}` };
}

function simulated({ policies, models }: Report): Fact | null {
  const some = policies.filter((policy) => policy.simulated.length > 0);
  if (some.length === 0) return null;
  // Policies whose same figures rest on simulation are told together.
  const alike = [...Map.groupBy(some, (policy) => policy.simulated.map(metricWords).join(", "))];
  const list = alike.map(([what, those]) => `${what} of ${listed(those.map((policy) => policy.name))}`).join("; ");
  const sources = [...Map.groupBy(models.filter((m) => m.simulated !== null), (m) => m.simulated as string)];
  const from = sources.map(([source, those]) => `${listed(those.map((m) => m.name))}: ${source}`).join("; ");
  return { label: "simulated", text: [list, from, "intervals there cover the sampling of prompts only"].filter((part) => part).join("; ") };
}

function overhead({ policy, decisions, startMs, meanMs, p50Ms, p95Ms, p99Ms, vectorMs, estimateMs, usdPer1k }: NonNullable<Report["timing"]["overhead"]>[number]): Fact {
  const money = usdPer1k === undefined ? "" : `, ${usd(usdPer1k)} per 1,000`;
  if (estimateMs !== undefined) {
    const parts = `${vectorMs == null ? "its vectors were stored" : `vector ${milliseconds(vectorMs)}`}, estimate and choice ${milliseconds(estimateMs)}`;
    return { label: "overhead", text: `${policy}: ${meanMs === null ? parts : `${milliseconds(meanMs)} a prompt (${parts})${money}`}, measured in batches over ${counted(decisions, "prompt")}` };
  }
  const [mean, p50, p95, p99, start] = [meanMs, p50Ms, p95Ms, p99Ms, startMs].map(milliseconds);
  const each = meanMs === null ? "" : `${mean} a decision (p50 ${p50}, p95 ${p95}, p99 ${p99})${money}, `;
  return { label: "overhead", text: `${policy}: ${each}${start} to its first answer; ${counted(decisions, "decision")} through its process` };
}
