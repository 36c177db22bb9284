import { hash } from "node:crypto";
import type { Report } from "../../model/report.ts";
import { escapeHtml, escapeScriptJson } from "./escape.ts";
import { definitionsSection, modelsSection, runSection } from "./html/about.ts";
import { comparisonsSection, sentencesSection } from "./html/comparisons.ts";
import { header } from "./html/header.ts";
import { movedSection } from "./html/moved.ts";
import { policiesSection } from "./html/policies.ts";
import { PAGE_SCRIPT } from "./html/script.ts";
import { renderContents, renderSection } from "./html/section.ts";
import { sharesSection } from "./html/shares.ts";
import { slicesSection } from "./html/slices.ts";
import { PAGE_STYLE } from "./html/style.ts";
import { sweepsSection } from "./html/sweeps.ts";
import { compactJson } from "./json.ts";
import { renderSvg } from "./svg.ts";
import { paretoPoints } from "./svg/pareto.ts";
import { sweepsTogether } from "./svg/share.ts";

/** The report as one page that needs no network; without JavaScript only sorting, filtering and tooltips are missing. */
export async function renderHtml(report: Report): Promise<string> {
  const sections = [
    sentencesSection(report),
    { id: "pareto", title: chartTitle(report), html: `<figure class="chart">${await renderSvg(report)}</figure>` },
    policiesSection(report),
    sharesSection(report),
    await sweepsSection(report),
    slicesSection(report),
    comparisonsSection(report),
    movedSection(report),
    modelsSection(report),
    definitionsSection(report),
    runSection(report),
  ].filter((section) => section.html !== "");
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">',
    `<title>${escapeHtml(report.workload.name)} · wrp report</title>`,
    `<style>${PAGE_STYLE}</style>\n</head>\n<body>`,
    header(report),
    renderContents(sections),
    "<main>",
    ...sections.map(renderSection),
    "</main>",
    '<footer>Made by wrp. The whole report stands in this page as JSON, in the element <code>#report</code>.</footer>',
    `<script type="application/json" id="report">${escapeScriptJson(compactJson(report))}</script>`,
    `<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`,
  ].join("\n");
}

/** No network, and no script but the page's own, whatever a name or prompt may smuggle in. */
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'sha256-${hash("sha256", PAGE_SCRIPT, "base64")}'`;

function chartTitle(report: Report): string {
  if (report.basis === "decisions") return "Expected cost";
  if (paretoPoints(report).length > 0) return "Quality against cost";
  return sweepsTogether(report).length > 0 ? "Quality against the strong model's share" : "Quality";
}
