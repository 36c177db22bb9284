import type { Family, Say } from "../finding.ts";
import type { Path } from "../source.ts";

/** Thresholds that are no shares: edits, BM25 scores, and what has rules of its own. */
const OTHERS: ReadonlySet<string> = new Set(["fuzzy_threshold", "bm25_threshold", "concurrency_threshold"]);

/** Thresholds and shares out of their range (the DSL validator's Constraint: within [0, 1]). */
export const thresholds: Family = {
  rules: { "threshold-range": { severity: "warning", summary: "a threshold outside [0, 1]: it never, or always, holds" } },
  check({ raw }, say) {
    visit(raw, [], say);
  },
};

function visit(value: unknown, path: Path, say: Say): void {
  if (typeof value !== "object" || value === null || path.length > 60) return;
  for (const [key, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const at = [...path, key];
    if (typeof part === "number" && isShare(key, path) && (part < 0 || part > 1)) say("threshold-range", at, `${String(key)} is ${part}: ${part > 1 ? "nothing reaches it" : "everything reaches it"}`, "a threshold is within [0, 1]");
    visit(part, at, say);
  }
}

/** The confidence algorithm compares with log-probabilities as well. */
function isShare(key: string | number, path: Path): boolean {
  return typeof key === "string" && /(^|_)threshold$/.test(key) && !OTHERS.has(key) && !(key === "threshold" && path.at(-1) === "confidence") && !path.includes("annotations");
}
