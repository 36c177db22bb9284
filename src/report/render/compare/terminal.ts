import { stripVTControlCharacters, styleText } from "node:util";
import type { PairedComparison, PolicyComparison } from "../../../model/comparison.ts";
import { visible } from "../escape.ts";
import { displayWidth, fitNames } from "../names.ts";
import { count, GAP, quality, signed, usd } from "../numbers.ts";
import { noChange, VERDICT_MARK } from "../words.ts";
import { plainTable } from "../plain-table.ts";
import { wrap } from "../wrap.ts";
import { cellsOf, grounds, headline, movement, pairing } from "./words.ts";

const SLICES = 12;
const PROMPTS = 10;
const FLOWS = 3;

/** A comparison for a terminal: the metrics with verdicts, the slices, what moved, the prompts behind it. */
export async function renderComparison(comparison: PolicyComparison, { width = 80, color = false } = {}): Promise<string> {
  const paint: Paint = (style, text) => (color && text !== "" ? styleText(style, text, { validateStream: false }) : text);
  const blocks = [
    wrap(visible(headline(comparison)), width - 2).map((line) => ` ${paint("bold", line)}`).join("\n"),
    await metrics(comparison, paint, width),
    await slices(comparison, paint, width),
    ["compared", pairing(comparison), "moved", movement(comparison, FLOWS)].reduce<string[]>((lines, text, k, all) => (k % 2 === 1 ? [...lines, ...labelled(all[k - 1] as string, visible(text), width, paint)] : lines), []).join("\n"),
    await prompts(comparison, paint, width),
    comparison.warnings.flatMap((text) => wrap(visible(text), width - 10).map((line, k) => (k === 0 ? ` ${paint("yellow", "warning:")} ${line}` : `          ${line}`))).join("\n"),
    grounds(comparison).flatMap((text) => wrap(text, width - 4)).map((line) => `   ${paint("dim", line)}`).join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Metrics whose name in prose is too long for a table. */
const SHORT: Readonly<Record<string, string>> = { costUsdPer1k: "$ per 1,000", ttftMs: "TTFT", "safety.attackReachRate": "attack reach", "safety.attackAnsweredRate": "attacks answered", "safety.falseRefusalRate": "false refusals" };

type Paint = (style: "bold" | "dim" | "green" | "red" | "yellow", text: string) => string;

async function metrics({ a, b, comparisons }: PolicyComparison, paint: Paint, width: number): Promise<string> {
  const names = fitNames([visible(a.label), visible(b.label)], width < 100 ? 10 : 20);
  const rows = comparisons.map((one) => {
    const cells = cellsOf(one);
    return [mark(one, paint), SHORT[one.metric] ?? cells.metric, cells.a, cells.b, cells.difference, cells.ci];
  });
  const body = await grid([["", "", ...[a.label, b.label].map((label) => names.get(visible(label)) as string), "difference", "[95 %]"], ...rows], ["left", "left", "right", "right", "right", "left"], paint);
  const verdicts = comparisons.flatMap((one) => {
    const { metric, verdict } = cellsOf(one);
    return wrap(`${metric}: ${visible(a.label)} is ${verdictSentence(one, verdict, visible(b.label))}`, width - 3).map((line, k) => ` ${k === 0 ? mark(one, paint) : " "} ${line}`);
  });
  return [body, "", ...verdicts].join("\n");
}

function verdictSentence(one: PairedComparison, verdict: string, other: string): string {
  if (noChange(one)) return `the same as ${other} on every prompt`;
  if (one.verdict === "equivalent") return `equivalent to ${other} within the margin`;
  if (one.verdict === "inconclusive") return `not told from ${other}: ${verdict}`;
  return `${one.verdict} than ${other}`;
}

async function slices({ slices: all }: PolicyComparison, paint: Paint, width: number): Promise<string> {
  const weight = (slice: (typeof all)[number]) => (slice.comparisons.some((c) => c.verdict !== "inconclusive" && !noChange(c)) ? 1 : 0);
  const shown = all.toSorted((x, y) => weight(y) - weight(x)).slice(0, SLICES);
  if (shown.length === 0) return "";
  const metricsShown = ["quality", "costUsdPer1k"].filter((name) => shown.some((slice) => slice.comparisons.some((c) => c.metric === name)));
  const heads = metricsShown.map((name) => (name === "quality" ? "quality [95 %]" : "$ per 1,000 [95 %]"));
  const cells = shown.map((slice) => [
    visible(`${slice.by.replace(/^meta\./, "")} ${slice.value}`),
    count(slice.prompts),
    ...metricsShown.map((name) => {
      const found = slice.comparisons.find((c) => c.metric === name);
      if (!found) return GAP;
      const { difference, ci } = cellsOf(found);
      return `${difference} ${ci} ${mark(found, paint)}`;
    }),
  ]);
  const others = cells[0]?.slice(1).reduce((sum, _, k) => sum + Math.max(...cells.map((c) => displayWidth(stripVTControlCharacters(c[k + 1] as string)))) + 2, 0) ?? 0;
  const names = fitNames(cells.map(([name]) => name as string), Math.max(8, width - others - 6));
  const body = await grid([["slice", "n", ...heads], ...cells.map(([name, ...rest]) => [names.get(name as string) as string, ...rest])], ["left", "right", ...heads.map(() => "left" as const)], paint);
  const rest = all.length - shown.length;
  return rest > 0 ? `${body}\n   ${paint("dim", `and ${count(rest)} more slices in the JSON, Markdown and HTML forms`)}` : body;
}

async function prompts({ changed }: PolicyComparison, paint: Paint, width: number): Promise<string> {
  if (changed.count === 0) return "";
  const shown = changed.prompts.slice(0, PROMPTS);
  const names = fitNames(shown.flatMap((p) => [p.modelA, p.modelB].map((m) => visible(m ?? GAP))), Math.max(10, Math.floor((width - 44) / 2)));
  const model = (name: string | null) => names.get(visible(name ?? GAP)) as string;
  const ids = fitNames(shown.map((p) => visible(p.id)), 14);
  const rows = shown.map((p) => [
    ids.get(visible(p.id)) as string,
    p.modelA === p.modelB ? model(p.modelA) : `${model(p.modelB)} → ${model(p.modelA)}`,
    p.qualityA === null || p.qualityB === null ? GAP : `${short(p.qualityB)} → ${short(p.qualityA)}`,
    p.costUsdA === null || p.costUsdB === null ? GAP : signed(p.costUsdA - p.costUsdB, usd),
  ]);
  const body = await grid([["prompt", "second → first", "quality", "Δ $"], ...rows], ["left", "left", "left", "right"], paint);
  const rest = changed.count - shown.length;
  return rest > 0 ? `${body}\n   ${paint("dim", `and ${count(rest)} more prompts that differ: --json, or -o comparison.html`)}` : body;
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : quality(value);
}

function mark(one: PairedComparison, paint: Paint): string {
  if (noChange(one)) return paint("dim", "=");
  const style = one.verdict === "better" ? "green" : one.verdict === "worse" ? "red" : "dim";
  return paint(style, VERDICT_MARK[one.verdict]);
}

/** A table, its first row dim. */
async function grid([head, ...rows]: readonly (readonly string[])[], aligns: readonly ("left" | "right")[], paint: Paint): Promise<string> {
  const text = await plainTable([(head ?? []).map((cell) => paint("dim", cell)), ...rows], aligns);
  return text
    .split("\n")
    .map((line) => `   ${line}`)
    .join("\n");
}

function labelled(label: string, text: string, width: number, paint: Paint): string[] {
  return wrap(text, width - 12).map((line, k) => ` ${k === 0 ? paint("dim", label.padEnd(10)) : " ".repeat(10)} ${line}`);
}
