import { displayWidth } from "../names.ts";

/** Width of a text in pixels at a font size, by Helvetica's metrics (Adobe's AFM file, thousandths of an em). */
export function textWidth(text: string, fontSize: number): number {
  let units = 0;
  for (const char of text) units += WIDTHS.get(char) ?? (displayWidth(char) === 2 ? 1000 : displayWidth(char) * 640);
  return (units / 1000) * fontSize * FONT_MARGIN;
}

/** System fonts run a little wider than Helvetica; labels are also pinned by `textLength`, so this only sets how tight. */
const FONT_MARGIN = 1.06;

const WIDTHS = new Map<string, number>();
for (const [width, chars] of [
  [191, "'"],
  [222, "ijl"],
  [260, "|"],
  [278, " !,./:;I[\\]ft·\u00A0"],
  [333, "()-`r"],
  [334, "{}"],
  [355, '"'],
  [389, "*"],
  [469, "^"],
  [500, "Jckvsxyz"],
  [556, "#$0123456789?L_abdeghnopqu–"],
  [584, "+<=>~−"],
  [611, "FTZ"],
  [667, "&ABEKPSVXY"],
  [722, "CDHNRUw"],
  [778, "GOQ"],
  [833, "Mm"],
  [889, "%"],
  [944, "W"],
  [1000, "…→"],
  [1015, "@"],
] as const) {
  for (const char of chars) WIDTHS.set(char, width);
}
