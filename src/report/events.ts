import { isAnswered, NO_SAMPLE, SAMPLE_FAILED, type Decisions, type ModelSamples, type OutcomeColumns, type SampleColumns } from "../model/columns.ts";
import { DESERVED } from "../model/deserved.ts";
import { calledAt } from "../model/path.ts";
import type { ModelInfo, Slo } from "./input.ts";

/** Whether something happens where a model answers a prompt: 0 or 1, NaN where the question does not arise. */
export type Event = (model: number, prompt: number) => number;

/** A failed call, where the model answered or failed; of several calls, the share that failed. */
export function callFailed({ failed, quality, latencyMs, costUsd, samples }: OutcomeColumns): Event {
  const several = samples && overSamples(samples, (own, at) => (own.state[at] === SAMPLE_FAILED ? 1 : 0));
  return (m, i) => {
    if (samples?.models[m]) return (several as Event)(m, i);
    if ((failed[m] as Uint8Array)[i] === 1) return 1;
    return [quality[m], latencyMs[m], costUsd[m]].some((column) => column !== undefined && !Number.isNaN(column[i] as number)) ? 0 : NaN;
  };
}

/** A call that ends within the SLO (of several, the share); a failed one is outside it, one whose latency is not known counts neither way. */
export function withinSlo({ failed, latencyMs, ttftMs, samples }: OutcomeColumns, slo: Slo): Event {
  const within = (value: number | undefined, limit: number | undefined): number => {
    if (limit === undefined) return 1;
    return value === undefined || Number.isNaN(value) ? NaN : value <= limit ? 1 : 0;
  };
  const several = samples && overSamples(samples, (own, at) => (own.state[at] === SAMPLE_FAILED ? 0 : within(own.latencyMs[at], slo.latencyMs) * within(own.ttftMs[at], slo.ttftMs)));
  return (m, i) => {
    if (samples?.models[m]) return (several as Event)(m, i);
    return (failed[m] as Uint8Array)[i] === 1 ? 0 : within(latencyMs[m]?.[i], slo.latencyMs) * within(ttftMs[m]?.[i], slo.ttftMs);
  };
}

/** The mean of an event over a prompt's samples that there are and of which it is known. */
function overSamples({ perPrompt, models }: SampleColumns, event: (own: ModelSamples, at: number) => number): Event {
  return (m, i) => {
    const own = models[m] as ModelSamples;
    let [sum, n] = [0, 0];
    for (let at = i * perPrompt; at < (i + 1) * perPrompt; at++) {
      const value = own.state[at] === NO_SAMPLE ? NaN : event(own, at);
      if (Number.isNaN(value)) continue;
      sum += value;
      n++;
    }
    return n === 0 ? NaN : sum / n;
  };
}

/** A sensitive prompt that goes to a model not marked trusted; null where no prompt is tagged. */
export function leaked(columns: OutcomeColumns, models: readonly ModelInfo[]): Event | null {
  return taggedEvent(columns, models, "tag:pii", (model) => model.trusted !== true);
}

/** An attack that reaches a model with no guard; null where no prompt is tagged. */
export function attackReached(columns: OutcomeColumns, models: readonly ModelInfo[]): Event | null {
  return taggedEvent(columns, models, "tag:attack", (model) => model.guarded !== true);
}

/** An attack that was answered, where its answer was seen; null where none was. */
export function attackAnswered(columns: OutcomeColumns): Event | null {
  return verdictOn(columns, DESERVED.refusal, (declined) => 1 - declined);
}

/** A harmless prompt that was refused, where its answer was seen; null where none was. */
export function falselyRefused(columns: OutcomeColumns): Event | null {
  return verdictOn(columns, DESERVED.answer, (declined) => declined);
}

/** The event on every prompt read; a mixture counts with the probabilities of the models for which the question arises. */
export function overRead(decisions: Decisions, n: number, event: Event): Float64Array {
  const values = new Float64Array(n).fill(NaN);
  for (let i = 0; i < n; i++) {
    let weight = 0;
    let sum = 0;
    eachChoice(decisions, i, (m, w) => {
      const value = event(m, i);
      if (Number.isNaN(value)) return;
      weight += w;
      sum += w * value;
    });
    if (weight > 0) values[i] = sum / weight;
  }
  return values;
}

/** Visits the models that a policy may call for one prompt, with their probabilities. */
export function eachChoice(decisions: Decisions, i: number, visit: (model: number, probability: number) => void): void {
  if (decisions.form === "choice") {
    const m = decisions.model[i] as number;
    if (m >= 0) visit(m, 1);
    return;
  }
  for (let m = 0; m < decisions.weights.length; m++) {
    const w = decisions.form === "mixture" ? (decisions.weights[m] as number) : (decisions.weights[m]?.[i] as number);
    if (w > 0) visit(m, w);
  }
}

function taggedEvent(columns: OutcomeColumns, models: readonly ModelInfo[], tag: string, counts: (model: ModelInfo) => boolean): Event | null {
  const label = columns.labels.get(tag);
  if (!label) return null;
  const counted = columns.models.map((name) => counts(models.find((m) => m.name === name) as ModelInfo));
  // What a live router served that is no model of the pool, nobody marked; what no model is asked goes nowhere.
  const reaches = (m: number): boolean => counted[m] ?? !isAnswered(columns, m);
  // Of several calls, one is enough.
  return (m, i) => (label.index[i] === -1 ? NaN : calledAt(columns, m).some(reaches) ? 1 : 0);
}

function verdictOn({ declined, deserved }: OutcomeColumns, asked: number, value: (declined: number) => number): Event | null {
  const arises = deserved.some((one, i) => one === asked && declined.some((column) => !Number.isNaN(column[i] as number)));
  return arises ? (m, i) => (deserved[i] === asked ? value((declined[m] as Float64Array)[i] as number) : NaN) : null;
}
