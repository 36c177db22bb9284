import { identityOf } from "./grader.ts";
import { declines, refusal } from "./graders/refusal.ts";
import { withoutThinking } from "./normalize.ts";

/**
 * What the verdict is stored under, 1 declined and 0 answered. It has a name of its own beside the refusal grader's: that one's grades
 * depend on the reference, and with two of them on one answer nobody could tell which was the prompt's own once references are left out.
 */
export const DECLINED = identityOf({ name: "declined", version: refusal.version });

/** Whether a name is the refusal grader's, its own or an alias: as `graderName` says, without loading all graders. */
export const namesRefusal = (name: string): boolean => name === refusal.name || name.toLowerCase().replaceAll(/[\s_@-]/g, "") === "isrefusal";

/** Whether an answer declined what was asked, by the refusal grader's patterns. Null: an empty one neither declined nor answered. */
export function declined(text: string): boolean | null {
  const said = withoutThinking(text);
  return said.trim() === "" ? null : declines(said);
}
