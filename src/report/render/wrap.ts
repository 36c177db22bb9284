import { displayWidth } from "./names.ts";

/** Breaks at spaces; a word longer than a line is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((w) => chunks(w, width))) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line];
}

function chunks(word: string, width: number): string[] {
  const parts = [""];
  for (const char of word) {
    if (displayWidth((parts.at(-1) as string) + char) > width) parts.push(char);
    else parts[parts.length - 1] += char;
  }
  return parts;
}
