import type { PolicyComparison } from "../../../model/comparison.ts";
import { csvLine } from "../csv.ts";

const COLUMNS = ["ordinal", "id", "dataset", "modelA", "modelB", "qualityA", "qualityB", "costUsdA", "costUsdB", "latencyMsA", "latencyMsB", "simulatedA", "simulatedB", "expectedA", "expectedB", "text"] as const;

/** The prompts on which the two differ, a row each; gaps empty. What a side rests on stands in every row. */
export function renderChangedCsv({ a, b, changed }: PolicyComparison): string {
  const grounds = { simulatedA: a.simulated, simulatedB: b.simulated, expectedA: isExpected(a), expectedB: isExpected(b) };
  return [COLUMNS, ...changed.prompts.map((prompt) => COLUMNS.map((column) => ({ ...prompt, ...grounds })[column]))].map((cells) => `${csvLine(cells)}\n`).join("");
}

/** On decisions nobody saw an answer but the live router's. */
function isExpected({ basis, kind }: PolicyComparison["a"]): boolean {
  return basis === "decisions" && kind !== "recorded";
}
