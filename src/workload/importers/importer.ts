import type { Row } from "../containers/container.ts";
import type { Draft, RowName } from "../draft.ts";
import type { Notes } from "../notes.ts";
import type { PriceKeys, PriceList } from "../price-list.ts";
import { BadRow, type Problems } from "../problems.ts";
import type { Column, Source } from "../source.ts";

export type ColumnMap = Readonly<Record<string, string>>;

/** Prompts of one file in order, in batches of at most 512. */
export interface ImportedBatch {
  readonly prompts: readonly Draft[];
  /** The prompt cells as the file has them, where they differ from the prompts' texts. */
  readonly raws: readonly unknown[] | null;
  /** Which of the files read as one each prompt stands in, by index; null where there is one file. */
  readonly sources?: readonly (readonly number[])[] | null;
}

/** A file (or files that are read as one) made ready to be read: its columns are resolved. */
export interface Import {
  /** Whether prompts can have sessions. */
  readonly sessions: boolean;
  /** True where prompts are numbered otherwise than the rows of the file. */
  readonly renumbered?: boolean;
  /** Reads the file; bad rows go to `problems`. */
  read(problems: Problems, notes: Notes): AsyncIterable<ImportedBatch>;
}

/** A dataset's form: which columns it has and what they mean. */
export interface Importer {
  readonly name: string;
  readonly describe: string;
  /** Whether files of this form hold outcomes of the same prompts, so that those named together are read as one. */
  readonly joins?: true;
  /** Raised whenever this form's bytes are read as something else: what was stored before is then read anew. */
  readonly revision?: number;
  /** How this form's price lists name prices. */
  readonly prices?: PriceKeys;
  /** Whether a file is of this form, judged by its columns and first rows. */
  detect(source: Source): boolean;
  /** Resolves the columns. Throws WrpError where needed ones are absent. */
  open(source: Source, map: ColumnMap, beside: Beside): Import;
}

/** What there is to read along with a file. */
export interface Beside {
  /** All files to be read as one, in order: those of the form where it joins them, else the file alone. */
  readonly sources: readonly Source[];
  /** The price lists of this form among the workload's files. */
  readonly prices: readonly PriceList[];
}

/** Reads a file whose rows are prompts. `parse` throws BadRow on what cannot be right. */
export async function* perRow(
  source: Source,
  problems: Problems,
  parse: (row: Row, name: RowName) => Draft,
  raw: Column | null = null,
): AsyncGenerator<ImportedBatch> {
  const { file, base, container } = source;
  for await (const batch of source.batches(problems)) {
    const prompts: Draft[] = [];
    const raws: unknown[] | null = raw ? [] : null;
    for (let i = 0; i < batch.rows.length; i++) {
      const row = batch.rows[i] as Row;
      try {
        prompts.push(parse(row, { file: file.name, row: batch.first + i, base }));
        if (raws) raws.push((raw as Column)(row));
      } catch (error) {
        if (!(error instanceof BadRow)) throw error;
        problems.add(file, batch.at[i] as number, container.lines, error);
      }
    }
    if (prompts.length > 0) yield { prompts, raws };
  }
}
