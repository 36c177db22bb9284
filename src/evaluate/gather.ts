import pLimit from "p-limit";
import { recordedGrade } from "../grade/recorded.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { PolicySpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import { ColumnsBuilder } from "../outcomes/columns.ts";
import { modelFigures } from "../outcomes/figures.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import type { Backend } from "../pool/backend.ts";
import type { PriceBook } from "../pool/price-book.ts";
import { recordedBackend } from "../pool/recorded.ts";
import type { MissingRule } from "../report/input.ts";
import { factOf, type ModelFigures } from "../router/index.ts";
import { readsTokens, withTokens } from "../signals/tokens.ts";
import type { Workload } from "../workload/workload.ts";
import { zeroCostWarning } from "./describe.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts } from "./parts.ts";

/** A workload's outcomes, gathered. */
export type Gathered = ReturnType<typeof gather> extends AsyncGenerator<unknown, infer R> ? R : never;

/** Reads the workload (from the store where it is there, else from its files, storing it) into columns. */
export async function* gather(
  parts: Pick<Parts, "store" | "workload" | "settings" | "clockMs" | "signal" | "concurrency">,
  prices: PriceBook,
) {
  const { store, workload, settings, clockMs, signal } = parts;
  const stored = store.findWorkload(workload.hash);
  const writer = stored ? null : store.writeWorkload({ hash: workload.hash, name: workload.name, files: workload.files });
  const pour = pourInto(parts, prices);
  let storeMs = 0;
  try {
    for await (const prompts of stored ? store.readPrompts(workload.hash) : workload.batches()) {
      await stopIfAsked(signal);
      const from = clockMs();
      writer?.append(prompts);
      storeMs += clockMs() - from;
      await pour.add(prompts);
      yield { type: "read" as const, prompts: pour.builder.size, stored: stored !== null };
    }
  } catch (error) {
    writer?.abandon();
    throw error;
  }
  const summary = stored?.summary ?? workload.summary();
  const from = clockMs();
  const saved = writer?.finish(summary) ?? { answersNew: 0, answersKnown: pour.answers(), gradesNew: 0, gradesKnown: pour.grades() };
  storeMs += clockMs() - from;
  const { columns, zeroCost } = pour.builder.finish(prices.free);
  for (const name of settings.only ?? []) if (!columns.models.includes(name)) throw unknownModel(name, pour.seen());
  return {
    columns,
    summary,
    saved,
    storeMs,
    zeroCost,
    duplicates: pour.builder.duplicates,
    warnings: zeroCost.map(zeroCostWarning),
  };
}

/** What the models are worth on the training part: read, but not stored. */
export async function fitOn(workload: Workload, parts: Pick<Parts, "settings" | "concurrency" | "signal">, prices: PriceBook): Promise<ModelFigures[]> {
  const pour = pourInto(parts, prices);
  for await (const prompts of workload.batches()) {
    await stopIfAsked(parts.signal);
    await pour.add(prompts);
  }
  return figuresUnder(parts.settings.missing, pour.builder.finish(prices.free).columns);
}

/** What a model is worth under the run's rule for failed calls. */
export function figuresUnder(missing: MissingRule, columns: OutcomeColumns): ModelFigures[] {
  return modelFigures(columnsUnder(missing, columns));
}

/** The columns under the run's rule for failed calls: a gap, or a refusal of quality 0. */
export function columnsUnder(missing: MissingRule, columns: OutcomeColumns): OutcomeColumns {
  if (missing === "gap") return columns;
  return { ...columns, quality: columns.quality.map((column, m) => column.map((q, i) => ((columns.failed[m] as Uint8Array)[i] === 1 ? 0 : q))) };
}

/** A workload that is read from the store. */
export function storedWorkload(store: OutcomeStore, hash: string): Workload {
  const stored = store.findWorkload(hash);
  if (!stored) throw new WrpError(`the store does not have the workload ${hash} whole`, { hint: "run the same wrp eval again" });
  const { header, summary } = stored;
  return {
    name: header.name,
    hash,
    files: header.files,
    async *batches() {
      yield* store.readPrompts(hash);
    },
    summary: () => summary,
  };
}

/** Answers and grades prompts batch by batch into columns; every answer once a prompt and model, shared by all policies. */
export function pourInto(parts: Pick<Parts, "settings" | "concurrency">, prices: PriceBook) {
  const { settings } = parts;
  const backend: Backend = recordedBackend(prices.tokens);
  const builder = new ColumnsBuilder(factsOf(settings.policies).map((name) => ({ name, read: (prompt: Prompt) => factOf(name).read(prompt, {}) })));
  const limit = pLimit(parts.concurrency);
  const tokens = readsTokens(settings.policies);
  const seen = new Set<string>();
  let answers = 0;
  let grades = 0;
  return {
    builder,
    /** Every model that a prompt has an outcome of, also those not asked for. */
    seen: () => [...seen],
    answers: () => answers,
    grades: () => grades,
    async add(read: readonly Prompt[]): Promise<void> {
      const prompts = tokens ? await withTokens(read) : read;
      const names = new Set<string>();
      for (const prompt of prompts) for (const { model } of prompt.outcomes) names.add(model);
      for (const name of names) seen.add(name);
      if (settings.only) for (const name of names) if (!settings.only.includes(name)) names.delete(name);
      const from = builder.size;
      builder.addPrompts(prompts);
      const batches = await Promise.all([...names].map((model) => limit(async () => ({ model, answered: await backend.answer(prompts, model) }))));
      for (const { model, answered } of batches) {
        const graded = answered.map((answer) => (answer ? recordedGrade(answer) : null));
        builder.addAnswers(model, from, answered, graded);
        for (const answer of answered) if (answer) answers++;
        for (const grade of graded) if (grade !== null) grades++;
      }
    },
  };
}

/** The numeric facts that policies read, and the length control's. */
function factsOf(policies: readonly PolicySpec[]): string[] {
  return [...new Set(["prompt.lengthCodePoints", ...policies.flatMap((p) => (p.kind === "threshold" ? [factOf(p.fact).name] : []))])];
}

function unknownModel(name: string, known: readonly string[]): WrpError {
  return new WrpError(`no outcome of model "${name}" in this workload`, { hint: `models: ${known.join(", ") || "none"}` });
}
