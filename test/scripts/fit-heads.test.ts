import { describe, expect, test } from "vitest";
import { fitHead, type Example } from "../../scripts/train-heads/fit.ts";
import { scoresOf } from "../../scripts/train-heads/score.ts";
import { probabilities, weightsOf } from "../../src/signals/heads/head.ts";

describe("training of heads", () => {
  test("of texts that are alike, a head learns how frequent each label is", async () => {
    // Two kinds of text, each its own dimension: without decay the likeliest probabilities are the frequencies.
    const texts = (vector: number[], counts: number[]): Example[] => counts.flatMap((count, label) => Array.from({ length: count }, () => ({ vector: Float32Array.from(vector), label, weight: 1 })));
    const examples = [...texts([1, 0], [30, 60, 10]), ...texts([0, 1], [5, 15, 80])];
    const { head, moved } = await fitHead("none", ["a", "b", "c"], examples, examples, 1e-9);
    const weights = weightsOf(head, 2);
    for (const [vector, expected] of [[[1, 0], [0.3, 0.6, 0.1]], [[0, 1], [0.05, 0.15, 0.8]]] as const)
      for (const [k, p] of [...probabilities(Float32Array.from(vector), weights)].entries()) expect(Math.abs(p - (expected[k] as number))).toBeLessThan(0.01);
    expect(head.temperature).toBeCloseTo(1, 1);
    expect(moved).toBe(0);
    expect((await fitHead("none", ["a", "b", "c"], examples, examples, 1e-9)).head).toEqual(head);
  });

  test("scores are those counted by hand", () => {
    // Of 4 a: 3 right; of 2 b: 1 right, and one a taken for b.
    const judged = ([[0.9, 0], [0.8, 0], [0.7, 0], [0.4, 0], [0.3, 1], [0.6, 1]] as const).map(([a, label], i) => ({ probabilities: [a, 1 - a], label, cluster: String(i) }));
    const { accuracy, macroF1, auc, ece, labels } = scoresOf(["a", "b"], judged);
    expect(accuracy.value).toBeCloseTo(4 / 6, 12);
    expect(labels[0]).toMatchObject({ texts: 4, precision: { value: 3 / 4 }, recall: { value: 3 / 4 } });
    expect(labels[1]).toMatchObject({ texts: 2, precision: { value: 1 / 2 }, recall: { value: 1 / 2 } });
    expect(macroF1.value).toBeCloseTo((3 / 4 + 1 / 2) / 2, 12);
    expect(auc?.value).toBeCloseTo(7 / 8, 12); // of eight pairs, only b at 0.4 is below a at 0.6
    // Bins of 1/15: 0.9 right; 0.8 right; 0.7 right and 0.7 right share one; 0.6 wrong and 0.6 wrong share one.
    expect(ece.value).toBeCloseTo((0.1 + 0.2 + 0.6 + 1.2) / 6, 9);
    for (const figure of [accuracy, macroF1, ece]) expect((figure.ci?.[0] as number) <= figure.value && figure.value <= (figure.ci?.[1] as number)).toBe(true);
  });
});
