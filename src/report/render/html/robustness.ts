import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { cost, count, GAP, interval, percent, signed } from "../numbers.ts";
import { ASSUMED } from "../../robustness.ts";
import type { Section } from "./section.ts";
import { numberCell, sortableTable, type Cell } from "./table.ts";

/** How policies' choices hold when prompts are written otherwise. */
export function robustnessSection({ policies }: Report): Section {
  const rows = policies.flatMap(({ name, robustness = [] }) =>
    robustness.map(({ perturbation, unchanged, quality, costUsdPer1k }, k) => ({
      className: k === 0 ? "group" : "",
      cells: [
        { html: `<span class="name">${escapeHtml(name)}</span>`, value: name },
        { html: `${escapeHtml(perturbation)}<span class="note">${count(unchanged.n)} prompts</span>`, value: perturbation },
        numberCell(percent(unchanged.mean), interval(unchanged.ci, percent), unchanged.mean),
        changeCell(quality, signed),
        changeCell(costUsdPer1k, (value) => `${value < 0 ? "−" : "+"}${cost(Math.abs(value))}`),
      ],
    })),
  );
  const table = sortableTable({
    caption: "Choices on perturbed copies of prompts, beside those on the prompts themselves",
    columns: [
      { head: "policy" },
      { head: "written" },
      { head: "unchanged", number: true, hint: "share of copies that go to the same model as their prompt" },
      { head: "quality", number: true, hint: "change in mean quality by the choices that differ" },
      { head: "$ per 1,000", number: true, hint: "change in cost by the choices that differ" },
    ],
    rows,
    className: "learned-table",
  });
  return { id: "robustness", title: "Robustness", html: rows.length === 0 ? "" : `${table}<p class="soft small">${escapeHtml(ASSUMED)}; brackets are 95 % intervals.</p>` };
}

function changeCell(change: { readonly mean: number | null; readonly ci: [number, number] | null } | null, text: (value: number) => string): Cell {
  if (!change || change.mean === null) return { html: GAP, value: null };
  return numberCell(text(change.mean), interval(change.ci, text), change.mean);
}
