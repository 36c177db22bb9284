import { sigmoid } from "./linear-heads.ts";

const MOST_STEPS = 50;
const TOLERANCE = 1e-9;

/**
 * Scores of players by who won against whom (Bradley & Terry 1952): a wins against b with probability sigmoid(score a - score b). They
 * maximise the log likelihood minus half the sum of squared scores (a standard normal prior, so that one who never lost has a score, and
 * one who never played has 0). By Newton's steps, halved where one goes down; each takes some players³ / 6 multiplications.
 *
 * @param wins [a · players + b] weight with which a won against b, 0 or more
 */
export function bradleyTerry(wins: Float64Array, players: number): Float64Array {
  let at = new Float64Array(players);
  let value = likelihood(wins, at);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { slopes, curvature } = around(wins, at);
    const towards = solve(curvature, slopes);
    if (Math.max(...towards.map(Math.abs)) < TOLERANCE) break;
    let length = 1;
    let next = moved(at, towards, length);
    let there = likelihood(wins, next);
    for (; there < value && length > 1e-6; there = likelihood(wins, next)) next = moved(at, towards, (length /= 2));
    if (there < value) break;
    [at, value] = [next, there];
  }
  return at;
}

function likelihood(wins: Float64Array, at: Float64Array): number {
  const n = at.length;
  let sum = 0;
  for (let a = 0; a < n; a++) {
    sum -= (at[a] as number) ** 2 / 2;
    for (let b = 0; b < n; b++) {
      const won = wins[a * n + b] as number;
      if (won === 0 || a === b) continue;
      const lead = (at[a] as number) - (at[b] as number);
      sum -= won * (Math.max(-lead, 0) + Math.log1p(Math.exp(-Math.abs(lead))));
    }
  }
  return sum;
}

/** The gradient of the likelihood, and its Hessian with the sign turned. */
function around(wins: Float64Array, at: Float64Array): { readonly slopes: Float64Array; readonly curvature: Float64Array } {
  const n = at.length;
  const slopes = at.map((score) => -score);
  const curvature = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    (curvature[a * n + a] as number) += 1;
    for (let b = 0; b < a; b++) {
      const [won, lost] = [wins[a * n + b] as number, wins[b * n + a] as number];
      const chance = sigmoid((at[a] as number) - (at[b] as number));
      const slope = won - (won + lost) * chance;
      (slopes[a] as number) += slope;
      (slopes[b] as number) -= slope;
      const curve = (won + lost) * chance * (1 - chance);
      (curvature[a * n + a] as number) += curve;
      (curvature[b * n + b] as number) += curve;
      (curvature[a * n + b] as number) -= curve;
      (curvature[b * n + a] as number) -= curve;
    }
  }
  return { slopes, curvature };
}

/** Of a positive definite matrix, by Cholesky's decomposition; the matrix is overwritten. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const at = (i: number, j: number) => matrix[i * n + j] as number;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) (matrix[j * n + j] as number) -= at(j, k) ** 2;
    matrix[j * n + j] = Math.sqrt(at(j, j));
    for (let i = j + 1; i < n; i++) {
      for (let k = 0; k < j; k++) (matrix[i * n + j] as number) -= at(i, k) * at(j, k);
      (matrix[i * n + j] as number) /= at(j, j);
    }
  }
  const found = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) (found[i] as number) -= at(i, k) * (found[k] as number);
    (found[i] as number) /= at(i, i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) (found[i] as number) -= at(k, i) * (found[k] as number);
    (found[i] as number) /= at(i, i);
  }
  return found;
}

function moved(at: Float64Array, towards: Float64Array, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(at, (score, k) => score + length * (towards[k] as number));
}
