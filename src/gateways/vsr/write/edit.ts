import { isScalar, Scalar } from "yaml";
import { writtenTokens } from "../../../lib/token-count.ts";
import { WrpError } from "../../../model/errors.ts";
import type { Leaf } from "../leaves.ts";

/** Bytes of a text, by UTF-16 units, in place of which others stand. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What sets a leaf's number where it is written, and only there. Throws WrpError where it cannot be. */
export function replaced(text: string, leaf: Leaf, to: number): Edit {
  const { scalar } = leaf.at;
  if (!isScalar(scalar) || !scalar.range) throw cannot(leaf, "it is not written as a number");
  const [start, end] = scalar.range;
  if (scalar.type === Scalar.BLOCK_FOLDED || scalar.type === Scalar.BLOCK_LITERAL) throw cannot(leaf, "it is written as a block of text", "write it on the line of its key");
  if (start === end) {
    const colon = text.lastIndexOf(":", start - 1) + 1; // a key without a value, perhaps with a comment
    return { start: colon, end: colon, text: ` ${to}` };
  }
  return { start, end, text: leaf.kind === "tokens" ? tokensLike(scalar, to) : String(to) };
}

/** With the quotes and the unit of what was there. */
function tokensLike(scalar: Scalar, to: number): string {
  const quote = scalar.type === Scalar.QUOTE_DOUBLE ? '"' : scalar.type === Scalar.QUOTE_SINGLE ? "'" : "";
  const written = writtenTokens(to, typeof scalar.value === "string" ? scalar.value.trim() : "");
  // What was a text stays one: a reader may insist on it.
  const bare = quote === "" && typeof scalar.value === "string" && /^\d+$/.test(written);
  return bare ? `"${written}"` : `${quote}${written}${quote}`;
}

/** What writes a leaf into its map that is not there yet. Throws WrpError where there is no place for it. */
export function inserted(text: string, leaf: Leaf, to: number, before: number): Edit {
  const { map, steps } = leaf.at;
  const key = String(steps.at(-1));
  if (!map?.range) throw cannot(leaf, "there is nothing around it to write it into");
  const keys = map.items.flatMap((pair) => (isScalar(pair.key) && pair.key.range ? [{ key: pair.key, value: pair.value }] : []));
  const quoted = keys.length > 0 && keys.every(({ key: one }) => one.type === Scalar.QUOTE_DOUBLE) ? JSON.stringify(key) : key;
  if (map.flow) {
    const last = keys.at(-1);
    const at = last ? endOf(last.value) ?? (last.key.range?.[1] as number) : map.range[0] + 1;
    return { start: at, end: at, text: `${last || before > 0 ? ", " : ""}${quoted}: ${to}` };
  }
  const [first] = keys;
  if (!first) throw cannot(leaf, "the map around it is empty");
  const start = first.key.range?.[0] as number;
  const indent = " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
  // After the entries of one line that come first, so that none is cut in two and a short one does not go below a long one.
  const long = keys.findIndex(({ key: one, value }) => !isScalar(value) || !value.range || value.source === "" || text.slice(one.range?.[0], value.range[1]).includes("\n"));
  const beside = keys[(long < 0 ? keys.length : long) - 1];
  if (!beside) return { start, end: start, text: `${quoted}: ${to}${text.includes("\r\n") ? "\r\n" : "\n"}${indent}` };
  const lineEnd = text.indexOf("\n", endOf(beside.value));
  const at = lineEnd < 0 ? text.length : text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
  const eol = lineEnd < 0 ? (text.includes("\r\n") ? "\r\n" : "\n") : text.slice(at, lineEnd + 1);
  return { start: at, end: at, text: `${eol}${indent}${quoted}: ${to}` };
}

function endOf(value: unknown): number | undefined {
  const range = (value as { readonly range?: readonly number[] | null } | null)?.range;
  return range?.[1];
}

/** Texts with what edits say in their places. */
export function edited(text: string, edits: readonly Edit[]): string {
  const ordered = edits.map((edit, k) => ({ ...edit, k })).toSorted((a, b) => a.start - b.start || a.k - b.k);
  let out = "";
  let from = 0;
  for (const { start, end, text: put } of ordered) {
    out += text.slice(from, start) + put;
    from = end;
  }
  return out + text.slice(from);
}

export function cannot({ path, place }: Leaf, why: string, hint?: string): WrpError {
  return new WrpError(`${path} cannot be set: ${why}`, { place, code: "cannot-set", ...(hint === undefined ? {} : { hint }) });
}
