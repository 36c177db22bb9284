import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { count, GAP, milliseconds, percent } from "../numbers.ts";
import { gateFormat, gateWords } from "../words.ts";
import { sortableTable } from "./table.ts";

function decisionTime(micros: number): string {
  return micros < 1000 ? `${Number(micros.toPrecision(2))} µs` : milliseconds(micros / 1000);
}

/** Name, verdict, the run's figures, then what a reader must know before any number: warnings and gates. */
export function header(report: Report): string {
  const { workload, run, verdict, policies, statistics, timing } = report;
  const badge = verdict === "none" ? "" : ` <span class="verdict ${verdict}">${{ pass: "✓ pass", fail: "✗ fail", inconclusive: "? inconclusive" }[verdict]}</span>`;
  const simulated = policies.filter((policy) => policy.simulated.length > 0).length;
  const figures: (readonly [string, string])[] = [
    [count(workload.prompts), report.basis === "decisions" ? "prompts decided" : workload.prompts === 1 ? "prompt compared" : "prompts compared"],
    ...(report.basis === "decisions" ? [] : [[count(workload.missing), "left out"] as const]),
    [count(policies.filter((p) => !p.control).length), "models and policies"],
    [count(report.frontier.length), "on the frontier"],
    [percent(statistics.level).replace(".0", ""), "intervals"],
    ...(timing.decisionMicros === null ? [] : [[decisionTime(timing.decisionMicros), "per decision"] as const]),
    ...(simulated > 0 ? [[count(simulated), "rest on simulation"] as const] : []),
  ];
  const tiles = figures.map(([value, label]) => `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return [
    `<header><p class="kicker">wrp report${report.basis === "decisions" ? ": decisions only, nobody saw the answers" : ""}</p><h1>${escapeHtml(workload.name)}${badge}</h1>`,
    `<p class="soft">run <code>${escapeHtml(run.id)}</code> · <time datetime="${escapeHtml(run.createdAt)}">${escapeHtml(run.createdAt.replace("T", " ").replace(/\.\d+Z$/, " UTC"))}</time> · seed ${run.seed} · wrp ${escapeHtml(run.wrpVersion)}</p>`,
    `<dl class="tiles">${tiles.join("")}</dl>`,
    warnings(report),
    gates(report),
    "</header>",
  ].join("\n");
}

function warnings({ warnings: all }: Report): string {
  if (all.length === 0) return "";
  const items = all.map((text) => `<li>${escapeHtml(text)}</li>`);
  return `<aside class="warnings" aria-label="Warnings"><strong>${all.length === 1 ? "Warning" : `${all.length} warnings`}</strong><ul>${items.join("")}</ul></aside>`;
}

function gates(report: Report): string {
  const { gates: all } = report;
  if (all.length === 0) return "";
  return sortableTable({
    caption: "Gates",
    columns: [
      { head: "gate" },
      { head: "policy" },
      { head: "verdict" },
      { head: "observed", number: true },
      { head: "bound", number: true, hint: "one-sided 95 % bound that the verdict rests on" },
      { head: "line", number: true },
      { head: "baseline", number: true, hint: "the blessed run on the same prompts" },
      { head: "n", number: true },
    ],
    rows: all.map((gate) => {
      const format = gateFormat(gate.expression);
      const number = (value: number | null): { html: string; value: number | null } => ({ html: escapeHtml(value === null ? GAP : format(value)), value });
      return {
        cells: [
          { html: `<code>${escapeHtml(gate.expression)}</code>` },
          { html: escapeHtml(gate.policy) },
          { html: `<span class="verdict ${gate.verdict}" title="${escapeHtml(gateWords(report, gate))}">${gate.verdict}</span>${gate.note === null ? "" : `<span class="note">${escapeHtml(gate.note)}</span>`}` },
          number(gate.observed),
          number(gate.bound),
          number(gate.line),
          number(gate.baseline),
          { html: count(gate.n), value: gate.n },
        ],
      };
    }),
  });
}
