import type { Row } from "../containers/container.ts";
import { newDraft, type Draft, type RowName } from "../draft.ts";
import { isGap, newOutcome, qualityCell, shown } from "../outcome.ts";
import { BadRow } from "../problems.ts";
import type { Source } from "../source.ts";
import { perRow, type Importer } from "./importer.ts";

/** RouteLLM's evaluation files: a prompt and, for each model in order from weak to strong, whether it was right. */
export const routellm: Importer = {
  name: "routellm",
  describe: "RouteLLM evaluation CSV: prompt, then a True/False column for each model, weak first",
  detect(source) {
    const models = modelsOf(source);
    if (!source.has("prompt") || models.length < 2) return false;
    const columns = models.map((model) => source.column(model));
    return source.head.every((row) => columns.every((column) => isGap(column(row)) || isTruth(column(row)))) &&
      columns.every((column) => source.head.some((row) => isTruth(column(row))));
  },
  open(source) {
    const prompt = source.column("prompt");
    const models = modelsOf(source).map((name) => ({ name, column: source.column(name) }));
    const meta = { subject: source.base.startsWith("mmlu_") ? source.base.slice("mmlu_".length) : source.base };
    const parse = (row: Row, name: RowName): Draft => {
      const text = prompt(row);
      if (typeof text !== "string") throw new BadRow(`"prompt" must be a text (got ${shown(text)})`);
      const draft = newDraft(name, null, [{ role: "user", content: text }], null);
      draft.meta = meta;
      draft.outcomes = models.map((model) => {
        const outcome = newOutcome(model.name);
        outcome.quality = truthCell(model.column(row), model.name);
        return outcome;
      });
      return draft;
    };
    return { sessions: false, read: (problems) => perRow(source, problems, parse) };
  },
};

function modelsOf(source: Source): string[] {
  return source.columns.filter((name) => name !== "prompt" && name.trim() !== "");
}

function isTruth(value: unknown): boolean {
  if (typeof value === "string") return /^\s*(true|false|[01](\.0)?)\s*$/i.test(value);
  return typeof value === "boolean" || value === 0 || value === 1;
}

function truthCell(value: unknown, column: string): number | null {
  if (value === "True") return 1;
  if (value === "False") return 0;
  if (isGap(value) || isTruth(value)) return qualityCell(value, column);
  throw new BadRow(`"${column}" must be True or False (got ${shown(value)})`);
}
