import { isDeepStrictEqual } from "node:util";
import { telling, WrpError, type Place } from "../../../model/errors.ts";
import { leafValue } from "../leaf-kinds.ts";
import { valueAt, vsrLeaves, type Leaf, type VsrLeaves } from "../leaves.ts";
import { cannot, edited, inserted, replaced } from "./edit.ts";

/** Values of tunable numbers by their paths; tokens may be texts, such as 8K. */
export type LeafSettings = Readonly<Record<string, number | string>>;

/** A number that was changed, and where it stands in the changed file. */
export interface LeafChange {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** False where the file said nothing, and the default stood. */
  readonly stated: boolean;
  readonly line: number | null;
  readonly column: number | null;
}

export interface SetLeaves {
  readonly text: string;
  readonly before: VsrLeaves;
  readonly after: VsrLeaves;
  readonly changes: readonly LeafChange[];
  /** The values of the first text with the changes put in. */
  readonly meant: unknown;
}

/**
 * A config with some of its tunable numbers set: all else stays as it is written, to the byte. What it then says is read again and
 * compared. Throws WrpError for a path that is none (`unknown-leaf`), a value out of range (`out-of-range`), and a number that cannot be
 * changed alone, as where an alias makes it stand in several places (`cannot-set`).
 *
 * @param text may begin with a byte order mark, which stays
 * @param placeOf where a setting stands
 */
export function setLeaves(text: string, file: string, settings: LeafSettings, placeOf: (path: string) => Place | undefined = () => undefined): SetLeaves {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const before = vsrLeaves(text.slice(mark.length), file);
  const wrong: WrpError[] = [];
  const wanted = Object.entries(settings).flatMap(([path, value]) => telling((error) => wrong.push(error), () => [wantedOf(path, value, before.leaves)], placeOf(path)) ?? []);
  if (wrong[0]) throw wrong.length === 1 ? wrong[0] : allOf(wrong as [WrpError, ...WrpError[]]);
  const changed = wanted.filter(({ leaf, to }) => to !== leaf.value);
  const intoMap = new Map<unknown, number>();
  const edits = changed.map(({ leaf, to }) => {
    const { shared, scalar, map } = leaf.at;
    if (shared) throw cannot(leaf, `an alias (line ${shared.line}) makes it stand in more than one place`, "write it out where it should differ: changing it here would change it there too");
    if (scalar) return replaced(before.text, leaf, to);
    const already = intoMap.get(map) ?? 0;
    intoMap.set(map, already + 1);
    return inserted(before.text, leaf, to, already);
  });
  const after = edits.length === 0 ? before : vsrLeaves(edited(before.text, edits), file);
  const meant = edits.length === 0 ? before.value : confirmed(before, after, changed);
  return {
    meant,
    text: mark + after.text,
    before,
    after,
    changes: changed.map(({ leaf, to }) => {
      const { line, column } = (after.leaves.get(leaf.path) as Leaf).place;
      return { path: leaf.path, from: leaf.value, to, stated: leaf.stated, line: line ?? null, column: column ?? null };
    }),
  };
}

interface Wanted {
  readonly leaf: Leaf;
  readonly to: number;
}

function wantedOf(path: string, value: number | string, leaves: VsrLeaves["leaves"]): Wanted {
  const leaf = leaves.get(path);
  if (!leaf) throw unknownLeaf(path, leaves);
  return { leaf, to: leafValue(path, value, leaf.kind, leaf.range) };
}

function allOf(wrong: readonly [WrpError, ...WrpError[]]): WrpError {
  const [{ message, hint, place, code }] = wrong;
  return new WrpError(message, { all: wrong, ...(hint === undefined ? {} : { hint }), ...(place ? { place } : {}), ...(code === undefined ? {} : { code }) });
}

/** The values that were meant, which are those read back: what was set, and nothing else, may differ. Throws WrpError. */
function confirmed(before: VsrLeaves, after: VsrLeaves, changed: readonly Wanted[]): unknown {
  const meant = structuredClone(before.value);
  for (const { leaf, to } of changed) {
    const read = after.leaves.get(leaf.path);
    if (read?.value !== to) throw cannot(leaf, `it would be read as ${read?.value ?? "nothing"}, not ${to}`);
    const around = valueAt(meant, leaf.at.steps.slice(0, -1)) as Record<string | number, unknown>;
    around[leaf.at.steps.at(-1) as string] = valueAt(after.value, leaf.at.steps);
  }
  if (!isDeepStrictEqual(meant, after.value)) throw cannot((changed[0] as Wanted).leaf, "more than it would change");
  return meant;
}

/** How many near paths a hint names. */
const NAMED = 6;

function unknownLeaf(path: string, leaves: VsrLeaves["leaves"]): WrpError {
  const near = nearestPaths(path, [...leaves.keys()]);
  return new WrpError(`"${path}" is no tunable number of this config`, {
    code: "unknown-leaf",
    hint: near.length === 0 ? "it has none" : `nearest: ${near.join(", ")}; wrp export --list lists all ${leaves.size}`,
  });
}

/** The paths that share the most names with one, then the most letters from either end. */
function nearestPaths(path: string, known: readonly string[]): string[] {
  const words = new Set(wordsOf(path));
  const likeness = (one: string) => wordsOf(one).filter((word) => words.has(word)).length + (commonStart(one, path) + commonStart(reversed(one), reversed(path))) / (one.length + path.length);
  return known
    .map((one) => ({ one, like: likeness(one) }))
    .toSorted((a, b) => b.like - a.like)
    .slice(0, NAMED)
    .map(({ one }) => one);
}

function wordsOf(path: string): string[] {
  return path.split(/[.:#]/);
}

function commonStart(a: string, b: string): number {
  let k = 0;
  while (k < a.length && a[k] === b[k]) k++;
  return k;
}

function reversed(text: string): string {
  return [...text].toReversed().join("");
}
