import type { ChatRequest } from "../../model/chat-request.ts";
import { messagesSchema } from "../../model/dataset-row.ts";
import { WrpError } from "../../model/errors.ts";
import type { Message, MetaValue } from "../../model/prompt.ts";
import type { Row } from "../containers/container.ts";
import { jsonCell } from "../cells.ts";
import { chatRequest, keepRequest } from "../chat-request.ts";
import { isFields, requestMessages } from "../chat.ts";
import { nameHash, newDraft, textOf, type Draft, type RowName } from "../draft.ts";
import { parseJson } from "../nesting.ts";
import type { Notes } from "../notes.ts";
import { countCell, figureCell, isGap, newOutcome, qualityCell, settle, shown, type OutcomeDraft } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import { columnList, type Column, type Source } from "../source.ts";
import { metaCell, plainText, textCell } from "./cells.ts";
import { readColumnMap, type OutcomeKey, type PromptKey, type TableShape } from "./column-map.ts";
import { groupRows, type Grouping } from "./group-rows.ts";
import { perRow, type Importer } from "./importer.ts";

/** Any table, by a column map: models side by side, or one row a prompt and model. */
export const table: Importer = {
  name: "table",
  describe: "any table, with --map prompt=COLUMN,quality.MODEL=COLUMN,cost.MODEL=COLUMN … (or model=COLUMN,quality=COLUMN …)",
  detect: () => false,
  open(source, map) {
    const shape = readColumnMap(map, source);
    const columns = newColumns(source, shape);
    return {
      sessions: shape.prompt.has("session"),
      async *read(problems, notes) {
        columns.reset();
        if (shape.model === null) yield* perRow(source, problems, (row, name) => wide(columns, row, name, notes));
        else yield* groupRows([source], long(columns), problems, notes);
        columns.check();
      },
    };
  },
};

interface Cell {
  readonly name: string;
  readonly get: Column;
}

interface Columns {
  readonly prompt: ReadonlyMap<PromptKey, Cell>;
  readonly meta: readonly (readonly [string, Cell])[];
  readonly outcomes: readonly { readonly model: string; readonly cells: readonly (readonly [OutcomeKey, Cell])[] }[];
  readonly model: Cell | null;
  readonly textual: boolean;
  reset(): void;
  /** Throws WrpError where a mapped column was met in no row. */
  check(): void;
}

/** Finds the mapped columns. Object rows may lack any key in their first rows, so theirs are checked when all are read. */
function newColumns(source: Source, shape: TableShape): Columns {
  const unseen = new Set<string>();
  const pending = new Set<string>();
  const find = (name: string): Cell => {
    const get = source.column(name);
    if (source.has(name)) return { name, get };
    if (!Array.isArray(source.head[0])) {
      pending.add(name);
      return { name, get: (row) => seen(get(row), name) };
    }
    throw absent(source, name);
  };
  const seen = (value: unknown, name: string): unknown => {
    if (value !== undefined) unseen.delete(name);
    return value;
  };
  return {
    prompt: new Map([...shape.prompt].map(([key, name]) => [key, find(name)])),
    meta: [...shape.meta].map(([key, name]) => [key, find(name)] as const),
    outcomes: [...shape.outcomes].map(([model, cells]) => ({
      model,
      cells: [...cells].map(([key, name]) => [key, find(name)] as const),
    })),
    model: shape.model === null ? null : find(shape.model),
    textual: source.container.textual,
    reset() {
      for (const name of pending) unseen.add(name);
    },
    check() {
      for (const name of unseen) throw absent(source, name);
    },
  };
}

function absent(source: Source, name: string): WrpError {
  return new WrpError(`there is no column "${name}"`, { place: { file: source.file.name }, hint: `columns: ${columnList(source)}` });
}

function wide(columns: Columns, row: Row, name: RowName, notes: Notes): Draft {
  const draft = promptOf(columns, row, name, notes);
  draft.outcomes = columns.outcomes.map(({ model, cells }) => outcomeOf(model, cells, row, notes, draft.id));
  return draft;
}

/** Rows of one id and text, wherever they stand, are about the same prompt. */
function long(columns: Columns): Grouping {
  const cells = columns.outcomes[0]?.cells ?? [];
  const named = columns.prompt.has("id");
  const modelCell = columns.model as Cell;
  return {
    parse(row, name, _source, notes) {
      const model = textCell(modelCell.get(row));
      if (model === null) throw new BadRow(`"${modelCell.name}" must name a model (got ${shown(modelCell.get(row))})`);
      const draft = promptOf(columns, row, name, notes);
      const key = JSON.stringify([draft.dataset, named ? draft.id : null, draft.hash, named ? null : draft.request]);
      return { key, draft, outcome: outcomeOf(model, cells, row, notes, draft.id) };
    },
    clash: (model, { id }, first) =>
      new BadRow(`two rows for model "${model}" and prompt "${id}"`, {
        first,
        ...(named ? {} : { hint: "prompts are told apart by their text: map id=COLUMN where several have the same" }),
      }),
  };
}

function promptOf(columns: Columns, row: Row, name: RowName, notes: Notes): Draft {
  const get = (key: PromptKey): unknown => columns.prompt.get(key)?.get(row);
  const label = (key: PromptKey): string => columns.prompt.get(key)?.name ?? key;
  const id = textCell(get("id"));
  const messages = messagesOf(columns, row, notes, name);
  const draft = newDraft(name, id, messages, textCell(get("dataset")));
  if (!messages) {
    const hash = textCell(get("promptHash"));
    if (hash === null && id === null) throw new BadRow(`"${label(columns.prompt.has("id") ? "id" : "promptHash")}" is blank, and nothing else names the prompt`);
    if (hash !== null && !/^[0-9a-f]{32}$/.test(hash)) throw new BadRow(`"${label("promptHash")}" must be 32 hex digits (got ${shown(hash)})`);
    draft.hash = hash ?? nameHash(draft.dataset, draft.id);
    draft.lengthCodePoints = countCell(get("lengthCodePoints"), label("lengthCodePoints"));
  }
  if (["messages", "request", "tools"].some((key) => columns.prompt.has(key as PromptKey))) keepRequest(draft, requestOf(get));
  draft.inputTokens = countCell(get("inputTokens"), label("inputTokens"));
  draft.reference = columns.prompt.has("reference") ? plainText(get("reference")) : null;
  draft.grader = textCell(get("grader"));
  draft.session = textCell(get("session"));
  draft.turn = countCell(get("turn"), label("turn"));
  draft.chosen = textCell(get("chosen"));
  if (columns.prompt.has("tags")) draft.tags = tagsOf(get("tags"));
  if (columns.meta.length > 0) {
    const facts: [string, MetaValue][] = [];
    for (const [key, cell] of columns.meta) {
      const value = cell.get(row);
      if (value !== undefined) facts.push([key, metaCell(value, columns.textual)]);
    }
    draft.meta = Object.fromEntries(facts); // a fact may be named __proto__
  }
  return draft;
}

function messagesOf(columns: Columns, row: Row, notes: Notes, name: RowName): Message[] | null {
  const prompt = columns.prompt.get("prompt");
  if (prompt) {
    const text = prompt.get(row);
    if (typeof text !== "string") throw new BadRow(`"${prompt.name}" must be a text (got ${shown(text)})`);
    return [{ role: "user", content: text }];
  }
  const messages = columns.prompt.get("messages");
  if (!messages) {
    const request = columns.prompt.get("request");
    return request ? requestMessages(request.get(row), { notes, where: `${name.file}, record ${name.row + 1}` }) : null;
  }
  let value = messages.get(row);
  if (typeof value === "string") {
    try {
      value = parseJson(value);
    } catch {
      throw new BadRow(`"${messages.name}" must be a list of {role, content} as JSON (got ${shown(value)})`);
    }
  }
  const list = Array.isArray(value) ? value.map((message) => plainMessage(message, notes, name)) : value;
  const checked = messagesSchema.safeParse(list);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new BadRow(`"${[messages.name, ...(issue?.path ?? [])].join(".")}" ${issue?.message} (got ${shown(value)})`);
}

/** What the columns say beside the texts: a request's body, and messages and tools with columns of their own. */
function requestOf(get: (key: PromptKey) => unknown): ChatRequest | null {
  const body = jsonCell(get("request"));
  const [messages, tools] = [get("messages"), get("tools")];
  return chatRequest({ ...(isFields(body) ? body : {}), ...(messages === undefined ? {} : { messages }), ...(tools === undefined ? {} : { tools }) });
}

/** A chat API's message with its text alone: content may be a list of parts, or null beside a tool call. */
function plainMessage(message: unknown, notes: Notes, name: RowName): unknown {
  if (typeof message !== "object" || message === null) return message;
  const { role, content } = message as Record<string, unknown>;
  if (content === null || content === undefined) return { role, content: "" };
  if (!Array.isArray(content)) return { role, content };
  const texts: string[] = [];
  for (const part of content) {
    const text = typeof part === "string" ? part : (part as Record<string, unknown> | null)?.["text"];
    if (typeof text === "string") texts.push(text);
    else notes.add("not-text", `${name.file}, record ${name.row + 1}`);
  }
  return { role, content: textOf(texts.map((text) => ({ role: "", content: text }))) };
}

function outcomeOf(model: string, cells: readonly (readonly [OutcomeKey, Cell])[], row: Row, notes: Notes, promptId: string): OutcomeDraft {
  const outcome = newOutcome(model);
  for (const [key, cell] of cells) {
    const value = cell.get(row);
    switch (key) {
      case "quality":
        outcome.quality = qualityCell(value, cell.name);
        break;
      case "cost":
        outcome.costUsd = figureCell(value, cell.name);
        break;
      case "latencyMs":
      case "ttftMs":
        outcome[key] = figureCell(value, cell.name);
        break;
      case "inputTokens":
      case "outputTokens":
        outcome[key] = countCell(value, cell.name);
        break;
      case "error":
        outcome.error = errorOf(value);
        break;
      case "text":
        outcome.text = plainText(value);
    }
  }
  return settle(outcome, notes, promptId);
}

/** Some files say whether a call failed rather than why. */
function errorOf(value: unknown): string | null {
  const text = textCell(value);
  if (value === false || text === null || /^(false|0)$/i.test(text)) return null;
  return value === true || /^(true|1)$/i.test(text) ? "failed" : text;
}

function tagsOf(value: unknown): string[] {
  let list: unknown = value;
  if (typeof value === "string" && value.trimStart().startsWith("[")) {
    try {
      list = parseJson(value);
    } catch {
      throw new BadRow(`tags must be a list, or words with commas between (got ${shown(value)})`);
    }
  }
  if (isGap(list)) return [];
  const parts = Array.isArray(list) ? list.map(String) : String(list).split(/[,;]/);
  return parts.map((tag) => tag.trim()).filter((tag) => tag !== "");
}
