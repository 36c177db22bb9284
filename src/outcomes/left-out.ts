import type { Database } from "better-sqlite3";
import { storedText } from "./text.ts";

/** Stands for the error of a failed call whose words were left out: that it failed is a figure, its words may quote the prompt. */
export const LEFT_OUT = "left out";

/** Gives an answer that came without its texts those that are known now; one that has them keeps them. */
export function textFiller(handle: Database): (answerId: unknown, error: string | null, text: string | null) => void {
  const fill = handle.prepare(`UPDATE answers SET error = ?, text = ? WHERE id = ? AND (error IN ('${LEFT_OUT}', '${LEFT_OUT} of the export') OR (text IS NULL AND ? IS NOT NULL))`);
  return (answerId, error, text) => {
    if (error === null && text === null) return;
    fill.run(storedText(error), storedText(text), answerId, storedText(text));
  };
}
