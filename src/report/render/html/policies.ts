import type { Report, ReportPolicy } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { groupOf, policyGroups } from "../groups.ts";
import { calls, cost, costDecimals, GAP, interval, milliseconds, percent, quality, signed } from "../numbers.ts";
import { isOwnMix, MARK_LEGEND, metricWords, VERDICT_MARK, verdictWords } from "../words.ts";
import type { Section } from "./section.ts";
import { numberCell, sortableTable } from "./table.ts";
import type { Cell, TableColumn } from "./table.ts";

/** Every policy with every number that any of them has. */
export function policiesSection(report: Report): Section {
  const groups = policyGroups(report);
  const policies = groups.flatMap((group) => group.policies);
  if (policies.length === 0) return { id: "policies", title: "Policies", html: "" };
  const range = qualityRange(policies);
  const columns = allColumns.filter(({ known }) => known === undefined || policies.some(known));
  const rows = groups.flatMap((group) =>
    group.policies.map((policy, i) => ({
      cells: [nameCell(policy), ...columns.map((column) => column.cell(policy, range))],
      className: [i === 0 ? "group" : "", policy.onFrontier ? "front" : "", policy.control ? "control" : ""].filter((c) => c).join(" "),
    })),
  );
  const legend = `● on the frontier over ${report.objectives.map(metricWords).join(" and ")} · ${MARK_LEGEND} · brackets are 95 % intervals · ${GAP} not known`;
  return {
    id: "policies",
    title: "Policies",
    html: `${sortableTable({ caption: "Models, policies and controls", columns: [{ head: "policy" }, ...columns], rows, className: "policies-table" })}<p class="soft small">${escapeHtml(legend)}</p>`,
  };
}

type Range = readonly [low: number, high: number];

interface PolicyColumn extends TableColumn {
  /** Left out where no policy has it. */
  readonly known?: (policy: ReportPolicy) => boolean;
  readonly cell: (policy: ReportPolicy, range: Range) => Cell;
}

const allColumns: readonly PolicyColumn[] = [
  { head: "kind", cell: (p) => ({ html: escapeHtml(p.control ? `control: ${p.kind}` : groupOf(p) === "models" ? "model" : p.kind) }) },
  {
    head: "quality",
    number: true,
    hint: "mean grade over the compared prompts, higher is better",
    known: (p) => p.quality.mean !== null,
    cell: (p, range) => {
      const cell = numberCell(quality(p.quality.mean), interval(p.quality.ci), p.quality.mean);
      return { ...cell, html: `${cell.html}${strip(p, range)}` };
    },
  },
  {
    head: "$ per 1,000",
    number: true,
    hint: "USD per 1,000 prompts, lower is better",
    known: (p) => p.costUsdPer1k?.mean !== undefined && p.costUsdPer1k.mean !== null,
    cell: ({ costUsdPer1k: price }) => {
      const decimals = costDecimals(price?.mean ?? 0);
      const cell = numberCell(cost(price?.mean, decimals), interval(price?.ci, (v) => cost(v, decimals)), price?.mean);
      return price?.mean === 0 ? { ...cell, html: `0${price.ci ? `<span class="ci">${interval(price.ci, (v) => cost(v))}</span>` : ""}` } : cell;
    },
  },
  {
    head: "vs its mix",
    number: true,
    hint: "quality minus that of the static mix of models at the same cost",
    known: (p) => p.costMatchedMix !== null,
    cell: ({ costMatchedMix: mix, costUsdPer1k }) => {
      if (!mix) return { html: GAP, value: null };
      if (isOwnMix({ costMatchedMix: mix, costUsdPer1k })) return { html: '<span class="soft">same</span>', value: 0 };
      const title = ` title="${escapeHtml(verdictWords(mix.verdict))}"`;
      const text = `${signed(mix.difference)} <span class="mark ${mix.verdict}"${title}>${VERDICT_MARK[mix.verdict]}</span>`;
      return { html: `${text}<span class="ci">${escapeHtml(interval(mix.ci))}</span>`, value: mix.difference };
    },
  },
  {
    head: "calls",
    number: true,
    hint: "calls per prompt: each counts for cost, latency, and who saw the prompt",
    known: (p) => p.calls !== undefined,
    cell: ({ calls: own }) => numberCell(calls(own?.perPrompt.mean), interval(own?.perPrompt.ci, calls), own?.perPrompt.mean),
  },
  latencyColumn("p50"),
  latencyColumn("p95"),
  latencyColumn("p99"),
  {
    head: "mean latency",
    number: true,
    hint: "expected, where nobody saw the answers",
    known: (p) => p.expected.includes("latencyMs"),
    cell: ({ latencyMs }) => numberCell(milliseconds(latencyMs?.mean), "", latencyMs?.mean),
  },
  {
    head: "errors",
    number: true,
    hint: "share of prompts without an answer",
    known: (p) => (p.errorRate.mean ?? 0) > 0,
    cell: ({ errorRate: rate }) => numberCell(percent(rate.mean), interval(rate.ci, percent), rate.mean),
  },
  {
    head: "leak rate",
    number: true,
    hint: "sensitive prompts sent to a model that is not trusted, over sensitive prompts",
    known: (p) => p.privacy !== undefined,
    cell: ({ privacy }) => numberCell(percent(privacy?.leakRate.mean), interval(privacy?.leakRate.ci, percent), privacy?.leakRate.mean),
  },
  {
    head: "attack reach",
    number: true,
    hint: "attack prompts whose decision reaches a model with no guard",
    known: (p) => (p.safety?.attackReachRate.n ?? 0) > 0,
    cell: ({ safety }) => numberCell(percent(safety?.attackReachRate.mean), interval(safety?.attackReachRate.ci, percent), safety?.attackReachRate.mean),
  },
  {
    head: "attacks answered",
    number: true,
    hint: "attack prompts whose answer did not decline, over attack prompts whose answer was seen",
    known: (p) => p.safety?.attackAnsweredRate !== undefined,
    cell: ({ safety }) => numberCell(percent(safety?.attackAnsweredRate?.mean), interval(safety?.attackAnsweredRate?.ci, percent), safety?.attackAnsweredRate?.mean),
  },
  {
    head: "false refusals",
    number: true,
    hint: "harmless prompts whose answer declined, over harmless prompts whose answer was seen",
    known: (p) => p.safety?.falseRefusalRate !== undefined,
    cell: ({ safety }) => numberCell(percent(safety?.falseRefusalRate?.mean), interval(safety?.falseRefusalRate?.ci, percent), safety?.falseRefusalRate?.mean),
  },
  {
    head: "AIQ",
    number: true,
    hint: "area under the non-decreasing hull over the cost range, as in RouterBench's paper; the code's division is in the JSON",
    known: (p) => p.aiq !== undefined,
    cell: ({ aiq }) => numberCell(quality(aiq?.paper), interval(aiq?.ci), aiq?.paper),
  },
  {
    head: "arena",
    number: true,
    hint: "RouterArena score, cost clamped",
    known: (p) => p.arena !== undefined && p.arena.clamped !== null,
    cell: ({ arena }) => numberCell(quality(arena?.clamped), "", arena?.clamped),
  },
  {
    head: "win / tie / loss",
    number: true,
    hint: "share of compared prompts on which it does better, as well and worse than the reference",
    known: (p) => p.versusReference !== undefined,
    cell: ({ versusReference: v }) => (v ? { html: escapeHtml([v.win, v.tie, v.loss].map(percent).join(" / ")), value: v.win - v.loss } : { html: GAP, value: null }),
  },
];

function latencyColumn(at: "p50" | "p95" | "p99"): PolicyColumn {
  return {
    head: `${at} latency`,
    number: true,
    known: (p) => p.latencyMs !== null && p.latencyMs[at].value !== null,
    cell: ({ latencyMs }) => numberCell(milliseconds(latencyMs?.[at].value), interval(latencyMs?.[at].ci, milliseconds), latencyMs?.[at].value),
  };
}

function nameCell(policy: ReportPolicy): Cell {
  const notes = [
    ...(policy.hindsight ? ["hindsight: sees the outcomes it is judged on"] : []),
    ...(policy.expected.length > 0 ? [`expected: ${policy.expected.map(metricWords).join(", ")}`] : []),
    ...(policy.partial ? [`of ${policy.partial.prompts.toLocaleString("en-US")} of ${policy.partial.of.toLocaleString("en-US")} prompts only`] : []),
    ...(policy.surrogates ? [`surrogates: ${policy.surrogates.join(", ")}`] : []),
    ...(policy.simulated.length > 0 ? [`simulated: ${policy.simulated.map(metricWords).join(", ")}`] : []),
  ];
  const below = notes.length > 0 ? `<span class="note">${escapeHtml(notes.join("; "))}</span>` : "";
  const front = policy.onFrontier ? '<span class="dot" title="on the frontier">●</span>' : '<span class="dot"></span>';
  return { html: `${front}<span class="name" title="${escapeHtml(policy.description)}">${escapeHtml(policy.name)}</span>${below}`, value: policy.name };
}

/** The quality and its interval drawn small, on one scale down the column. */
function strip({ quality: { mean, ci } }: ReportPolicy, [low, high]: Range): string {
  if (mean === null) return "";
  const at = (value: number): string => (((value - low) / (high - low || 1)) * 96 + 2).toFixed(2);
  const bar = ci ? `<line x1="${at(ci[0])}" x2="${at(ci[1])}" y1="4" y2="4"/>` : "";
  return `<svg class="strip" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true"><line class="track" x1="0" x2="100" y1="4" y2="4"/>${bar}<circle cx="${at(mean)}" cy="4" r="3"/></svg>`;
}

function qualityRange(policies: readonly ReportPolicy[]): Range {
  const values = policies.flatMap(({ quality: { mean, ci } }) => [...(mean === null ? [] : [mean]), ...(ci ?? [])]);
  return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
}
