import type { Answer, Confidence } from "../model/answer.ts";

/** As the store holds it; null where nothing is known. */
export function storedConfidence(confidence: Confidence | undefined): string | null {
  return confidence === undefined ? null : JSON.stringify(confidence);
}

/** What an answer says of it: nothing where nothing is stored. */
export function confidenceOf(stored: string | null): Pick<Answer, "confidence"> {
  return stored === null ? {} : { confidence: JSON.parse(stored) as Confidence };
}
