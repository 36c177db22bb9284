import type { Message, RecordedOutcome } from "../../model/prompt.ts";
import { WrpError } from "../../model/errors.ts";
import type { Row } from "../containers/container.ts";
import { newDraft, type Draft, type RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { figureCell, isGap, newOutcome, qualityCell, settle, shown } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import { looksLikeStringList, readStringList } from "../python-literal.ts";
import { columnList, type Column, type Source } from "../source.ts";
import { perRow, type Importer } from "./importer.ts";

const RESPONSE = "|model_response";
const COST = "|total_cost";
const ORACLE = "oracle_model_to_route_to";

/** RouterBench: a score column for each model, with its answer and cost in columns of the same name and a suffix. */
export const routerbench: Importer = {
  name: "routerbench",
  describe: "RouterBench CSV: sample_id, prompt, eval_name, {model}, {model}|model_response, {model}|total_cost",
  detect: (source) => source.has("prompt") && modelsOf(source).length > 0,
  open(source) {
    const models = modelsOf(source).map((name) => columnsOf(source, name));
    if (models.length === 0 || !source.has("prompt"))
      throw new WrpError(`not a RouterBench file: it needs "prompt" and "{model}${COST}"; its columns are ${columnList(source)}`, {
        place: { file: source.file.name },
      });
    const prompt = source.column("prompt");
    const id = source.column("sample_id");
    const evalName = source.column("eval_name");
    const oracle = source.has(ORACLE) ? source.column(ORACLE) : null;

    const parse = (row: Row, name: RowName, notes: Notes): Draft => {
      const dataset = textCell(evalName(row));
      const draft = newDraft(name, textCell(id(row)), messagesOf(prompt(row), name, notes), dataset);
      const meta: Record<string, string> = {};
      if (dataset !== null) meta["eval_name"] = dataset;
      const best = oracle && textCell(oracle(row));
      if (best !== null) meta[ORACLE] = best;
      draft.meta = meta;
      const outcomes: RecordedOutcome[] = [];
      for (const model of models) {
        const outcome = newOutcome(model.name);
        if (model.score) outcome.quality = qualityCell(model.score(row), model.name);
        if (model.cost) outcome.costUsd = figureCell(model.cost(row), model.costName);
        if (model.response) outcome.text = responseOf(model.response(row));
        outcomes.push(settle(outcome, notes, draft.id));
      }
      draft.outcomes = outcomes;
      return draft;
    };
    return {
      sessions: false,
      read: (problems, notes) => perRow(source, problems, (row, name) => parse(row, name, notes), prompt),
    };
  },
};

/** Models in the order of their score columns (or of their costs, where there is no score). */
function modelsOf(source: Source): string[] {
  const named = new Set<string>();
  for (const column of source.columns)
    for (const suffix of [RESPONSE, COST]) if (column.endsWith(suffix) && column.length > suffix.length) named.add(column.slice(0, -suffix.length));
  return [...new Set([...source.columns.filter((column) => named.has(column)), ...named])];
}

function columnsOf(source: Source, name: string) {
  const find = (column: string): Column | null => (source.has(column) ? source.column(column) : null);
  return { name, costName: name + COST, score: find(name), cost: find(name + COST), response: find(name + RESPONSE) };
}

function messagesOf(value: unknown, name: RowName, notes: Notes): Message[] {
  let texts: readonly unknown[];
  if (Array.isArray(value)) texts = value;
  else if (typeof value !== "string") throw new BadRow(`"prompt" must be a text (got ${shown(value)})`);
  else {
    const strings = readStringList(value);
    if (strings === null && looksLikeStringList(value)) notes.add("bad-literal", `${name.file}, record ${name.row + 1}`);
    texts = strings !== null && strings.length > 0 ? strings : [value];
  }
  return texts.map((content) => {
    if (typeof content !== "string") throw new BadRow(`"prompt" must hold texts (got ${shown(content)})`);
    return { role: "user", content };
  });
}

function responseOf(value: unknown): string | null {
  if (Array.isArray(value)) return value.join("\n");
  if (typeof value !== "string" || value === "") return null;
  const strings = readStringList(value);
  return strings ? strings.join("\n") : value;
}

function textCell(value: unknown): string | null {
  return isGap(value) ? null : String(value);
}
