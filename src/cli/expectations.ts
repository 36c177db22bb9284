import type { RunSettings } from "../evaluate.ts";
import { listPrice } from "../lib/prices.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { ModelSpec } from "../model/config.ts";
import { isGpuPrice } from "../pool/gpu-price.ts";
import { ratesOf } from "../pool/priced.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Report } from "../model/report.ts";
import type { ModelFigures } from "../router/index.ts";

/** A run's models as `wrp route` uses them. */
export interface RunFigures {
  readonly id: string;
  readonly settings: RunSettings;
  readonly columns: OutcomeColumns;
  readonly figures: readonly ModelFigures[];
  /** On decisions, most of the figures are expectations themselves. */
  readonly basis: Report["basis"];
}

/** A number with where it is from; null where nothing tells it. */
export interface Expectation {
  readonly value: number | null;
  readonly source: string;
}

/** What expectations stand on. */
export interface Grounds {
  readonly prompt: Prompt;
  readonly models: readonly ModelSpec[];
  readonly run: RunFigures | null;
  /** Whose list prices apply. */
  readonly now: Date;
}

/** What the output of a model is taken to be long where nothing tells it, tokens. */
const ASSUMED_OUTPUT_TOKENS = 400;

/**
 * Expected cost (USD) and latency (ms) of a random choice among models. A model's cost: the mean of the run's recorded calls; else
 * the price that wrp.yaml or a policy's own config states, else a dated list price, on this prompt's tokens and an assumed output. Unknown where one part is.
 */
export async function expectations(calls: readonly { readonly model: string; readonly probability: number }[], on: Grounds): Promise<{ costUsd: Expectation; latencyMs: Expectation }> {
  const costs = await Promise.all(calls.map(({ model }) => costOf(model, on)));
  const latencies = calls.map(({ model }) => recorded(on.run, model, "latencyMs") ?? { value: null, source: "no recorded latency" });
  return { costUsd: expected(calls, costs), latencyMs: expected(calls, latencies) };
}

function expected(calls: readonly { readonly probability: number }[], parts: readonly Expectation[]): Expectation {
  const unknown = parts.find((part) => part.value === null);
  if (unknown || parts.length === 0) return unknown ?? { value: null, source: "no model is called" };
  return {
    value: parts.reduce((sum, part, k) => sum + (calls[k]?.probability ?? 0) * (part.value ?? 0), 0),
    source: [...new Set(parts.map((part) => part.source))].join("; "),
  };
}

async function costOf(model: string, { prompt, models, run, now }: Grounds): Promise<Expectation> {
  const measured = recorded(run, model, "costUsd");
  if (measured) return measured;
  const configured = models.find((m) => m.name === model)?.price;
  if (configured === "free") return { value: 0, source: "free, as the config says" };
  const rates = ratesOf(configured);
  const price = rates ? { ...rates, source: rates.source ?? "config price" } : isGpuPrice(configured) ? null : await listPrice(model, now);
  const tokens = prompt.inputTokens;
  if (!price || tokens === null) return { value: null, source: `no price of ${model} is known` };
  return {
    value: (tokens * price.inputUsdPer1M + ASSUMED_OUTPUT_TOKENS * price.outputUsdPer1M) / 1e6,
    source: `${price.source}; ${tokens} tokens in (o200k), ${ASSUMED_OUTPUT_TOKENS} out assumed`,
  };
}

/** The mean of what a run recorded for a model, over the prompts that have it. */
function recorded(run: RunFigures | null, model: string, what: "costUsd" | "latencyMs"): Expectation | null {
  if (!run) return null;
  const column = run.columns[what][run.columns.models.indexOf(model)];
  let sum = 0;
  let n = 0;
  for (const value of column ?? [])
    if (!Number.isNaN(value)) {
      sum += value;
      n++;
    }
  const kind = run.basis === "decisions" ? "expected" : run.settings.models.some((m) => m.name === model && m.simulated) ? "simulated" : "recorded";
  return n > 0 ? { value: sum / n, source: `mean of ${n.toLocaleString("en-US")} ${kind} prompts, run ${run.id}` } : null;
}
