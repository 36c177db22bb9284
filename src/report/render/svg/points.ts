import type { Interval, ReportPolicy } from "../../../model/report.ts";
import { escapeHtml, visible } from "../escape.ts";
import { groupOf } from "../groups.ts";
import { fitNames } from "../names.ts";
import { count, quality, usd, withInterval } from "../numbers.ts";
import type { Frame } from "./frame.ts";
import { placeLabels } from "./place-labels.ts";
import type { Box, LabelRequest } from "./place-labels.ts";
import { textWidth } from "./text-width.ts";

/** A policy at its place in data units. */
export interface ChartPoint {
  readonly policy: ReportPolicy;
  readonly x: number;
  readonly y: number;
  readonly ciX: Interval;
  readonly ciY: Interval;
}

/** Points with interval bars and labels, and how many policies had to go without a label. */
export interface DrawnPoints {
  readonly svg: string;
  readonly unlabelled: number;
}

const FONT = 12;
const LABEL_HEIGHT = 14;
/** How much wider semi-bold runs. */
const BOLD = 1.06;
const LABEL_CHARS = 34;
const MOST_LABELS = 26;

/** A curve's name, at a point of the curve in pixels. */
export interface CurveLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** The curve's colour; default: that of soft text. */
  readonly fill?: string;
}

/** What labels have to do with besides the points: pixel points along curves to keep off, and the curves' names. */
export interface Curves {
  readonly along: readonly (readonly [number, number])[];
  readonly labels: readonly CurveLabel[];
}

/** Lays the points and every label over a frame; labels avoid curves where they can. */
export function drawPoints(points: readonly ChartPoint[], frame: Frame, curves: Curves): DrawnPoints {
  const placed = points.map((point) => ({ point, x: frame.x(point.x), y: frame.y(point.y), size: sizeOf(point.policy) }));
  const bars = placed.map(({ point, x, y }) => intervalBars(point, x, y, frame)).join("");
  // Controls last: hollow, they may ring the model that they pick.
  const marks = [...placed]
    .sort((a, b) => Number(a.point.policy.control) - Number(b.point.policy.control))
    .map(({ point, x, y }) => pointMark(point.policy, x, y))
    .join("");
  const { svg, unlabelled } = labels(placed, frame, curves);
  return { svg: `<g class="bars">${bars}</g>${svg}<g class="marks">${marks}</g>`, unlabelled };
}

/** A policy's mark, with what it says when it is pointed at: filled circle, filled square, hollow diamond. */
export function pointMark(policy: ReportPolicy, x: number, y: number): string {
  const size = sizeOf(policy);
  const shape = policy.control
    ? `<path class="controls" d="M${px(x)},${px(y - size)}L${px(x + size)},${px(y)}L${px(x)},${px(y + size)}L${px(x - size)},${px(y)}Z"/>`
    : groupOf(policy) === "models"
      ? `<circle class="models" cx="${px(x)}" cy="${px(y)}" r="${size}"/>`
      : `<rect class="policies" x="${px(x - size)}" y="${px(y - size)}" width="${size * 2}" height="${size * 2}"/>`;
  return `<g class="point" tabindex="0"><title>${pointTitle(policy).split("\n").map(escapeHtml).join("\n")}</title>${shape}</g>`;
}

/** What a point says when it is pointed at. */
function pointTitle(policy: ReportPolicy): string {
  return [
    visible(policy.name),
    `${policy.kind}${policy.control ? ", control" : ""}${policy.hindsight ? ", hindsight" : ""}`,
    ...(policy.quality.mean === null ? [] : [`quality ${withInterval(policy.quality.mean, policy.quality.ci, quality)} on ${count(policy.quality.n)} prompts`]),
    ...(policy.costUsdPer1k ? [`cost ${withInterval(policy.costUsdPer1k.mean, policy.costUsdPer1k.ci, usd)} per 1,000`] : []),
    ...(policy.onFrontier ? ["on the frontier"] : policy.dominatedBy.length > 0 ? [`dominated by ${listed(policy.dominatedBy)}`] : []),
    ...(policy.partial ? [`of ${policy.partial.prompts.toLocaleString("en-US")} of ${policy.partial.of.toLocaleString("en-US")} prompts only`] : []),
    ...(policy.surrogates ? [`surrogates: ${policy.surrogates.join(", ")}`] : []),
    ...(policy.simulated.length > 0 ? [`simulated: ${policy.simulated.join(", ")}`] : []),
    ...(policy.expected.length > 0 ? [`expected: ${policy.expected.join(", ")}`] : []),
  ].join("\n");
}

interface Placed {
  readonly point: ChartPoint;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

function labels(placed: readonly Placed[], frame: Frame, curves: Curves): DrawnPoints {
  const groups = coincident([...placed].sort((a, b) => importance(b.point.policy) - importance(a.point.policy)));
  // In a crowd only what is not dominated is named.
  const named = groups.length <= MOST_LABELS ? groups : groups.filter((group) => group.some(({ point }) => point.policy.onFrontier));
  const wanted = named.slice(0, MOST_LABELS);
  const short = fitNames(placed.map(({ point }) => point.policy.name), LABEL_CHARS);
  const texts = wanted.map((group) => group.map(({ point: { policy } }) => labelText(policy, short)).join(" = "));
  const requests = wanted.map((group, i): LabelRequest => {
    const { x, y } = group[0] as Placed;
    const front = group.some(({ point }) => point.policy.onFrontier);
    const width = textWidth(texts[i] as string, FONT) * (front ? BOLD : 1);
    return { x, y, radius: Math.max(...group.map((p) => p.size)), width, height: LABEL_HEIGHT, prefer: front ? "left-up" : "right-down" };
  });
  const hard = placed.map(({ x, y, size }): Box => ({ x0: x - size - 1, y0: y - size - 1, x1: x + size + 1, y1: y + size + 1 }));
  const ends = placed.flatMap(({ point, x, y }) => barSamples(point, x, y, frame));
  const names = curves.labels.map(
    ({ text, x, y }): LabelRequest => ({ x, y, radius: 1, width: textWidth(text, FONT), height: LABEL_HEIGHT, prefer: "right-down" }),
  );
  const places = placeLabels([...requests, ...names], frame.inner, { hard, soft: [...curves.along, ...ends] });
  let unlabelled = groups.filter((group) => !wanted.includes(group)).reduce((sum, group) => sum + group.length, 0);
  const svg = places.map((place, i) => {
    const group = wanted[i] ?? [];
    if (!place) {
      unlabelled += group.length;
      return "";
    }
    const { box, leader } = place;
    const kind = i >= wanted.length ? " curve" : group.some(({ point }) => point.policy.onFrontier) ? " front" : "";
    const curve = curves.labels[i - wanted.length];
    const text = texts[i] ?? (curve as CurveLabel).text;
    const fill = curve?.fill === undefined ? "" : ` style="fill:${curve.fill}"`;
    const line = leader ? `<line class="leader" x1="${px(leader[0])}" y1="${px(leader[1])}" x2="${px(leader[2])}" y2="${px(leader[3])}"/>` : "";
    return `${line}<text class="label${kind}"${fill} x="${px(box.x0)}" y="${px(box.y1 - 3.5)}" font-size="${FONT}" textLength="${px(box.x1 - box.x0)}" lengthAdjust="spacingAndGlyphs">${escapeHtml(text)}</text>`;
  });
  return { svg: `<g class="labels">${svg.join("")}</g>`, unlabelled };
}

/** Points that stand on one another (a control and the model it picks) share a label. */
function coincident(placed: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  for (const item of placed) {
    const same = groups.find(([first]) => first && Math.hypot(first.x - item.x, first.y - item.y) < 1.5);
    if (same && same.length < 3) same.push(item);
    else if (!same) groups.push([item]);
  }
  return groups;
}

function labelText(policy: ReportPolicy, short: ReadonlyMap<string, string>): string {
  const notes = [policy.hindsight ? "hindsight" : "", policy.simulated.length > 0 ? "simulated" : ""].filter((n) => n);
  return `${short.get(policy.name) ?? policy.name}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

function importance(policy: ReportPolicy): number {
  const group = groupOf(policy);
  return (policy.onFrontier ? 8 : 0) + (group === "policies" ? 3 : group === "models" ? 2 : 1) + (policy.dominatedBy.length === 0 ? 4 : 0) + (policy.quality.mean ?? 0);
}

function intervalBars({ policy, ciX, ciY }: ChartPoint, x: number, y: number, { x: sx, y: sy }: Frame): string {
  const kind = groupOf(policy);
  const across = ciX ? `<line class="bar ${kind}" x1="${px(sx(ciX[0]))}" x2="${px(sx(ciX[1]))}" y1="${px(y)}" y2="${px(y)}"/>` : "";
  const up = ciY ? `<line class="bar ${kind}" x1="${px(x)}" x2="${px(x)}" y1="${px(sy(ciY[0]))}" y2="${px(sy(ciY[1]))}"/>` : "";
  return across + up;
}

function barSamples({ ciX, ciY }: ChartPoint, x: number, y: number, { x: sx, y: sy }: Frame): [number, number][] {
  const at = [0, 0.25, 0.5, 0.75, 1];
  const across = ciX ? at.map((t): [number, number] => [sx(ciX[0]) + (sx(ciX[1]) - sx(ciX[0])) * t, y]) : [];
  const up = ciY ? at.map((t): [number, number] => [x, sy(ciY[0]) + (sy(ciY[1]) - sy(ciY[0])) * t]) : [];
  return [...across, ...up];
}

function sizeOf(policy: ReportPolicy): number {
  return policy.control ? 7 : 4.5;
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}

function px(value: number): string {
  return String(Number(value.toFixed(2)));
}
