import type { Report } from "../../../model/report.ts";
import { escapeHtml, escapeHtmlLines } from "../escape.ts";
import { count, percent, signed, usd } from "../numbers.ts";
import { simulatedModels } from "../words.ts";
import type { Section } from "./section.ts";
import { sortableTable } from "./table.ts";

/** The prompts that two policies send to different models. */
export function movedSection(report: Report): Section {
  return { id: "moved", title: "Prompts that moved", html: report.moved.map((pair, i) => onePair(report, pair, i)).join("\n") };
}

function onePair(report: Report, { a, b, count: moved, n, prompts }: Report["moved"][number], index: number): string {
  const texts = prompts.some((prompt) => prompt.text !== undefined);
  const better = prompts.filter((prompt) => prompt.qualityDifference > 0).length;
  const worse = prompts.filter((prompt) => prompt.qualityDifference < 0).length;
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
  return `<details class="moved"${prompts.length <= 50 ? " open" : ""}><summary>${escapeHtml(a)} → ${escapeHtml(b)}: ${count(moved)} of ${count(n)} prompts (${percent(n === 0 ? 0 : moved / n)})${shown}${simulatedModels(report, prompts.flatMap((p) => [p.modelA, p.modelB]))}</summary>${filter}${table}</details>`;
}
