import { identityOf, type Grade, type Grader } from "../grade/grader.ts";
import { gradersFor, type GraderNeeds } from "../grade/index.ts";
import { contentHash } from "../lib/hash.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { RunSettings } from "./parts.ts";

/** How a prompt's answers are graded. */
export interface Grading {
  /** What a grade is stored under. */
  readonly identity: string;
  /** Hash of the reference; "" where none is read; null where it was kept out of the store. */
  readonly reference: string | null;
  /** Null where nothing can be graded anew here. */
  readonly grade: ((text: string) => Promise<Grade>) | null;
}

/** Only names and versions are asked of graders that lack what they need. */
const NOBODY: GraderNeeds = { system: { env: {}, kill: () => undefined } };

/**
 * The grading of a prompt: by the grader that it names, else the run's. Null where there is none, or what it compares with is missing.
 * The function throws WrpError on an unknown grader or a reference that it cannot use, naming file and row.
 */
export function gradings({ grader: common = null, graders = {} }: Pick<RunSettings, "grader" | "graders">, needs: GraderNeeds | null): (prompt: Prompt) => Grading | null {
  const graderOf = gradersFor(needs ?? { ...NOBODY, own: new Map(Object.entries(graders).map(([name, version]) => [name, ownGrader(name, version)])) });
  return (prompt) => {
    const name = prompt.grader ?? (prompt.reference === null && prompt.messages !== null ? null : common);
    if (name === null) return null;
    const grader = graderOf(name, { file: prompt.file });
    const leftOut = prompt.reference === null && prompt.messages === null;
    if (prompt.reference === null && grader.reference === "needed" && !leftOut) return null;
    const reads = prompt.reference !== null && grader.reference !== "none";
    const wrong = reads ? grader.check(prompt.reference as string) : null;
    if (wrong !== null) throw new WrpError(`row ${prompt.row} (${prompt.id}): ${grader.name} cannot grade it, its reference ${wrong}`, { place: { file: prompt.file }, code: "bad-reference" });
    return {
      identity: identityOf(grader),
      reference: leftOut ? null : reads ? contentHash(prompt.reference as string) : "",
      grade: needs && !leftOut ? async (text) => grader.grade(text, prompt) : null,
    };
  };
}

function ownGrader(name: string, version: number): Grader {
  return { name, version, reference: "optional", check: () => null, grade: () => ({ quality: null, why: "nothing here starts its program" }) };
}
