import { WrpError } from "../../model/errors.ts";
import type { Row } from "../containers/container.ts";
import { nameHash, newDraft, type Draft, type RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { countCell, figureCell, newOutcome, qualityCell, shown } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import { columnList, type Column, type Source } from "../source.ts";
import { plainText, textCell } from "./cells.ts";
import { groupRows, type Grouping, type LongRow } from "./group-rows.ts";
import type { Importer } from "./importer.ts";
import { settleUsage } from "./usage.ts";

/**
 * LLMRouterBench: the records that its collector writes, a JSON document for each dataset and model
 * (results/bench/DATASET/SPLIT/MODEL/DATASET-SPLIT-MODEL-DATE_TIME.json; data_collector/storage.py at 46d48d4 of
 * ynulihao/LLMRouterBench), and the long table made of them (row_id, dataset, prompt_id, index, model, score, cost,
 * prompt_tokens, completion_tokens; data/routerbench.csv at 1b8b28f of xxyy-x/LLM-Optimization). Files are read together.
 *
 * - A failed call has no tokens and no cost, and score null (runner.py at 46d48d4) or, in the table, 0.
 * - Of several runs of a dataset and model the latest counts, by the time in the file's name; a demo run only where there
 *   is no other (storage.py, `_get_latest_non_demo_file`).
 */
export const llmrouterbench: Importer = {
  name: "llmrouterbench",
  describe: "LLMRouterBench: result JSON of each dataset and model (records), or a long CSV (prompt_id, model, score, cost …); read together",
  joins: true,
  detect: isForm,
  open(_source, _map, { sources }) {
    for (const source of sources)
      if (!isForm(source))
        throw new WrpError(
          `not an LLMRouterBench file: it needs "index" or "prompt_id", "score", "cost", "prompt_tokens" and "completion_tokens"; ` +
            `its columns are ${columnList(source)}`,
          { place: { file: source.file.name } },
        );
    return {
      sessions: false,
      async *read(problems, notes) {
        const runs: Run[] = [];
        for (const source of sources) runs.push(await runOf(source));
        const columns = sources.map((source) => columnsOf(source));
        const grouping: Grouping = {
          parse: (row, name, source, rowNotes) => parse(row, name, columns[source] as Columns, runs[source] as Run, rowNotes),
          fill(draft, later) {
            draft.reference ??= later.reference;
          },
        };
        yield* groupRows(sources, grouping, problems, notes);
      },
    };
  },
};

function isForm(source: Source): boolean {
  const figures = ["score", "cost", "prompt_tokens", "completion_tokens"].every((name) => source.has(name));
  return figures && (source.has("model") ? source.has("prompt_id") || source.has("index") : source.has("index") && source.has("origin_query"));
}

/** What a result document says of all its records. */
interface Run {
  readonly model: string | null;
  readonly dataset: string | null;
  readonly split: string | null;
  /** The later run stands. */
  readonly rank: number;
}

async function runOf(source: Source): Promise<Run> {
  if (source.has("model")) return { model: null, dataset: null, split: null, rank: 0 };
  const { model_name: model, dataset_name: dataset, split, demo } = await source.members(["model_name", "dataset_name", "split", "demo"]);
  const time = /(\d{8})_(\d{6})$/.exec(source.base);
  return {
    model: textCell(model),
    dataset: textCell(dataset),
    split: textCell(split),
    rank: demo === true ? -1 : time ? Number(`${time[1]}${time[2]}`) : 0,
  };
}

const NAMES = [
  "dataset", "split", "prompt_id", "index", "model", "prompt", "origin_query", "ground_truth", "prediction", "raw_output", "score", "cost",
  "prompt_tokens", "completion_tokens",
] as const;
type Columns = Readonly<Record<(typeof NAMES)[number], Column>>;

function columnsOf(source: Source): Columns {
  return Object.fromEntries(NAMES.map((name) => [name, source.column(name)])) as Columns;
}

function parse(row: Row, name: RowName, columns: Columns, run: Run, notes: Notes): LongRow {
  const get = (column: keyof Columns): unknown => columns[column](row);
  const dataset = textCell(get("dataset")) ?? run.dataset;
  const split = textCell(get("split")) ?? run.split;
  const index = textCell(get("index"));
  const id = textCell(get("prompt_id")) ?? (index === null ? null : `${dataset ?? "prompt"}_${index}`);
  if (id === null) throw new BadRow(`"index" is blank, and nothing else names the prompt`);
  const draft = promptOf(get("prompt"), get("origin_query"), id, dataset, name);
  draft.reference = plainText(get("ground_truth"));
  if (split !== null) draft.meta = { split };
  const outcome = newOutcome(textCell(get("model")) ?? run.model ?? name.base);
  outcome.quality = qualityCell(get("score"), "score");
  outcome.costUsd = figureCell(get("cost"), "cost");
  outcome.inputTokens = countCell(get("prompt_tokens"), "prompt_tokens");
  outcome.outputTokens = countCell(get("completion_tokens"), "completion_tokens");
  outcome.text = plainText(get("raw_output")) ?? plainText(get("prediction"));
  if (outcome.quality === null && outcome.text !== null && /^(Processing failed|Unexpected error): /.test(outcome.text))
    [outcome.error, outcome.text] = [outcome.text, null];
  // Where there is no text, the dataset and the position in it are what a prompt is known by.
  return { key: JSON.stringify([dataset, split, id, draft.messages && draft.hash]), draft, outcome: settleUsage(outcome, notes, id), rank: run.rank };
}

/** `prompt` is what was sent; it is empty where the collector could not even begin a record. */
function promptOf(prompt: unknown, query: unknown, id: string, dataset: string | null, name: RowName): Draft {
  const text = [prompt, query].find((value) => value !== undefined && value !== null && value !== "") ?? null;
  if (text !== null && typeof text !== "string") throw new BadRow(`"prompt" must be a text (got ${shown(text)})`);
  const draft = newDraft(name, id, text === null ? null : [{ role: "user", content: text }], dataset);
  if (text === null) draft.hash = nameHash(draft.dataset, id);
  return draft;
}
