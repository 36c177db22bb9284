import type { WrpError } from "../../../../model/errors.ts";
import type { LintRule } from "../finding.ts";

/** What upstream's loader rejects, and so does the engine's (`router/vsr/reject.ts`). */
export const LOADS: Readonly<Record<string, LintRule>> = {
  yaml: { severity: "error", summary: "the file is no YAML" },
  "wrong-type": { severity: "error", summary: "a value is not of the type that its field has" },
  "vsr-rejects": { severity: "error", summary: "upstream's loader rejects it: a name given twice, a negative tier, a bad strategy, an algorithm that moved" },
  "unknown-recipe": { severity: "error", summary: "an entrypoint names a recipe that is not there" },
  "unknown-model": { severity: "error", summary: "a modelRef names a model that is not there" },
  "unknown-algorithm": { severity: "error", summary: "a decision names an algorithm that is none" },
  "unknown-signal-type": { severity: "error", summary: "a leaf or a score's input is of a type that is none" },
  "unknown-signal": { severity: "error", summary: "a leaf, a score's input or a partition names a signal that is not there" },
};

/** The code of a rejection: a signal that is not there is one rule, whatever its type. */
export function codeOfRejection({ code }: WrpError): string {
  if (code === undefined) return "vsr-rejects";
  return /^unknown-.*-signal$/.test(code) ? "unknown-signal" : code;
}
