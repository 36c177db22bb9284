import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { count, GAP, interval, signed } from "../numbers.ts";
import { comparisonsThatMatter, comparisonWords, markOf, metricFormat, metricWords, MIX, noChange, verdictWords } from "../words.ts";
import type { Section } from "./section.ts";
import { sortableTable } from "./table.ts";

const SENTENCES = 8;

/** The comparisons a reader came for, as sentences. */
export function sentencesSection(report: Report): Section {
  const items = comparisonsThatMatter(report)
    .slice(0, SENTENCES)
    .map((c) => `<li><span class="mark ${c.main.verdict}" aria-hidden="true">${markOf(c.main)}</span> ${escapeHtml(comparisonWords(report, c))}</li>`);
  return { id: "words", title: "In words", html: items.length === 0 ? "" : `<ul class="sentences">${items.join("\n")}</ul>` };
}

/** Every comparison with its numbers. */
export function comparisonsSection(report: Report): Section {
  const rows = report.comparisons.map((c) => {
    const format = metricFormat(c.metric);
    const verdict = noChange(c) ? "no change" : verdictWords(c.verdict, c.verdict === "inconclusive" && c.b !== MIX ? c.nToSettle : undefined);
    return {
      cells: [
        { html: escapeHtml(c.a), value: c.a },
        { html: escapeHtml(c.b), value: c.b },
        { html: escapeHtml(metricWords(c.metric)) },
        { html: escapeHtml(signed(c.difference, format)), value: c.difference },
        { html: escapeHtml(interval(c.ci, format) || GAP) },
        { html: escapeHtml(interval(c.simultaneousCi, format) || GAP) },
        { html: `<span class="mark ${c.verdict}" aria-hidden="true">${markOf(c)}</span> ${escapeHtml(verdict)}`, value: c.verdict },
        { html: c.pHolm === null ? GAP : c.pHolm < 0.0001 ? "<0.0001".replace("<", "&lt;") : c.pHolm.toFixed(4), value: c.pHolm },
        { html: count(c.n), value: c.n },
      ],
    };
  });
  const html = sortableTable({
    caption: "Every comparison",
    columns: [
      { head: "policy" },
      { head: "against" },
      { head: "metric" },
      { head: "difference", number: true, hint: "mean of the first minus mean of the second over all compared prompts" },
      { head: "95 % interval", number: true },
      { head: "simultaneous", number: true, hint: "max-t interval over all comparisons of this metric; the verdict rests on it" },
      { head: "verdict" },
      { head: "p (Holm)", number: true, hint: "for information; the verdict does not rest on it" },
      { head: "n", number: true },
    ],
    rows,
  });
  const open = rows.length <= 15 ? " open" : "";
  return {
    id: "comparisons",
    title: "Comparisons",
    html: rows.length === 0 ? "" : `<details${open}><summary>${count(rows.length)} paired comparisons on the same prompts</summary>${html}</details>`,
  };
}
