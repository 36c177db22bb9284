import type { LintRule } from "./finding.ts";

export const EVIDENCE: Readonly<Record<string, LintRule>> = {};
