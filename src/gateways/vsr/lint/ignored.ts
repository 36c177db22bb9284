import type { LintFinding } from "./finding.ts";

/**
 * Takes away what comments ask to leave: `# wrp-ignore: CODE, CODE` behind the line of a finding, or on a line of its own above it.
 *
 * @param ignored codes by the line that they are about
 */
export function withoutIgnored(findings: readonly LintFinding[], ignored: ReadonlyMap<number, string>): LintFinding[] {
  return findings.filter(({ code, place: { line } }) => line === undefined || !(ignored.get(line) ?? "").split(/[\s,]+/).includes(code));
}
