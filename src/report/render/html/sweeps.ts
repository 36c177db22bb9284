import type { Report, Sweep } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { count, GAP, interval, percent, quality } from "../numbers.ts";
import { paretoPoints } from "../svg/pareto.ts";
import { shareChart, sweepsTogether } from "../svg/share.ts";
import { simulatedModels } from "../words.ts";
import type { Section } from "./section.ts";

/** Threshold sweeps: quality against the strong model's share, and the numbers drawn from it. */
export async function sweepsSection(report: Report): Promise<Section> {
  const parts: string[] = [];
  const pairs = Map.groupBy(report.sweeps.filter((s) => s.points.length > 0), (s) => JSON.stringify([s.weak, s.strong]));
  // Without costs the page's main chart is already that of the first pair.
  const shown = paretoPoints(report).length > 0 ? [] : sweepsTogether(report);
  for (const sweeps of pairs.values()) {
    const { weak, strong } = sweeps[0] as Sweep;
    parts.push(`<h3>${escapeHtml(weak)} → ${escapeHtml(strong)}${simulatedModels(report, [weak, strong])}</h3>`);
    if (!shown.includes(sweeps[0] as Sweep)) parts.push(`<figure class="chart">${await shareChart(report, sweeps)}</figure>`);
    parts.push(table(sweeps));
  }
  return { id: "sweeps", title: "Threshold sweeps", html: parts.join("\n") };
}

function table(sweeps: readonly Sweep[]): string {
  const rows = sweeps.flatMap((sweep) => {
    const { apgr, cpt } = sweep;
    const line = (label: string, area: string, shares: readonly string[], head: boolean): string =>
      `<tr>${head ? `<th scope="rowgroup" rowspan="3">${escapeHtml(sweep.name)}<span class="note">${count(sweep.pointsTotal)} thresholds on ${escapeHtml(sweep.fact)}${sweep.monotone ? "" : "; quality falls at some"}</span></th>` : ""}<td>${label}</td>${[area, ...shares].map((text) => `<td class="num">${text}</td>`).join("")}</tr>`;
    const levels = ["20", "50", "80"] as const;
    const exact = levels.map((level) => {
      const range = cpt.ci[level];
      const below = range ? `<span class="ci">[${percentOrNever(range[0])}, ${percentOrNever(range[1])}]</span>` : "";
      return `${percent(cpt.exact[level])}${below}`;
    });
    return [
      line("exact", `${quality(apgr.exact)}<span class="ci">${interval(apgr.ci)}</span>`, exact, true),
      line("envelope", GAP, levels.map((level) => percent(cpt.envelope[level])), false),
      line("as coded by RouteLLM", quality(apgr.asCoded), levels.map((level) => percent(cpt.asCoded[level])), false),
    ];
  });
  return [
    '<div class="scroll" tabindex="0" role="region" aria-label="Sweep figures"><table><caption>APGR and CPT</caption><thead><tr><th scope="col">sweep</th><th scope="col">reading</th>',
    ...["APGR", "CPT 20 %", "CPT 50 %", "CPT 80 %"].map((head) => `<th scope="col" class="num">${head}</th>`),
    `</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`,
    '<p class="soft small">APGR: mean share of the gap between weak and strong that is recovered. CPT: share of strong calls needed to recover 20, 50 and 80 % of it; ∞: not reached in some resamples.</p>',
  ].join("");
}

function percentOrNever(value: number | null): string {
  return value === null ? "∞" : percent(value);
}
