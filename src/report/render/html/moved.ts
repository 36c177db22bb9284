import type { Report } from "../../../model/report.ts";
import { escapeHtml, escapeHtmlLines } from "../escape.ts";
import { count, GAP, percent, signed, usd } from "../numbers.ts";
import { simulatedModels } from "../words.ts";
import type { Section } from "./section.ts";
import { sortableTable } from "./table.ts";

const MOST_FLOWS = 8;

/** The prompts that two policies send to different models. */
export function movedSection(report: Report): Section {
  return { id: "moved", title: "Prompts that moved", html: report.moved.map((pair, i) => onePair(report, pair, i)).join("\n") };
}

function onePair(report: Report, { a, b, count: moved, n, flows, prompts }: Report["moved"][number], index: number): string {
  const texts = prompts.some((prompt) => prompt.text !== undefined);
  const better = prompts.filter((prompt) => (prompt.qualityDifference ?? 0) > 0).length;
  const worse = prompts.filter((prompt) => (prompt.qualityDifference ?? 0) < 0).length;
  const table = sortableTable({
    caption: `Prompts that moved from ${a} to ${b}`,
    columns: [
      { head: "prompt" },
      { head: `model of ${a}` },
      { head: `model of ${b}` },
      { head: "Δ quality", number: true, hint: `${b} minus ${a}` },
      { head: "Δ USD", number: true, hint: `${b} minus ${a}, this prompt` },
      ...(texts ? [{ head: "text" }] : []),
    ],
    rows: prompts.map((prompt) => ({
      cells: [
        { html: `<code>${escapeHtml(prompt.id)}</code>`, value: prompt.ordinal },
        { html: escapeHtml(prompt.modelA) },
        { html: escapeHtml(prompt.modelB) },
        { html: escapeHtml(signed(prompt.qualityDifference)), value: prompt.qualityDifference },
        { html: escapeHtml(signed(prompt.costUsdDifference, usd)), value: prompt.costUsdDifference },
        ...(texts ? [{ html: `<span class="text">${escapeHtmlLines(prompt.text ?? "")}</span>` }] : []),
      ],
    })),
    className: "moved-table",
  });
  const shown = prompts.length < moved ? `; ${count(prompts.length)} of them below` : "";
  const filter = `<p class="filter" hidden><label for="filter-${index}">Filter</label> <input id="filter-${index}" type="search" placeholder="id, model or text"> <select aria-label="Which way"><option value="">all</option><option value="up">better (${count(better)})</option><option value="down">worse (${count(worse)})</option><option value="same">same quality</option></select> <output aria-live="polite"></output></p>`;
  return `<details class="moved"${prompts.length <= 50 ? " open" : ""}><summary>${escapeHtml(a)} → ${escapeHtml(b)}: ${count(moved)} of ${count(n)} prompts${n < report.workload.prompts ? " that both decide" : ""} (${n === 0 ? GAP : percent(moved / n)})${shown}${simulatedModels(report, prompts.flatMap((p) => [p.modelA, p.modelB]))}</summary>${flowsTable(flows, n)}${filter}${table}</details>`;
}

/** How many prompts go from which model to which. */
function flowsTable(flows: Report["moved"][number]["flows"], n: number): string {
  const shown = flows.slice(0, MOST_FLOWS);
  const items = shown.map(({ from, to, count: moved }) => `<li>${escapeHtml(from)} → ${escapeHtml(to)}: ${count(moved)} (${percent(moved / n)})</li>`);
  const rest = flows.length - shown.length;
  return flows.length === 0 ? "" : `<ul class="flows">${items.join("")}${rest > 0 ? `<li class="soft">and ${count(rest)} more pairs</li>` : ""}</ul>`;
}
