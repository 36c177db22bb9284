import type { Span } from "../../src/model/encoder.ts";
import { design, drawWeights } from "../../src/stats/design.ts";
import type { Bounds } from "../../src/stats/intervals.ts";
import { wilson } from "../../src/stats/proportions.ts";
import { quantileLinear } from "../../src/stats/quantiles.ts";
import { random } from "../../src/stats/random.ts";
import type { Label, Sentence } from "./labelled.ts";

/** How what is found and what is labelled meet: by both ends, by any character, or as kinds of a sentence wherever they stand. */
export const MEETINGS = ["exact", "overlapping", "sentence"] as const;
export type Meeting = (typeof MEETINGS)[number];

/** Of one sentence. */
interface Counts {
  readonly found: number;
  readonly right: number;
  readonly labelled: number;
  readonly seen: number;
}

export interface Score {
  readonly kind: string;
  readonly counts: Counts;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** 95 %: Wilson's for the shares, and percentiles of 2,000 resamples of templates for F1 (a point where no resample errs). */
  readonly bounds: { readonly precision: Bounds | null; readonly recall: Bounds | null; readonly f1: Bounds | null };
}

const RESAMPLES = 2_000;

/** Scores by kind of label; kinds that no sentence is labelled with are left out, since this data does not say what of them is right. */
export function scores(sentences: readonly Sentence[], find: (text: string) => readonly Span[], meeting: Meeting): readonly Score[] {
  const found = sentences.map(({ text }) => find(text));
  const kinds = [...new Set(sentences.flatMap(({ labels }) => labels.map(({ kind }) => kind)))].sort();
  return kinds.map((kind) => score(kind, sentences, sentences.map(({ labels }, i) => counted(found[i] as readonly Span[], labels, kind, meeting))));
}

function counted(found: readonly Span[], labels: readonly Label[], kind: string, meeting: Meeting): Counts {
  const ours = found.filter((one) => one.kind === kind);
  const theirs = labels.filter((one) => one.kind === kind);
  if (meeting === "sentence") {
    const both = ours.length > 0 && theirs.length > 0 ? 1 : 0;
    return { found: Math.min(1, ours.length), right: both, labelled: Math.min(1, theirs.length), seen: both };
  }
  const meets = (a: Label, b: Label) => (meeting === "exact" ? a.start === b.start && a.end === b.end : a.start < b.end && b.start < a.end);
  return {
    found: ours.length,
    right: ours.filter((one) => theirs.some((other) => meets(one, other))).length,
    labelled: theirs.length,
    seen: theirs.filter((one) => ours.some((other) => meets(one, other))).length,
  };
}

function score(kind: string, sentences: readonly Sentence[], each: readonly Counts[]): Score {
  const total = sum(each.map((one) => [one, 1]));
  const precision = share(total.right, total.found);
  const recall = share(total.seen, total.labelled);
  return {
    kind,
    counts: total,
    precision,
    recall,
    f1: f1(total),
    bounds: { precision: precision === null ? null : wilson(precision, total.found), recall: recall === null ? null : wilson(recall, total.labelled), f1: resampled(kind, sentences, each) },
  };
}

/** Templates are drawn whole: their sentences are right or wrong together. */
function resampled(kind: string, sentences: readonly Sentence[], each: readonly Counts[]): Bounds | null {
  const numbers = new Map<string, number>();
  const cluster = Int32Array.from(sentences, ({ template }) => numbers.get(template) ?? (numbers.set(template, numbers.size), numbers.size - 1));
  const draw = random(1, "pii", kind);
  const plan = design(cluster, numbers.size, new Int32Array(cluster.length), draw.fork("design"));
  const weights = new Float64Array(plan.units);
  const again = Array.from({ length: RESAMPLES }, () => {
    drawWeights(plan, draw, weights);
    return f1(sum(each.map((one, i) => [one, weights[plan.unit[i] as number] as number])));
  }).filter((value) => value !== null);
  if (again.length === 0) return null;
  const sorted = Float64Array.from(again).sort();
  return [quantileLinear(sorted, 0.025), quantileLinear(sorted, 0.975)];
}

function sum(weighed: readonly (readonly [Counts, number])[]): Counts {
  const total = { found: 0, right: 0, labelled: 0, seen: 0 };
  for (const [one, weight] of weighed) for (const key of ["found", "right", "labelled", "seen"] as const) total[key] += weight * one[key];
  return total;
}

/** The harmonic mean of precision and recall, which are shares of two different counts where spans overlap. */
function f1(counts: Counts): number | null {
  const precision = share(counts.right, counts.found);
  const recall = share(counts.seen, counts.labelled);
  if (precision === null && recall === null) return null;
  if (!precision || !recall) return 0;
  return (2 * precision * recall) / (precision + recall);
}

function share(part: number, all: number): number | null {
  return all > 0 ? part / all : null;
}
