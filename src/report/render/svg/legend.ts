import { escapeHtml } from "../escape.ts";
import { knobStroke } from "./knob-curve.ts";
import { LINE } from "./theme.ts";
import { textWidth } from "./text-width.ts";

/** Something a chart's key can explain. */
export type LegendItem = "models" | "policies" | "controls" | "frontier" | "hull" | "sweep" | "learned" | "random mix";

const TEXT: Readonly<Record<LegendItem, string>> = {
  models: "model",
  policies: "policy",
  controls: "control",
  frontier: "frontier",
  hull: "zero router (best static mix)",
  sweep: "threshold sweep",
  learned: "learned policy's curve",
  "random mix": "random mix",
};

/** The key over a chart, one line from the left, with the shapes and dashes that the chart uses. */
export function legend(items: readonly LegendItem[], left: number, y: number): string {
  let x = left;
  const parts = items.map((item) => {
    const at = x;
    x += 22 + textWidth(TEXT[item], 11) + 14;
    const width = Math.round(textWidth(TEXT[item], 11));
    return `${sample(item, at, y)}<text class="soft" x="${Math.round(at + 22)}" y="${y + 4}" font-size="11" textLength="${width}" lengthAdjust="spacingAndGlyphs">${escapeHtml(TEXT[item])}</text>`;
  });
  return `<g class="legend">${parts.join("")}</g>`;
}

function sample(item: LegendItem, x: number, y: number): string {
  const mid = Math.round(x + 9);
  switch (item) {
    case "models":
      return `<circle class="models" cx="${mid}" cy="${y}" r="4.5"/>`;
    case "policies":
      return `<rect class="policies" x="${mid - 4.5}" y="${y - 4.5}" width="9" height="9"/>`;
    case "controls":
      return `<path class="controls" d="M${mid},${y - 6}l6,6l-6,6l-6,-6Z"/>`;
    default:
      return `<line x1="${Math.round(x)}" x2="${Math.round(x) + 18}" y1="${y}" y2="${y}" ${strokeOf(item)}/>`;
  }
}

function strokeOf(item: Exclude<LegendItem, "models" | "policies" | "controls">): string {
  if (item === "frontier") return `stroke="${LINE.frontier}" stroke-width="2"`;
  if (item === "learned") return knobStroke(0);
  if (item === "sweep") return `stroke="${LINE.sweep}" stroke-width="1.5"`;
  return `stroke="${LINE.hull}" stroke-width="1.5" stroke-dasharray="5 4"`;
}
