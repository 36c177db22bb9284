import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node, type YAMLMap } from "yaml";
import { yamlPlaces } from "../../lib/yaml-places.ts";
import { tokenCount } from "../../lib/token-count.ts";
import type { Place } from "../../model/errors.ts";
import { DEFAULT_RECIPE, readVsrConfig, type VsrConfig } from "../../router/vsr/config.ts";
import type { LeafKind, LeafRange } from "./leaf-kinds.ts";
import { BOUNDS, DECISION, GLOBAL, MAPPING, MODEL_CARD, MODEL_REF, MODEL_SCORE, PARTITION, SCORE_INPUT, SIGNALS, type Entry, type Tunable } from "./tunables.ts";

/** A number of a config that may be tuned. */
export interface Leaf {
  /** By names, so that it stays where entries move: `decisions.legal.priority`, `recipes.night.signals.embeddings.refund.threshold`. */
  readonly path: string;
  readonly kind: LeafKind;
  readonly range: LeafRange;
  /** What upstream takes. */
  readonly value: number;
  /** False where the file says nothing and the value is upstream's default. */
  readonly stated: boolean;
  /** Of the number; of the entry around it where it is not stated. */
  readonly place: Place;
  readonly at: LeafNode;
}

/** Where a leaf stands in its file. */
export interface LeafNode {
  /** Keys and indexes from the top. */
  readonly steps: readonly (string | number)[];
  /** The number; undefined where the map does not hold it. */
  readonly scalar: Node | undefined;
  readonly map: YAMLMap | undefined;
  /** Where an anchor makes it part of several places, so that none of them can be changed alone. */
  readonly shared: Place | null;
}

/** A config with its tunable numbers. */
export interface VsrLeaves {
  readonly text: string;
  readonly config: VsrConfig;
  /** The file's values, unchecked. */
  readonly value: unknown;
  readonly leaves: ReadonlyMap<string, Leaf>;
}

type Steps = readonly (string | number)[];

/** What of a config may be tuned, in the file's order by parts. Throws WrpError where upstream would not load the file. `text` is without byte order mark. */
export function vsrLeaves(text: string, file: string): VsrLeaves {
  const config = readVsrConfig(text, file);
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const places = yamlPlaces(document, lines, file);
  const value: unknown = document.toJS() ?? {};
  const nodeOf = nodeFinder(document, (node) => places.atOffset(node.range?.[0] ?? 0));
  const leaves = new Map<string, Leaf>();

  const add = (name: string, entryAt: Steps, tunables: readonly Tunable[]): void => {
    const entry = valueAt(value, entryAt);
    if (!isEntry(entry)) return;
    for (const { field, kind, range, fallback } of tunables) {
      const steps = [...entryAt, ...field];
      const written = valueAt(value, steps);
      const stated = written !== undefined && written !== null && written !== "";
      const known = numberOf(stated ? written : fallback?.(entry), kind);
      if (known === null || !isEntry(valueAt(value, steps.slice(0, -1)))) continue;
      const path = free(leaves, [name, ...field].filter((part) => part !== "").join("."));
      leaves.set(path, { path, kind, range, value: range.notZero && known === 0 ? 1 : known, stated, place: places.of(steps), at: { steps, ...nodeOf(steps) } });
    }
  };

  for (const [k, name] of namesAt(value, ["routing", "modelCards"])) add(`modelCards.${name}`, ["routing", "modelCards", k], MODEL_CARD);
  for (const recipe of config.recipes) addRecipe(recipe.name === DEFAULT_RECIPE ? "" : `recipes.${recipe.name}.`, recipe.path, value, add);
  add("", [], GLOBAL);
  return { text, config, value, leaves };
}

type Add = (name: string, entryAt: Steps, tunables: readonly Tunable[]) => void;

function addRecipe(prefix: string, at: Steps, value: unknown, add: Add): void {
  const each = (steps: Steps, nameOf: (entry: Entry) => unknown, then: (name: string, entryAt: Steps) => void) => {
    for (const [k, name] of namesAt(value, steps, nameOf)) then(name, [...steps, k]);
  };
  const rules = (name: string, steps: Steps): void => {
    const node = valueAt(value, steps);
    if (!isEntry(node)) return;
    const leaf = [node["type"], node["name"], node["label"]].filter((part) => part !== undefined && part !== null && part !== "").join(":");
    if (leaf !== "") add(`${name}.${leaf}.predicate`, [...steps, "predicate"], BOUNDS);
    for (const k of listAt(value, [...steps, "conditions"]).keys()) rules(name, [...steps, "conditions", k]);
  };
  const byName = (entry: Entry) => entry["name"];
  const signals = valueAt(value, [...at, "signals"]);
  for (const list of Object.keys(isEntry(signals) ? signals : {}))
    each([...at, "signals", list], byName, (name, entryAt) => {
      add(`${prefix}signals.${list}.${name}`, entryAt, SIGNALS[list] ?? []);
      if (list === "complexity") rules(`${prefix}signals.${list}.${name}.composer`, [...entryAt, "composer"]);
      if (list === "domains") each([...entryAt, "model_scores"], (entry) => entry["model"], (model, scoreAt) => add(`${prefix}signals.${list}.${name}.model_scores.${model}`, scoreAt, MODEL_SCORE));
    });
  const projections = [...at, "projections"];
  each([...projections, "partitions"], byName, (name, entryAt) => add(`${prefix}projections.partitions.${name}`, entryAt, PARTITION));
  each([...projections, "scores"], byName, (score, scoreAt) =>
    each([...scoreAt, "inputs"], inputName, (input, entryAt) => add(`${prefix}projections.scores.${score}.inputs.${input}`, entryAt, SCORE_INPUT)),
  );
  each([...projections, "mappings"], byName, (mapping, entryAt) => {
    add(`${prefix}projections.mappings.${mapping}`, entryAt, MAPPING);
    each([...entryAt, "outputs"], byName, (output, outputAt) => add(`${prefix}projections.mappings.${mapping}.outputs.${output}`, outputAt, BOUNDS));
  });
  each([...at, "decisions"], byName, (decision, entryAt) => {
    add(`${prefix}decisions.${decision}`, entryAt, DECISION);
    rules(`${prefix}decisions.${decision}.rules`, [...entryAt, "rules"]);
    each([...entryAt, "modelRefs"], (entry) => entry["model"], (model, refAt) => add(`${prefix}decisions.${decision}.modelRefs.${model}`, refAt, MODEL_REF));
  });
}

function inputName(entry: Entry): string {
  return entry["type"] === "kb_metric" ? `kb_metric:${entry["kb"]}:${entry["metric"]}` : `${entry["type"]}:${entry["name"]}`;
}

/** A path that nothing has yet: what goes by the same names is told apart by its place among them. */
function free(leaves: ReadonlyMap<string, Leaf>, path: string): string {
  for (let k = 2, one = path; ; one = `${path}#${k++}`) if (!leaves.has(one)) return one;
}

function numberOf(written: unknown, kind: LeafKind): number | null {
  if (typeof written === "number") return Number.isNaN(written) ? null : written;
  return kind === "tokens" && typeof written === "string" ? tokenCount(written.trim()) : null;
}

function namesAt(value: unknown, steps: Steps, nameOf: (entry: Entry) => unknown = (entry) => entry["name"]): [number, string][] {
  return listAt(value, steps).flatMap((entry, k): [number, string][] => (isEntry(entry) ? [[k, String(nameOf(entry) ?? "")]] : []));
}

function listAt(value: unknown, steps: Steps): readonly unknown[] {
  const found = valueAt(value, steps);
  return Array.isArray(found) ? found : [];
}

export function valueAt(value: unknown, steps: Steps): unknown {
  return steps.reduce<unknown>((held, step) => (typeof held === "object" && held !== null && Object.hasOwn(held, step) ? (held as Readonly<Record<string | number, unknown>>)[step] : undefined), value);
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Finds the node that steps lead to, also through aliases, and whether an alias makes it stand in several places. */
function nodeFinder(document: Document, placeOf: (node: Node) => Place): (steps: Steps) => Omit<LeafNode, "steps"> {
  const aliased = new Map<string, Place>();
  visit(document, { Alias: (_, alias) => void aliased.set(alias.source, placeOf(alias)) });
  return (steps) => {
    let shared: Place | null = null;
    const through = (node: unknown): unknown => {
      if (isAlias(node)) {
        shared ??= placeOf(node);
        return node.resolve(document);
      }
      if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) shared ??= aliased.get(node.anchor) ?? null;
      return node;
    };
    let node = through(document.contents);
    let map: unknown;
    for (const step of steps) {
      map = node;
      const inside = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === step)?.value : isSeq(node) && typeof step === "number" ? node.items[step] : undefined;
      node = through(inside);
    }
    return { scalar: isScalar(node) ? node : undefined, map: isMap(map) ? map : undefined, shared };
  };
}
