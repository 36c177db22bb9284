import { unknownName } from "../../model/errors.ts";
import type { Report } from "../../model/report.ts";
import { renderCsv } from "./csv.ts";
import type { DecisionFormat } from "./decisions.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTerminal } from "./terminal.ts";

export { renderDecisions } from "./decisions.ts";
export type { DecisionRow } from "./decisions.ts";

/** What a renderer may be asked; each takes what concerns it. */
interface RenderOptions {
  /** Terminal: columns to fill, 80 unless told. */
  readonly width?: number;
  /** Terminal: whether to colour. */
  readonly color?: boolean;
}

/** Report value in, text out. */
export interface Renderer {
  /** One line for `--help`. */
  readonly describe: string;
  readonly render: (report: Report, options: RenderOptions) => string | Promise<string>;
}

/** Names of the formats a report can be rendered in. */
export type Format = "terminal" | "json" | "markdown" | "html" | "svg" | "csv" | "junit";

/** Every format a report can be rendered in. A new one is one file and one line here. */
export const renderers: Readonly<Record<Format, Renderer>> = {
  terminal: { describe: "table and sentences for a terminal", render: renderTerminal },
  json: { describe: "the report document, one JSON value", render: renderJson },
  markdown: { describe: "summary for a pull request or a step summary", render: renderMarkdown },
  html: { describe: "one page with charts and tables, no network needed", render: async (r) => (await import("./html.ts")).renderHtml(r) },
  svg: { describe: "Pareto chart", render: async (r) => (await import("./svg.ts")).renderSvg(r) },
  junit: { describe: "gates as JUnit XML", render: async (r) => (await import("./junit.ts")).renderJunit(r) },
  csv: { describe: "policy table, one row per policy", render: renderCsv },
};

/** What a file's ending asks for: the report in some format, or the per-prompt decisions. */
export type FileFormat =
  | { readonly of: "report"; readonly format: Format }
  | { readonly of: "decisions"; readonly format: DecisionFormat };

/** Endings that `-o` knows; the first that fits wins, so longer ones stand first. */
const ENDINGS: readonly (readonly [ending: string, is: FileFormat])[] = [
  [".decisions.csv", { of: "decisions", format: "csv" }],
  [".jsonl", { of: "decisions", format: "jsonl" }],
  [".html", { of: "report", format: "html" }],
  [".md", { of: "report", format: "markdown" }],
  [".json", { of: "report", format: "json" }],
  [".svg", { of: "report", format: "svg" }],
  [".xml", { of: "report", format: "junit" }],
  [".csv", { of: "report", format: "csv" }],
];

/** The format that a file's name asks for by its ending. */
export function formatForFile(name: string): FileFormat {
  const found = ENDINGS.find(([ending]) => name.toLowerCase().endsWith(ending));
  if (!found) throw unknownName("file ending", name, ENDINGS.map(([ending]) => ending));
  return found[1];
}
