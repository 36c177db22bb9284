import pLimit from "p-limit";
import { judge, type AskJudge } from "../grade/graders/judge.ts";
import { similarity } from "../grade/graders/similarity.ts";
import { identityOf, type Grade, type Grader } from "../grade/grader.ts";
import { graderName, gradersFor, type GraderNeeds } from "../grade/index.ts";
import { contentHash } from "../lib/hash.ts";
import { WrpError } from "../model/errors.ts";
import { NoVector } from "../model/embedder.ts";
import type { Prompt } from "../model/prompt.ts";
import { embedderIdentity } from "../pool/live-embedder.ts";
import { judgeIdentity } from "./judging.ts";
import type { RunSettings } from "./parts.ts";

/** How a prompt's answers are graded. */
export interface Grading {
  /** What a grade is stored under. */
  readonly identity: string;
  /** Hash of the reference; "" where none is read; null where it was kept out of the store. */
  readonly reference: string | null;
  /** Null where nothing can be graded anew here. */
  readonly grade: ((text: string) => Promise<Grade>) | null;
  /** What live model it asks. */
  readonly asks: "judge" | "embedder" | null;
}

/** What a prompt's answers cannot be graded for want of. */
export type Lack = "grader" | "reference" | "judge";

/** How prompts are graded, and how many want a judge where there is none. */
export interface Gradings {
  of(prompt: Prompt): Grading | null;
  /** The grading, or what it lacks. Throws as `of` does. */
  orLack(prompt: Prompt): Grading | Lack;
  unjudged(): number;
  compared(): Compared;
}

/** How many answers an embedder was wanted for, and those that it left without a grade: by why, with the row of the first. */
export interface Compared {
  readonly answers: number;
  readonly ungraded: ReadonlyMap<string, { readonly count: number; readonly row: string }>;
}

/** Graders that start a process, and others: so many at a time. */
const AT_A_TIME = 4;

const NO_JUDGE: AskJudge = () => Promise.resolve({ text: null, why: "there is no judge here" });

/** Only its name, and what it says of references, is asked. */
const UNASKED: Grader = similarity({ embed: () => Promise.reject(new NoVector("there is no embedder here")) }, new AbortController().signal);

/** Only names and versions are asked of graders that lack what they need. */
const NOBODY: GraderNeeds = { system: { env: {}, kill: () => undefined } };

/**
 * The grading of a prompt: by the grader that it names, else the run's. Null where there is none, or what it compares with is missing.
 * `of` throws WrpError on an unknown grader or a reference that it cannot use, naming file and row.
 */
export function gradings(
  { grader: common = null, graders = {}, judge: spec, embedder, encoder }: Pick<RunSettings, "grader" | "graders" | "judge" | "embedder" | "encoder">,
  needs: GraderNeeds | null,
  ask: AskJudge | null,
  similar: Grader | null = null,
): Gradings {
  const graderOf = gradersFor(needs ?? { ...NOBODY, own: new Map(Object.entries(graders).map(([name, version]) => [name, ownGrader(name, version)])) });
  const own = needs?.own ?? new Map(Object.entries(graders));
  const turns = pLimit(AT_A_TIME);
  const unjudged = new Set<number>();
  const theJudge = spec ? { grader: judge(ask ?? NO_JUDGE, spec.rubric), identity: judgeIdentity(spec) } : null;
  const space = embedder ? embedderIdentity(embedder.live) : encoder;
  const theSimilarity = space === undefined ? null : { grader: similar ?? UNASKED, identity: `${identityOf(UNASKED)}/${space}` };
  const compared = { answers: 0, ungraded: new Map<string, { count: number; row: string }>() };
  return { of, orLack, unjudged: () => unjudged.size, compared: () => compared };

  function of(prompt: Prompt): Grading | null {
    const grading = orLack(prompt);
    return typeof grading === "string" ? null : grading;
  }

  function orLack(prompt: Prompt): Grading | Lack {
    const name = prompt.grader ?? (prompt.reference === null && prompt.messages !== null ? null : common);
    if (name === null) return common === null ? "grader" : "reference";
    const judged = name === "judge" && !own.has(name);
    if (judged && !theJudge) {
      unjudged.add(prompt.ordinal);
      return "judge";
    }
    const embedded = graderName(name) === "similarity" && !own.has(name);
    if (embedded && !theSimilarity)
      throw new WrpError(`row ${prompt.row} (${prompt.id}): the grader similarity compares vectors, and no embedder is given that makes them`, {
        place: { file: prompt.file },
        code: "no-embedder",
        hint: "add to wrp.yaml: embedder: built-in, or embedder: {live: {url: http://localhost:8000/v1, model: …}}",
      });
    const { grader, identity } = judged && theJudge ? theJudge : embedded && theSimilarity ? theSimilarity : named(graderOf(name, { file: prompt.file }));
    const leftOut = prompt.reference === null && prompt.messages === null;
    if (prompt.reference === null && grader.reference === "needed" && !leftOut) return "reference";
    const reads = prompt.reference !== null && grader.reference !== "none";
    const wrong = reads ? grader.check(prompt.reference as string) : null;
    if (wrong !== null) throw new WrpError(`row ${prompt.row} (${prompt.id}): ${grader.name} cannot grade it, its reference ${wrong}`, { place: { file: prompt.file }, code: "bad-reference" });
    return {
      identity,
      reference: leftOut ? null : reads ? contentHash(prompt.reference as string) : "",
      // A judge and an embedder wait for their own turns, as any live model.
      grade: leftOut || !(judged ? ask : embedded ? similar : needs) ? null : async (text) => (judged ? grader.grade(text, prompt) : embedded ? noted(await grader.grade(text, prompt), prompt) : turns(() => grader.grade(text, prompt))),
      asks: judged ? "judge" : embedded && embedder ? "embedder" : null,
    };
  }

  function noted(grade: Grade, { row, id }: Prompt): Grade {
    compared.answers++;
    if (grade.quality !== null) return grade;
    const why = grade.why ?? "";
    const before = compared.ungraded.get(why);
    compared.ungraded.set(why, { count: (before?.count ?? 0) + 1, row: before?.row ?? `row ${row} (${id})` });
    return grade;
  }
}

function named(grader: Grader): { readonly grader: Grader; readonly identity: string } {
  return { grader, identity: identityOf(grader) };
}

function ownGrader(name: string, version: number): Grader {
  return { name, version, reference: "optional", check: () => null, grade: () => ({ quality: null, why: "nothing here starts its program" }) };
}
