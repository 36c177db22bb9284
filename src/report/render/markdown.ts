import type { Report, ReportPolicy } from "../../model/report.ts";
import { escapeMarkdown } from "./escape.ts";
import { reportFacts } from "./facts.ts";
import { policyGroups } from "./groups.ts";
import { cost, costDecimals, count, counted, GAP, interval, milliseconds, quality, signed } from "./numbers.ts";
import { comparisonsThatMatter, comparisonWords, gateFormat, gateWords, isOwnMix, MARK_LEGEND, markOf, VERDICT_MARK } from "./words.ts";

const SENTENCES = 10;

/** The report for a pull request or a step summary: warnings, table, sentences. */
export function renderMarkdown(report: Report): string {
  const blocks = [heading(report), warnings(report), gates(report), table(report), sentences(report), facts(report)];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

const md = escapeMarkdown;

function heading({ basis, workload, run, verdict }: Report): string {
  const words = verdict === "none" ? "" : `: ${{ pass: "✅ pass", fail: "❌ fail", inconclusive: "❔ inconclusive" }[verdict]}`;
  return [
    `## ${md(workload.name)}${words}`,
    "",
    `${counted(workload.prompts, "prompt")} ${basis === "decisions" ? "decided (nobody saw the answers)" : `compared, ${count(workload.missing)} left out`} · run \`${run.id.replace(/[^\w.-]/g, "")}\` · seed ${run.seed} · wrp ${md(run.wrpVersion)}`,
  ].join("\n");
}

function warnings({ warnings: all }: Report): string {
  if (all.length === 0) return "";
  return ["> [!WARNING]", ...all.map((text) => `> - ${md(text)}`)].join("\n");
}

function gates(report: Report): string {
  const { gates: all } = report;
  if (all.length === 0) return "";
  const rows = all.map((gate) => {
    const format = gateFormat(gate.expression);
    const numbers = [gate.observed, gate.bound, gate.line].map((v) => (v === null ? GAP : format(v)));
    return line([md(gate.expression), md(gate.policy), { pass: "✅ pass", fail: "❌ fail", inconclusive: "❔ inconclusive" }[gate.verdict], ...numbers]);
  });
  const open = all.filter((gate) => gate.verdict !== "pass").map((gate) => `- ${md(gateWords(report, gate))}`);
  const verdicts = [line(["gate", "policy", "verdict", "observed", "bound", "line"]), line(["---", "---", "---", "--:", "--:", "--:"]), ...rows];
  return [...verdicts, ...(open.length > 0 ? ["", ...open] : [])].join("\n");
}

function table(report: Report): string {
  const groups = policyGroups(report);
  const policies = groups.flatMap((group) => group.policies);
  if (policies.length === 0) return "No policies.";
  const graded = policies.some((p) => p.quality.mean !== null);
  const priced = policies.some((p) => p.costUsdPer1k?.mean !== null && p.costUsdPer1k !== null);
  const timed = policies.some((p) => p.latencyMs !== null && p.latencyMs.p95.value !== null);
  const mixed = policies.some((p) => p.costMatchedMix !== null);
  const waited = policies.some((p) => p.expected.includes("latencyMs"));
  const head = ["", "policy", "kind", ...(graded ? ["quality"] : []), ...(priced ? ["$ per 1,000"] : []), ...(mixed ? ["vs mix"] : []), ...(timed ? ["p95"] : []), ...(waited ? ["mean latency"] : [])];
  const rows = policies.map((p) =>
    line([
      p.onFrontier ? "●" : "",
      name(p),
      md(p.control ? `control, ${p.kind}` : p.kind),
      ...(graded ? [`${quality(p.quality.mean)}${small(interval(p.quality.ci))}`] : []),
      ...(priced ? [price(p)] : []),
      ...(mixed ? [mix(p)] : []),
      ...(timed ? [milliseconds(p.latencyMs?.p95.value)] : []),
      ...(waited ? [milliseconds(p.latencyMs?.mean)] : []),
    ]),
  );
  const legend = ["● on the frontier", ...(mixed ? [`vs mix: against the static mix of models at the same cost (${MARK_LEGEND})`] : []), "intervals: 95 %"];
  return [line(head), line(head.map((_, i) => (i < 3 ? "---" : "--:"))), ...rows, "", small(legend.join(" · ")).trim()].join("\n");
}

function name(policy: ReportPolicy): string {
  const notes = [
    ...(policy.hindsight ? ["hindsight"] : []),
    ...(policy.expected.length > 0 ? [`expected: ${policy.expected.map(md).join(", ")}`] : []),
    ...(policy.partial ? [`of ${policy.partial.prompts.toLocaleString("en-US")} of ${policy.partial.of.toLocaleString("en-US")} prompts only`] : []),
    ...(policy.surrogates ? [`surrogates: ${policy.surrogates.map(md).join(", ")}`] : []),
    ...(policy.simulated.length > 0 ? [`simulated: ${policy.simulated.map(md).join(", ")}`] : []),
  ];
  const label = policy.onFrontier ? `**${md(policy.name)}**` : md(policy.name);
  return notes.length > 0 ? `${label}${small(notes.join("; "))}` : label;
}

function price({ costUsdPer1k: value }: ReportPolicy): string {
  if (!value || value.mean === null) return GAP;
  const decimals = costDecimals(value.mean);
  return `${cost(value.mean, decimals)}${small(interval(value.ci, (v) => cost(v, decimals)))}`;
}

function mix(policy: ReportPolicy): string {
  const { costMatchedMix: value } = policy;
  if (!value) return GAP;
  return isOwnMix(policy) ? "same" : `${signed(value.difference)} ${VERDICT_MARK[value.verdict]}`;
}

function sentences(report: Report): string {
  const all = comparisonsThatMatter(report);
  if (all.length === 0) return "";
  const shown = all.slice(0, SENTENCES).map((c) => `- ${markOf(c.main)} ${md(comparisonWords(report, c))}`);
  if (all.length > SENTENCES) shown.push(`- and ${count(all.length - SENTENCES)} more in the HTML and JSON reports`);
  return ["### Comparisons", "", ...shown].join("\n");
}

function facts(report: Report): string {
  return ["### About this run", "", ...reportFacts(report).map(({ label, text }) => `- **${md(label)}**: ${md(text)}`)].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function small(text: string): string {
  return text === "" ? "" : ` <sub>${text}</sub>`;
}
