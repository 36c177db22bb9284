import { telling, tellingLater, type Place, type Tell } from "../model/errors.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import { priceBook } from "../pool/price-book.ts";
import { allPrompts, comparedPrompts } from "../report/compared.ts";
import { importers } from "../workload/importers/index.ts";
import { openWorkload, type OpenedWorkload } from "../workload/index.ts";
import { basedOn } from "./based.ts";
import { modelRemarks, zeroCostWarning } from "./describe.ts";
import { pourInto } from "./gather.ts";
import { stopIfAsked } from "./interrupt.ts";
import { tellUnlisted, tryPolicies } from "./preview-policies.ts";
import { listening, NOTHING_STORED, type PreviewBasis, type Previewed, type PreviewParts } from "./preview-parts.ts";

/** What a data file holds. */
export interface PreviewedFile {
  readonly name: string;
  readonly format: string;
  readonly prompts: number;
  readonly models: readonly string[];
}

/**
 * Everything that a run would stand on, without running or storing it: reads the data, builds the policies and tries those that
 * decide by prompt. Errors are what would stop `wrp eval`; that grades do not overlap is a warning, since fewer models can be asked for.
 */
export async function preview(parts: PreviewParts): Promise<readonly PreviewedFile[]> {
  const { data, settings, warn } = parts;
  const heard = listening(parts.tellData);
  const workload = data && (await tellingLater(heard.tell, () => openWorkload(data, heard.tell)));
  if (!workload) {
    tellUnlisted(parts, []);
    return [];
  }
  const { files, ...outcomes } = await readAll(workload, parts, heard.tell);
  for (const remark of await workload.remarks()) warn(remark);
  const empty = outcomes.columns.n === 0;
  const based = empty && heard.errors > 0 ? undefined : await tellingLater(heard.tell, () => basedOn(outcomes, () => workload.batches(), parts));
  if (!based) {
    tellUnlisted(parts, []);
    return files;
  }

  remarkModels(parts, based, files);
  const uncompared: Tell = ({ message, hint }) => warn({ code: "no-overlap", message, place: null, ...(hint === undefined ? {} : { hint }) });
  telling(empty ? heard.tell : uncompared, () => {
    const { warnings } = based.basis === "decisions" ? allPrompts(based.columns) : comparedPrompts(based.columns, settings.missing);
    for (const message of warnings) warn({ code: "missing-grades", message, place: null });
  });
  if (based.columns.models.length === 0) tellUnlisted(parts, []);
  else await tryPolicies(parts, workload, based, heard.unread > 0);
  return files;
}

/** Reads a workload as a run does, and keeps nothing of it but the columns. */
async function readAll(workload: OpenedWorkload, { settings, concurrency, signal }: PreviewParts, tell: Tell): Promise<Previewed & { readonly files: readonly PreviewedFile[] }> {
  const prices = priceBook(settings.models);
  const pour = await pourInto({ settings, concurrency, signal, store: FORGETFUL }, prices);
  // Of files that are read as one, nobody can tell which of them an outcome is from: they have their models together.
  const together = new Map(workload.files.map(({ name, format }) => [name, importers.some((one) => one.name === format && one.joins) ? `joined ${format}` : name]));
  const models = new Map([...together.values()].map((group) => [group, new Set<string>()]));
  const whole = await tellingLater(tell, async () => {
    for await (const prompts of workload.batches()) {
      await stopIfAsked(signal, NOTHING_STORED);
      for (const { file, outcomes } of prompts) for (const { model } of outcomes) models.get(together.get(file) ?? "")?.add(model);
      await pour.add(prompts);
    }
    await pour.done();
    return workload.summary();
  });
  return {
    ...pour.finish(),
    seen: pour.seen(),
    summary: whole ?? { read: 0, excluded: 0, filtered: 0, sampledOut: 0, promptsPerFile: [], warnings: [] },
    comparability: { graders: pour.builder.graders(), simulated: pour.simulated() },
    files: workload.files.map(({ name, format }, k): PreviewedFile => ({ name, format, prompts: whole?.promptsPerFile[k] ?? 0, models: [...(models.get(together.get(name) ?? "") ?? [])] })),
  };
}

/** Keeps no answer: what is simulated is drawn anew. */
const FORGETFUL: Pick<OutcomeStore, "keptAnswers" | "liveAnswers" | "findOutputs" | "saveOutputs"> = {
  findOutputs: () => new Map(),
  saveOutputs: () => undefined,
  keptAnswers: () => ({ find: (_, keys) => keys.map(() => null), save: () => ({ answersNew: 0, answersKnown: 0, gradesNew: 0, gradesKnown: 0 }) }),
  liveAnswers: () => ({ find: (_, keys) => keys.map(() => null), keep: () => 0, keepTries: () => undefined, served: () => [], routing: () => null, findGrade: () => null, keepGrade: () => undefined }),
};

/** Models that are unpriced, ungraded, or not what the config says of them. */
function remarkModels({ settings, placeAt, warn }: PreviewParts, { columns, zeroCost, basis }: PreviewBasis, files: readonly PreviewedFile[]): void {
  const listed = (model: number) => placeAt(["models", model]) ?? null;
  const placeOfModel = (name: string): Place | null => {
    const k = settings.models.findIndex((m) => m.name === name && !m.ofPolicy);
    const file = files.find(({ models }) => models.includes(name))?.name;
    return (k < 0 ? undefined : placeAt(["models", k])) ?? (file === undefined ? null : { file });
  };
  for (const { code, message, model } of modelRemarks(settings, columns)) warn({ code, message, place: model === undefined ? null : listed(model) });
  for (const [m, name] of columns.models.entries()) {
    const known = (column: Float64Array | undefined) => column?.some((value) => !Number.isNaN(value)) ?? false;
    const place = placeOfModel(name);
    if (zeroCost.includes(name)) warn({ code: "unpriced-model", message: zeroCostWarning(name), place });
    else if (!known(columns.costUsd[m])) warn({ code: "unpriced-model", message: `${name} is unpriced: no cost in the data, and no price in the config that applies to it`, hint: "a config's price (models: price) applies where token counts are known", place });
    if (basis === "outcomes" && !known(columns.quality[m])) warn({ code: "ungraded-model", message: `${name} has no grade on any prompt`, place });
  }
}

