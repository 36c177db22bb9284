import { WrpError } from "../../model/errors.ts";
import { nameHash, newDraft, type Draft, type RowName } from "../draft.ts";
import { countCell, figureCell, newOutcome, qualityCell, settle, shown } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import { columnList, type Column } from "../source.ts";
import { factsCell, textCell } from "./cells.ts";
import { groupRows, type Grouping } from "./group-rows.ts";
import type { Importer } from "./importer.ts";

const NEEDED = ["prompt_id", "model", "quality", "latency_ms", "cost_usd"] as const;
const MORE = ["prompt", "task", "trace_id", "sequence_index", "load_ms", "metadata"] as const;
type Columns = Readonly<Record<(typeof NEEDED)[number] | (typeof MORE)[number], Column>>;

/** The one trace that autopilot.py (160f0a2) puts all of its suite's unrelated prompts under. */
const SUITE = "autopilot-suite";

/**
 * RouteFoundry's observations (schema routefoundry.observation.v1; docs/DATA_SCHEMA.md at 524412f of
 * RitikPatill/routefoundry): a row a prompt and model. `trace_id` and `sequence_index` are session and turn, `task` the
 * dataset (and a fact: the turns of a trace may be of several tasks, so theirs is the file). `load_ms` (what it takes until
 * a model is resident) is no part of latency and left out. Local models cost 0. Failed calls are never in the file:
 * autopilot drops a prompt that a model failed on.
 */
export const routefoundry: Importer = {
  name: "routefoundry",
  describe: "RouteFoundry observations JSONL: prompt_id, model, quality, latency_ms, cost_usd",
  detect: (source) => NEEDED.every((name) => source.has(name)),
  open(source) {
    const absent = NEEDED.find((name) => !source.has(name));
    if (absent !== undefined)
      throw new WrpError(`not a RouteFoundry file: it has no "${absent}"; its columns are ${columnList(source)}`, { place: { file: source.file.name } });
    const grouping = groupingOf(Object.fromEntries([...NEEDED, ...MORE].map((name) => [name, source.column(name)])) as Columns);
    return { sessions: source.has("trace_id"), read: (problems, notes) => groupRows([source], grouping, problems, notes) };
  },
};

function groupingOf(columns: Columns): Grouping {
  return {
    parse(row, name, _source, notes) {
      const get = (column: keyof Columns): unknown => columns[column](row);
      const draft = promptOf(get, name);
      const model = textCell(get("model"));
      if (model === null) throw new BadRow(`"model" must name a model (got ${shown(get("model"))})`);
      const outcome = newOutcome(model);
      outcome.quality = qualityCell(get("quality"), "quality");
      outcome.latencyMs = figureCell(get("latency_ms"), "latency_ms");
      outcome.costUsd = figureCell(get("cost_usd"), "cost_usd");
      if ((figureCell(get("load_ms"), "load_ms") ?? 0) > 0) notes.add("load-time", `${model} on ${draft.id}`);
      return { key: JSON.stringify([draft.id, draft.meta["task"] ?? null, draft.hash]), draft, outcome: settle(outcome, notes, draft.id) };
    },
    clash: (model, { id }, first) => new BadRow(`two rows for model "${model}" and prompt "${id}"`, { first }),
  };
}

function promptOf(get: (column: keyof Columns) => unknown, name: RowName): Draft {
  const id = textCell(get("prompt_id"));
  if (id === null) throw new BadRow(`"prompt_id" must name the prompt (got ${shown(get("prompt_id"))})`);
  const content = get("prompt") ?? null;
  if (content !== null && typeof content !== "string") throw new BadRow(`"prompt" must be a text (got ${shown(content)})`);
  const task = textCell(get("task"));
  const trace = textCell(get("trace_id"));
  const session = trace === SUITE ? null : trace;
  const draft = newDraft(name, id, content === null ? null : [{ role: "user", content }], session === null ? task : null);
  if (content === null) draft.hash = nameHash(draft.dataset, id);
  draft.session = session;
  draft.turn = session === null ? null : countCell(get("sequence_index"), "sequence_index");
  draft.meta = { ...(task === null ? {} : { task }), ...factsCell(get("metadata"), "metadata") };
  return draft;
}
