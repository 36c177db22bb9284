import type { Estimate, Report, ReportPolicy } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { groupOf, policyGroups } from "../groups.ts";
import { fitNames } from "../names.ts";
import { count, quality, usd } from "../numbers.ts";
import { linearDomain } from "./domain.ts";
import { drawFrame, svgDocument } from "./frame.ts";
import { legend } from "./legend.ts";
import { pointMark } from "./points.ts";
import { textWidth } from "./text-width.ts";

const WIDTH = 860;
const ROW = 24;
const MOST_ROWS = 60;

/** What the dots show. */
interface Measure {
  readonly of: (policy: ReportPolicy) => Pick<Estimate, "mean" | "ci"> | null;
  readonly format: (value: number) => string;
  readonly label: string;
  readonly most: number;
  readonly title: (policies: number) => string;
  readonly desc: string;
  readonly note: string;
}

const QUALITY: Measure = {
  of: (policy) => policy.quality,
  format: quality,
  label: "quality, 95 % intervals",
  most: 1,
  title: (policies) => `Quality of ${count(policies)} policies`,
  desc: "One row per policy; further right is better. No policy has a known cost.",
  note: "no policy has a known cost",
};

const EXPECTED_COST: Measure = {
  of: (policy) => policy.costUsdPer1k,
  format: usd,
  label: "expected USD per 1,000 prompts, 95 % intervals over prompts",
  most: Infinity,
  title: (policies) => `Expected cost of ${count(policies)} policies`,
  desc: "One row per policy; further left is cheaper. Nobody saw the answers: quality is not known.",
  note: "decisions only: quality is not known",
};

/**
 * One row per policy with its interval: quality, where no policy has a cost; expected cost, where the report stands on decisions.
 */
export async function dotChart(report: Report): Promise<string> {
  const measure = report.basis === "decisions" ? EXPECTED_COST : QUALITY;
  const meanOf = (policy: ReportPolicy) => measure.of(policy)?.mean ?? null;
  const all = policyGroups(report)
    .flatMap((group) => group.policies)
    .filter((policy) => meanOf(policy) !== null);
  const rows = all.slice(0, MOST_ROWS);
  if (rows.length === 0) return emptyChart(report);
  const names = fitNames(rows.map((policy) => policy.name), 40);
  const texts = rows.map((p) => `${names.get(p.name)}${p.hindsight ? " (hindsight)" : ""}${p.simulated.length > 0 ? " (simulated)" : ""}`);
  const left = Math.min(340, Math.ceil(Math.max(...texts.map((text) => textWidth(text, 12)))) + 24);
  const values = rows.flatMap((p) => [meanOf(p) as number, ...(measure.of(p)?.ci ?? [])]);
  const height = 52 + rows.length * ROW + 64;
  const frame = await drawFrame({
    width: WIDTH,
    height,
    margin: { top: 52, right: 64, bottom: 64, left },
    x: { label: measure.label, domain: linearDomain(values, 0, measure.most), ticks: 6 },
    y: { domain: [rows.length - 0.5, -0.5] },
    marks: () => [],
  });
  const overlay = rows.map((policy, i) => {
    const y = frame.y(i);
    const x = frame.x(meanOf(policy) as number);
    const ci = measure.of(policy)?.ci ?? null;
    const bar = ci ? `<line class="bar ${groupOf(policy)}" x1="${frame.x(ci[0]).toFixed(2)}" x2="${frame.x(ci[1]).toFixed(2)}" y1="${y}" y2="${y}" stroke-width="2"/>` : "";
    const width = textWidth(texts[i] as string, 12);
    return [
      `<text class="label" x="${(left - 12 - width).toFixed(2)}" y="${y + 4}" font-size="12" textLength="${width.toFixed(2)}" lengthAdjust="spacingAndGlyphs">${escapeHtml(texts[i] as string)}</text>`,
      bar,
      pointMark(policy, x, y),
      `<text class="soft" x="${WIDTH - 8}" y="${y + 4}" font-size="12" text-anchor="end">${measure.format(meanOf(policy) as number)}</text>`,
    ].join("");
  });
  const kinds = (["models", "policies", "controls"] as const).filter((kind) => rows.some((p) => groupOf(p) === kind));
  const note = all.length > rows.length ? `${count(all.length - rows.length)} more policies are not drawn · ` : "";
  return frame.finish({
    title: `${measure.title(rows.length)} on ${report.workload.name}`,
    desc: measure.desc,
    overlay: `${legend(kinds, 8, 14)}${overlay.join("")}<text class="soft" x="${WIDTH - 8}" y="${height - 8}" font-size="11" text-anchor="end">${note}${measure.note}</text>`,
  });
}

function emptyChart(report: Report): string {
  const text = report.basis === "decisions" ? "No policy has an expected cost to draw." : "No policy has a quality to draw.";
  return svgDocument({
    width: WIDTH,
    height: 120,
    title: `Nothing to draw for ${report.workload.name}`,
    desc: text,
    body: `<text class="soft" x="${WIDTH / 2}" y="64" font-size="14" text-anchor="middle">${text}</text>`,
  });
}
