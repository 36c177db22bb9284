import type { Measure, OutcomeColumns } from "../../model/columns.ts";
import { WrpError } from "../../model/errors.ts";

/** What is measured of an answer, in words: "its …". */
export const MEASURED: Readonly<Record<Measure, string>> = {
  logprob: "the mean log-probability of its tokens",
  margin: "its mean margin to the second likeliest token",
  verified: "its verification",
  length: "its length in code points",
};

const NEEDED: Readonly<Record<Measure, string>> = {
  logprob: "rows of wrp's own form carry it: outcomes.MODEL.confidence.logprob, or outcomes.MODEL.logprobs as the API answered them",
  margin: "rows of wrp's own form carry it: outcomes.MODEL.confidence.margin, or outcomes.MODEL.logprobs with top_logprobs",
  verified: "rows of wrp's own form carry it: outcomes.MODEL.confidence.verified",
  length: "answers' texts must be in the data: outcomes.MODEL.text",
};

/** The same of any answer. */
export function measuredOfAnswers(measure: Measure): string {
  return MEASURED[measure].replace("its", "an answer's");
}

/** A model's, one entry per prompt. Throws WrpError where none is known. */
export function measuredOf({ measures, models }: OutcomeColumns, measure: Measure, m: number, policy: string): Float64Array {
  const values = measures?.get(measure)?.[m];
  if (!values?.some((value) => !Number.isNaN(value))) throw new WrpError(`policy "${policy}" goes by ${measuredOfAnswers(measure)}, which is known of no answer of ${models[m]} here`, { hint: NEEDED[measure] });
  return values;
}
