import { WrpError } from "../model/errors.ts";
import { PEEK_BYTES, rawBytes } from "./bytes.ts";
import type { DataFile } from "./data-file.ts";
import type { Notes } from "./notes.ts";
import { shown, type OutcomeDraft } from "./outcome.ts";

/** What a form's price lists call a model's prices, both USD per million tokens. */
export interface PriceKeys {
  readonly input: string;
  readonly output: string;
}

/** A file that lists what models cost; it holds no prompts. */
export interface PriceList {
  readonly file: DataFile;
  readonly keys: PriceKeys;
  /** USD per million tokens, by model. */
  readonly prices: ReadonlyMap<string, Price>;
  /** Models whose description names another price than the price fields, which are what counts. */
  readonly contradicted: readonly string[];
}

interface Price {
  readonly input: number;
  readonly output: number;
}

/** Lists of some dozens of models are kilobytes; those with an embedding for each are still well below this. */
const MAX_BYTES = 8 * 1024 * 1024;

/** An object whose first member is an object, as price lists begin and rows hardly ever do. */
const BEGINNING = /^\uFEFF?\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{/;

/** A price in prose: "$0.30 per million input tokens". */
const PROSE = /\$\s*(\d+(?:\.\d+)?)\s*(?:\/|per)\s*(?:1?M\b|(?:1 )?million)/gi;

/**
 * A file's price list (an object of models, each an object with prices under the keys of one of the forms), or null where
 * the file is none. Throws WrpError on a price that is no number ≥ 0.
 */
export async function readPriceList(file: DataFile, forms: readonly PriceKeys[]): Promise<PriceList | null> {
  const text = await listText(file);
  if (text === null) return null;
  let models: unknown;
  try {
    models = JSON.parse(text);
  } catch {
    return null;
  }
  const entries = Object.entries(models as Record<string, unknown>);
  if (!entries.every((entry): entry is [string, Record<string, unknown>] => isObject(entry[1]))) return null;
  const keys = forms.find(({ input, output }) => entries.some(([, entry]) => Object.hasOwn(entry, input) && Object.hasOwn(entry, output)));
  if (!keys) return null;
  const prices = new Map<string, Price>();
  const contradicted: string[] = [];
  for (const [model, entry] of entries) {
    const [input, output] = [keys.input, keys.output].map((key) => priceOf(entry[key], model, key, file, text));
    if (typeof input !== "number" || typeof output !== "number") continue;
    prices.set(model, { input, output });
    const stated = Object.values(entry).flatMap((value) => (typeof value === "string" ? [...value.matchAll(PROSE)].map((match) => Number(match[1])) : []));
    if (stated.some((price) => price !== input && price !== output)) contradicted.push(model);
  }
  return { file, keys, prices, contradicted };
}

/** Tells that price lists are among the files, and what is odd about them. */
export function notePriceLists(lists: readonly PriceList[], notes: Notes): void {
  const known = new Map<string, Price>();
  for (const { file, prices, contradicted } of lists) {
    notes.add("price-list", file.name);
    for (const model of contradicted) notes.add("price-in-prose", `${model} in ${file.name}`);
    for (const [model, price] of prices) {
      const earlier = known.get(model);
      if (!earlier) known.set(model, price);
      else if (earlier.input !== price.input || earlier.output !== price.output) notes.add("two-prices", model);
    }
  }
}

/** Prices an answer that has tokens and no cost, if a list knows the model (under its name, or with "_" for "/" in it). */
export function priceByTokens(outcome: OutcomeDraft, lists: readonly PriceList[], notes: Notes, promptId: string): OutcomeDraft {
  const { model, inputTokens, outputTokens } = outcome;
  if (outcome.error !== null || outcome.costUsd !== null || inputTokens === null || outputTokens === null) return outcome;
  for (const { prices } of lists) {
    const price = prices.get(model) ?? prices.get(model.replaceAll("/", "_"));
    if (!price) continue;
    outcome.costUsd = (inputTokens * price.input + outputTokens * price.output) / 1_000_000;
    notes.add("priced-by-list", `${model} on ${promptId}`);
    return outcome;
  }
  return outcome;
}

/** The text of a small file that begins as a price list does; else null. */
async function listText(file: DataFile): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of rawBytes(file, PEEK_BYTES)) {
    if (length === 0 && !BEGINNING.test(chunk.toString("utf8"))) return null;
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) return null;
  }
  return length === 0 ? null : Buffer.concat(chunks).toString("utf8").replace(/^\uFEFF/, "");
}

function priceOf(value: unknown, model: string, key: string, file: DataFile, text: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw new WrpError(`"${key}" of "${model}" must be a number ≥ 0 (got ${shown(value)})`, { place: { file: file.name, line: lineOf(text, model, key) } });
}

/** The line of a model's key, found by looking for them in turn. */
function lineOf(text: string, model: string, key: string): number {
  const at = text.indexOf(JSON.stringify(key), text.indexOf(JSON.stringify(model)));
  return text.slice(0, Math.max(at, 0)).split("\n").length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
