import type { PolicyComparison } from "../../../model/comparison.ts";
import { csvLine } from "../csv.ts";

const COLUMNS = ["ordinal", "id", "dataset", "modelA", "modelB", "qualityA", "qualityB", "costUsdA", "costUsdB", "latencyMsA", "latencyMsB", "text"] as const;

/** The prompts on which the two differ, a row each; gaps empty. */
export function renderChangedCsv({ changed }: PolicyComparison): string {
  return [COLUMNS, ...changed.prompts.map((prompt) => COLUMNS.map((column) => prompt[column]))].map((cells) => `${csvLine(cells)}\n`).join("");
}
