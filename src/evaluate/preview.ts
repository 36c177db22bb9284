import type { OutcomeColumns } from "../model/columns.ts";
import type { PolicySpec } from "../model/config.ts";
import { placed, telling, tellingLater, unknownName, WrpError, type Place, type Tell } from "../model/errors.ts";
import type { Remark } from "../model/remark.ts";
import { priceBook } from "../pool/price-book.ts";
import { comparedPrompts } from "../report/compared.ts";
import { assemble, type PlaceOf } from "../router/assemble.ts";
import { modelsNamed, policyName, unknownModel, unknownModels, type Policy } from "../router/index.ts";
import { readsTokens, withTokens } from "../signals/tokens.ts";
import { openWorkload, type OpenedWorkload, type WorkloadOptions } from "../workload/index.ts";
import { modelRemarks, referenceName, zeroCostWarning } from "./describe.ts";
import { figuresUnder, pourInto } from "./gather.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts, RunSettings } from "./parts.ts";

/** What a preview looks at, and who is told what is wrong with it. */
export interface PreviewParts extends Pick<Parts, "settings" | "concurrency" | "signal"> {
  /** What to read; null where there is no data to look at. */
  readonly data: WorkloadOptions | null;
  /** Policies that cannot be built for what was told of them already: only the models that they name are looked at. */
  readonly leftOut: readonly PolicySpec[];
  readonly placeOf: PlaceOf;
  /** Where a part of the config stands. */
  readonly placeAt: (path: readonly PropertyKey[]) => Place | undefined;
  /** Told of what is wrong with the data, and with policies. */
  readonly tellData: Tell;
  readonly tellPolicy: Tell;
  readonly warn: (remark: Remark) => void;
}

/** What a data file holds. */
export interface PreviewedFile {
  readonly name: string;
  readonly format: string;
  readonly prompts: number;
  readonly models: readonly string[];
}

/**
 * Everything that a run would stand on, without running or storing it: reads the data, builds the policies and tries those that
 * decide by prompt. Errors are what would stop `wrp eval`; a model that no data has is told of only where all data could be read.
 */
export async function preview(parts: PreviewParts): Promise<readonly PreviewedFile[]> {
  const { data, settings, warn } = parts;
  const heard = listening(parts.tellData);
  const workload = data && (await tellingLater(heard.tell, () => openWorkload(data, heard.tell)));
  if (!workload) {
    tellUnlisted(parts, []);
    return [];
  }
  const read = await readAll(workload, parts, heard.tell);
  const { columns } = read;
  for (const remark of await workload.remarks()) warn(remark);
  if (columns.n === 0 && heard.errors > 0) {
    tellUnlisted(parts, []);
    return read.files;
  }
  remarkModels(parts, read);
  const uncompared: Tell = ({ message, hint }) => warn({ code: "no-overlap", message, place: null, ...(hint === undefined ? {} : { hint }) });
  telling(columns.n === 0 ? heard.tell : uncompared, () => {
    for (const message of comparedPrompts(columns, settings.missing).warnings) warn({ code: "missing-grades", message, place: null });
  });
  if (columns.models.length === 0) tellUnlisted(parts, []);
  else await tryPolicies(parts, workload, columns, heard.unread > 0);
  return read.files;
}

/** Counts errors, and those that keep data from being read (bad rows do not). */
function listening(tell: Tell): { readonly errors: number; readonly unread: number; tell: Tell } {
  let errors = 0;
  let unread = 0;
  return {
    get errors() {
      return errors;
    },
    get unread() {
      return unread;
    },
    tell(error) {
      errors++;
      if (error.code !== "bad-row") unread++;
      tell(error);
    },
  };
}

interface Read {
  readonly columns: OutcomeColumns;
  readonly zeroCost: readonly string[];
  readonly files: readonly PreviewedFile[];
}

async function readAll(workload: OpenedWorkload, parts: PreviewParts, tell: Tell): Promise<Read> {
  const prices = priceBook(parts.settings.models);
  const pour = pourInto(parts, prices);
  const files = new Map(workload.files.map(({ name, format }) => [name, { name, format, prompts: 0, models: new Set<string>() }]));
  await tellingLater(tell, async () => {
    for await (const prompts of workload.batches()) {
      await stopIfAsked(parts.signal, NOTHING_STORED);
      for (const prompt of prompts) {
        const file = files.get(prompt.file);
        if (!file) continue;
        file.prompts++;
        for (const { model } of prompt.outcomes) file.models.add(model);
      }
      await pour.add(prompts);
    }
  });
  return { ...pour.builder.finish(prices.free), files: [...files.values()].map((file) => ({ ...file, models: [...file.models] })) };
}

const NOTHING_STORED = "a check stores nothing";

/** Models that are unpriced, ungraded, or not what the config says of them. */
function remarkModels({ settings, placeAt, warn }: PreviewParts, { columns, zeroCost, files }: Read): void {
  const listed = (model: number) => placeAt(["models", model]) ?? null;
  const placeOfModel = (name: string): Place | null => {
    const k = settings.models.findIndex((m) => m.name === name);
    const file = files.find(({ models }) => models.includes(name))?.name;
    return (k < 0 ? undefined : placeAt(["models", k])) ?? (file === undefined ? null : { file });
  };
  for (const { code, message, model } of modelRemarks(settings, columns)) warn({ code, message, place: model === undefined ? null : listed(model) });
  for (const [m, name] of columns.models.entries()) {
    const known = (column: Float64Array | undefined) => column?.some((value) => !Number.isNaN(value)) ?? false;
    const place = placeOfModel(name);
    if (zeroCost.includes(name)) warn({ code: "unpriced-model", message: zeroCostWarning(name), place });
    else if (!known(columns.costUsd[m])) warn({ code: "unpriced-model", message: `${name} is unpriced: no cost in the data, and no price in the config that applies to it`, hint: "a config's price (models: price) applies where token counts are known", place });
    if (!known(columns.quality[m])) warn({ code: "ungraded-model", message: `${name} has no grade on any prompt`, place });
  }
}

/**
 * Holds the models that policies name against those known, where the data that would have the others was not read: an error where
 * there should have been such data, else a warning, since data that is named later may have the model.
 */
function tellUnlisted({ data, settings, leftOut, placeOf, tellPolicy, warn }: PreviewParts, read: readonly string[]): void {
  if (settings.models.length === 0) return;
  const known = [...new Set([...read, ...settings.models.map(({ name }) => name)])];
  for (const spec of [...settings.policies, ...leftOut])
    for (const { model, path } of modelsNamed(spec)) {
      if (known.includes(model)) continue;
      const { message, hint, code = "" } = unknownName("model", model, known);
      const place = placeOf(spec, path);
      if (data) tellPolicy(new WrpError(message, { hint: `${hint}; data that could not be read may have it`, code, ...(place ? { place } : {}) }));
      else warn({ code, message: `${message}: the models list lacks it, and no data was checked`, ...(hint === undefined ? {} : { hint }), place: place ?? null });
    }
}

/** Builds the policies and runs those that decide by prompt over every prompt, as a run would. */
async function tryPolicies(parts: PreviewParts, workload: OpenedWorkload, columns: OutcomeColumns, unread: boolean): Promise<void> {
  const { settings, placeOf, placeAt, warn, signal } = parts;
  const told = listening(parts.tellPolicy);
  if (unread) tellUnlisted(parts, columns.models);
  const specs = unread ? settings.policies.filter((spec) => modelsNamed(spec).every(({ model }) => columns.models.includes(model))) : settings.policies;
  const { policies, context } = assemble(figuresUnder(settings.missing, columns), specs, columns.facts, columns.chosen.some((m) => m >= 0), placeOf, told.tell);
  if (!unread) for (const spec of parts.leftOut) for (const { model, path } of unknownModels(spec, context)) told.tell(unknownModel(model, context, placeOf(spec, path)));
  // With a policy left out, its name would seem unknown.
  if (told.errors === 0 && specs.length === settings.policies.length) telling(told.tell, () => referenceName(settings, policies, context.strong), placeAt(["reference"]));

  const trying = new Map<Policy, Place | undefined>();
  for (const policy of policies) if (!policy.control && policy.decide && !policy.replay) trying.set(policy, placeOfPolicy(policy.name, settings, placeOf));
  if (trying.size === 0) return;
  const tokens = readsTokens(settings.policies);
  const tried = [...trying];
  for await (const prompts of workload.batches()) {
    await stopIfAsked(signal, NOTHING_STORED);
    const views = (tokens ? await withTokens(prompts) : prompts).map((prompt) => ({ prompt, signals: {} }));
    for (const [policy, place] of trying)
      try {
        for (const view of views) policy.decide?.(view);
      } catch (error) {
        if (!(error instanceof WrpError)) throw error;
        told.tell(placed(error, place));
        trying.delete(policy);
      }
  }
  for (const [policy, place] of tried) for (const note of policy.notes?.() ?? []) warn({ code: "missing-field", message: `policy "${policy.name}": ${note}`, place: place ?? null });
}

function placeOfPolicy(name: string, settings: RunSettings, placeOf: PlaceOf): Place | undefined {
  const spec = settings.policies.find((one) => policyName(one) === name);
  return spec && placeOf(spec);
}
