import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { fitNames } from "../names.ts";
import { count, plain } from "../numbers.ts";
import { linearDomain } from "./domain.ts";
import { drawFrame } from "./frame.ts";
import { placeLabels } from "./place-labels.ts";
import { textWidth } from "./text-width.ts";
import { LINE } from "./theme.ts";

const WIDTH = 860;
const HEIGHT = 380;
const FONT = 12;
/** Lines are told apart by their names and these dashes. */
const DASHES = [undefined, "6 3", "2 3", "9 3 2 3"] as const;

/** Regret against the best single model along the prompts, a line and its band a policy. */
export async function regretChart(online: NonNullable<Report["online"]>): Promise<string> {
  const lines = online.flatMap(({ policy, regret }) => {
    if (!regret) return [];
    const { mean, ci } = regret.versusBestSingle;
    const at = regret.prompts.map((x, j) => ({ x, y: mean[j] as number, low: ci[j]?.[0] ?? (mean[j] as number), high: ci[j]?.[1] ?? (mean[j] as number) }));
    return [{ policy, at: [{ x: 0, y: 0, low: 0, high: 0 }, ...at] }];
  });
  const all = lines.flatMap(({ at }) => at);
  const last = Math.max(...all.map(({ x }) => x));
  const frame = await drawFrame({
    width: WIDTH,
    height: HEIGHT,
    margin: { top: 40, right: 24, bottom: 64, left: 60 },
    x: { label: "compared prompts so far", domain: [0, last * 1.02], ticks: 6, format: count },
    y: { label: "regret against the best single model", domain: linearDomain(all.flatMap(({ low, high }) => [low, high]), -Infinity, Infinity), ticks: 6, format: plain },
    marks: (plot) => [
      plot.ruleY([0], { stroke: LINE.hull, strokeWidth: 1 }),
      ...lines.flatMap(({ at }, i) => [
        plot.areaY(at, { x: "x", y1: "low", y2: "high", fill: LINE.sweep, fillOpacity: 0.18 }),
        plot.line(at, { x: "x", y: "y", stroke: LINE.sweep, strokeWidth: 1.75, strokeDasharray: DASHES[i % DASHES.length] }),
      ]),
    ],
  });
  const names = fitNames(lines.map(({ policy }) => policy), 34);
  const ends = lines.map(({ policy, at }) => {
    const end = at.at(-1) as { readonly x: number; readonly y: number };
    const text = names.get(policy) as string;
    return { text, request: { x: frame.x(end.x), y: frame.y(end.y), width: textWidth(text, FONT), height: 14, radius: 2 } };
  });
  const along = lines.flatMap(({ at }) => at.map(({ x, y }) => [frame.x(x), frame.y(y)] as const));
  const placed = placeLabels(ends.map(({ request }) => request), frame.inner, { hard: [], soft: along });
  const labels = ends.flatMap(({ text }, i) => {
    const label = placed[i];
    if (!label) return [];
    const [x0, y0, x1, y1] = label.leader ?? [];
    const leader = label.leader ? `<line class="leader" x1="${x0?.toFixed(2)}" y1="${y0?.toFixed(2)}" x2="${x1?.toFixed(2)}" y2="${y1?.toFixed(2)}"/>` : "";
    return [`${leader}<text class="label" x="${label.box.x0.toFixed(2)}" y="${(label.box.y1 - 3).toFixed(2)}" font-size="${FONT}">${escapeHtml(text)}</text>`];
  });
  return frame.finish({
    title: `Regret of ${lines.map(({ policy }) => policy).join(", ")}`,
    desc: "What the rewards of the choices fall short of the best single model's, summed over the prompts so far; bands: 95 % intervals of the mean over the orders.",
    overlay: labels.join(""),
  });
}
