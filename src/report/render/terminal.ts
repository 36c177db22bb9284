import { styleText } from "node:util";
import type { Report, ReportPolicy } from "../../model/report.ts";
import { visible } from "./escape.ts";
import { reportFacts } from "./facts.ts";
import { policyGroups } from "./groups.ts";
import { displayWidth, fitNames } from "./names.ts";
import { cost, costDecimals, count, counted, GAP, milliseconds, percent, quality, signed } from "./numbers.ts";
import { NO_LINES } from "./plain-table.ts";
import { wrap } from "./wrap.ts";
import { comparisonsThatMatter, comparisonWords, gateWords, isOwnMix, MARK_LEGEND, markOf, VERDICT_MARK } from "./words.ts";

/** What the terminal can be asked. */
export interface TerminalOptions {
  /** Columns to fill; 80 unless told. */
  readonly width?: number;
  /** Colour is decided by the caller, which knows the stream. */
  readonly color?: boolean;
}

const SENTENCES = 6;
const NAME_MIN = 16;
const LABEL_MAX = 14;
/** Columns of this rank and beyond may be missing from a narrow terminal. */
const NICE_TO_HAVE = 3;

/** The report for a terminal: a table, what to know about it, the comparisons in words, the warnings. */
export async function renderTerminal(report: Report, options: TerminalOptions = {}): Promise<string> {
  const width = Math.max(60, Math.floor(options.width ?? 80));
  const paint = painter(options.color ?? false);
  const blocks = [
    heading(report, width, paint),
    ...(await tables(report, width, paint)),
    facts(report, width, paint),
    sentences(report, width, paint),
    gates(report, width, paint),
    warnings(report, width, paint),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

type Style = "bold" | "dim" | "green" | "red" | "yellow" | "cyan";
type Paint = (style: Style, text: string) => string;

function painter(color: boolean): Paint {
  return (style, text) => (color && text !== "" ? styleText(style, text, { validateStream: false }) : text);
}

function heading({ basis, workload, run }: Report, width: number, paint: Paint): string {
  const name = visible(workload.name);
  const parts = [counted(workload.prompts, "prompt"), ...(basis === "decisions" ? ["decisions only"] : []), `run ${visible(run.id).slice(0, 12)}`, `seed ${run.seed}`];
  const whole = `  ${parts.join(" · ")}`;
  const rest = displayWidth(whole) + NAME_MIN <= width ? whole : `  ${parts.slice(0, -1).join(" · ")}`;
  const room = width - 1 - displayWidth(rest);
  return ` ${paint("bold", fitNames([name], room).get(name) ?? name)}${paint("dim", rest)}`;
}

interface Column {
  readonly head: string;
  readonly align: "left" | "right";
  /** Narrow terminals drop the columns with the highest number first; 0 always stays. */
  readonly rank: number;
  readonly cell: (policy: ReportPolicy) => string;
  readonly paint?: (policy: ReportPolicy, text: string) => string;
}

/** The table; where it is too narrow for latency, failures, privacy or safety, further ones that have them. */
async function tables(report: Report, width: number, paint: Paint): Promise<string[]> {
  const policies = policyGroups(report).flatMap((group) => group.policies);
  if (policies.length === 0) return [" no policies"];
  const all = allColumns(policies, paint);
  const first = chooseColumns(all, policies, width);
  const second = all.filter((column) => column.rank > 0 && column.rank < NICE_TO_HAVE && !first.includes(column));
  const blocks = [await table(report, first, width, paint)];
  for (const columns of broken(second, policies, width)) blocks.push(await table(report, columns, width, paint));
  return [...blocks.slice(0, -1), [blocks.at(-1), ...legend(policies, width, paint)].join("\n")];
}

/** Columns in order, as many to a table as leave room for a readable name. */
function broken(columns: readonly Column[], policies: readonly ReportPolicy[], width: number): Column[][] {
  const room = width - MARK - Math.min(SHORTEST_NAME, Math.max(6, ...policies.map((p) => displayWidth(rowName(p)))));
  const rows: Column[][] = [];
  let used = Infinity;
  for (const column of columns) {
    const wide = cellWidth(column, policies) + GUTTER;
    if (used + wide > room) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(column);
    used += wide;
  }
  return rows;
}

async function table(report: Report, columns: readonly Column[], width: number, paint: Paint): Promise<string> {
  const groups = policyGroups(report);
  const policies = groups.flatMap((group) => group.policies);
  const widths = columns.map((column) => cellWidth(column, policies));
  const fixed = widths.reduce((sum, w) => sum + w + GUTTER, 0) + MARK;
  const longest = Math.max(6, ...policies.map((p) => displayWidth(rowName(p))));
  const nameWidth = Math.min(longest, width - fixed);
  const names = fitNames(policies.map(rowName), nameWidth);

  const { default: Table } = await import("cli-table3");
  const grid = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: [MARK, nameWidth, ...widths.map((w) => w + GUTTER)],
    colAligns: ["left", "left", ...columns.map((column) => column.align)],
  });
  const line = (text = ""): string => ` ${paint("dim", `${"─".repeat(nameWidth + fixed - 1 - displayWidth(text))}${text}`)}`;
  grid.push(["", paint("dim", "policy"), ...columns.map((c) => `${" ".repeat(GUTTER)}${paint("dim", c.head)}`)]);
  for (const { title, policies: rows } of groups) {
    grid.push([{ content: line(` ${title}`), colSpan: columns.length + 2 }]);
    for (const policy of rows) {
      grid.push([
        policy.onFrontier ? ` ${paint("cyan", "●")} ` : "   ",
        policy.onFrontier ? paint("bold", names.get(rowName(policy)) as string) : (names.get(rowName(policy)) as string),
        ...columns.map((column) => {
          const text = column.cell(policy);
          return `${" ".repeat(GUTTER)}${column.paint ? column.paint(policy, text) : text}`;
        }),
      ]);
    }
  }
  const body = grid
    .toString()
    .split("\n")
    .map((text) => text.replace(/\s+$/, ""));
  return [...body, line()].join("\n");
}

function legend(policies: readonly ReportPolicy[], width: number, paint: Paint): string[] {
  const parts = [
    policies.some((p) => p.onFrontier) ? "● on the frontier" : "",
    policies.some((p) => p.costMatchedMix) ? "vs mix: against the static mix of models at the same cost (same: it is one)" : "",
    policies.some((p) => p.costMatchedMix) ? MARK_LEGEND : "",
    policies.some((p) => p.hindsight) ? "* hindsight: sees the outcomes it is judged on" : "",
    policies.some((p) => p.simulated.length > 0) ? "~ simulated" : "",
    policies.some((p) => p.partial) ? "† stands on fewer of the prompts than the others: not comparable with them" : "",
    policies.some((p) => p.surrogates) ? "^ signals read by surrogates" : "",
    policies.some((p) => p.expected.length > 0) ? "≈ expected: nobody saw these answers" : "",
  ].filter((part) => part !== "");
  return flow(parts, width - 4).map((text) => `   ${paint("dim", text)}`);
}

const SHORTEST_NAME = 14;
const MARK = 3;
const GUTTER = 2;

function rowName(policy: ReportPolicy): string {
  return `${visible(policy.name)}${policy.hindsight ? "*" : ""}${policy.simulated.length > 0 ? "~" : ""}${policy.expected.length > 0 ? "≈" : ""}${policy.surrogates ? "^" : ""}${policy.partial ? "†" : ""}`;
}

function allColumns(policies: readonly ReportPolicy[], paint: Paint): Column[] {
  const known = (pick: (p: ReportPolicy) => unknown): boolean => policies.some((p) => pick(p) !== null && pick(p) !== undefined);
  const dimInterval = (_: ReportPolicy, text: string): string => text.replace(/\[.*\]/, (part) => paint("dim", part));
  const columns: Column[] = [];
  if (known((p) => p.quality.mean))
    columns.push({
      head: "quality [95 %]",
      align: "left",
      rank: 0,
      cell: (p) => pair(quality(p.quality.mean), p.quality.ci, (v) => quality(v)),
      paint: dimInterval,
    });
  if (known((p) => p.costUsdPer1k?.mean)) columns.push(costColumn(dimInterval));
  if (known((p) => p.costMatchedMix)) {
    columns.push({
      head: "vs mix",
      align: "right",
      rank: 0,
      cell: ({ costMatchedMix: mix, costUsdPer1k }) =>
        isOwnMix({ costMatchedMix: mix, costUsdPer1k }) ? "same  " : mix ? `${signed(mix.difference)} ${VERDICT_MARK[mix.verdict]}` : `${GAP}  `,
      paint: ({ costMatchedMix: mix }, text) =>
        mix?.verdict === "better" ? paint("green", text) : mix?.verdict === "worse" ? paint("red", text) : paint("dim", text),
    });
  }
  if (known((p) => p.latencyMs?.p95.value))
    columns.push({ head: "p95", align: "right", rank: 1, cell: (p) => milliseconds(p.latencyMs?.p95.value) });
  if (policies.some((p) => p.expected.includes("latencyMs")))
    columns.push({ head: "mean latency", align: "right", rank: 1, cell: (p) => milliseconds(p.latencyMs?.mean) });
  if (policies.some((p) => (p.errorRate.mean ?? 0) > 0))
    columns.push({ head: "errors", align: "right", rank: 2, cell: (p) => percent(p.errorRate.mean) });
  if (known((p) => p.goodput?.mean)) columns.push({ head: "goodput", align: "right", rank: 2, cell: (p) => percent(p.goodput?.mean) });
  if (known((p) => p.privacy?.leakRate.mean))
    columns.push({ head: "leak", align: "right", rank: 2, cell: (p) => percent(p.privacy?.leakRate.mean) });
  if (known((p) => p.safety?.attackReachRate.mean))
    columns.push({ head: "attack reach", align: "right", rank: 2, cell: (p) => percent(p.safety?.attackReachRate.mean) });
  if (known((p) => p.safety?.attackAnsweredRate?.mean))
    columns.push({ head: "attacks answered", align: "right", rank: 2, cell: (p) => percent(p.safety?.attackAnsweredRate?.mean) });
  if (known((p) => p.safety?.falseRefusalRate?.mean))
    columns.push({ head: "false refusals", align: "right", rank: 2, cell: (p) => percent(p.safety?.falseRefusalRate?.mean) });
  if (policies.some((p) => Object.keys(p.share).length > 1))
    columns.push({ head: "most used", align: "left", rank: policies.some((p) => p.expected.length > 0) ? 1 : 4, cell: mostUsed }); // of decisions alone, it says most
  if (known((p) => p.arena?.clamped))
    columns.push({ head: "arena", align: "right", rank: NICE_TO_HAVE, cell: (p) => quality(p.arena?.clamped) });
  return columns;
}

function costColumn(dim: Column["paint"]): Column {
  return {
    head: "$ per 1,000 [95 %]",
    align: "left",
    rank: 0,
    cell: ({ costUsdPer1k: price }) => {
      if (price?.mean === null || price?.mean === undefined) return GAP;
      const decimals = costDecimals(price.mean);
      return pair(cost(price.mean, decimals), price.ci, (v) => cost(v, decimals));
    },
    ...(dim ? { paint: dim } : {}),
  };
}

/** `0.8794 [.8760, .8828]`: bounds go without their leading zero, or two intervals do not fit 80 columns. */
function pair(value: string, ci: readonly [number, number] | null, format: (v: number) => string): string {
  if (!ci) return value;
  const bound = (v: number): string => format(v).replace(/^(−?)0\./, "$1.");
  return `${value} [${bound(ci[0])}, ${bound(ci[1])}]`;
}

function mostUsed({ kind, control, share }: ReportPolicy): string {
  if (kind === "always" && !control) return "";
  const top = Object.entries(share).sort(([, a], [, b]) => b.mean - a.mean)[0];
  if (!top) return GAP;
  return `${fitNames([top[0]], 18).get(top[0])} ${percent(top[1].mean)}`;
}

function chooseColumns(columns: Column[], policies: readonly ReportPolicy[], width: number): Column[] {
  const kept = [...columns];
  const needed = (): number => kept.reduce((sum, c) => sum + cellWidth(c, policies) + GUTTER, MARK + NAME_MIN);
  // A wider name column is worth more than a column of extras: at 80 only the first three stand.
  const limit = width <= 80 ? 0 : Infinity;
  for (const rank of [4, 3, 2, 1]) {
    for (const column of kept.filter((c) => c.rank === rank).toReversed()) {
      const roomy = needed() + (bestNameWidth(policies) - NAME_MIN) <= width;
      if (column.rank > limit ? needed() > width - 4 : !roomy) kept.splice(kept.indexOf(column), 1);
    }
  }
  if (needed() <= width) return kept;
  // Costs so large that two intervals do not fit: the numbers stay, the cost interval goes.
  return kept.map((c) =>
    c.head.startsWith("$") ? { ...c, head: "$ per 1,000", cell: (p) => c.cell(p).replace(/ \[.*/, "") } : c,
  );
}

function bestNameWidth(policies: readonly ReportPolicy[]): number {
  return Math.min(32, Math.max(...policies.map((p) => displayWidth(rowName(p)))));
}

function cellWidth(column: Column, policies: readonly ReportPolicy[]): number {
  return Math.max(displayWidth(column.head), ...policies.map((p) => displayWidth(column.cell(p))));
}

function facts(report: Report, width: number, paint: Paint): string {
  const lines = reportFacts(report).map(({ label, text }) => [visible(label), visible(text)] as const);
  const labels = fitNames(lines.map(([label]) => label), LABEL_MAX);
  const indent = 1 + Math.max(...[...labels.values()].map(displayWidth)) + 2;
  return lines
    .flatMap(([label, text]) =>
      wrap(text, width - indent).map((part, i) => {
        const head = i === 0 ? (labels.get(label) as string) : "";
        return ` ${paint("dim", head)}${" ".repeat(indent - 1 - displayWidth(head))}${part}`;
      }),
    )
    .join("\n");
}

function sentences(report: Report, width: number, paint: Paint): string {
  const all = comparisonsThatMatter(report);
  if (all.length === 0) return "";
  const shown = all.slice(0, SENTENCES).flatMap((c) => {
    const { verdict } = c.main;
    const mark = markOf(c.main);
    const style = verdict === "better" ? "green" : verdict === "worse" ? "red" : "dim";
    return wrap(visible(comparisonWords(report, c)), width - 3).map((part, i) => ` ${i === 0 ? paint(style, mark) : " "} ${part}`);
  });
  const rest = all.length - SENTENCES;
  if (rest > 0) shown.push(paint("dim", `   and ${count(rest)} more comparison${rest === 1 ? "" : "s"} in the HTML and JSON reports`));
  return shown.join("\n");
}

function gates(report: Report, width: number, paint: Paint): string {
  const { gates: all, verdict } = report;
  if (all.length === 0) return "";
  const style = { pass: "green", fail: "red", inconclusive: "yellow", none: "dim" } as const;
  const lines = all.flatMap((gate) => {
    const parts = wrap(visible(gateWords(report, gate).replace(`: ${gate.verdict}: `, ": ")), width - 15);
    return parts.map((part, i) => ` ${i === 0 ? paint(style[gate.verdict], gate.verdict.padEnd(13)) : " ".repeat(13)} ${part}`);
  });
  return [` ${paint("bold", "gates")} ${paint(style[verdict], verdict)}`, ...lines].join("\n");
}

function warnings({ warnings: all }: Report, width: number, paint: Paint): string {
  const indent = " warning: ".length;
  return all
    .flatMap((text) =>
      wrap(visible(text), width - indent).map((part, i) =>
        i === 0 ? ` ${paint("yellow", "warning:")} ${part}` : `${" ".repeat(indent)}${part}`,
      ),
    )
    .join("\n");
}

/** Phrases on as few lines as they fit, three spaces between them. */
function flow(phrases: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const phrase of phrases) {
    const last = lines.at(-1);
    const joined = last === undefined ? phrase : `${last}   ${phrase}`;
    if (last !== undefined && displayWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(...wrap(phrase, width));
  }
  return lines;
}
