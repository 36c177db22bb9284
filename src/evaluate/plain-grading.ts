import { graderName, gradersFor, plainGraderNames } from "../grade/index.ts";
import type { Prompt } from "../model/prompt.ts";
import type { RunSettings } from "./parts.ts";

/**
 * Grades texts by the graders that call nobody and start nothing, so that the same text has the same grade anywhere and none is stored.
 * Null: ungraded, since the prompt names no such grader, or its reference is missing or of no use to it.
 */
export function plainGrading({ grader: common = null, graders = {} }: Pick<RunSettings, "grader" | "graders">): (prompt: Prompt, text: string) => Promise<number | null> {
  const graderOf = gradersFor({ system: { env: {}, kill: () => undefined } });
  return async (prompt, text) => {
    const named = prompt.grader ?? (prompt.reference === null ? null : common);
    if (named === null || Object.hasOwn(graders, named) || !plainGraderNames.includes(graderName(named))) return null;
    const grader = graderOf(named);
    if (prompt.reference === null ? grader.reference === "needed" : grader.reference !== "none" && grader.check(prompt.reference) !== null) return null;
    return (await grader.grade(text, prompt)).quality;
  };
}
