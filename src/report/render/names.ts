import { visible } from "./escape.ts";

/**
 * Names fitted to `width` columns, shortened in the middle with …, never two alike. A model's own name says more than
 * its provider, so `provider/model` gives up its provider first.
 */
export function fitNames(names: readonly string[], width: number): Map<string, string> {
  const fitted = new Map<string, string>();
  const taken = new Set<string>();
  const unique = [...new Set(names)];
  const short = unique.filter((name) => displayWidth(visible(name)) <= width);
  const long = unique.filter((name) => displayWidth(visible(name)) > width);
  for (const name of [...short, ...long]) {
    const label = firstFree(visible(name), width, taken);
    taken.add(label);
    fitted.set(name, label);
  }
  return fitted;
}

/** Columns that a terminal gives a text: 2 for wide East Asian characters and emoji, 0 for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

function firstFree(name: string, width: number, taken: ReadonlySet<string>): string {
  for (const candidate of candidates(name, width)) if (!taken.has(candidate)) return candidate;
  for (let i = 2; ; i++) {
    const tail = `~${i}`;
    const candidate = join(name, width - tail.length, Math.ceil(width / 2)) + tail;
    if (!taken.has(candidate)) return candidate;
  }
}

function* candidates(name: string, width: number): Generator<string> {
  if (displayWidth(name) <= width) yield name;
  const base = name.slice(name.lastIndexOf("/"));
  const provider = width - 1 - displayWidth(base);
  if (base !== name && provider >= 1) yield join(name, width, provider);
  for (let head = Math.max(1, Math.floor(width * 0.4)); head < width - 1; head++) yield join(name, width, head);
  for (let head = Math.floor(width * 0.4) - 1; head > 0; head--) yield join(name, width, head);
}

/** The first `head` columns, …, and as much of the end as fits. */
function join(name: string, width: number, head: number): string {
  if (displayWidth(name) <= width) return name;
  const chars = [...name];
  let start = "";
  for (const char of chars) {
    if (displayWidth(start + char) > head) break;
    start += char;
  }
  let end = "";
  for (const char of chars.toReversed()) {
    if (displayWidth(start) + 1 + displayWidth(char + end) > width) break;
    end = char + end;
  }
  return `${start}…${end}`;
}

function charWidth(char: string): number {
  if (/^(?:\p{Mark}|[\u200B-\u200D])$/u.test(char)) return 0;
  return /^[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]$/u.test(
    char,
  )
    ? 2
    : 1;
}
