import { WrpError } from "../../model/errors.ts";
import { nameHash, newDraft } from "../draft.ts";
import { countCell, figureCell, newOutcome, qualityCell, shown } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import { columnList, type Column, type Source } from "../source.ts";
import { factsCell, plainText, textCell } from "./cells.ts";
import { groupRows, type Grouping } from "./group-rows.ts";
import type { Importer } from "./importer.ts";
import { settleUsage } from "./usage.ts";

const NEEDED = ["policy", "dataset", "item_id", "chosen_model", "passed"] as const;
const MORE = ["grader", "reference", "meta", "response_text", "cost_usd", "input_tokens", "output_tokens", "latency_ms"] as const;
type Columns = Readonly<Record<(typeof NEEDED)[number] | (typeof MORE)[number], Column>>;

/**
 * OmnisBench runs (results.json: `items`, a row a policy and task; src/omnisbench/runner.py at 0ddaf81 of
 * Fortitude-Group/OmnisBench). A run holds no prompts, only their names. Policies share a response cache, so several rows
 * may tell of one call. Models without a price (provenance.unpriced_models) cost 0 there. Where one policy is a router that
 * cannot be looked into (kind "opaque" on the leaderboard), its choices are those of a live router.
 */
export const omnisbench: Importer = {
  name: "omnisbench",
  describe: "OmnisBench results.json: items with policy, dataset, item_id, chosen_model, passed, cost_usd",
  detect: (source) => NEEDED.every((name) => source.has(name)),
  open(source) {
    const absent = NEEDED.find((name) => !source.has(name));
    if (absent !== undefined)
      throw new WrpError(`not an OmnisBench run: its items have no "${absent}"; columns are ${columnList(source)}`, { place: { file: source.file.name } });
    const columns = Object.fromEntries([...NEEDED, ...MORE].map((name) => [name, source.column(name)])) as Columns;
    return {
      sessions: false,
      async *read(problems, notes) {
        yield* groupRows([source], groupingOf(columns, await runOf(source)), problems, notes);
      },
    };
  },
};

interface Run {
  readonly unpriced: ReadonlySet<unknown>;
  /** The policy that is a live router, if there is just one. */
  readonly router: string | null;
}

async function runOf(source: Source): Promise<Run> {
  const { provenance, leaderboard } = await source.members(["provenance", "leaderboard"]);
  const unpriced = (provenance as { unpriced_models?: unknown } | null | undefined)?.unpriced_models;
  const opaque = (Array.isArray(leaderboard) ? leaderboard : []).filter((line) => line?.kind === "opaque").map(({ policy }) => textCell(policy));
  return { unpriced: new Set(Array.isArray(unpriced) ? unpriced : []), router: opaque.length === 1 ? (opaque[0] as string | null) : null };
}

function groupingOf(columns: Columns, { unpriced, router }: Run): Grouping {
  return {
    parse(row, name, _source, notes) {
      const get = (column: keyof Columns): unknown => columns[column](row);
      const [id, model] = [textCell(get("item_id")), textCell(get("chosen_model"))];
      if (id === null) throw new BadRow(`"item_id" must name the task (got ${shown(get("item_id"))})`);
      if (model === null) throw new BadRow(`"chosen_model" must name a model (got ${shown(get("chosen_model"))})`);
      const draft = newDraft(name, id, null, textCell(get("dataset")));
      draft.hash = nameHash(draft.dataset, id);
      draft.grader = textCell(get("grader"));
      draft.reference = plainText(get("reference"));
      draft.meta = factsCell(get("meta"), "meta");
      if (router !== null && textCell(get("policy")) === router) draft.chosen = model;
      const outcome = newOutcome(model);
      outcome.quality = qualityCell(get("passed"), "passed");
      outcome.costUsd = figureCell(get("cost_usd"), "cost_usd");
      outcome.latencyMs = figureCell(get("latency_ms"), "latency_ms");
      outcome.inputTokens = countCell(get("input_tokens"), "input_tokens");
      outcome.outputTokens = countCell(get("output_tokens"), "output_tokens");
      outcome.text = plainText(get("response_text"));
      settleUsage(outcome, notes, id);
      if (outcome.costUsd === 0 && unpriced.has(model)) {
        outcome.costUsd = null;
        notes.add("unpriced-as-zero", `${model} on ${id}`);
      }
      return { key: draft.hash, draft, outcome };
    },
    fill(draft, later) {
      draft.chosen ??= later.chosen;
    },
  };
}
