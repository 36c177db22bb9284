import { unknownName, WrpError } from "../../model/errors.ts";
import { columnList, type Source } from "../source.ts";
import type { ColumnMap } from "./importer.ts";

/** Facts of a prompt that a column can hold. */
export type PromptKey = (typeof promptKeys)[number];
/** Figures of one model's outcome that a column can hold. */
export type OutcomeKey = (typeof outcomeKeys)[number];

const promptKeys = [
  "prompt", "messages", "request", "tools", "id", "promptHash", "reference", "dataset", "session", "turn", "chosen", "tags", "grader", "lengthCodePoints",
  "inputTokens",
] as const;
const outcomeKeys = ["quality", "cost", "latencyMs", "ttftMs", "inputTokens", "outputTokens", "error", "text"] as const;

/** A column map taken apart. */
export interface TableShape {
  readonly prompt: ReadonlyMap<PromptKey, string>;
  /** Columns that become facts, by the fact's name. */
  readonly meta: ReadonlyMap<string, string>;
  /** Columns of each model; for the long form (one row a prompt and model) under the name "". */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<OutcomeKey, string>>;
  /** The column that names the model in the long form; null where models stand side by side. */
  readonly model: string | null;
}

/** Reads `--map`. Throws WrpError on an unknown key, on keys that contradict each other, and where no key names the prompt. */
export function readColumnMap(map: ColumnMap, source: Source): TableShape {
  const prompt = new Map<PromptKey, string>();
  const meta = new Map<string, string>();
  const outcomes = new Map<string, Map<OutcomeKey, string>>();
  const model = map["model"] ?? null;
  for (const [key, column] of Object.entries(map)) {
    const dot = key.indexOf(".");
    const kind = dot === -1 ? key : key.slice(0, dot);
    const name = dot === -1 ? "" : key.slice(dot + 1);
    if (key === "model") continue;
    if (kind === "meta" && name !== "") meta.set(name, column);
    else if (isOutcomeKey(kind) && (dot === -1 ? model !== null : name !== "")) {
      if (model !== null && dot !== -1)
        throw new WrpError(`"${key}" and "model" cannot both be mapped`, {
          hint: `where a column names the model, figures have one column each: ${kind}=${column}`,
        });
      if (!outcomes.has(name)) outcomes.set(name, new Map());
      outcomes.get(name)?.set(kind, column);
    } else if (isPromptKey(key)) prompt.set(key, column);
    else throw unknownKey(key, kind);
  }
  if (prompt.has("prompt") && prompt.has("messages")) throw new WrpError('"prompt" and "messages" cannot both be mapped');
  if (!["prompt", "messages", "request", "tools", "id", "promptHash"].some((key) => prompt.has(key as PromptKey)))
    throw new WrpError("the column map does not say where the prompt is", {
      hint: `add prompt=COLUMN (or messages=, or request= for requests' bodies, or id= for figures only); columns: ${columnList(source)}`,
    });
  return { prompt, meta: withStar(meta, map, source), outcomes, model };
}

/** `meta.*=*` takes every column that nothing else names. */
function withStar(meta: Map<string, string>, map: ColumnMap, source: Source): Map<string, string> {
  const star = meta.get("*");
  if (star === undefined) return meta;
  if (star !== "*") throw new WrpError(`"meta.*" takes all columns: write meta.*=* (got meta.*=${star})`);
  meta.delete("*");
  const taken = new Set(Object.values(map));
  for (const column of source.columns) if (column !== "" && !taken.has(column) && !meta.has(column)) meta.set(column, column);
  return meta;
}

function unknownKey(key: string, kind: string): WrpError {
  if (isOutcomeKey(kind))
    return new WrpError(`"${key}" does not say which model it is of`, {
      hint: `write ${kind}.MODEL=COLUMN, or model=COLUMN where a column names the model`,
    });
  return unknownName("map key", key, [
    ...promptKeys,
    "model",
    "meta.NAME",
    ...outcomeKeys.map((name) => `${name}.MODEL`),
  ]);
}

function isPromptKey(key: string): key is PromptKey {
  return (promptKeys as readonly string[]).includes(key);
}

function isOutcomeKey(key: string): key is OutcomeKey {
  return (outcomeKeys as readonly string[]).includes(key);
}
