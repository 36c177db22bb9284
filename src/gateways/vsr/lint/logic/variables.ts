import type { RuleNode, VsrRecipe } from "../../../../router/vsr/shape.ts";
import { boundsIn, cellsOf, keeps, ANYTHING, type Domain } from "../bounds.ts";
import { contextBands } from "../context-bands.ts";
import { listIn, partAt, textIn, textsIn } from "../fields.ts";
import { measureOf } from "../measures.ts";
import { scoreSpans } from "../score-spans.ts";
import type { LintSource } from "../source.ts";
import { nodesOf, treesOf } from "../trees.ts";
import { ALWAYS, NEVER, type Diagram, type Diagrams } from "./diagram.ts";

/** What the leaves of a recipe's rules hold of, over variables that stand for its signals, and what is sure of those. */
export interface Variables {
  leaf(node: RuleNode): Diagram;
  /** What holds however a request is: of several that exclude one another, one at most. */
  readonly sure: Diagram;
}

const UNMEASURED: ReadonlySet<string> = new Set(["keyword", "context", "authz"]);
const LEVELS = ["hard", "medium", "easy"];

/** Only what surely excludes or implies one another is stated, so that what is said to be impossible is. */
export function variablesOf(source: LintSource, recipe: VsrRecipe, diagrams: Diagrams): Variables {
  const choices = choicesOf(source, recipe, diagrams);
  const plain = new Map<string, Diagram>();
  const flag = (key: string): Diagram => {
    const chosen = choices.of.get(key);
    if (chosen !== undefined) return chosen;
    const known = plain.get(key) ?? diagrams.within(diagrams.variable(2), [1]);
    plain.set(key, known);
    return known;
  };
  const numbers = numbersOf(source, recipe, diagrams);
  const metadata = metadataOf(recipe, diagrams);
  const categories = new Map((recipe.signals["domains"] ?? []).map((spec) => [spec.name, textsIn(spec, "mmlu_categories")]));
  const keywords = new Map((recipe.signals["keywords"] ?? []).map((spec) => [spec.name, spec]));

  const leaf = (node: RuleNode): Diagram => {
    const { type, name, predicate } = node;
    if (predicate && UNMEASURED.has(type)) return NEVER;
    const measured = numbers(node);
    if (measured !== undefined) return measured;
    if (type === "domain") return [name, ...(categories.get(name) ?? [])].map((one) => flag(`domain:${one}`)).reduce(diagrams.or);
    if (type === "metadata") return metadata.get(name) ?? flag(`metadata:${name}`);
    if (type === "classifier") return NEVER;
    const spec = type === "keyword" ? keywords.get(name) : undefined;
    if (spec && listIn(spec, "keywords").length === 0) {
      const operator = textIn(spec, "operator");
      if (operator === "OR") return NEVER;
      if (operator === "AND" || operator === "NOR") return ALWAYS;
    }
    return flag(`${type}:${name}`);
  };
  return { leaf, sure: choices.sure };
}

/** Signals of which one at most matches, each group as one variable. */
function choicesOf({ config }: LintSource, { signals, partitions }: VsrRecipe, diagrams: Diagrams): { readonly of: ReadonlyMap<string, Diagram>; readonly sure: Diagram } {
  const embeddings = new Set((signals["embeddings"] ?? []).map(({ name }) => name));
  const domains = new Set((signals["domains"] ?? []).map(({ name }) => name));
  const parted = partitions.flatMap(({ members, default: fallback }) => {
    const type = members.every((name) => embeddings.has(name)) ? "embedding" : members.every((name) => domains.has(name) && !embeddings.has(name)) ? "domain" : null;
    const keys = [...new Set([...members, fallback])].filter((name) => name !== "").map((name) => `${type}:${name}`);
    // A default of embeddings may still lose to another embedding by their top-k.
    return type === null ? [] : [{ keys, some: fallback !== "" && type === "domain" }];
  });
  const groups = [
    ...(config.embeddingTopK === 1 ? [{ keys: [...embeddings].map((name) => `embedding:${name}`), some: false }] : []),
    ...parted,
    ...(signals["complexity"] ?? []).map(({ name }) => ({ keys: LEVELS.map((level) => `complexity:${name}:${level}`), some: false })),
  ];
  const of = new Map<string, Diagram>();
  let sure = ALWAYS;
  for (const { keys, some } of groups) {
    const taken = keys.some((key) => of.has(key));
    const variable = taken ? -1 : diagrams.variable(keys.length + (some ? 0 : 1));
    for (const [k, key] of keys.entries()) if (!of.has(key)) of.set(key, taken ? diagrams.within(diagrams.variable(2), [1]) : diagrams.within(variable, [k]));
    if (!taken) continue;
    const all = keys.map((key) => of.get(key) as Diagram);
    for (const [k, one] of all.entries()) for (const other of all.slice(0, k)) if (one !== other) sure = diagrams.and(sure, diagrams.not(diagrams.and(one, other)));
  }
  return { of, sure };
}

/** Leaves that hold where a number is within bounds: leaves of the same number share a variable, a state for each stretch that bounds part. */
function numbersOf(source: LintSource, recipe: VsrRecipe, diagrams: Diagrams): (node: RuleNode) => Diagram | undefined {
  const groups = new Map<string, { readonly domain: Domain; readonly mayBeAbsent: boolean; readonly bounds: number[] }>();
  const group = (key: string, domain: Domain, mayBeAbsent: boolean, bounds: readonly number[]): void => {
    const known = groups.get(key) ?? { domain, mayBeAbsent, bounds: [] };
    known.bounds.push(...bounds);
    groups.set(key, known);
  };
  const bands = new Map(contextBands(recipe).map((band) => [band.name, band]));
  for (const { min, max } of bands.values()) if (min !== null && max !== null) group("tokens", { lo: 0, hi: Infinity, whole: true }, false, [min, max]);
  const spans = scoreSpans(source, recipe);
  const outputs = new Map(recipe.mappings.flatMap((mapping) => mapping.outputs.map((output) => [output.name, { mapping, output }] as const)));
  for (const { source: score, outputs: some } of recipe.mappings) if (spans.has(score)) group(`score:${score}`, { ...(spans.get(score) ?? ANYTHING), whole: false }, false, some.flatMap(boundsIn));
  const predicates = (node: RuleNode): string => `value:${node.type}:${node.name}:${node.label}`;
  for (const { root, path } of treesOf(recipe))
    for (const { node } of nodesOf(root, path)) {
      if (node.type === "") continue;
      const measure = measureOf(node.type, node.name, recipe);
      if (measure) group(measure.key, measure.domain, measure.mayBeAbsent, [...boundsIn(measure.matches), ...boundsIn(node.predicate ?? {})]);
      else if (node.predicate) group(predicates(node), ANYTHING, true, boundsIn(node.predicate));
    }
  const variables = new Map<string, { readonly variable: number; readonly cells: readonly number[] }>();
  const holding = (key: string, holds: (value: number) => boolean): Diagram => {
    const { domain, mayBeAbsent, bounds } = groups.get(key) as NonNullable<ReturnType<typeof groups.get>>;
    const cells = variables.get(key)?.cells ?? cellsOf(bounds, domain).map(({ at }) => at);
    const variable = variables.get(key)?.variable ?? diagrams.variable(cells.length + (mayBeAbsent ? 1 : 0));
    variables.set(key, { variable, cells });
    return diagrams.within(variable, [...cells.keys()].filter((k) => holds(cells[k] as number)));
  };
  return (node) => {
    const { type, name, predicate } = node;
    const measure = measureOf(type, name, recipe);
    if (measure) return holding(measure.key, (value) => keeps(value, predicate ?? measure.matches));
    if (predicate) return holding(predicates(node), (value) => keeps(value, predicate));
    if (type === "context") {
      const { min = null, max = null } = bands.get(name) ?? {};
      return min === null || max === null ? undefined : holding("tokens", (value) => value >= min && value <= max);
    }
    if (type !== "projection") return undefined;
    const found = outputs.get(name);
    if (!found || !spans.has(found.mapping.source)) return NEVER;
    const before = found.mapping.method === "multi_emit" ? [] : found.mapping.outputs.slice(0, found.mapping.outputs.indexOf(found.output));
    return holding(`score:${found.mapping.source}`, (value) => keeps(value, found.output) && !before.some((one) => keeps(value, one)));
  };
}

/** Metadata signals: those of one key look at the same text. */
function metadataOf({ signals }: VsrRecipe, diagrams: Diagrams): ReadonlyMap<string, Diagram> {
  const specs = (signals["metadata"] ?? []).map((spec) => ({ name: spec.name, key: textIn(spec, "key"), predicate: partAt(spec, "predicate") }));
  const found = new Map<string, Diagram>();
  for (const some of Map.groupBy(specs.filter(({ key }) => key !== ""), ({ key }) => key).values()) {
    const texts = [...new Set(some.flatMap(({ predicate }) => [...("equals" in predicate ? [textIn(predicate, "equals")] : []), ...textsIn(predicate, "in")]))];
    const [other, absent] = [texts.length, texts.length + 1];
    const variable = diagrams.variable(texts.length + 2);
    for (const { name, predicate } of some) {
      const among = "equals" in predicate ? [textIn(predicate, "equals")] : textsIn(predicate, "in");
      const states = among.length > 0 ? among.map((text) => texts.indexOf(text)) : predicate["exists"] === true ? [...texts.keys(), other] : predicate["exists"] === false ? [absent] : null;
      if (states) found.set(name, diagrams.within(variable, states));
    }
  }
  return found;
}
