import type { PairedComparison, PolicyComparison } from "../../../model/comparison.ts";
import { escapeHtml, escapeHtmlLines, escapeScriptJson } from "../escape.ts";
import { renderPage } from "../html/page.ts";
import { renderSection, type Section } from "../html/section.ts";
import { sortableTable, type Cell } from "../html/table.ts";
import { count, GAP, quality, signed, usd } from "../numbers.ts";
import { noChange, VERDICT_MARK } from "../words.ts";
import { cellsOf, grounds, headline, movement, pairing } from "./words.ts";

const FLOWS = 12;

/** A comparison as one page that needs no network. */
export function renderComparisonHtml(comparison: PolicyComparison): string {
  const { a, b, warnings } = comparison;
  const sections = [metrics(comparison), slices(comparison), prompts(comparison)].filter((section) => section.html !== "");
  const told = [pairing(comparison), movement(comparison, FLOWS), ...grounds(comparison)];
  const header = [
    `<header><p class="kicker">wrp compare</p><h1>${escapeHtml(headline(comparison))}</h1>`,
    `<p class="soft">${[a, b].map((side) => `<b>${escapeHtml(side.label)}</b>: run <code>${escapeHtml(side.run)}</code>, ${escapeHtml(side.workload)}, ${escapeHtml(side.createdAt.replace("T", " ").replace(/\.\d+Z$/, " UTC"))}`).join(" · ")}</p>`,
    warnings.length === 0 ? "" : `<aside class="warnings" aria-label="Warnings"><ul>${warnings.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul></aside>`,
    `<ul class="sentences">${told.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`,
    "</header>",
  ].join("\n");
  return renderPage({
    title: `${a.label} against ${b.label} · wrp compare`,
    header,
    sections: sections.map(renderSection),
    id: "comparison",
    json: escapeScriptJson(JSON.stringify(comparison)),
  });
}

function metrics({ a, b, comparisons }: PolicyComparison): Section {
  const rows = comparisons.map((one) => ({ cells: comparisonCells(one) }));
  const html = sortableTable({ caption: `${a.label} against ${b.label}`, columns: columnsOf(a.label, b.label, "metric"), rows });
  return { id: "metrics", title: "Metrics", html };
}

function slices({ a, b, slices: all }: PolicyComparison): Section {
  const names = [...new Set(all.flatMap((slice) => slice.comparisons.map((one) => one.metric)))];
  const html = names.map((metric) => {
    const rows = all.flatMap((slice) => slice.comparisons.filter((one) => one.metric === metric).map((one) => ({ one, slice })));
    const scale = Math.max(...rows.flatMap(({ one }) => [Math.abs(one.difference), ...(one.simultaneousCi ?? []).map(Math.abs)]), Number.MIN_VALUE);
    const table = sortableTable({
      caption: `${metric} by slice`,
      columns: [{ head: "slice" }, { head: "n", number: true }, ...columnsOf(a.label, b.label, "").slice(1)],
      rows: rows.map(({ one, slice }) => {
        const [, ...cells] = comparisonCells(one, scale);
        return { cells: [{ html: escapeHtml(`${slice.by} ${slice.value}`), value: `${slice.by} ${slice.value}` }, { html: count(slice.prompts), value: slice.prompts }, ...cells] };
      }),
    });
    return `<details open><summary>${escapeHtml(cellsOf(rows[0]?.one as PairedComparison).metric)}</summary>${table}</details>`;
  });
  return { id: "slices", title: "Slices", html: html.join("\n") };
}

function prompts({ a, b, changed }: PolicyComparison): Section {
  if (changed.count === 0) return { id: "prompts", title: "", html: "" };
  const texts = changed.prompts.some((p) => p.text !== undefined);
  const html = sortableTable({
    caption: `The ${count(changed.prompts.length)} that differ most, of ${count(changed.count)}`,
    columns: [{ head: "prompt" }, { head: `model of ${b.label}` }, { head: `model of ${a.label}` }, { head: "quality" }, { head: "Δ USD", number: true }, ...(texts ? [{ head: "text" }] : [])],
    rows: changed.prompts.map((p) => {
      const known = p.qualityA !== null && p.qualityB !== null;
      const usdChange = p.costUsdA === null || p.costUsdB === null ? null : p.costUsdA - p.costUsdB;
      return {
        cells: [
          { html: `<code>${escapeHtml(p.id)}</code>`, value: p.ordinal },
          { html: escapeHtml(p.modelB ?? GAP) },
          { html: escapeHtml(p.modelA ?? GAP) },
          { html: known ? `${quality(p.qualityB)} → ${quality(p.qualityA)}` : GAP, value: known ? (p.qualityA as number) - (p.qualityB as number) : null },
          { html: escapeHtml(signed(usdChange, usd)), value: usdChange },
          ...(texts ? [{ html: `<span class="text">${escapeHtmlLines(p.text ?? "")}</span>` }] : []),
        ],
      };
    }),
    className: "moved-table",
  });
  return { id: "prompts", title: "Prompts that differ", html };
}

function columnsOf(a: string, b: string, first: string) {
  return [{ head: first }, { head: a, number: true }, { head: b, number: true }, { head: "difference", number: true, hint: "the first minus the second" }, { head: "95 % interval" }, { head: "verdict" }, { head: "n", number: true }];
}

/** @param scale where it is given, the interval is drawn too, from -scale to +scale */
function comparisonCells(one: PairedComparison, scale?: number): Cell[] {
  const { metric, a, b, difference, ci, verdict } = cellsOf(one);
  return [
    { html: escapeHtml(metric), value: metric },
    { html: escapeHtml(a), value: one.a },
    { html: escapeHtml(b), value: one.b },
    { html: escapeHtml(difference), value: one.difference },
    { html: `${scale === undefined ? "" : strip(one, scale)}<span class="ci">${escapeHtml(ci)}</span>` },
    { html: `<span class="mark ${one.verdict}" aria-hidden="true">${noChange(one) ? "=" : VERDICT_MARK[one.verdict]}</span> ${escapeHtml(verdict)}`, value: one.verdict },
    { html: count(one.n), value: one.n },
  ];
}

/** The difference and its interval drawn small, zero in the middle. */
function strip({ difference, simultaneousCi: bounds }: PairedComparison, scale: number): string {
  const at = (value: number): string => (50 + 48 * Math.max(-1, Math.min(1, value / scale))).toFixed(2);
  const bar = bounds ? `<line x1="${at(bounds[0])}" x2="${at(bounds[1])}" y1="4" y2="4"/>` : "";
  return `<svg class="strip" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true"><line class="track" x1="50" x2="50" y1="0" y2="8"/>${bar}<circle cx="${at(difference)}" cy="4" r="3"/></svg>`;
}
