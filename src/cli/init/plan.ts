import type { ConfigPlan, PlannedPolicy } from "./config-text.ts";
import type { FoundData, FoundModel } from "./look-around.ts";

/** What the user chose, or would have. */
export interface Choices {
  readonly trusted: readonly string[];
  readonly guarded: readonly string[];
  readonly policies: readonly PlannedPolicy["kind"][];
}

/** The files with outcomes of the same models that have the most prompts: others cannot be compared with them. */
export function comparable(found: readonly FoundData[]): { chosen: FoundData[]; others: FoundData[] } {
  const groups = Map.groupBy(found, ({ models }) => JSON.stringify(models.map(({ name }) => name).toSorted()));
  const size = (group: readonly FoundData[]) => group.reduce((sum, { prompts }) => sum + prompts, 0);
  const [chosen = []] = [...groups.values()].toSorted((a, b) => size(b) - size(a));
  return { chosen, others: found.filter((data) => !chosen.includes(data)) };
}

/** Of the made-up models, which is trusted and which guarded; of others nobody knows, so none. */
export function defaultChoices(found: readonly FoundData[]): Choices {
  const madeUp = found.every((data) => data.madeUp);
  return { trusted: madeUp ? ["tiny-local"] : [], guarded: madeUp ? ["large-cloud"] : [], policies: ["threshold", "rules"] };
}

/**
 * The config of these files and choices.
 *
 * @param seen all files here that look like data: where many of one ending are chosen and none is left out, a glob stands for them
 */
export function planConfig(chosen: readonly FoundData[], others: readonly FoundData[], { trusted, guarded, policies }: Choices, seen: readonly string[], schema: string | null): ConfigPlan {
  const tags = new Set(chosen.flatMap((data) => [...data.tags]));
  const models = chosen[0]?.models ?? [];
  const length = longest(chosen).medianLength;
  return {
    schema,
    datasets: chosen.every(({ madeUp }) => madeUp)
      ? chosen.map(({ file }) => ({ file, comment: "made up by wrp init, to try things out: put your own data here" }))
      : inputsFor(chosen.map(({ file }) => file), seen).map((file) => ({ file, comment: null })),
    otherFiles: others.map(({ file, models: other }) => ({ file, models: other.map(({ name }) => name) })),
    models: models.map(({ name }) => ({ name, trusted: trusted.includes(name), guarded: guarded.includes(name) })),
    policies: plannedPolicies(models, { trusted, guarded, policies }, tags, length),
    objectives: [
      ...(models.some(({ costUsd }) => costUsd > 0) ? ["cost"] : []),
      "quality",
      ...(chosen.every((data) => data.hasLatency) ? ["latency"] : []),
      ...(tags.has("pii") && trusted.length > 0 ? ["privacy"] : []),
      ...(tags.has("attack") && guarded.length > 0 ? ["safety"] : []),
    ],
  };
}

/** More files of one folder and ending than this are written as a glob. */
const MANY = 8;

function inputsFor(files: readonly string[], seen: readonly string[]): string[] {
  const kindOf = (file: string) => /^((?:[^/]*\/)*)[^/.][^/]*?((?:\.\w+)(?:\.gz)?)$/.exec(file)?.slice(1).join("*") ?? file;
  return [...Map.groupBy(files, kindOf)].flatMap(([glob, group]) => (group.length > MANY && group.length === seen.filter((file) => kindOf(file) === glob).length ? [glob] : group));
}

function plannedPolicies(models: readonly FoundModel[], { trusted, guarded, policies }: Choices, tags: ReadonlySet<string>, length: number | null): PlannedPolicy[] {
  const [strong, weak] = strongAndWeak(models);
  if (!strong || !weak || length === null) return [];
  const best = (names: readonly string[]) => byQuality(models).find(({ name }) => names.includes(name))?.name;
  const [safe, watched] = [best(trusted), best(guarded)];
  const between = byQuality(models).find((model) => model !== strong && model !== weak && !(model.costUsd >= strong.costUsd));
  const named = (name: string) => (models.some((model) => model.name === name) ? `${name}-policy` : name);
  const all: PlannedPolicy[] = [
    { kind: "threshold", name: named("by-length"), strong: strong.name, weak: weak.name },
    {
      kind: "rules",
      name: named("by-rules"),
      rules: [
        ...(tags.has("pii") && safe !== undefined ? [{ when: '"pii" in prompt.tags', model: safe }] : []),
        ...(tags.has("attack") && watched !== undefined ? [{ when: '"attack" in prompt.tags', model: watched }] : []),
        { when: `prompt.lengthCodePoints > ${length}`, model: strong.name },
      ],
      default: (between ?? weak).name,
    },
  ];
  return all.filter(({ kind }) => policies.includes(kind));
}

/** Strong is the best; weak the cheapest of the others, or the worst where nothing has a price. */
function strongAndWeak(models: readonly FoundModel[]): [FoundModel | undefined, FoundModel | undefined] {
  const [strong, ...others] = byQuality(models);
  const [cheapest] = others.filter(({ costUsd }) => costUsd > 0).toSorted((a, b) => a.costUsd - b.costUsd);
  return [strong, cheapest ?? others.at(-1)];
}

function byQuality(models: readonly FoundModel[]): FoundModel[] {
  return models.toSorted((a, b) => b.quality - a.quality);
}

function longest(chosen: readonly FoundData[]): FoundData {
  return chosen.reduce((most, data) => (data.prompts > most.prompts ? data : most));
}
