import type * as PlotModule from "@observablehq/plot";
import type { KnobCurve, Report } from "../../../model/report.ts";
import { fitNames } from "../names.ts";
import type { Frame } from "./frame.ts";
import type { CurveLabel } from "./points.ts";

/** Colours and dashes of curves, taken in turn: with either alone, three can be told apart. */
const STROKES = [
  { stroke: "var(--c-curve-a)", strokeDasharray: "none" },
  { stroke: "var(--c-curve-b)", strokeDasharray: "9 3" },
  { stroke: "var(--c-curve-c)", strokeDasharray: "3 2.5" },
] as const;
/** With more, bands would cover one another. */
const MOST_BANDS = 3;

/** Learned policies' curves over cost, cheapest point first; those of one place are left out. */
export function drawnCurves({ curves }: Report): KnobCurve[] {
  return curves.filter(({ band }) => band.length > 0);
}

/** A curve's points in order of cost. */
export function knobLine({ points }: KnobCurve): [number, number][] {
  return points
    .flatMap(({ costUsdPer1k, quality }): [number, number][] => (costUsdPer1k.mean === null || quality.mean === null ? [] : [[costUsdPer1k.mean, quality.mean]]))
    .sort(([a], [b]) => a - b);
}

/** Bands first, so that every line is over every band. @param bent draws a line that is straight in cost */
export function knobMarks(plot: typeof PlotModule, curves: readonly KnobCurve[], bent: (line: readonly [number, number][]) => [number, number][]): PlotModule.Markish[] {
  const bands = curves.length > MOST_BANDS ? [] : curves;
  return [
    ...bands.map(({ band }, k) => plot.areaY(band.filter(({ ci }) => ci !== null), { x: "costUsdPer1k", y1: ({ ci }: KnobCurve["band"][number]) => ci?.[0], y2: ({ ci }: KnobCurve["band"][number]) => ci?.[1], fill: strokeOf(k).stroke, fillOpacity: 0.13 })),
    ...curves.map((curve, k) => plot.line(bent(knobLine(curve)), { ...strokeOf(k), strokeWidth: 1.75 })),
  ];
}

/** Each curve's name, at places that spread over the curves. */
export function knobLabels(curves: readonly KnobCurve[], frame: Frame): CurveLabel[] {
  const names = fitNames(curves.map(({ policy }) => policy), 28);
  return curves.map(({ policy, band }, k) => {
    const { costUsdPer1k, quality } = band[Math.floor((band.length - 1) * (0.75 - 0.2 * (k % 3)))] as KnobCurve["band"][number];
    return { text: `${names.get(policy)} curve`, x: frame.x(costUsdPer1k), y: frame.y(quality), fill: strokeOf(k).stroke };
  });
}

/** What a curve's line looks like in a key. */
export function knobStroke(k: number): string {
  const { stroke, strokeDasharray } = strokeOf(k);
  return `stroke="${stroke}" stroke-width="1.75" stroke-dasharray="${strokeDasharray}"`;
}

function strokeOf(k: number): (typeof STROKES)[number] {
  return STROKES[k % STROKES.length] as (typeof STROKES)[number];
}
