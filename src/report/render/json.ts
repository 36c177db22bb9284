import { reportSchema } from "../../model/report.ts";
import type { Report } from "../../model/report.ts";
import { escapeJson } from "./escape.ts";

/** The report as one JSON document: keys in the schema's order, whatever order they were set in. */
export function renderJson(report: Report): string {
  return `${escapeJson(JSON.stringify(reportSchema.parse(report), null, 2))}\n`;
}

/** The same document on one line, to embed. */
export function compactJson(report: Report): string {
  return escapeJson(JSON.stringify(reportSchema.parse(report)));
}
