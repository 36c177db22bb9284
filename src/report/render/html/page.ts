import { hash } from "node:crypto";
import { escapeHtml } from "../escape.ts";
import { PAGE_SCRIPT } from "./script.ts";
import { PAGE_STYLE } from "./style.ts";

/** What a page is made of; all but the title is markup, already escaped. */
export interface PageParts {
  readonly title: string;
  readonly header: string;
  readonly sections: readonly string[];
  /** Between header and sections. */
  readonly contents?: string;
  /** Element that holds the whole document as JSON, and that JSON. */
  readonly id: string;
  readonly json: string;
}

/** One page that needs no network; without JavaScript only sorting, filtering and tooltips are missing. */
export function renderPage({ title, header, contents = "", sections, id, json }: PageParts): string {
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${PAGE_STYLE}</style>\n</head>\n<body>`,
    header,
    ...(contents === "" ? [] : [contents]),
    "<main>",
    ...sections,
    "</main>",
    `<footer>Made by wrp. The whole ${id} stands in this page as JSON, in the element <code>#${id}</code>.</footer>`,
    `<script type="application/json" id="${id}">${json}</script>`,
    `<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`,
  ].join("\n");
}

/** No network, and no script but the page's own, whatever a name or prompt may smuggle in. */
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-${hash("sha256", PAGE_SCRIPT, "base64")}'`;
