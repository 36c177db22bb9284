import { promptHash, valueHash } from "../lib/hash.ts";
import { tokenCounter } from "../lib/tokens.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import { isGpuPrice, rateOf, tokenPriceAt } from "../pool/gpu-price.ts";
import { liveSource, type LiveModel } from "../pool/live.ts";
import { throughputOf } from "../pool/throughput.ts";
import type { AskJudge } from "../grade/graders/judge.ts";
import type { JudgeSpec } from "./parts.ts";

/** What the judge was asked for in this run. */
export interface JudgeTally {
  readonly calls: number;
  readonly failed: number;
  /** US dollars; null: one is not known. */
  readonly costUsd: number | null;
}

/** What a judge's grades are stored under: another model, other settings or another rubric is another judge. */
export function judgeIdentity({ live, rubric }: JudgeSpec): string {
  return `judge@1/${valueHash({ source: liveSource(live).hash, rubric: rubric ?? null }).slice(0, 12)}`;
}

/** Asks a judge; what it said once is kept like any live answer. @param model null: what is not kept is not asked */
export function judging(spec: JudgeSpec, store: Pick<OutcomeStore, "liveAnswers">, model: LiveModel | null, signal: AbortSignal): { readonly ask: AskJudge; tally(): JudgeTally } {
  const kept = store.liveAnswers(liveSource(spec.live));
  const asking = new Map<string, ReturnType<AskJudge>>();
  const tally = { calls: 0, failed: 0, costUsd: 0 as number | null };
  /** Of answers; null: one was not counted. */
  let outputTokens: number | null = 0;
  const { price } = spec;
  /** What is paid by the hour is known when all is said. */
  const costUsd = () => {
    if (!isGpuPrice(price) || tally.calls === 0) return tally.costUsd;
    const rate = rateOf(price, price.outputTokensPerSecond === undefined ? throughputOf(kept.served()) : null);
    return rate === null || outputTokens === null ? null : (outputTokens * tokenPriceAt(price, rate).outputUsdPer1M) / 1e6;
  };
  return {
    tally: () => ({ ...tally, costUsd: costUsd() }),
    ask(messages) {
      const hash = promptHash(messages);
      const known = asking.get(hash) ?? asked();
      asking.set(hash, known);
      void known.finally(() => asking.delete(hash));
      return known;

      async function asked(): ReturnType<AskJudge> {
        const key = { hash, variant: 0, messages };
        const [found] = kept.find(JUDGE, [key]);
        if (found && found.answer.error === null) return { text: found.answer.text, why: null };
        if (!model) return { text: null, why: "the judge was not asked yet" };
        const count = await tokenCounter();
        const came = await model.ask({ messages, inputTokens: count(messages.map(({ content }) => content).join("\n")) }, signal);
        if (!came.called) {
          if (came.tries.length > 0) kept.keepTries(JUDGE, key, came.tries);
          return { text: null, why: came.why };
        }
        const { answer, tries } = came;
        kept.keep(JUDGE, key, answer, tries);
        tally.calls++;
        if (answer.error !== null) tally.failed++;
        else outputTokens = outputTokens === null || answer.outputTokens === null ? null : outputTokens + answer.outputTokens;
        tally.costUsd = tally.costUsd === null || answer.costUsd === null ? null : tally.costUsd + answer.costUsd;
        return { text: answer.error === null ? answer.text : null, why: answer.error };
      }
    },
  };
}

/** Its name in the store. */
const JUDGE = "judge";
