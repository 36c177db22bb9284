import type { Answer } from "../model/answer.ts";
import type { PolicySpec, TokenPrice } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { AnswerKey, OutcomeStore } from "../outcomes/store.ts";
import { liveSource, mostUsd } from "../pool/live.ts";
import { costOfTokens, ratesOf } from "../pool/priced.ts";
import { priceBook } from "../pool/price-book.ts";
import { assemble, type PlaceOf } from "../router/assemble.ts";
import { CONTROL_NAMES } from "../router/controls.ts";
import { policyName } from "../router/index.ts";
import { withTokens, type TokenMemo } from "../signals/tokens.ts";
import type { Workload } from "../workload/workload.ts";
import { stopIfAsked } from "./interrupt.ts";
import { liveModels, type LiveModelSpec } from "./live-models.ts";
import { checkNames } from "./names-policies.ts";
import type { JudgeSpec, RunSettings } from "./parts.ts";

/** What asking a live model for all that the store does not have would take. */
export interface LiveEstimate {
  readonly model: string;
  /** Distinct prompts to ask. */
  readonly calls: number;
  /** Prompts whose answer is stored. */
  readonly stored: number;
  /** Prompts of which only figures are known: they cannot be asked. */
  readonly withoutText: number;
  /** Of all calls, counted with o200k. */
  readonly inputTokens: number;
  /** Of all calls: as long as stored answers were on average, else an assumption. */
  readonly outputTokens: number;
  readonly outputTokensFrom: string;
  /** US dollars; null: unpriced. */
  readonly costUsd: number | null;
  /** If every answer were as long as it may be: what is held for the calls. */
  readonly mostUsd: number | null;
  /** Of one call. */
  readonly mostUsdACall: number | null;
  readonly priceSource: string;
}

/** Which prompts can have a grade, of those that live models are asked: prompts, by what those without lack. */
export interface Gradable {
  readonly prompts: number;
  readonly gradable: number;
  /** They name no grader, and the run has none. */
  readonly noGrader: number;
  readonly noReference: number;
  /** They want a judge, and there is none. */
  readonly noJudge: number;
}

/** What a live run is told before it calls anybody. */
export interface Estimated {
  readonly models: readonly LiveEstimate[];
  readonly grading: Gradable;
  /** Of all that was read, for the run to count no text again. */
  readonly tokens: TokenMemo;
}

/** What an answer is taken to be long where no stored one tells, tokens. */
const ASSUMED_OUTPUT_TOKENS = 400;

/** What a judge is told besides question, reference and answer, and what it writes, tokens: about. */
const [JUDGE_TASK_TOKENS, JUDGE_OUTPUT_TOKENS] = [250, 60];

/**
 * Reads the workload once and counts. An interrupt is heard between two batches. Throws WrpError where a live model has no text to ask with at all, where answers could not be graded
 * (an unknown grader, a reference that it cannot use), and where policies could not be told apart or name models that are not there, or the reference or a gate a policy that is not.
 */
export async function estimateLive(
  workloads: readonly Workload[],
  { settings, store, again, placeOf, blessedModels = [], signal }: { readonly settings: RunSettings; readonly store: Pick<OutcomeStore, "liveAnswers">; readonly again: boolean; readonly placeOf?: PlaceOf; readonly blessedModels?: readonly string[]; readonly signal: AbortSignal },
): Promise<Estimated> {
  const judged = { calls: 0, inputTokens: 0, longestAnswer: 0 };
  const counted = liveModels(settings).map(counter);
  const { gradings } = await import("./grading.ts");
  const graded = gradings(settings, null, null);
  const names = new Set(settings.models.map(({ name }) => name));
  let logged = false;
  const tokens: TokenMemo = new Map();
  const lacking = { prompts: 0, grader: 0, reference: 0, judge: 0 };
  for (const workload of workloads)
    for await (const read of workload.batches()) {
      await stopIfAsked(signal, "nobody was called yet");
      const prompts = await withTokens(read, tokens);
      for (const prompt of prompts) {
        const grading = graded.orLack(prompt);
        if (prompt.messages) lacking.prompts++;
        if (prompt.messages && typeof grading === "string") lacking[grading]++;
        for (const { model } of prompt.outcomes) names.add(model);
        if (prompt.chosen === null) continue;
        names.add(prompt.chosen);
        logged = true;
      }
      for (const one of counted) one.add(prompts);
    }
  const wanted = [...names].filter((name) => settings.only?.includes(name) ?? true);
  checkPolicies(wanted, settings.policies, placeOf);
  checkNames(settings, [...new Set([...wanted, ...settings.policies.map(policyName), ...CONTROL_NAMES, ...(logged ? [RECORDED] : [])])], [...names, ...blessedModels]);
  await stopIfAsked(signal, "nobody was called yet");
  const estimates = counted.map((one) => one.estimate());
  const { prompts, grader: noGrader, reference: noReference, judge: noJudge } = lacking;
  return {
    models: judged.calls > 0 ? [...estimates, judgeEstimate()] : estimates,
    grading: { prompts, gradable: prompts - noGrader - noReference - noJudge, noGrader, noReference, noJudge },
    tokens,
  };

  function judgeEstimate(): LiveEstimate {
    const judge = settings.judge as JudgeSpec;
    const { calls, inputTokens } = judged;
    const outputTokens = calls * Math.min(JUDGE_OUTPUT_TOKENS, judge.live.settings.maxOutputTokens ?? JUDGE_OUTPUT_TOKENS);
    const counts = { calls, stored: 0, withoutText: 0, inputTokens, outputTokens, outputTokensFrom: `${JUDGE_OUTPUT_TOKENS} a verdict, assumed` };
    return liveEstimate({ name: "judge", ...judge }, counts, (rates) => {
      const aCall = mostUsd(rates, inputTokens / calls + judged.longestAnswer, judge.live.settings);
      return { all: calls * aCall, aCall };
    });
  }

  function counter(spec: LiveModelSpec) {
    const { name: model, live } = spec;
    const longest = live.settings.maxOutputTokens ?? 0;
    const kept = store.liveAnswers(liveSource(live));
    const rates = ratesOf(spec.price);
    const seen = new Set<string>();
    let [calls, stored, withoutText, inputTokens, most, mostACall, known, knownTokens] = [0, 0, 0, 0, 0, 0, 0, 0];
    const addJudging = (prompt: Prompt, has: { readonly id: number; readonly answer: Answer } | null): void => {
      const grading = prompt.grader === "judge" && settings.judge ? graded.of(prompt) : null;
      if (!grading || (has && (has.answer.text === null || kept.findGrade(has.id, grading.identity, grading.reference) !== null))) return;
      judged.calls += 2;
      judged.inputTokens += 2 * ((prompt.inputTokens ?? 0) + JUDGE_TASK_TOKENS + Math.ceil((prompt.reference?.length ?? 0) / 4) + ASSUMED_OUTPUT_TOKENS);
      judged.longestAnswer = Math.max(judged.longestAnswer, longest);
    };
    return {
      add(prompts: readonly Prompt[]): void {
        const found = kept.find(model, prompts.map(({ hash, messages }): AnswerKey => ({ hash, variant: 0, messages })));
        for (const [k, prompt] of prompts.entries()) {
          if (seen.has(prompt.hash)) continue;
          seen.add(prompt.hash);
          const answer = found[k]?.answer;
          if (typeof answer?.outputTokens === "number" && answer.error === null) {
            known++;
            knownTokens += answer.outputTokens;
          }
          addJudging(prompt, found[k] ?? null);
          if (answer && !(again && answer.error !== null)) stored++;
          else if (!prompt.messages) withoutText++;
          else {
            calls++;
            inputTokens += prompt.inputTokens ?? 0;
            const call = rates ? mostUsd(rates, prompt.inputTokens ?? 0, live.settings) : 0;
            most += call;
            mostACall = Math.max(mostACall, call);
          }
        }
      },
      estimate(): LiveEstimate {
        if (calls === 0 && stored === 0 && withoutText > 0) throw new WrpError(`${model} cannot be asked: the data has no prompt texts, only figures`, { hint: "use data with prompt or messages" });
        const each = Math.min(longest, known > 0 ? knownTokens / known : ASSUMED_OUTPUT_TOKENS);
        const outputTokensFrom = known > 0 ? `mean of ${known} stored answers` : `${Math.round(each)} an answer, assumed`;
        return liveEstimate(spec, { calls, stored, withoutText, inputTokens, outputTokens: Math.round(calls * each), outputTokensFrom }, () => ({ all: most, aCall: mostACall }));
      },
    };
  }
}

/** An estimate of calls that were counted. @param most what they may cost at most, all and one, US dollars */
export function liveEstimate(
  spec: Pick<LiveModelSpec, "name" | "live"> & { readonly price?: LiveModelSpec["price"] | undefined },
  counts: Omit<LiveEstimate, "model" | "costUsd" | "mostUsd" | "mostUsdACall" | "priceSource">,
  most: (rates: TokenPrice) => { readonly all: number; readonly aCall: number },
): LiveEstimate {
  const { name, live, price } = spec;
  const rates = ratesOf(price);
  const atMost = rates && most(rates);
  return {
    model: name,
    ...counts,
    costUsd: rates && costOfTokens(rates, counts.inputTokens, counts.outputTokens),
    mostUsd: atMost && atMost.all,
    mostUsdACall: atMost && atMost.aCall,
    priceSource: priceBook([{ name, live, ...(price === undefined ? {} : { price }) }]).sourceOf(name, rates !== null),
  };
}

/** What a live router chose, where the data says so. */
const RECORDED = "recorded";

const WITHOUT_FIGURES = ["repeated-name", "unknown-model"];

/** What is wrong with policies whatever the models turn out to be worth: it would be a pity to hear of it after the last call. */
function checkPolicies(names: readonly string[], policies: readonly PolicySpec[], placeOf?: PlaceOf): void {
  assemble(names.map((name) => ({ name, quality: NaN, costUsdPer1k: NaN })), policies, new Map(), false, placeOf, (error) => {
    if (WITHOUT_FIGURES.includes(error.code ?? "")) throw error;
  });
}
