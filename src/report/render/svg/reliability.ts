import type { ReportPolicy } from "../../../model/report.ts";
import { svgDocument } from "./frame.ts";

type Bins = NonNullable<ReportPolicy["calibration"]>["chosen"]["bins"];

const SIDE = 220;
const MARGIN = { left: 34, right: 10, top: 10, bottom: 34 };

/** What came against what was expected, a point a bin, both from 0 to 1. */
export function reliabilityChart(name: string, chosen: Bins, all: Bins): string {
  const x = (value: number) => px(MARGIN.left + value * (SIDE - MARGIN.left - MARGIN.right));
  const y = (value: number) => px(SIDE - MARGIN.bottom - value * (SIDE - MARGIN.top - MARGIN.bottom));
  const grid = [0, 0.5, 1].map(
    (at) =>
      `<line stroke="var(--c-line)" x1="${x(at)}" x2="${x(at)}" y1="${y(0)}" y2="${y(1)}"/><line stroke="var(--c-line)" x1="${x(0)}" x2="${x(1)}" y1="${y(at)}" y2="${y(at)}"/>` +
      `<text class="soft" font-size="11" text-anchor="middle" x="${x(at)}" y="${y(0) + 14}">${at}</text><text class="soft" font-size="11" text-anchor="end" x="${x(0) - 5}" y="${y(at) + 4}">${at}</text>`,
  );
  const points = (bins: Bins, of: "all" | "chosen") =>
    bins.flatMap(({ expected, quality }) => {
      if (quality.mean === null) return [];
      const bar = quality.ci ? `<line class="bar ${of === "chosen" ? "policies" : "controls"}" x1="${x(expected)}" x2="${x(expected)}" y1="${y(quality.ci[0])}" y2="${y(quality.ci[1])}"/>` : "";
      return [`${bar}<circle class="${of === "chosen" ? "policies" : "controls"}" cx="${x(expected)}" cy="${y(quality.mean)}" r="3.5"/>`];
    });
  return svgDocument({
    width: SIDE,
    height: SIDE,
    title: `Reliability of ${name}`,
    desc: "The quality that came against the quality that was expected, in bins. On the diagonal they are equal.",
    body: `${grid.join("")}<line stroke="var(--c-soft)" stroke-dasharray="5 4" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>${points(all, "all").join("")}${points(chosen, "chosen").join("")}<text class="soft" font-size="11" text-anchor="middle" x="${x(0.5)}" y="${SIDE - 4}">expected quality</text>`,
  });
}

function px(value: number): number {
  return Number(value.toFixed(2));
}
