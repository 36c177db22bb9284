import type * as PlotModule from "@observablehq/plot";
import { escapeHtml } from "../escape.ts";
import type { Box } from "./place-labels.ts";
import { CHART_STYLE } from "./theme.ts";

/** Axes and lines of a chart. */
export interface FrameSpec {
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  /** Marks that need no words: words are laid over them by `finish`, where they can be escaped and placed. */
  readonly marks: (plot: typeof PlotModule) => PlotModule.Markish[];
}

/** One axis; without a label it is not drawn. */
interface AxisSpec {
  readonly label?: string;
  readonly domain: readonly [number, number];
  readonly log?: boolean;
  /** How many, or which. */
  readonly ticks?: number | readonly number[];
  readonly format?: (value: number) => string;
}

/** A drawn frame: where data stands in it, and how to finish the picture. */
export interface Frame {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Where marks and labels may stand. */
  readonly inner: Box;
  /** Lays an overlay over the axes and gives the whole document. */
  readonly finish: (parts: { readonly title: string; readonly desc: string; readonly overlay: string }) => string;
}

/** Axes, grid and lines by Observable Plot on a document of linkedom's; both are loaded here only. */
export async function drawFrame(spec: FrameSpec): Promise<Frame> {
  const [plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const { width, height, margin, x, y } = spec;
  const drawn = plot.plot({
    document: parseHTML("<!doctype html><html><body></body></html>").document as never,
    className: "wrp-chart",
    width,
    height,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    x: { ...scale(x), axis: null },
    y: { ...scale(y), axis: null },
    marks: [
      ...(x.label === undefined
        ? []
        : [plot.gridX({ ...ticks(x), stroke: "var(--c-line)", strokeOpacity: 1 }), plot.axisX({ ...axis(x), label: null })]),
      ...(y.label === undefined
        ? []
        : [plot.gridY({ ...ticks(y), stroke: "var(--c-line)", strokeOpacity: 1 }), plot.axisY({ ...axis(y), label: null })]),
      ...spec.marks(plot),
    ],
  });
  const place = (name: "x" | "y"): ((value: number) => number) => {
    const scaleOf = drawn.scale(name);
    return (value) => scaleOf?.apply(value) as number;
  };
  const inner = { x0: margin.left, y0: margin.top, x1: width - margin.right, y1: height - margin.bottom };
  return {
    x: place("x"),
    y: place("y"),
    inner,
    finish: ({ title, desc, overlay }) => {
      const body = String((drawn as unknown as { innerHTML: string }).innerHTML)
        .replace(/<style>[\s\S]*?<\/style>/, "")
        .replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
      const axes = `<g text-anchor="middle">${body}</g>`;
      return svgDocument({ width, height, title, desc, body: `${axes}${axisLabels(spec)}${overlay}` });
    },
  };
}

/** A whole SVG document with its title, description and style. */
export function svgDocument(parts: { width: number; height: number; title: string; desc: string; body: string }): string {
  const { width, height, title, desc, body } = parts;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="wrp-chart" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeHtml(title)}</title><desc>${escapeHtml(desc)}</desc><style>${CHART_STYLE}</style>`,
    body,
    "</svg>\n",
  ].join("\n");
}

/** Over the y axis and under the middle of the x axis, upright both. */
function axisLabels({ width, height, margin, x, y }: FrameSpec): string {
  const middle = (margin.left + width - margin.right) / 2;
  return [
    y.label ? `<text class="soft" x="8" y="${margin.top - 12}" font-size="12">${escapeHtml(y.label)}</text>` : "",
    x.label
      ? `<text class="soft" x="${middle}" y="${height - margin.bottom + 38}" font-size="12" text-anchor="middle">${escapeHtml(x.label)}</text>`
      : "",
  ].join("");
}

function scale({ domain, log }: AxisSpec): { domain: readonly [number, number]; type: "log" | "linear" } {
  return { domain, type: log ? "log" : "linear" };
}

function ticks({ ticks: wanted }: AxisSpec): { ticks?: number | number[] } {
  if (wanted === undefined) return {};
  return { ticks: typeof wanted === "number" ? wanted : [...wanted] };
}

/** Labels go in as text: as a tick format, d3 would drop some on a log axis. */
function axis(spec: AxisSpec): PlotModule.AxisXOptions & PlotModule.AxisYOptions {
  return { ...ticks(spec), tickSize: 0, fontSize: 12, ...(spec.format ? { text: spec.format as never } : {}) };
}
