import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { groupOf, policyGroups } from "../groups.ts";
import { fitNames } from "../names.ts";
import { count, quality } from "../numbers.ts";
import { linearDomain } from "./domain.ts";
import { drawFrame, svgDocument } from "./frame.ts";
import { legend } from "./legend.ts";
import { pointMark } from "./points.ts";
import { textWidth } from "./text-width.ts";

const WIDTH = 860;
const ROW = 24;
const MOST_ROWS = 60;

/** Quality with its interval, one row per policy: what can be drawn where no policy has a cost. */
export async function dotChart(report: Report): Promise<string> {
  const all = policyGroups(report)
    .flatMap((group) => group.policies)
    .filter((policy) => policy.quality.mean !== null);
  const rows = all.slice(0, MOST_ROWS);
  if (rows.length === 0) return emptyChart(report);
  const names = fitNames(rows.map((policy) => policy.name), 40);
  const texts = rows.map((p) => `${names.get(p.name)}${p.hindsight ? " (hindsight)" : ""}${p.simulated.length > 0 ? " (simulated)" : ""}`);
  const left = Math.min(340, Math.ceil(Math.max(...texts.map((text) => textWidth(text, 12)))) + 24);
  const values = rows.flatMap((p) => [p.quality.mean as number, ...(p.quality.ci ?? [])]);
  const height = 52 + rows.length * ROW + 64;
  const frame = await drawFrame({
    width: WIDTH,
    height,
    margin: { top: 52, right: 64, bottom: 64, left },
    x: { label: "quality, 95 % intervals", domain: linearDomain(values, 0, 1), ticks: 6 },
    y: { domain: [rows.length - 0.5, -0.5] },
    marks: () => [],
  });
  const overlay = rows.map((policy, i) => {
    const y = frame.y(i);
    const x = frame.x(policy.quality.mean as number);
    const ci = policy.quality.ci;
    const bar = ci ? `<line class="bar ${groupOf(policy)}" x1="${frame.x(ci[0]).toFixed(2)}" x2="${frame.x(ci[1]).toFixed(2)}" y1="${y}" y2="${y}" stroke-width="2"/>` : "";
    const width = textWidth(texts[i] as string, 12);
    return [
      `<text class="label" x="${(left - 12 - width).toFixed(2)}" y="${y + 4}" font-size="12" textLength="${width.toFixed(2)}" lengthAdjust="spacingAndGlyphs">${escapeHtml(texts[i] as string)}</text>`,
      bar,
      pointMark(policy, x, y),
      `<text class="soft" x="${WIDTH - 8}" y="${y + 4}" font-size="12" text-anchor="end">${quality(policy.quality.mean)}</text>`,
    ].join("");
  });
  const kinds = (["models", "policies", "controls"] as const).filter((kind) => rows.some((p) => groupOf(p) === kind));
  const note = all.length > rows.length ? `${count(all.length - rows.length)} more policies are not drawn · ` : "";
  return frame.finish({
    title: `Quality of ${count(rows.length)} policies on ${report.workload.name}`,
    desc: "One row per policy; further right is better. No policy has a known cost.",
    overlay: `${legend(kinds, 8, 14)}${overlay.join("")}<text class="soft" x="${WIDTH - 8}" y="${height - 8}" font-size="11" text-anchor="end">${note}no policy has a known cost</text>`,
  });
}

function emptyChart(report: Report): string {
  const text = "No policy has a quality to draw.";
  return svgDocument({
    width: WIDTH,
    height: 120,
    title: `Nothing to draw for ${report.workload.name}`,
    desc: text,
    body: `<text class="soft" x="${WIDTH / 2}" y="64" font-size="14" text-anchor="middle">${text}</text>`,
  });
}
