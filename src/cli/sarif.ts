import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { LINT_RULES } from "../gateways/vsr/lint/rules.ts";
import type { Finding } from "../model/check.ts";
import { inRepository } from "./annotate.ts";
import { wrpVersion } from "./manifest.ts";
import type { World } from "./world.ts";

/**
 * Findings as a SARIF 2.1.0 log (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0), which code scanning reads.
 *
 * @param about the file that a finding without one is put at, since code scanning shows none that has no place; null: none
 */
export function sarifOf(findings: readonly Finding[], about: string | null, world: World): object {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "wrp", semanticVersion: wrpVersion(), rules: codes.map((code) => ruleOf(code, findings)) } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => resultOf({ ...finding, file: finding.file ?? about }, codes.indexOf(finding.code), world)),
      },
    ],
  };
}

function ruleOf(id: string, findings: readonly Finding[]): object {
  const rule = LINT_RULES[id];
  const severity = rule?.severity ?? findings.find(({ code }) => code === id)?.severity ?? "error";
  return { id, shortDescription: { text: rule?.summary ?? id.replaceAll("-", " ") }, defaultConfiguration: { level: severity } };
}

function resultOf({ code, severity, file, line, column, message, hint, fix }: Finding, ruleIndex: number, world: World): object {
  const artifactLocation = file === null ? null : { uri: uriOf(file, world) };
  const region = line === null ? {} : { region: { startLine: line, ...(column === null ? {} : { startColumn: column }) } };
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === null ? message : `${message}\n${hint}` },
    ...(artifactLocation ? { locations: [{ physicalLocation: { artifactLocation, ...region } }] } : {}),
    ...(artifactLocation && fix
      ? { fixes: [{ description: { text: hint ?? message }, artifactChanges: [{ artifactLocation, replacements: [{ deletedRegion: { startLine: fix.line, startColumn: fix.column, endLine: fix.endLine, endColumn: fix.endColumn }, insertedContent: { text: fix.text } }] }] }] }
      : {}),
  };
}

/** Relative to the root of the repository where that is known, else as it was named. */
function uriOf(file: string, world: World): string {
  const named = inRepository({ file }, world).file ?? file;
  return isAbsolute(named) ? pathToFileURL(named).href : named.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
