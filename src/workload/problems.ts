import { WrpError } from "../model/errors.ts";
import { linesAt } from "./bytes.ts";
import type { DataFile } from "./data-file.ts";

/** What is wrong with one row, in words for the user; the reader of the file adds the place. */
export class BadRow extends Error {
  readonly hint: string | undefined;
  /** Position of an earlier row that this one contradicts. */
  readonly first: number | undefined;
  /** Where in its line, from 1, it goes wrong; undefined where that is not known. */
  readonly column: number | undefined;

  constructor(message: string, options: { hint?: string; first?: number; column?: number } = {}) {
    super(message);
    this.hint = options.hint;
    this.first = options.first;
    this.column = options.column;
  }
}

/**
 * Bad rows of a workload: the first 1,000 are kept with their places, the rest counted. Positions are byte offsets,
 * or record numbers in files without lines; lines are looked up only when there is something to tell.
 */
export interface Problems {
  readonly count: number;
  /** `lines` is false where positions in the file are record numbers. */
  add(file: DataFile, at: number, lines: boolean, problem: BadRow): void;
  /** One error for all of them: it names the first, says where the next ones are, and holds each of those kept in \`all\`. */
  error(): Promise<WrpError>;
}

const KEPT = 1000;
/** How many places one message names. */
const NAMED = 20;

interface Kept {
  readonly file: DataFile;
  readonly at: number;
  readonly lines: boolean;
  readonly problem: BadRow;
}

export function newProblems(): Problems {
  const kept: Kept[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(file, at, lines, problem) {
      count++;
      if (kept.length < KEPT) kept.push({ file, at, lines, problem });
    },
    error: () => joined(kept, count),
  };
}

async function joined(kept: readonly Kept[], count: number): Promise<WrpError> {
  const lineOf = await findLines(kept);
  // A container tells of rows that it cannot read before their neighbours' cells are looked at.
  const files = [...new Set(kept.map(({ file }) => file))];
  const sorted = kept.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.at - b.at);
  const [first, ...others] = sorted as readonly Kept[] as readonly [Kept, ...Kept[]];
  const alone = badRow(first, lineOf);
  if (others.length === 0) return alone;
  const unnamed = count > NAMED ? "wrp check lists every bad row" : undefined;
  return badRow(first, lineOf, {
    more: more(first, others.slice(0, NAMED - 1), count, lineOf),
    hint: first.problem.hint ?? unnamed,
    all: [alone, ...others.map((other) => badRow(other, lineOf))],
    unlisted: count - kept.length,
  });
}

type LineOf = (kept: Kept, at: number) => number;

function badRow(one: Kept, lineOf: LineOf, joins: { more?: string; hint?: string | undefined; all?: readonly WrpError[]; unlisted?: number } = {}): WrpError {
  const { file, at, lines, problem } = one;
  const { more: rest = "", hint = problem.hint, ...others } = joins;
  const earlier = problem.first === undefined ? "" : ` (first at ${lines ? "line" : "row"} ${lineOf(one, problem.first)})`;
  const column = problem.column === undefined ? {} : { column: problem.column };
  return new WrpError(`${lines ? "" : `row ${at + 1}: `}${problem.message}${earlier}${rest}`, {
    place: { file: file.name, ...(lines ? { line: lineOf(one, at), ...column } : {}) },
    code: "bad-row",
    ...(hint === undefined ? {} : { hint }),
    ...others,
  });
}

function more(first: Kept, others: readonly Kept[], count: number, lineOf: LineOf): string {
  const same = others.every((other) => other.file === first.file);
  const places = others.map((other) => (same ? "" : `${other.file.name}:`) + lineOf(other, other.at));
  const rest = count - 1 - others.length;
  const what = same ? (first.lines ? (count > 2 ? "lines " : "line ") : count > 2 ? "rows " : "row ") : "";
  return `, and ${count - 1} more bad ${count > 2 ? "rows" : "row"}: ${what}${places.join(", ")}${rest > 0 ? ` and ${rest} others` : ""}`;
}

async function findLines(kept: readonly Kept[]): Promise<LineOf> {
  const offsets = new Map<DataFile, number[]>();
  for (const { file, at, lines, problem } of kept) {
    if (!lines) continue;
    const list = offsets.get(file) ?? [];
    list.push(at, ...(problem.first === undefined ? [] : [problem.first]));
    offsets.set(file, list);
  }
  const found = new Map<DataFile, Map<number, number>>();
  for (const [file, list] of offsets) found.set(file, await linesAt(file, list));
  return ({ file, lines }, at) => (lines ? (found.get(file)?.get(at) ?? 1) : at + 1);
}
