import { logprobReader } from "../lib/logprobs.ts";
import type { Answer } from "../model/answer.ts";
import { field, jsonCell } from "./cells.ts";

/** How sure a model was of its answer, by `logprobs` in OpenAI's form; nothing where there are none. */
export function saidBy(logprobs: unknown): Pick<Answer, "confidence"> {
  const reader = logprobReader();
  reader.take(logprobs);
  const confidence = reader.confidence();
  return confidence ? { confidence } : {};
}

/** The same by the body of a response in OpenAI's form, as logs keep it. */
export function responseConfidence(response: unknown): Pick<Answer, "confidence"> {
  const choices = field(jsonCell(response), "choices");
  return saidBy(field(Array.isArray(choices) ? choices[0] : null, "logprobs"));
}
