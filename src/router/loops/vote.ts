import { NO_SAMPLE, SAMPLE_ANSWERED, type OutcomeColumns, type SampleColumns } from "../../model/columns.ts";
import { WrpError } from "../../model/errors.ts";

/** What a model's samples of a prompt come to together. */
interface Vote {
  /** Of those that were asked, which gave the answer that most of them gave, the first of equals; failed calls agree with none. */
  readonly share: number;
  /** The mean grade of the samples that gave it; NaN where one has none. */
  readonly quality: number;
  /** Whether all of them failed. */
  readonly failed: boolean;
}

/** A model's samples, which a policy lets agree. Throws WrpError where there are none, or none of their texts. */
export function votersOf({ models, samples }: OutcomeColumns, m: number, policy: string): Int32Array {
  const own = samples?.models[m];
  if (!own) throw new WrpError(`policy "${policy}" goes by how many answers agree, and ${models[m]} has one answer to each prompt here`, { hint: "wrp eval --live --repeat 5 asks live models so often" });
  if (!own.answer?.some((answer) => answer >= 0)) throw new WrpError(`policy "${policy}" goes by how many answers agree, and no text of ${models[m]}'s answers is known`, { hint: "simulated answers have no words, and a run without texts has lost them" });
  return own.answer;
}

/** Null where a sample is missing or its text is not known. Majority as in self-consistency (Wang et al. 2023, section 2). */
export function voteAt({ perPrompt, models }: SampleColumns, m: number, i: number): Vote | null {
  const own = models[m];
  if (!own?.answer) return null;
  const counts = new Map<number, number>();
  for (let at = i * perPrompt; at < (i + 1) * perPrompt; at++) {
    const answer = own.answer[at] as number;
    if (own.state[at] === NO_SAMPLE || (own.state[at] === SAMPLE_ANSWERED && answer < 0)) return null;
    if (own.state[at] === SAMPLE_ANSWERED) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  let [most, count] = [-1, 0];
  for (const [answer, many] of counts) if (many > count) [most, count] = [answer, many];
  let sum = 0;
  for (let at = i * perPrompt; at < (i + 1) * perPrompt; at++) if (own.answer[at] === most && own.state[at] === SAMPLE_ANSWERED) sum += own.quality[at] as number;
  return { share: count / perPrompt, quality: count === 0 ? NaN : sum / count, failed: count === 0 };
}
