import type { Report } from "../../../model/report.ts";
import { groupOf } from "../groups.ts";
import { count } from "../numbers.ts";
import { alongLine, curveLabels, curvesOf, dashes } from "./curve.ts";
import { linearDomain, logDomain, logTicks } from "./domain.ts";
import { drawFrame } from "./frame.ts";
import { drawnCurves, knobLabels, knobLine, knobMarks } from "./knob-curve.ts";
import { legend } from "./legend.ts";
import type { LegendItem } from "./legend.ts";
import { drawPoints } from "./points.ts";
import type { ChartPoint } from "./points.ts";
import { LINE } from "./theme.ts";

const WIDTH = 860;
const HEIGHT = 540;

/** Policies that the Pareto chart can show: those with a quality and a cost. */
export function paretoPoints({ policies }: Report): ChartPoint[] {
  return policies.flatMap((policy) => {
    const [x, y] = [policy.costUsdPer1k?.mean, policy.quality.mean];
    if (x === null || x === undefined || y === null) return [];
    return [{ policy, x, y, ciX: policy.costUsdPer1k?.ci ?? null, ciY: policy.quality.ci }];
  });
}

/** Quality against cost: points with intervals both ways, the frontier, the zero router's hull, threshold sweeps, learned policies' curves. */
export async function paretoChart(report: Report): Promise<string> {
  const points = paretoPoints(report);
  const hull = report.metrics.zeroRouter?.hull.map((p): [number, number] => [p.costUsdPer1k, p.quality]) ?? [];
  const curves = curvesOf(report, report.sweeps, (p) => (p.costUsdPer1k === null ? null : [p.costUsdPer1k, p.quality]));
  const sweeps = curves.map((curve) => curve.line);
  const learned = drawnCurves(report);
  const lines = [...hull, ...sweeps.flat(), ...learned.flatMap(knobLine)];
  const costs = [...points.flatMap((p) => [p.x, ...(p.ciX ?? [])]), ...lines.map(([x]) => x)];
  const qualities = [...points.flatMap((p) => [p.y, ...(p.ciY ?? [])]), ...lines.map(([, y]) => y)];
  const means = points.map((p) => p.x);
  const log = Math.min(...costs) > 0 && Math.max(...means) / Math.min(...means) > 10;
  const x = log ? logDomain(costs) : linearDomain(costs, 0, Infinity);
  const y = linearDomain(qualities, 0, 1);
  const front = frontierSteps(report, points, x[1]);
  const frame = await drawFrame({
    width: WIDTH,
    height: HEIGHT,
    margin: { top: 52, right: 24, bottom: 64, left: 52 },
    x: { label: `cost, USD per 1,000 prompts${log ? " (log scale)" : ""}`, domain: x, log, ticks: log ? logTicks(x) : 8, format: tick },
    y: { label: "quality", domain: y, ticks: 8 },
    marks: (plot) => [
      ...knobMarks(plot, learned, (line) => hullLine(line, log)),
      ...curves.map((curve) => plot.line(curve.line, { stroke: LINE.sweep, strokeWidth: 1.25, strokeDasharray: dashes(curve) })),
      ...(hull.length > 1 ? [plot.line(hullLine(hull, log), { stroke: LINE.hull, strokeWidth: 1.5, strokeDasharray: "5 4" })] : []),
      ...(front.length > 1 ? [plot.line(front, { stroke: LINE.frontier, strokeWidth: 2 })] : []),
    ],
  });
  const along = [front, hullLine(hull, log), ...sweeps, ...learned.map((curve) => hullLine(knobLine(curve), log))].flatMap((line) => alongLine(line, frame));
  const { svg, unlabelled } = drawPoints(points, frame, { along, labels: [...curveLabels(curves, frame), ...knobLabels(learned, frame)] });
  const kinds = (["models", "policies", "controls"] as const).filter((kind) => points.some((p) => groupOf(p.policy) === kind));
  const items: LegendItem[] = [
    ...kinds,
    ...(front.length > 1 ? (["frontier"] as const) : []),
    ...(hull.length > 1 ? (["hull"] as const) : []),
    ...(sweeps.length > 0 ? (["sweep"] as const) : []),
    ...(learned.length > 0 ? (["learned"] as const) : []),
  ];
  const without = report.policies.length - points.length;
  const notes = [
    unlabelled > 0 ? `${count(unlabelled)} policies without a label` : "",
    without > 0 ? `${count(without)} policies have no known cost and are not drawn` : "",
    learned.length > 0 ? "bars and bands: 95 % intervals" : "bars: 95 % intervals",
  ].filter((note) => note !== "");
  return frame.finish({
    title: `Quality against cost of ${count(points.length)} policies on ${report.workload.name}`,
    desc: `Points further up and to the left are better. On the frontier: ${report.frontier.join(", ") || "none"}.`,
    overlay: `${legend(items, 8, 14)}<text class="soft" x="${WIDTH - 24}" y="${HEIGHT - 8}" font-size="11" text-anchor="end">${notes.join(" · ")}</text>${svg}`,
  });
}

/** What can be had for a budget without mixing: up at each frontier point, level to the right of it. */
function frontierSteps({ frontier }: Report, points: readonly ChartPoint[], end: number): [number, number][] {
  const on = new Set(frontier);
  const steps = points
    .filter(({ policy }) => (on.has(policy.name) || policy.onFrontier) && !policy.hindsight)
    .sort((a, b) => a.x - b.x || b.y - a.y)
    .reduce<ChartPoint[]>((best, p) => (best.length === 0 || p.y > (best.at(-1) as ChartPoint).y ? [...best, p] : best), []);
  const line = steps.flatMap(({ x, y }, i): [number, number][] => (i === 0 ? [[x, y]] : [[x, (steps[i - 1] as ChartPoint).y], [x, y]]));
  const last = steps.at(-1);
  return last ? [...line, [end, last.y]] : [];
}

/** Straight in cost, so bent on a log axis: drawn through many points there. */
function hullLine(hull: readonly [number, number][], log: boolean): [number, number][] {
  if (!log) return [...hull];
  return hull.flatMap(([x, y], i) => {
    const next = hull[i + 1];
    if (!next) return [[x, y] as [number, number]];
    return Array.from({ length: 24 }, (_, k): [number, number] => {
      const cost = x * (next[0] / x) ** (k / 24);
      return [cost, y + ((next[1] - y) * (cost - x)) / (next[0] - x || 1)];
    });
  });
}

function tick(value: number): string {
  if (value === 0) return "$0";
  return `$${Number(value.toPrecision(3)).toFixed(value >= 1 ? (Number.isInteger(value) ? 0 : 1) : Math.max(2, -Math.floor(Math.log10(value))))}`;
}
