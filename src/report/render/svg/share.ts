import type { Report, Sweep } from "../../../model/report.ts";
import { groupOf } from "../groups.ts";
import { count } from "../numbers.ts";
import { alongLine, curveLabels, curvesOf, dashes } from "./curve.ts";
import { linearDomain } from "./domain.ts";
import { drawFrame } from "./frame.ts";
import { legend } from "./legend.ts";
import type { LegendItem } from "./legend.ts";
import { drawPoints } from "./points.ts";
import type { ChartPoint } from "./points.ts";
import { LINE } from "./theme.ts";

const WIDTH = 860;
const HEIGHT = 460;

/** Quality against the share of prompts that goes to the strong model, for sweeps between the same two models. */
export async function shareChart(report: Report, sweeps: readonly Sweep[]): Promise<string> {
  const [{ weak, strong }] = sweeps as [Sweep];
  const curves = curvesOf(report, sweeps, (p) => [p.share, p.quality]);
  const lines = curves.map((curve) => curve.line);
  const points = policiesBetween(report, weak, strong);
  const ends = [0, 1].map((share) => points.find((p) => p.x === share && !p.policy.control) ?? null);
  const [low, high] = ends.map((end, i) => end?.y ?? endOf(sweeps, i)) as [number | null, number | null];
  const values = [...lines.flat().map(([, y]) => y), ...points.flatMap((p) => [p.y, ...(p.ciY ?? [])])];
  const mix = low === null || high === null ? [] : ([[0, low], [1, high]] as [number, number][]);
  const frame = await drawFrame({
    width: WIDTH,
    height: HEIGHT,
    margin: { top: 52, right: 24, bottom: 64, left: 52 },
    x: { label: "share of prompts to the strong model", domain: [-0.03, 1.03], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: (v) => `${Math.round(v * 100)} %` },
    y: { label: "quality", domain: linearDomain(values, 0, 1), ticks: 8 },
    marks: (plot) => [
      ...[low, high].flatMap((v) => (v === null ? [] : [plot.ruleY([v], { stroke: "var(--c-model)", strokeOpacity: 0.5, strokeDasharray: "2 3" })])),
      ...(mix.length > 0 ? [plot.line(mix, { stroke: LINE.hull, strokeWidth: 1.5, strokeDasharray: "5 4" })] : []),
      ...curves.map((curve) => plot.line(curve.line, { stroke: LINE.sweep, strokeWidth: 1.75, strokeDasharray: dashes(curve) })),
    ],
  });
  const along = [...lines, mix].flatMap((line) => alongLine(line, frame));
  const { svg, unlabelled } = drawPoints(points, frame, { along, labels: curveLabels(curves, frame) });
  const kinds = (["models", "policies", "controls"] as const).filter((kind) => points.some((p) => groupOf(p.policy) === kind));
  const items: LegendItem[] = [...kinds, "sweep", ...(mix.length > 0 ? (["random mix"] as const) : [])];
  const names = sweeps.map((sweep) => sweep.name).join(", ");
  return frame.finish({
    title: `Quality against the share of the strong model: ${names}`,
    desc: `Threshold sweeps from ${weak} (weak) to ${strong} (strong). Above the dashed line is better than mixing at random.`,
    overlay: `${legend(items, 8, 14)}${svg}${unlabelled > 0 ? `<text class="soft" x="${WIDTH - 24}" y="${HEIGHT - 8}" font-size="11" text-anchor="end">${count(unlabelled)} policies without a label</text>` : ""}`,
  });
}

/** Sweeps that can share a chart: those between the first one's two models. */
export function sweepsTogether(report: Report): Sweep[] {
  const first = report.sweeps.find((sweep) => sweep.points.length > 0);
  return first ? report.sweeps.filter((s) => s.points.length > 0 && s.weak === first.weak && s.strong === first.strong) : [];
}

/** Policies that use no other model than the two. */
function policiesBetween({ policies }: Report, weak: string, strong: string): ChartPoint[] {
  return policies.flatMap((policy) => {
    const used = Object.entries(policy.share).filter(([, share]) => share.mean > 0);
    if (policy.quality.mean === null || used.length === 0 || used.some(([name]) => name !== weak && name !== strong)) return [];
    const share = used.find(([name]) => name === strong)?.[1];
    return [{ policy, x: share?.mean ?? 0, y: policy.quality.mean, ciX: share?.ci ?? null, ciY: policy.quality.ci }];
  });
}

function endOf(sweeps: readonly Sweep[], share: number): number | null {
  return sweeps[0]?.points.find((point) => point.share === share)?.quality ?? null;
}
