import { sigmoid } from "./linear-heads.ts";
import type { OutputLoss } from "./two-layer.ts";

/**
 * What scores of models lose against the grades of a prompt: over each pair of models that are both graded, the cross-entropy of the
 * probability sigmoid(score a - score b) that a wins (Bradley & Terry 1952) and its share of the win, (1 + grade a - grade b) / 2. So a
 * tie is half a win of each, and where the loss is least, 2 · probability - 1 is the expected difference of grades. Divided by the number
 * of pairs that there are of all models, so that each pair counts the same on every prompt.
 *
 * @param grades [model][prompt] in [0,1]; NaN is a gap
 */
export function preferenceLoss(grades: readonly Float64Array[]): OutputLoss {
  const pairs = Math.max(1, (grades.length * (grades.length - 1)) / 2);
  return (prompt, scores, slopes) => {
    let loss = 0;
    for (let a = 0; a < grades.length; a++) {
      const grade = grades[a]?.[prompt] as number;
      if (Number.isNaN(grade)) continue;
      for (let b = a + 1; b < grades.length; b++) {
        const other = grades[b]?.[prompt] as number;
        if (Number.isNaN(other)) continue;
        const lead = (scores[a] as number) - (scores[b] as number);
        const share = (1 + grade - other) / 2;
        loss += (Math.max(lead, 0) + Math.log1p(Math.exp(-Math.abs(lead))) - share * lead) / pairs;
        const slope = (sigmoid(lead) - share) / pairs;
        (slopes[a] as number) += slope;
        (slopes[b] as number) -= slope;
      }
    }
    return loss;
  };
}

/**
 * Grades from scores that tell who wins: `mean` plus what stands above or below even in the probability of winning against another model
 * drawn evenly, times 2 (n - 1) / n for n models. That is the expected grade where the mean of all models is `mean`, because
 * sigmoid(score a - score b) = (1 + grade a - grade b) / 2; so a difference of two is an expected difference of grades. Put within [0,1].
 *
 * @param scores [model]; NaN of one that takes no part
 * @param into [model] grades; NaN of one that takes no part
 */
export function gradesOfScores(scores: Float64Array, mean: number, into: Float64Array): void {
  let n = 0;
  for (const score of scores) if (!Number.isNaN(score)) n++;
  for (const [a, score] of scores.entries()) {
    let wins = 0;
    for (const [b, other] of scores.entries()) if (b !== a && !Number.isNaN(other)) wins += sigmoid(score - other);
    const grade = n > 1 ? mean + ((2 * (n - 1)) / n) * (wins / (n - 1) - 0.5) : mean;
    into[a] = Number.isNaN(score) ? NaN : Math.min(1, Math.max(0, grade));
  }
}
