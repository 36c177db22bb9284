import type { Answer } from "../model/answer.ts";

/**
 * The grade that came with a recorded answer. Null where there is none: an ungraded or failed answer is a gap, not a zero.
 */
export function recordedGrade(answer: Answer): number | null {
  return answer.error === null ? answer.quality : null;
}
