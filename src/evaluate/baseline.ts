import { BASELINE_FIGURES, type Baseline, type BaselineHeader, type BaselineRow } from "../model/baseline.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import { promptKeys } from "../model/prompt-keys.ts";
import type { Report } from "../model/report.ts";
import type { DecidedPolicy, ModelInfo } from "../report/input.ts";
import { promptFigures, type PromptFigures } from "../report/prompt-figures.ts";
import type { RunSettings } from "./parts.ts";

/** What a baseline has to agree with the run on, besides the prompts. */
export interface Comparability {
  /** Prompts by grader. */
  readonly graders: Readonly<Record<string, number>>;
  /** Hash of profile and seed, by simulated model. */
  readonly simulated: Readonly<Record<string, string>>;
}

/**
 * A baseline's figures on this run's prompts, by policy tested. Throws WrpError, saying what differs, where the baseline is of
 * another workload, other graders, another rule for failed calls, or other simulated models.
 *
 * @param own of those tested, the ones that may be the blessed run's one policy under a new name
 */
export function alignBaseline(
  { header, rows, file }: Baseline,
  columns: OutcomeColumns,
  settings: RunSettings,
  now: Comparability,
  { tested, own }: { readonly tested: readonly string[]; readonly own: readonly string[] },
): ReadonlyMap<string, PromptFigures> {
  const refuse = (what: string) => {
    throw new WrpError(`the baseline cannot be compared with this run: ${what}`, {
      place: { file },
      hint: `it was blessed at ${header.blessedAt} by run ${header.run}; to bless this run instead: --bless`,
    });
  };
  const keys = promptKeys(columns);
  const position = new Map(keys.map((key, i) => [key, i]));
  const missing = rows.filter(({ p }) => !position.has(p)).length;
  const added = keys.length - (rows.length - missing);
  if (missing > 0 || added > 0) refuse(`it is of another workload ("${header.workload}"): ${missing} of its ${rows.length} prompts are not here, ${added} of the ${keys.length} here are not in it`);
  const graders = differing(header.graders, now.graders);
  if (graders) refuse(`the grader differs: ${graders}`);
  for (const [model, hash] of Object.entries(header.simulated))
    if (Object.hasOwn(now.simulated, model) ? now.simulated[model] !== hash : columns.models.includes(model)) refuse(`model "${model}" was simulated with another profile or seed`);
  for (const model of Object.keys(now.simulated)) if (header.models.includes(model) && !Object.hasOwn(header.simulated, model)) refuse(`model "${model}" is simulated here and was not then`);
  if (header.missing !== settings.missing) refuse(`failed calls counted by the rule "${header.missing}", here by "${settings.missing}"`);
  if (JSON.stringify(header.slo) !== JSON.stringify(settings.slo) && settings.gates.some((gate) => gate.metric === "goodput" && gate.factor !== 0)) refuse(`its SLO was ${JSON.stringify(header.slo)}, here ${JSON.stringify(settings.slo)}`);
  return new Map(tested.map((name) => [name, figuresOf(rows, policyAt(header, name, own.includes(name), file), position, columns, header.models)]));
}

/** The lines of a baseline file that says what these policies got. */
export function* baselineLines(
  report: Report,
  columns: OutcomeColumns,
  policies: readonly DecidedPolicy[],
  models: readonly ModelInfo[],
  settings: Pick<RunSettings, "slo" | "missing">,
  now: Comparability,
): Generator<string> {
  const figures = policies.map((policy) => promptFigures(policy.decisions, columns, { ...settings, models }));
  const header: BaselineHeader = {
    wrp: "baseline",
    schemaVersion: 1,
    blessedAt: report.run.createdAt,
    run: report.run.id,
    wrpVersion: report.run.wrpVersion,
    workload: report.workload.name,
    prompts: columns.n,
    graders: now.graders,
    simulated: now.simulated,
    missing: settings.missing,
    slo: settings.slo,
    policies: policies.map((policy) => policy.name),
    models: [...columns.models],
  };
  yield `${JSON.stringify(header)}\n`;
  const keys = promptKeys(columns);
  const order = [...keys.keys()].sort((a, b) => ((keys[a] as string) < (keys[b] as string) ? -1 : 1));
  for (const i of order) {
    const row: Record<string, unknown> = { p: keys[i] };
    for (const figure of BASELINE_FIGURES) {
      const values = figures.map((of) => of[figure][i] as number);
      if (values.some((value) => !Number.isNaN(value))) row[figure] = values.map((value) => (Number.isNaN(value) ? null : value));
    }
    yield `${JSON.stringify(row)}\n`;
  }
}

function policyAt(header: BaselineHeader, name: string, own: boolean, file: string): number {
  const at = header.policies.indexOf(name);
  if (at >= 0) return at;
  if (own && header.policies.length === 1) return 0; // the blessed run's one policy, whatever it is called now
  throw new WrpError(`the baseline has no policy "${name}"`, { place: { file }, hint: `it has ${header.policies.join(", ")}; to bless this run: --bless` });
}

function figuresOf(rows: readonly BaselineRow[], at: number, position: ReadonlyMap<string, number>, columns: OutcomeColumns, models: readonly string[]): PromptFigures {
  const column = () => new Float64Array(columns.n).fill(NaN);
  const figures = Object.fromEntries(BASELINE_FIGURES.map((figure) => [figure, column()])) as Record<(typeof BASELINE_FIGURES)[number], Float64Array>;
  const here = models.map((model) => columns.models.indexOf(model)); // -1: a model that this run does not have
  for (const row of rows) {
    const i = position.get(row.p) as number;
    for (const figure of BASELINE_FIGURES) {
      const value = row[figure]?.[at] ?? null;
      if (value !== null) figures[figure][i] = figure === "m" ? (here[value] ?? -1) : value;
    }
  }
  return figures;
}

function differing(then: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): string | null {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort().filter((name) => then[name] !== now[name]);
  if (names.length === 0) return null;
  const list = (of: Readonly<Record<string, number>>) => names.flatMap((name) => (of[name] === undefined ? [] : [`${name} on ${of[name]} prompts`])).join(", ") || "none of these";
  return `${list(then)} then, ${list(now)} now`;
}
