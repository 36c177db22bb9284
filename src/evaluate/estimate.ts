import type { Answer } from "../model/answer.ts";
import type { PolicySpec, TokenPrice } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { AnswerKey, OutcomeStore } from "../outcomes/store.ts";
import { isUnlimited, liveSource, mostUsd } from "../pool/live.ts";
import { gpuHoursOf, gpuPriceInWords, isGpuPrice, rateOf } from "../pool/gpu-price.ts";
import { throughputOf, type Throughput } from "../pool/throughput.ts";
import { costOfTokens, ratesOf } from "../pool/priced.ts";
import { priceBook } from "../pool/price-book.ts";
import { assemble, type PlaceOf } from "../router/assemble.ts";
import { CONTROL_NAMES } from "../router/controls.ts";
import { policyName } from "../router/index.ts";
import { withTokens, type TokenMemo } from "../signals/tokens.ts";
import type { Workload } from "../workload/workload.ts";
import { embedding } from "./estimate-embedding.ts";
import { stopIfAsked } from "./interrupt.ts";
import { liveModels, type LiveModelSpec } from "./live-models.ts";
import { checkNames } from "./names-policies.ts";
import type { JudgeSpec, RunSettings } from "./parts.ts";

/** What asking a live model for all that the store does not have would take. */
export interface LiveEstimate {
  readonly model: string;
  /** Answers to ask for: to distinct prompts, as many each as the run wants. */
  readonly calls: number;
  /** Answers that are stored. */
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
  /** If every answer were as long as it may be (null: as long as it likes): what is held for the calls, which of one paid by the GPU hour is nothing. */
  readonly mostUsd: number | null;
  /** Of one call. */
  readonly mostUsdACall: number | null;
  /** Of a model that is paid by the GPU hour whether it is called or not, so that nothing is held for it and no cap counts it; hours are null where its rate is not known. */
  readonly gpu: { readonly hours: number | null } | null;
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
  const embedded = embedding(settings.embedder);
  const counted = liveModels(settings).map(counter);
  const { gradings } = await import("./grading.ts");
  const graded = gradings(settings, null, null);
  const names = new Set(settings.models.map(({ name }) => name));
  let logged = false;
  const tokens: TokenMemo = new Map();
  const lacking = { prompts: 0, grader: 0, reference: 0, judge: 0 };
  for (const [w, workload] of workloads.entries())
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
      // What follows the first is a training part, of which live routers are not asked.
      for (const one of counted) if (w === 0 || !one.isRemote) one.add(prompts);
    }
  const wanted = [...names].filter((name) => settings.only?.includes(name) ?? true);
  checkPolicies(wanted, settings.policies, placeOf);
  checkNames(settings, [...new Set([...wanted, ...settings.policies.map(policyName), ...CONTROL_NAMES, ...(logged ? [RECORDED] : [])])], [...names, ...blessedModels]);
  await stopIfAsked(signal, "nobody was called yet");
  const estimates = counted.map((one) => one.estimate());
  const vectors = embedded.counted();
  const lent = [...(judged.calls > 0 ? [judgeEstimate()] : []), ...(vectors ? [liveEstimate({ name: "embedder", ...vectors.spec }, vectors.counts, vectors.most)] : [])];
  const { prompts: all, grader: noGrader, reference: noReference, judge: noJudge } = lacking;
  return {
    models: [...estimates, ...lent],
    grading: { prompts: all, gradable: all - noGrader - noReference - noJudge, noGrader, noReference, noJudge },
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
    const rates = isGpuPrice(spec.price) ? null : ratesOf(spec.price);
    const seen = new Set<string>();
    let [calls, stored, withoutText, inputTokens, most, mostACall, known, knownTokens] = [0, 0, 0, 0, 0, 0, 0, 0];
    const addJudging = (prompt: Prompt, has: { readonly id: number; readonly answer: Answer } | null): void => {
      const grading = (settings.judge || settings.embedder) && (has || prompt.messages) ? graded.of(prompt) : null;
      if (!grading?.asks || (has && (has.answer.text === null || kept.findGrade(has.id, grading.identity, grading.reference) !== null))) return;
      if (grading.asks === "embedder") return embedded.add(prompt, has?.answer, { assumed: Math.min(ASSUMED_OUTPUT_TOKENS, longest), most: longest });
      judged.calls += 2;
      judged.inputTokens += 2 * ((prompt.inputTokens ?? 0) + JUDGE_TASK_TOKENS + Math.ceil((prompt.reference?.length ?? 0) / 4) + ASSUMED_OUTPUT_TOKENS);
      judged.longestAnswer = Math.max(judged.longestAnswer, longest);
    };
    return {
      isRemote: spec.remote !== undefined,
      add(prompts: readonly Prompt[]): void {
        const fresh = prompts.filter(({ hash }) => !seen.has(hash) && seen.add(hash));
        for (const sample of Array(spec.remote ? 1 : (settings.repeat ?? 1)).keys()) addSample(fresh, sample);
      },
      estimate,
    };

    function addSample(prompts: readonly Prompt[], sample: number): void {
      const found = kept.find(model, prompts.map(({ hash, messages }): AnswerKey => ({ hash, variant: 0, sample, messages })));
      for (const [k, prompt] of prompts.entries()) {
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
    }

    function estimate(): LiveEstimate {
      if (calls === 0 && stored === 0 && withoutText > 0) throw new WrpError(`${model} cannot be asked: the data has no prompt texts, only figures`, { hint: "use data with prompt or messages" });
      const each = Math.min(longest, known > 0 ? knownTokens / known : ASSUMED_OUTPUT_TOKENS);
      const outputTokensFrom = known > 0 ? `mean of ${known} stored answers` : `${Math.round(each)} an answer, assumed`;
      return liveEstimate(spec, { calls, stored, withoutText, inputTokens, outputTokens: Math.round(calls * each), outputTokensFrom }, () => ({ all: most, aCall: mostACall }), isGpuPrice(spec.price) ? throughputOf(kept.served()) : null);
    }
  }
}

/** An estimate of calls that were counted. @param most what they may cost at most, all and one, US dollars */
export function liveEstimate(
  spec: Pick<LiveModelSpec, "name" | "live"> & { readonly price?: LiveModelSpec["price"] | undefined },
  counts: Omit<LiveEstimate, "model" | "costUsd" | "mostUsd" | "mostUsdACall" | "gpu" | "priceSource">,
  most: (rates: TokenPrice) => { readonly all: number; readonly aCall: number },
  measured: Throughput | null = null,
): LiveEstimate {
  const { name, live, price } = spec;
  if (isGpuPrice(price)) {
    const rate = rateOf(price, measured);
    const hours = rate === null ? null : gpuHoursOf(price, counts.outputTokens, rate);
    return { model: name, ...counts, costUsd: hours === null ? null : hours * price.gpuHourUsd, mostUsd: 0, mostUsdACall: 0, gpu: { hours }, priceSource: gpuPriceInWords(price, measured) };
  }
  const rates = ratesOf(price);
  const atMost = rates && (price === "free" || !isUnlimited(live.settings)) ? most(rates) : null;
  return {
    model: name,
    ...counts,
    costUsd: rates && costOfTokens(rates, counts.inputTokens, counts.outputTokens),
    mostUsd: atMost && atMost.all,
    mostUsdACall: atMost && atMost.aCall,
    gpu: null,
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
