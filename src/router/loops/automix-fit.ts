/** The small model's answers with what the big one's were worth, one entry a training prompt. */
export interface AutomixTable {
  /** How sure the small one was. */
  readonly confidence: Float64Array;
  /** Grade of the big one less that of the small one. */
  readonly gain: Float64Array;
  /** USD of asking the big one. */
  readonly costUsd: Float64Array;
}

/** Where the big model is asked. */
export interface AutomixRule {
  /** Confidences from which on the next observation begins, ascending. */
  readonly edges: readonly number[];
  /** By observation: edges + 1 of them. */
  readonly asks: readonly boolean[];
}

/**
 * AutoMix's router (Madaan et al. 2023, arXiv:2310.12963, section 3.2). Its POMDP has one step here: a confidence is observed, which gives a
 * belief of what both models are worth, and the action of the higher reward (performance - lambda · cost) is taken. With the beliefs being
 * what the training shows, that is to ask the big model in those bins of confidence where its mean gain is more than lambda times its mean
 * cost. Ties keep the answer.
 *
 * @param bins at most; of about equal numbers, and equal confidences are never parted
 */
export function pomdpRule(table: AutomixTable, lambda: number, bins: number): AutomixRule {
  const order = ordered(table.confidence);
  const edges: number[] = [];
  for (let b = 1; b < bins; b++) {
    const edge = table.confidence[order[Math.floor((b * order.length) / bins)] as number] as number;
    if (edge > (edges.at(-1) ?? (table.confidence[order[0] as number] as number))) edges.push(edge);
  }
  const worth = new Float64Array(edges.length + 1);
  for (const i of order) (worth[observation(edges, table.confidence[i] as number)] as number) += reward(table, lambda, i);
  return { edges, asks: Array.from(worth, (sum) => sum > 0) };
}

/** The threshold below which asking the big model is worth most over the training; ties to the lowest, which asks it least. */
export function thresholdRule(table: AutomixTable, lambda: number): AutomixRule {
  const order = ordered(table.confidence);
  let [sum, best, edge] = [0, 0, -Infinity];
  for (const [k, i] of order.entries()) {
    sum += reward(table, lambda, i);
    const next = order[k + 1];
    const own = table.confidence[i] as number;
    if (next !== undefined && table.confidence[next] === own) continue; // equal confidences are never parted
    if (sum > best) [best, edge] = [sum, next === undefined ? Infinity : (table.confidence[next] as number)];
  }
  return { edges: [edge], asks: [true, false] };
}

/** The number of the observation that a confidence is. */
export function observation(edges: readonly number[], confidence: number): number {
  let k = 0;
  while (k < edges.length && confidence >= (edges[k] as number)) k++;
  return k;
}

function reward({ gain, costUsd }: AutomixTable, lambda: number, i: number): number {
  return (gain[i] as number) - (lambda === 0 ? 0 : lambda * (costUsd[i] as number));
}

function ordered(confidence: Float64Array): number[] {
  return Array.from(confidence.keys()).sort((a, b) => (confidence[a] as number) - (confidence[b] as number) || a - b);
}
