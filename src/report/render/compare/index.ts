import type { PolicyComparison } from "../../../model/comparison.ts";
import { unknownName } from "../../../model/errors.ts";
import { escapeJson } from "../escape.ts";

/** Forms that a comparison is written in. */
export type ComparisonFormat = "terminal" | "json" | "markdown" | "html" | "csv";

interface RenderOptions {
  readonly width?: number;
  readonly color?: boolean;
}

/** Every form of a comparison. A new one is one file and one line here. */
export const comparisonRenderers: Readonly<Record<ComparisonFormat, (comparison: PolicyComparison, options: RenderOptions) => Promise<string>>> = {
  terminal: async (comparison, options) => (await import("./terminal.ts")).renderComparison(comparison, options),
  json: (comparison) => Promise.resolve(`${escapeJson(JSON.stringify(comparison, null, 2))}\n`),
  markdown: async (comparison) => (await import("./markdown.ts")).renderComparisonMarkdown(comparison),
  html: async (comparison) => (await import("./html.ts")).renderComparisonHtml(comparison),
  csv: async (comparison) => (await import("./csv.ts")).renderChangedCsv(comparison),
};

const ENDINGS: Readonly<Record<string, ComparisonFormat>> = { ".json": "json", ".md": "markdown", ".html": "html", ".csv": "csv", "-": "terminal" };

/** The form that a file's name asks for by its ending. Throws WrpError. */
export function formatOfComparison(file: string): ComparisonFormat {
  const found = Object.entries(ENDINGS).find(([ending]) => file.toLowerCase().endsWith(ending));
  if (!found) throw unknownName("file ending", file, Object.keys(ENDINGS));
  return found[1];
}
