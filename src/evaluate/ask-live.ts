import { DECLINED, declined } from "../grade/declined.ts";
import type { Answer } from "../model/answer.ts";
import type { LiveSpec } from "../model/config.ts";
import type { Deserved } from "../model/deserved.ts";
import type { Prompt } from "../model/prompt.ts";
import { isPassing } from "../outcomes/errors.ts";
import type { AnswerKey, OutcomeStore, SavedCounts, StoredRouting } from "../outcomes/store.ts";
import { throughputOf, type Throughput } from "../pool/throughput.ts";
import { liveSource, type LiveModel, type LiveOutcome } from "../pool/live.ts";
import type { LiveEmbedder } from "../pool/live-embedder.ts";
import type { Grading } from "./grading.ts";
import { NOT_ASKED } from "./live-findings.ts";

/** What a live run tells of its calls, as they end. */
export interface LiveEvent {
  readonly type: "outcome";
  readonly model: string;
  /** The prompt's own id. */
  readonly prompt: string;
  /** Which of the answers to it, from 0; only where several are asked for. */
  readonly sample?: number;
  readonly outcome: "answered" | "failed" | "not-called";
  /** Why it is no answer. */
  readonly why: string | null;
  readonly tries: number;
  readonly costUsd: number | null;
  readonly latencyMs: number | null;
  readonly ttftMs: number | null;
}

/** What lets a run call its live models. Without it they answer from the store alone. */
export interface LiveHost {
  /** Ask anew for what failed before. */
  readonly again: boolean;
  modelOf(name: string): LiveModel;
  /** The run's judge; null where it has none. */
  readonly judge: LiveModel | null;
  /** What makes the vectors that answers are compared by; null where the run has none. */
  readonly embedder: LiveEmbedder | null;
  tell(event: LiveEvent): void;
  /** Ends all calls at once. What they bring is still kept, unless it is the store that failed. */
  stop(storeFailed: boolean): void;
  storeFailed(): boolean;
  /** US dollars so far; the cap is null where there is none. */
  spent(): { readonly spentUsd: number; readonly capUsd: number | null };
}

/** What came of a live model's prompts in this run. */
export interface LiveTally {
  readonly model: string;
  /** Outcomes that this run asked for. */
  readonly answered: number;
  readonly failed: number;
  /** Answers that are not there (as many a prompt as were to be asked for), by why: not called, or (of a run that calls nobody) not asked yet. */
  readonly missing: ReadonlyMap<string, number>;
  /** Timings taken while this process was late: no better than that. */
  readonly late: number;
  /** Whether any outcome is an answer, this run's or a stored one. */
  readonly heard: boolean;
  /** Of what the last failed. */
  readonly lastFailure: string | null;
}

/** An answer with its number in the store. */
export interface KeptAnswer {
  readonly id: number;
  readonly answer: Answer;
}

export type LiveAsker = ReturnType<typeof liveAsker>;

/** A timing is marked where the event loop was late by more than so much, milliseconds, and by more than so much of it. */
const [LATE_MS, LATE_SHARE] = [20, 0.05];

/** Whether the times of an outcome are no better than this process was late. */
export function isLate(outcome: LiveOutcome): boolean {
  const last = outcome.tries.at(-1)?.try;
  const measured = last?.times.firstTokenMs ?? last?.times.endMs ?? 0;
  return last !== undefined && last.lagMs > LATE_MS && last.lagMs > LATE_SHARE * measured;
}

/**
 * A live model's answers: from the store where they are, else (given a host) asked for, each kept before it is told. Should the store fail, all
 * calls in flight are stopped before the error goes on.
 *
 * @param gradingOf how a prompt's answers are graded; null: not at all
 * @param repeat answers to each prompt
 */
export function liveAsker(name: string, spec: LiveSpec, store: Pick<OutcomeStore, "liveAnswers">, gradingOf: (prompt: Prompt) => Grading | null, host: LiveHost | null, repeat = 1) {
  const kept = store.liveAnswers(liveSource(spec));
  const counts = { answersNew: 0, answersKnown: 0, gradesNew: 0, gradesKnown: 0 };
  const tally = { answered: 0, failed: 0, late: 0, heard: false, lastFailure: null as string | null };
  const note = (answer: Answer) => {
    if (answer.error === null) tally.heard = true;
    else tally.lastFailure = answer.error;
  };
  const missing = new Map<string, number>();
  /** A prompt that stands twice in the workload is asked once. */
  const asked = new Map<string, Promise<KeptAnswer | null>>();
  /** Asked anew: a prompt may stand in several batches. */
  const done = new Set<string>();
  const miss = (why: string) => void missing.set(why, (missing.get(why) ?? 0) + 1);
  return {
    counts: (): SavedCounts => ({ ...counts }),
    tally: (): LiveTally => ({ model: name, ...tally, missing }),
    /** What the store has of all its tries. */
    throughput: (): Throughput => throughputOf(kept.served()),
    /** Asks for what is not kept. Grading is apart: what it computes would be measured as the models' time. */
    async ask(prompts: readonly Prompt[], signal: AbortSignal, sample = 0): Promise<(KeptAnswer | null)[]> {
      const keys = prompts.map(({ hash, messages }): AnswerKey => ({ hash, variant: 0, sample, messages }));
      const found = kept.find(name, keys);
      const model = host?.modelOf(name) ?? null;
      const got = prompts.map(async (prompt, k) => {
        const known = found[k];
        const key = keys[k] as AnswerKey;
        const one = `${key.hash}/${sample}`;
        if (known && !(host?.again && model && known.answer.error !== null && !done.has(one))) {
          counts.answersKnown++;
          note(known.answer);
          return known;
        }
        if (!model) {
          miss(NOT_ASKED);
          return null;
        }
        let outcome: LiveOutcome | null = null;
        const asking = asked.get(one) ?? model.ask(prompt, signal, sample).then((came) => {
          // The store has failed, perhaps after a long wait: it is not tried with each of those that came meanwhile.
          if (host?.storeFailed()) return null;
          outcome = came;
          if (!came.called) {
            if (came.tries.length > 0) orStop(() => kept.keepTries(name, key, came.tries));
            if (!known) miss(came.why);
            return known ?? null;
          }
          const id = orStop(() => kept.keep(name, key, came.answer, came.tries));
          if (host?.again) done.add(one);
          counts.answersNew++;
          tally[came.answer.error === null ? "answered" : "failed"]++;
          if (came.answer.error === null && isLate(came)) tally.late++;
          return { id, answer: came.answer };
        });
        asked.set(one, asking);
        const answered = await asking.finally(() => asked.delete(one));
        if (answered) note(answered.answer);
        if (outcome) host?.tell(eventOf(prompt, sample, outcome));
        return answered;
      });
      try {
        return await Promise.all(got);
      } catch (error) {
        host?.stop(isPassing(error));
        await Promise.allSettled(got);
        throw error;
      }
    },
    /** How each was routed. */
    routings: (answers: readonly (KeptAnswer | null)[]): (StoredRouting | null)[] => answers.map((one) => one && kept.routing(one.id)),
    grade: (prompts: readonly Prompt[], answers: readonly (KeptAnswer | null)[]): Promise<(number | null)[]> =>
      Promise.all(prompts.map((prompt, k) => (answers[k] ? qualityOf(prompt, answers[k]) : null))),
    /** Whether answers to prompts that deserve something declined; null is a gap. */
    declined: (answers: readonly (KeptAnswer | null)[], deserved: readonly Deserved[]): (boolean | null)[] =>
      answers.map((one, k) => (one && deserved[k] && one.answer.error === null ? didDecline(one) : null)),
  };

  /** What a run that calls has read is kept: the store may hold no text of it. */
  function didDecline({ id, answer: { text } }: KeptAnswer): boolean | null {
    const known = kept.findGrade(id, DECLINED, "");
    if (known !== null || text === null) return known === null ? null : known === 1;
    const verdict = declined(text);
    if (verdict !== null && host) kept.keepGrade(id, DECLINED, "", verdict ? 1 : 0);
    return verdict;
  }

  /** Writes to the store; where that fails, all calls end. */
  function orStop<R>(write: () => R): R {
    try {
      return write();
    } catch (error) {
      host?.stop(true);
      throw error;
    }
  }

  /** In [0,1]; null where there is no grade: of a failure, without a grader, ungraded. */
  async function qualityOf(prompt: Prompt, { id, answer: { error, text } }: KeptAnswer): Promise<number | null> {
    const grading = error === null ? gradingOf(prompt) : null;
    if (!grading) return null;
    const { identity, reference, grade } = grading;
    const known = kept.findGrade(id, identity, reference);
    if (known !== null) counts.gradesKnown++;
    if (known !== null || !grade || text === null) return known;
    const { quality } = await grade(text);
    if (quality === null) return null;
    kept.keepGrade(id, identity, reference ?? "", quality);
    counts.gradesNew++;
    return quality;
  }

  function eventOf(prompt: Prompt, sample: number, outcome: LiveOutcome): LiveEvent {
    const { answer } = outcome.called ? outcome : { answer: null };
    return {
      type: "outcome",
      model: name,
      prompt: prompt.id,
      ...(repeat > 1 ? { sample } : {}),
      outcome: !answer ? "not-called" : answer.error === null ? "answered" : "failed",
      why: outcome.called ? outcome.answer.error : outcome.why,
      tries: outcome.tries.length,
      costUsd: answer?.costUsd ?? null,
      latencyMs: answer?.latencyMs ?? null,
      ttftMs: answer?.ttftMs ?? null,
    };
  }
}
