import type { Report, Sweep } from "../../../model/report.ts";
import { fitNames } from "../names.ts";
import type { Frame } from "./frame.ts";
import type { CurveLabel } from "./points.ts";

/** A sweep as a line in data units. */
export interface Curve {
  readonly sweep: Sweep;
  readonly line: readonly (readonly [number, number])[];
  /** Drawn dotted: nobody could have chosen so. */
  readonly hindsight: boolean;
}

/** Sweeps as lines, thinned to the pixels they fall on; those with fewer than two places are left out. */
export function curvesOf(
  { policies }: Report,
  sweeps: readonly Sweep[],
  place: (point: Sweep["points"][number]) => readonly [number, number] | null,
): Curve[] {
  return sweeps
    .map((sweep) => ({
      sweep,
      line: thin(sweep.points.map(place).filter((at) => at !== null)),
      hindsight: policies.some((policy) => policy.name === sweep.name && policy.hindsight),
    }))
    .filter(({ line }) => line.length > 1);
}

/** Dashes of a sweep's line. */
export function dashes({ hindsight }: Curve): string | undefined {
  return hindsight ? "1.5 3" : undefined;
}

/** Each curve's name, staggered along the curves so that parallel ones do not meet. */
export function curveLabels(curves: readonly Curve[], frame: Frame): CurveLabel[] {
  const names = fitNames(curves.map(({ sweep }) => sweep.name), 24);
  return curves.map(({ sweep, line, hindsight }, i) => {
    const [x, y] = line[Math.floor(line.length * (0.62 - 0.12 * (i % 4)))] as readonly [number, number];
    return { text: `${names.get(sweep.name)} sweep${hindsight ? " (hindsight)" : ""}`, x: frame.x(x), y: frame.y(y) };
  });
}

/** Pixel points every few pixels along a line. */
export function alongLine(line: readonly (readonly [number, number])[], frame: Frame): [number, number][] {
  return line.flatMap(([x, y], i) => {
    const [ax, ay] = [frame.x(x), frame.y(y)];
    const next = line[i + 1];
    if (!next) return [[ax, ay] as [number, number]];
    const [bx, by] = [frame.x(next[0]), frame.y(next[1])];
    const steps = Math.max(1, Math.round(Math.hypot(bx - ax, by - ay) / 8));
    return Array.from({ length: steps }, (_, k): [number, number] => [ax + ((bx - ax) * k) / steps, ay + ((by - ay) * k) / steps]);
  });
}

const MOST_POINTS = 400;

function thin<T>(line: readonly T[]): T[] {
  if (line.length <= MOST_POINTS) return [...line];
  return Array.from({ length: MOST_POINTS }, (_, i) => line[Math.round((i * (line.length - 1)) / (MOST_POINTS - 1))] as T);
}
