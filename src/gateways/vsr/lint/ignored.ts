import { nearest } from "../../../model/nearest.ts";
import type { LintFinding, LintRule } from "./finding.ts";

/** What can be wrong with a comment that asks to leave findings. */
export const IGNORES: Readonly<Record<string, LintRule>> = {
  "unknown-ignore": { severity: "warning", summary: "a wrp-ignore comment names a code that is none" },
};

/**
 * Takes away what comments ask to leave: `# wrp-ignore: CODE, CODE` behind the line of a finding, or on a line of its own above it.
 *
 * @param ignored codes by the line that they are about
 */
export function withoutIgnored(findings: readonly LintFinding[], ignored: ReadonlyMap<number, string>): LintFinding[] {
  return findings.filter(({ code, place: { line } }) => line === undefined || !codesIn(ignored.get(line)).includes(code));
}

/** Codes that comments name and that are none of the known ones: they leave nothing out. */
export function unknownIgnores(ignored: ReadonlyMap<number, string>, known: readonly string[], file: string): LintFinding[] {
  return [...ignored].flatMap(([line, codes]) =>
    codesIn(codes).filter((code) => !known.includes(code)).map((code): LintFinding => {
      const near = nearest(code, known);
      return { code: "unknown-ignore", severity: "warning", message: `wrp-ignore: no finding has the code "${code}"`, hint: near === null ? "wrp help lint lists the codes" : `did you mean "${near}"?`, place: { file, line, column: 1 }, fix: null };
    }),
  );
}

function codesIn(codes = ""): string[] {
  return codes.split(/[\s,]+/).filter((code) => code !== "");
}
