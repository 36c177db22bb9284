import { linesAt } from "./bytes.ts";
import { newProblems } from "./problems.ts";
import type { Source } from "./source.ts";

/** The line on which a record begins (both counted as their file does: lines from 1, records from 0); null in files without lines. */
export async function lineOfRecord(source: Source, record: number): Promise<number | null> {
  const { file, container } = source;
  if (!container.lines) return null;
  for await (const { first, at } of source.batches(newProblems())) {
    const offset = at[record - first];
    if (record >= first && offset !== undefined) return (await linesAt(file, [offset])).get(offset) ?? null;
  }
  return null;
}
