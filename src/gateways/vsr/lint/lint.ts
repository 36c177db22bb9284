import { placed, type Tell, type WrpError } from "../../../model/errors.ts";
import { rejectAsUpstream } from "../../../router/vsr/reject.ts";
import { codeOfRejection } from "./checks/loads.ts";
import type { Evidence } from "./evidence.ts";
import type { LintFinding, Say } from "./finding.ts";
import { unknownIgnores, withoutIgnored } from "./ignored.ts";
import { FAMILIES, LINT_RULES } from "./rules.ts";
import { lintSource, type LintSource } from "./source.ts";

/** A config looked through. */
export interface Linted {
  /** By place. */
  readonly findings: readonly LintFinding[];
  /** Undefined where the file could not be read at all. */
  readonly source: LintSource | undefined;
}

/** Everything that is wrong with a config of vLLM Semantic Router, what its loader refuses and what it accepts in silence. Never throws for what the text holds. */
export function lintVsr(text: string, file: string): Linted {
  const findings: LintFinding[] = [];
  const rejected: Tell = (error) => findings.push(ofError(error, file));
  const source = lintSource(text, file, rejected);
  if (!source) return { findings, source };
  rejectAsUpstream(source.content, source.recipes, source.placeOf, rejected);
  for (const family of FAMILIES) family.check(source, sayingAt(source, findings));
  findings.push(...unknownIgnores(source.ignored, Object.keys(LINT_RULES), file));
  return { findings: inOrder(findings, source), source };
}

/** What a workload's prompts say of a config. */
export function lintByEvidence(evidence: Evidence, source: LintSource): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  evidence.say(sayingAt(source, findings));
  return inOrder(findings, source);
}

/** By place, each once, without those that comments ask to leave. */
function inOrder(findings: readonly LintFinding[], { ignored }: LintSource): readonly LintFinding[] {
  const unique = new Map(findings.map((finding) => [JSON.stringify([finding.code, finding.place, finding.message]), finding]));
  return withoutIgnored([...unique.values()], ignored).toSorted((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0));
}

function sayingAt(source: LintSource, findings: LintFinding[]): Say {
  return (code, path, message, hint = null, { key = false, replacement } = {}) => {
    const rule = LINT_RULES[code];
    if (!rule) throw new Error(`no rule has the code "${code}"`);
    const region = replacement === undefined ? undefined : source.regionOf(path, key);
    findings.push({ code, severity: rule.severity, message, hint, place: source.placeOf(path, key), fix: region && replacement !== undefined ? { ...region, text: replacement } : null });
  };
}

function ofError(error: WrpError, file: string): LintFinding {
  const { message, hint = null, place = { file } } = placed(error, { file });
  return { code: codeOfRejection(error), severity: "error", message, hint, place, fix: null };
}
