import { plainTable } from "../report/render/plain-table.ts";
import { METRIC_OF, type TuneObjective } from "../tune/goals.ts";
import type { FrontPolicy, TunedPolicy, TuneResult } from "../tune/result.ts";

/** What a search found, as a table: figures of both parts, what the search made look better than it is, and what held-out data say. */
export async function tunedInWords(result: TuneResult): Promise<string> {
  const objectives = result.objectives as readonly TuneObjective[];
  const { front, search } = result;
  const head = ["policy", ...objectives.flatMap((objective) => [`${NAMES[objective]} train`, "held out", "optimism"]), ""];
  const row = (policy: TunedPolicy, marks: string) => [policy.name, ...objectives.flatMap((objective) => cells(policy, objective)), marks];
  const isDefault = ({ verdict }: FrontPolicy) => verdict === "is the default";
  const own = front.find(isDefault);
  const rows = [row(result.default, ["default", ...(own ? ["on the front", ...marksOf(own)] : [])].join(", ")), ...front.filter((one) => !isDefault(one)).map((one) => row(one, marksOf(one).join(", ")))];
  const lines = [
    `${result.policy}: ${searchInWords(result)}`,
    "",
    await plainTable([head, ...rows], ["left", ...objectives.flatMap(() => ["right", "right", "right"] as const), "left"]),
    "",
    ...front.filter((one) => !isDefault(one)).map((one) => `${one.name} ${one.verdict}${verdictsInWords(one)}\n  ${valuesInWords(one, result)}`),
    "",
    `hypervolume over trials (${search.hypervolume.over.map(({ trials }) => trials).join(", ")}):`,
    `  ${search.method.padEnd(6)} ${search.hypervolume.over.map((one) => one.search.toFixed(4)).join(" ")}`,
    `  random ${search.hypervolume.over.map((one) => one.random.toFixed(4)).join(" ")}`,
    "",
    ...(result.knee === null ? [] : [`knee: ${result.knee} (${result.definitions.knee})`]),
    ...(result.constraints.length === 0 ? [] : [`best under ${result.constraints.join(", ")}: ${result.best ?? "none keeps them"}`]),
    ...(result.heldOut.look === null ? [] : [`held out: ${result.heldOut.prompts?.toLocaleString("en-US")} prompts; look ${result.heldOut.look} at them`]),
  ];
  return `${lines.join("\n").replace(/\n{3,}/g, "\n\n")}\n`;
}

const NAMES: Readonly<Record<TuneObjective, string>> = { quality: "quality", cost: "$ per 1,000", latency: "p95 ms" };

function searchInWords({ search, numbers, training }: TuneResult): string {
  const what = `${numbers.length} ${numbers.length === 1 ? "number" : "numbers"} on ${training.prompts.toLocaleString("en-US")} prompts of the training part`;
  const how = search.method === "sweep" ? `${search.exact ? "all" : "evenly chosen"} ${search.trials} break points${search.exact ? " (exact)" : ""}` : `${search.trials} trials of NSGA-II (population ${search.population})`;
  return `${what}, ${how}; ${search.feasible} keep the constraints, ${search.front} on the front`;
}

function marksOf({ knee, best }: FrontPolicy): string[] {
  return [...(knee ? ["knee"] : []), ...(best ? ["best under the constraints"] : [])];
}

function cells({ train, test, optimism }: TunedPolicy, objective: TuneObjective): string[] {
  const metric = METRIC_OF[objective];
  const held = test[metric] ?? null;
  const lost = optimism[metric] ?? null;
  const figure = (value: number) => (objective === "quality" ? value.toFixed(4) : objective === "latency" ? value.toFixed(0) : value.toPrecision(4));
  const shown = (value: number | null | undefined) => (value === null || value === undefined ? "-" : figure(value));
  return [shown(train[metric]), held === null ? "-" : `${figure(held.value)}${held.ci ? ` [${figure(held.ci[0])}, ${figure(held.ci[1])}]` : ""}`, lost === null ? "-" : `${lost > 0 ? "+" : ""}${figure(lost)}`];
}

function verdictsInWords({ versusDefault }: FrontPolicy): string {
  const words = Object.entries(versusDefault);
  return words.length === 0 ? "" : ` (${words.map(([objective, verdict]) => `${objective} ${verdict}`).join(", ")})`;
}

/** Numbers that a line spells out. */
const SPELT_OUT = 4;

/** Those that differ from the default's. */
function valuesInWords({ values }: TunedPolicy, { default: own }: TuneResult): string {
  const changed = Object.entries(values).filter(([name, value]) => own.values[name] !== value);
  const more = changed.length - SPELT_OUT;
  return `${changed.slice(0, SPELT_OUT).map(([name, value]) => `${name} = ${value}`).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
