import type { Finding, Severity } from "../model/check.ts";
import type { Tell, WrpError } from "../model/errors.ts";
import type { Remark } from "../model/remark.ts";

/** Everything that a check finds: each once, errors and warnings. */
export interface Findings {
  /** Keeps errors; of one that stands for several, each of them. One without a code gets this one. */
  telling(code: string): Tell;
  warn(remark: Remark): void;
  add(finding: Finding): void;
  /** Errors so far, those not listed too. */
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly unlisted: number;
  /** By file (those of `order` first), then by place. */
  list(order: readonly string[]): Finding[];
}

export function newFindings(): Findings {
  const found = new Map<string, Finding>();
  let unlisted = 0;
  const keep = (finding: Finding) => {
    const key = JSON.stringify([finding.file, finding.line, finding.column, finding.message]);
    if (!found.has(key)) found.set(key, finding);
    return found.size;
  };
  const count = (severity: Severity) => found.values().reduce((sum, finding) => sum + (finding.severity === severity && finding.code !== MORE ? 1 : 0), 0);
  return {
    telling: (fallback) => (error) => {
      for (const { message, hint = null, place, code = fallback } of error.all ?? [error]) keep({ severity: "error", code, ...where(place), message, hint, fix: null });
      if (error.unlisted === 0) return;
      const before = found.size;
      const added = keep({ severity: "error", code: MORE, ...where(error.place && { file: error.place.file }), message: `and ${error.unlisted} more bad rows, not listed`, hint: null, fix: null });
      if (added > before) unlisted += error.unlisted;
    },
    warn({ code, message, place, hint = null }) {
      keep({ severity: "warning", code, ...where(place ?? undefined), message, hint, fix: null });
    },
    add: (finding) => void keep(finding),
    get errors() {
      return count("error") + unlisted;
    },
    get warnings() {
      return count("warning");
    },
    get notes() {
      return count("note");
    },
    get unlisted() {
      return unlisted;
    },
    list(order) {
      const files = [...new Set([...order, ...[...found.values()].map(({ file }) => file)])];
      const rank = (finding: Finding) => (finding.file === null ? Infinity : files.indexOf(finding.file));
      return [...found.values()].toSorted((a, b) => compare(rank(a), rank(b)) || compare(a.line ?? Infinity, b.line ?? Infinity) || compare(a.column ?? 0, b.column ?? 0));
    },
  };
}

/** The finding that says how many are not listed is none itself. */
const MORE = "more-bad-rows";

function where(place: WrpError["place"]): Pick<Finding, "file" | "line" | "column"> {
  return { file: place?.file ?? null, line: place?.line ?? null, column: place?.column ?? null };
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
