import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { reportFacts } from "../facts.ts";
import { count, GAP, milliseconds } from "../numbers.ts";
import type { Section } from "./section.ts";
import { sortableTable } from "./table.ts";

/** What is known of each model. */
export function modelsSection({ models, workload }: Report): Section {
  const table = sortableTable({
    caption: `Models, over ${count(workload.read)} prompts read`,
    columns: [
      { head: "model" },
      { head: "graded", number: true, hint: "prompts with a grade" },
      { head: "failed", number: true },
      { head: "priced", number: true, hint: "prompts with a known cost" },
      { head: "price source" },
      { head: "answers" },
      { head: "trusted" },
      { head: "guarded" },
    ],
    rows: models.map((m) => ({
      cells: [
        { html: escapeHtml(m.name), value: m.name },
        { html: count(m.graded), value: m.graded },
        { html: count(m.failed), value: m.failed },
        { html: count(m.priced), value: m.priced },
        { html: escapeHtml(m.priceSource) },
        { html: m.simulated === null ? "real" : `simulated<span class="note">${escapeHtml(m.simulated)}</span>`, value: m.simulated ?? "real" },
        { html: flag(m.trusted) },
        { html: flag(m.guarded) },
      ],
    })),
  });
  return { id: "models", title: "Models", html: models.length === 0 ? "" : table };
}

function flag(value: boolean | null): string {
  if (value === null) return GAP;
  return value ? "yes" : "no";
}

/** What each metric is, in which unit, and whose definition. */
export function definitionsSection({ metricDefinitions }: Report): Section {
  const entries = Object.entries(metricDefinitions);
  const table = sortableTable({
    caption: "Metric definitions",
    columns: [{ head: "metric" }, { head: "unit" }, { head: "better" }, { head: "definition" }, { head: "source" }],
    rows: entries.map(([name, { unit, direction, definition, source }]) => ({
      cells: [
        { html: `<code>${escapeHtml(name)}</code>`, value: name },
        { html: escapeHtml(unit) },
        { html: direction === "min" ? "lower" : "higher" },
        { html: escapeHtml(definition) },
        { html: escapeHtml(source) },
      ],
    })),
    className: "prose",
  });
  return {
    id: "metrics",
    title: "Metrics",
    html: entries.length === 0 ? "" : `<details><summary>${count(entries.length)} definitions</summary>${table}</details>`,
  };
}

/** The run in sentences, and what it was made from. */
export function runSection(report: Report): Section {
  const { run, workload, timing } = report;
  const facts = [
    ...reportFacts(report),
    { label: "method", text: report.statistics.method || GAP },
    { label: "files", text: workload.files.map((f) => `${f.name} (${f.format}, ${count(f.prompts)} prompts, sha256 ${f.sha256.slice(0, 12)}…)`).join(", ") || GAP },
    { label: "hashes", text: `config ${run.configHash}, workload ${run.workloadHash}` },
    {
      label: "time",
      text: `${milliseconds(timing.totalMs)}: read ${milliseconds(timing.readMs)}, store ${milliseconds(timing.storeMs)}, ${count(timing.decisions)} decisions ${milliseconds(timing.decideMs)}, report ${milliseconds(timing.reportMs)}; reused ${count(timing.reused.answers)} answers and ${count(timing.reused.grades)} grades, computed ${count(timing.computed.answers)} and ${count(timing.computed.grades)}`,
    },
  ];
  const items = facts.map(({ label, text }) => `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(text)}</dd></div>`);
  return { id: "run", title: "This run", html: `<dl class="facts">${items.join("\n")}</dl>` };
}
