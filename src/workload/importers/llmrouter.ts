import { messagesSchema } from "../../model/dataset-row.ts";
import { WrpError } from "../../model/errors.ts";
import type { Message, RecordedOutcome } from "../../model/prompt.ts";
import type { Row } from "../containers/container.ts";
import { newDraft, type Draft, type RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { countCell, figureCell, newOutcome, qualityCell, settle, shown } from "../outcome.ts";
import { priceByTokens, type PriceList } from "../price-list.ts";
import { BadRow } from "../problems.ts";
import { columnList, type Column, type Source } from "../source.ts";
import { metaCell, plainText, textCell } from "./cells.ts";
import { groupRows, type Grouping } from "./group-rows.ts";
import { perRow, type Importer } from "./importer.ts";
import { settleUsage } from "./usage.ts";

/**
 * LLMRouter's data files. Forms as in ulab-uiuc/LLMRouter:
 *
 * - routing data, a row a query and model: llmrouter/data/README.md (322c2cf), written by api_calling_evaluation.py
 *   (2756692): `response_time` is in seconds; a failed call has performance 0 and a response that begins with "ERROR" or
 *   "API Error". There is no cost; it is input_tokens x input_price / 1e6 + output_tokens x output_price / 1e6 of
 *   default_llm.json (benchmark_pipeline/README.md, 60b9632).
 * - scores, a row a query with an object of models: data/dcrouter_preprocessed (17e4c69); or with two lists,
 *   `llm_name_list` and `perf_list`: data/routerdc (5aaa028).
 * - queries alone, without outcomes: default_query_test.jsonl.
 */
export const llmrouter: Importer = {
  name: "llmrouter",
  describe: "LLMRouter: routing data (query, model_name, performance), scores by model, or queries; priced by default_llm.json",
  prices: { input: "input_price", output: "output_price" },
  detect: (source) => kindOf(source) !== null,
  open(source, _map, { prices }) {
    const kind = kindOf(source);
    if (kind === null)
      throw new WrpError(`not an LLMRouter file: it needs "query" and "performance", or "scores"; its columns are ${columnList(source)}`, {
        place: { file: source.file.name },
      });
    if (kind === "routing") {
      const grouping = routing(source, prices);
      return { sessions: false, read: (problems, notes) => groupRows([source], grouping, problems, notes) };
    }
    const parse = { scores, lists, queries }[kind](source);
    return { sessions: false, read: (problems, notes) => perRow(source, problems, (row, name) => parse(row, name, notes)) };
  },
};

function kindOf(source: Source): "routing" | "scores" | "lists" | "queries" | null {
  const query = source.has("query");
  if (query && source.has("model_name") && source.has("performance")) return "routing";
  if ((query || source.has("question")) && isObject(source.column("scores")(source.head[0] as Row))) return "scores";
  if (query && source.has("llm_name_list") && source.has("perf_list")) return "lists";
  return query && source.has("task_name") && source.has("ground_truth") && source.has("metric") ? "queries" : null;
}

function routing(source: Source, prices: readonly PriceList[]): Grouping {
  const query = queryOf(source);
  const columns = Object.fromEntries(
    ["model_name", "performance", "response", "input_tokens", "output_tokens", "response_time", "embedding_id", "user_id"].map((name) => [name, source.column(name)]),
  ) as Record<string, Column>;
  return {
    parse(row, name, _source, notes) {
      const get = (column: string): unknown => columns[column]?.(row);
      const model = textCell(get("model_name"));
      if (model === null) throw new BadRow(`"model_name" must name a model (got ${shown(get("model_name"))})`);
      const draft = query(row, name, textCell(get("embedding_id")));
      const outcome = newOutcome(model);
      outcome.text = plainText(get("response"));
      if (outcome.text !== null && /^(ERROR|API Error)/.test(outcome.text)) [outcome.error, outcome.text] = [outcome.text, null];
      outcome.quality = qualityCell(get("performance"), "performance");
      outcome.inputTokens = countCell(get("input_tokens"), "input_tokens");
      outcome.outputTokens = countCell(get("output_tokens"), "output_tokens");
      const seconds = figureCell(get("response_time"), "response_time");
      // A call that raised an error was not timed.
      outcome.latencyMs = seconds === null || (seconds === 0 && outcome.error !== null) ? null : seconds * 1000;
      settleUsage(outcome, notes, draft.id);
      priceByTokens(outcome, prices, notes, draft.id);
      // What upstream tells queries apart by; rows of several users ask the same.
      const key = JSON.stringify([draft.dataset, draft.hash, draft.reference, draft.grader, textCell(get("user_id"))]);
      return { key, draft, outcome };
    },
  };
}

type Parse = (row: Row, name: RowName, notes: Notes) => Draft;

function scores(source: Source): Parse {
  const query = queryOf(source);
  const column = source.column("scores");
  return (row, name, notes) => {
    const value = column(row);
    if (!isObject(value)) throw new BadRow(`"scores" must be an object of models (got ${shown(value)})`);
    const draft = query(row, name, null);
    draft.outcomes = Object.entries(value).map(([model, score]) => scored(model, score, `scores.${model}`, draft.id, notes));
    return draft;
  };
}

function lists(source: Source): Parse {
  const query = queryOf(source);
  const [names, values] = [source.column("llm_name_list"), source.column("perf_list")];
  return (row, name, notes) => {
    const [models, performances] = [names(row), values(row)];
    if (!Array.isArray(models) || !Array.isArray(performances) || models.length !== performances.length)
      throw new BadRow(`"llm_name_list" and "perf_list" must be lists of one length (got ${shown(models)} and ${shown(performances)})`);
    const draft = query(row, name, null);
    draft.outcomes = models.map((model, i) => scored(String(model), performances[i], `perf_list.${i}`, draft.id, notes));
    return draft;
  };
}

function queries(source: Source): Parse {
  const query = queryOf(source);
  return (row, name) => query(row, name, null);
}

function scored(model: string, value: unknown, column: string, promptId: string, notes: Notes): RecordedOutcome {
  const outcome = newOutcome(model);
  outcome.quality = qualityCell(value, column);
  return settle(outcome, notes, promptId);
}

/** What all forms say of a query. */
function queryOf(source: Source): (row: Row, name: RowName, id: string | null) => Draft {
  const textName = source.has("query") ? "query" : "question";
  const text = source.column(textName);
  const task = source.column("task_name");
  const taskId = source.column("task_id");
  const truth = source.column(source.has("ground_truth") ? "ground_truth" : "gt");
  const metric = source.column("metric");
  const cluster = source.has("cluster_id") ? source.column("cluster_id") : null;
  return (row, name, id) => {
    const draft = newDraft(name, textCell(taskId(row)) ?? id, messagesOf(text(row), textName), textCell(task(row)));
    draft.reference = plainText(truth(row));
    draft.grader = textCell(metric(row));
    const clusterId = cluster && metaCell(cluster(row), source.container.textual);
    if (clusterId !== null) draft.meta = { cluster_id: clusterId };
    return draft;
  };
}

/** A text, or a chat (some of its datasets have such queries). */
function messagesOf(value: unknown, column: string): Message[] {
  if (typeof value === "string") return [{ role: "user", content: value }];
  const chat = messagesSchema.safeParse(value);
  if (chat.success) return chat.data;
  throw new BadRow(`"${column}" must be a text (got ${shown(value)})`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
