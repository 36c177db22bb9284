import { WrpError } from "../../model/errors.ts";
import type { Row } from "../containers/container.ts";
import { newDraft, type Draft, type RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import { countCell, figureCell, isGap, newOutcome, qualityCell, shown, type OutcomeDraft } from "../outcome.ts";
import { priceByTokens, type PriceList } from "../price-list.ts";
import { BadRow } from "../problems.ts";
import { columnList, type Source } from "../source.ts";
import { plainText, textCell } from "./cells.ts";
import { groupRows, type Grouping, type LongRow } from "./group-rows.ts";
import type { Importer } from "./importer.ts";
import { settleUsage } from "./usage.ts";

/**
 * RouterArena's cached results (a JSONL file for each model: cached_results/*.jsonl) and prediction files (a JSON list for
 * each router: router_inference/predictions/*.json), joined by global index and text. Forms as in RouteWorks/RouterArena:
 * cached rows as llm_inference/pipeline.py (ad34097) and parallel_inference.py (7329832) write them and
 * llm_evaluation/evaluate_models.py (2166456) grades them, predictions as llm_evaluation/run.py (0d783fa) leaves them.
 *
 * - `evaluation_result` is null until graded; a grader that broke writes score 0 under the metric "error".
 * - A failed call has `success` false, an error, and 0 tokens.
 * - Of several runs of one query the first counts (`run_number` 1), as in llm_inference/run.py (497a131).
 * - An ungraded answer has no cost; cost.json prices it, as upstream does when it grades.
 * - A prediction is a router's choice, unless it is there `for_optimality`, to know what another model would have done.
 */
export const routerarena: Importer = {
  name: "routerarena",
  describe: "RouterArena: cached results, a JSONL for each model, or prediction files; read together, priced by cost.json",
  joins: true,
  prices: { input: "input_token_price_per_million", output: "output_token_price_per_million" },
  detect: (source) => kindOf(source) !== null,
  open(_source, _map, { sources, prices }) {
    const forms = sources.map((source) => formOf(source));
    const grouping: Grouping = {
      parse: (row, name, source, notes) => (forms[source] as Form)(row, name, prices, notes),
      fill(draft, later, notes) {
        draft.reference ??= later.reference;
        draft.grader ??= later.grader;
        if (draft.chosen !== null && later.chosen !== null && draft.chosen !== later.chosen) notes.add("several-choices", draft.id);
        draft.chosen ??= later.chosen;
      },
    };
    return { sessions: false, read: (problems, notes) => groupRows(sources, grouping, problems, notes) };
  },
};

type Form = (row: Row, name: RowName, prices: readonly PriceList[], notes: Notes) => LongRow;

function kindOf(source: Source): "cached" | "prediction" | null {
  if (source.has("global_index") && source.has("question") && source.has("generated_answer")) return "cached";
  if ((source.has("global index") || source.has("global_index")) && source.has("prompt") && source.has("prediction")) return "prediction";
  return null;
}

function formOf(source: Source): Form {
  const kind = kindOf(source);
  if (kind === "cached") return cached(source);
  if (kind === "prediction") return prediction(source);
  throw new WrpError(`not a RouterArena file: it needs "global_index", "question" and "generated_answer"; its columns are ${columnList(source)}`, {
    place: { file: source.file.name },
  });
}

function cached(source: Source): Form {
  const index = source.column("global_index");
  const question = source.column("question");
  const model = source.column("llm_selected");
  const runNumber = source.column("run_number");
  const call = callOf(source, "");
  const score = source.column("evaluation_result.score");
  const metric = source.column("evaluation_result.metric");
  const truth = source.column("evaluation_result.ground_truth");
  const cost = source.column("evaluation_result.inference_cost");
  return (row, name, prices, notes) => {
    const draft = promptOf(index(row), question(row), "question", name);
    draft.reference = plainText(truth(row));
    draft.grader = textCell(metric(row));
    const outcome = call(row, textCell(model(row)) ?? name.base);
    outcome.quality = qualityCell(score(row), "evaluation_result.score");
    outcome.costUsd = figureCell(cost(row), "evaluation_result.inference_cost");
    if (draft.grader === "error") {
      draft.grader = null;
      if (outcome.quality === 0) {
        outcome.quality = null;
        if (outcome.costUsd === 0) outcome.costUsd = null;
        notes.add("not-graded", `${outcome.model} on ${draft.id}`);
      }
    }
    const first = (countCell(runNumber(row), "run_number") ?? 1) === 1;
    return longRow(draft, outcome, first, prices, notes);
  };
}

function prediction(source: Source): Form {
  const index = source.column(source.has("global index") ? "global index" : "global_index");
  const prompt = source.column("prompt");
  const model = source.column("prediction");
  const forOptimality = source.column("for_optimality");
  const result = source.column("generated_result");
  const call = callOf(source, "generated_result.");
  const accuracy = source.column("accuracy");
  const cost = source.column("cost");
  return (row, name, prices, notes) => {
    const draft = promptOf(index(row), prompt(row), "prompt", name);
    const chosen = textCell(model(row));
    if (chosen === null) throw new BadRow(`"prediction" must name a model (got ${shown(model(row))})`);
    if (forOptimality(row) !== true) draft.chosen = chosen;
    if ([result, accuracy, cost].every((column) => isGap(column(row)))) return { key: keyOf(draft), draft, outcome: null };
    const outcome = call(row, chosen);
    outcome.quality = qualityCell(accuracy(row), "accuracy");
    outcome.costUsd = figureCell(cost(row), "cost");
    return longRow(draft, outcome, true, prices, notes);
  };
}

function promptOf(index: unknown, text: unknown, column: string, name: RowName): Draft {
  const id = textCell(index);
  if (id === null) throw new BadRow(`"global_index" is blank, and it is what joins the files`);
  if (typeof text !== "string") throw new BadRow(`"${column}" must be a text (got ${shown(text)})`);
  return newDraft(name, id, [{ role: "user", content: text }], /^(.+)_\d+$/.exec(id)?.[1] ?? "routerarena");
}

/** Reads what both forms say of a call, under a path. */
function callOf(source: Source, path: string): (row: Row, model: string) => OutcomeDraft {
  const answer = source.column(`${path}generated_answer`);
  const success = source.column(`${path}success`);
  const error = source.column(`${path}error`);
  const input = source.column(`${path}token_usage.input_tokens`);
  const output = source.column(`${path}token_usage.output_tokens`);
  return (row, model) => {
    const outcome = newOutcome(model);
    outcome.text = plainText(answer(row));
    outcome.inputTokens = countCell(input(row), `${path}token_usage.input_tokens`);
    outcome.outputTokens = countCell(output(row), `${path}token_usage.output_tokens`);
    if (success(row) !== true) outcome.error = textCell(error(row)) ?? (success(row) === false ? "failed" : null);
    return outcome;
  };
}

function longRow(draft: Draft, outcome: OutcomeDraft, first: boolean, prices: readonly PriceList[], notes: Notes): LongRow {
  settleUsage(outcome, notes, draft.id);
  priceByTokens(outcome, prices, notes, draft.id);
  const rank = (first ? 4 : 0) + (outcome.quality === null ? 0 : 2) + (outcome.error === null ? 1 : 0);
  return { key: keyOf(draft), draft, outcome, rank };
}

/** Perturbed prompts carry the index of their original, so the text counts too. */
function keyOf(draft: Draft): string {
  return JSON.stringify([draft.id, draft.hash]);
}
