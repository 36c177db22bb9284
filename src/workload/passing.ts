import { celScope, type Condition } from "../lib/cel.ts";
import { placed, raise, WrpError, type Place, type Tell } from "../model/errors.ts";
import type { Draft } from "./draft.ts";
import type { Exclusion } from "./filters/exclude.ts";
import type { Import } from "./importers/importer.ts";
import type { NoteBook } from "./notes.ts";
import { newProblems } from "./problems.ts";

/** What is read as one: a file, or all files of a form that joins them. */
export interface Part {
  readonly rows: Import;
  /** Indices of its files. */
  readonly files: readonly number[];
  /** The file's name; null where there are several. */
  readonly name: string | null;
}

/** What prompts have to pass. */
export interface Gatekeepers {
  readonly exclusion: Exclusion | null;
  readonly where: Condition | null;
  /** Where the user wrote the condition. */
  readonly wherePlace: Place | undefined;
}

/** Counts of prompts read, left out by exclude, and by where. */
export interface PassCounts {
  read: number;
  excluded: number;
  filtered: number;
}

interface Passed {
  readonly prompt: Draft;
  /** Indices of the files in which it stands. */
  readonly files: readonly number[];
}

/**
 * Prompts that pass exclude and where. After the first bad row there are none: the rest is read only to name the other bad rows,
 * then WrpError is thrown. Where `tell` keeps errors, the good rows are given all the same, and the bad ones of each part told of.
 */
export async function* passing(
  parts: readonly Part[],
  { exclusion, where, wherePlace }: Gatekeepers,
  notes: NoteBook,
  counts: PassCounts,
  tell: Tell,
): AsyncGenerator<readonly Passed[]> {
  const lenient = tell !== raise;
  let problems = newProblems();
  let testing = where !== null;
  exclusion?.reset();
  if (where) Object.assign(where.missing, { count: 0, example: "" });

  for (const { name, rows, files } of parts) {
    try {
      for await (const { prompts, raws, sources } of rows.read(problems, name === null ? notes : notes.in(name))) {
        const passed: Passed[] = [];
        counts.read += prompts.length;
        for (let i = 0; i < prompts.length; i++) {
          const prompt = prompts[i] as Draft;
          if (exclusion?.has(prompt, raws?.[i])) counts.excluded++;
          else if (testing && !matches(prompt)) counts.filtered++;
          else passed.push({ prompt, files: sources?.[i]?.map((source) => files[source] as number) ?? files });
        }
        if (passed.length > 0 && (lenient || problems.count === 0)) yield passed;
      }
    } catch (error) {
      if (!(error instanceof WrpError)) throw error;
      // A file that breaks off after bad rows is told by its bad rows first.
      if (problems.count > 0) tell(await problems.error());
      tell(error);
      problems = newProblems();
    }
    if (lenient && problems.count > 0) {
      tell(await problems.error());
      problems = newProblems();
    }
  }
  if (problems.count > 0) tell(await problems.error());

  /** A condition that cannot be answered for one prompt is told of once, and then left aside. */
  function matches(prompt: Draft): boolean {
    try {
      return (where as Condition).test(celScope(prompt));
    } catch (error) {
      if (!(error instanceof WrpError)) throw error;
      tell(placed(error, wherePlace));
      testing = false;
      return true;
    }
  }
}
