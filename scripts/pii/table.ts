import type { Score } from "./scores.ts";

/** A score as a row of a Markdown table. */
export function rowOf({ kind, counts, precision, recall, f1, bounds }: Score): string {
  return `| ${[kind, counts.labelled, counts.found, cell(precision, bounds.precision), cell(recall, bounds.recall), cell(f1, bounds.f1)].join(" | ")} |`;
}

function cell(value: number | null, bounds: readonly [number, number] | null): string {
  return value === null ? "none found" : `${value.toFixed(2)}${bounds ? ` (${bounds[0].toFixed(2)}–${bounds[1].toFixed(2)})` : ""}`;
}
