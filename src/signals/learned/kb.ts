import * as z from "zod";
import { byBytes } from "../../lib/byte-order.ts";
import { fieldsOf, match, numberField, textField, textsField } from "../kind.ts";
import { prototypeScoring, prototypesOf, scoreOf } from "./prototypes.ts";
import { bySimilarity } from "./similarity.ts";

const FIELDS = z.object({ kb: textField, target: z.looseObject({ kind: textField, value: textField }), match: textField });
const BASE = z.looseObject({
  name: textField,
  threshold: numberField,
  label_thresholds: z.record(z.string(), z.number()).nullish().transform((given) => given ?? {}),
  groups: z.record(z.string(), textsField).nullish().transform((given) => given ?? {}),
  metrics: z.array(z.looseObject({ name: textField, type: textField, positive_group: textField, negative_group: textField })).nullish().transform((given) => given ?? []),
  prototype_scoring: prototypeScoring,
  /** Of its manifest; absent where that is not at hand. */
  labels: z.record(z.string(), z.looseObject({ exemplars: textsField })).nullish(),
});
const SETTINGS = z.looseObject({ kbs: z.array(BASE).nullish().transform((given) => given ?? []) });

type Base = z.infer<typeof BASE> & { readonly labels: Readonly<Record<string, { readonly exemplars: readonly string[] }>> };

/** What a text is near to in a knowledge base: scores by name, in the names' order. */
interface Nearness {
  readonly labels: ReadonlyMap<string, number>;
  readonly matched: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, number>;
}

/**
 * Labels and groups of labels of a knowledge base whose exemplars a text is near to (category_kb_scoring.go, classifier_signal_kb.go): the
 * best one (`match: best`), or each whose score reaches its threshold. Metrics of the base are values, `kb_metric:BASE:METRIC`. A base whose
 * manifest is not at hand stays unknown.
 */
export const kb = bySimilarity<readonly ReadonlyMap<string, readonly Float32Array[]>[]>((specs, tell) => {
  const bases = SETTINGS.parse(specs[0]?.settings ?? {}).kbs.filter((base): base is Base => base.labels !== null && base.labels !== undefined);
  const rules = specs.flatMap((spec) => {
    const fields = fieldsOf(spec, FIELDS, tell);
    const at = bases.findIndex(({ name }) => name === fields?.kb);
    return fields && at >= 0 ? [{ name: spec.name, at, target: fields.target, best: fields.match === "best" }] : [];
  });
  return {
    keys: rules.map(({ name }) => `kb:${name}`),
    examples: bases.flatMap(({ labels }) => Object.values(labels).flatMap(({ exemplars }) => exemplars)),
    bank: (vectors) => bases.map(({ labels, prototype_scoring: scoring }) => new Map(inOrder(Object.keys(labels)).map((label) => [label, prototypesOf(labels[label]?.exemplars ?? [], vectors, scoring)] as const).filter(([, prototypes]) => prototypes.length > 0))),
    texts: ({ window }) => [window],
    find({ window }, banks, vectors, findings) {
      const vector = vectors.get(window);
      if (!vector) return;
      const near = bases.map((base, b) => nearness(base, new Map([...(banks[b] as ReadonlyMap<string, readonly Float32Array[]>)].map(([label, prototypes]) => [label, scoreOf(vector, prototypes, base.prototype_scoring.weights).score]))));
      for (const [b, base] of bases.entries()) for (const [metric, value] of metricsOf(base, near[b] as Nearness)) findings.values.set(`kb_metric:${base.name}:${metric}`.toLowerCase(), value);
      for (const { name, at, target, best } of rules) {
        const score = scoreIn(near[at] as Nearness, bases[at] as Base, target, best);
        if (score === null) continue;
        match(findings, "kb", name);
        findings.confidences.set(`kb:${name}`, score);
      }
    },
  };
});

function nearness({ threshold, label_thresholds: own, groups }: Base, labels: ReadonlyMap<string, number>): Nearness {
  const matched = new Set([...labels].filter(([label, score]) => score >= (own[label] ?? threshold ?? 0)).map(([label]) => label));
  const grouped = new Map(inOrder(Object.keys(groups)).map((group) => [group, Math.max(0, ...(groups[group] ?? []).map((label) => labels.get(label) ?? 0))] as const));
  return { labels, matched, groups: grouped };
}

/** The target's score where it matches, else null. */
function scoreIn({ labels, matched, groups }: Nearness, base: Base, { kind, value }: { readonly kind: string; readonly value: string }, best: boolean): number | null {
  const scores = kind === "label" ? labels : kind === "group" ? groups : new Map<string, number>();
  const score = scores.get(value);
  if (score === undefined) return null;
  if (best) return bestOf(scores).name === value ? score : null;
  return (kind === "label" ? matched.has(value) : (base.groups[value] ?? []).some((label) => matched.has(label))) ? score : null;
}

function metricsOf({ metrics }: Base, { labels, matched, groups }: Nearness): readonly (readonly [string, number])[] {
  const margins = metrics.filter(({ type }) => type === "group_margin").map(({ name, positive_group: more, negative_group: less }) => [name, (groups.get(more) ?? 0) - (groups.get(less) ?? 0)] as const);
  return [["best_score", bestOf(labels).score], ["best_matched_score", bestOf(new Map([...labels].filter(([label]) => matched.has(label)))).score], ...margins];
}

/** The first of the highest, by name; 0 of none. */
function bestOf(scores: ReadonlyMap<string, number>): { readonly name: string; readonly score: number } {
  let best = { name: "", score: 0 };
  for (const [name, score] of scores) if (best.name === "" || score > best.score) best = { name, score };
  return best;
}

function inOrder(names: readonly string[]): readonly string[] {
  return names.toSorted(byBytes);
}
