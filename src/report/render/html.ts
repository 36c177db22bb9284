import type { Report } from "../../model/report.ts";
import { escapeScriptJson } from "./escape.ts";
import { definitionsSection, modelsSection, runSection } from "./html/about.ts";
import { calibrationSection } from "./html/calibration.ts";
import { comparisonsSection, sentencesSection } from "./html/comparisons.ts";
import { curvesSection } from "./html/curves.ts";
import { header } from "./html/header.ts";
import { movedSection } from "./html/moved.ts";
import { renderPage } from "./html/page.ts";
import { onlineSection } from "./html/online.ts";
import { policiesSection } from "./html/policies.ts";
import { robustnessSection } from "./html/robustness.ts";
import { renderContents, renderSection } from "./html/section.ts";
import { sharesSection } from "./html/shares.ts";
import { slicesSection } from "./html/slices.ts";
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
    curvesSection(report),
    calibrationSection(report),
    await onlineSection(report),
    robustnessSection(report),
    slicesSection(report),
    comparisonsSection(report),
    movedSection(report),
    modelsSection(report),
    definitionsSection(report),
    runSection(report),
  ].filter((section) => section.html !== "");
  return renderPage({
    title: `${report.workload.name} · wrp report`,
    header: header(report),
    contents: renderContents(sections),
    sections: sections.map(renderSection),
    id: "report",
    json: escapeScriptJson(compactJson(report)),
  });
}

function chartTitle(report: Report): string {
  if (report.basis === "decisions") return "Expected cost";
  if (paretoPoints(report).length > 0) return "Quality against cost";
  return sweepsTogether(report).length > 0 ? "Quality against the strong model's share" : "Quality";
}
