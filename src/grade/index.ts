import { unknownName, type Place } from "../model/errors.ts";
import type { Grader } from "./grader.ts";
import { code, type CodeNeeds } from "./graders/code.ts";
import { contains, icontains } from "./graders/contains.ts";
import { exact } from "./graders/exact.ts";
import { json } from "./graders/json.ts";
import { jsonSchema } from "./graders/json-schema.ts";
import { multipleChoice } from "./graders/multiple-choice.ts";
import { normalizedExact } from "./graders/normalized-exact.ts";
import { numeric } from "./graders/numeric.ts";
import { refusal } from "./graders/refusal.ts";
import { regex } from "./graders/regex.ts";
import { rougeL } from "./graders/rouge-l.ts";
import { tokenF1 } from "./graders/token-f1.ts";
import { withoutThinking } from "./normalize.ts";

/** What graders are lent by whoever runs them. */
export interface GraderNeeds extends CodeNeeds {
  /** The user's own, by name. */
  readonly own?: ReadonlyMap<string, Grader>;
}

/** All graders by name. */
const graders: Readonly<Record<string, (needs: GraderNeeds) => Grader>> = {
  exact: () => exact,
  "normalized-exact": () => normalizedExact,
  "multiple-choice": () => multipleChoice,
  numeric: () => numeric,
  contains: () => contains,
  icontains: () => icontains,
  regex: () => regex,
  json: () => json,
  "json-schema": () => jsonSchema,
  "token-f1": () => tokenF1,
  "rouge-l": () => rougeL,
  refusal: () => refusal,
  code,
};

/** Names that other tools and data sets have for the same, without case, blanks, hyphens and underscores. */
const aliases: Readonly<Record<string, string>> = {
  equals: "exact", // promptfoo
  exactmatch: "normalized-exact", // lm-eval, HELM
  quasiexactmatch: "normalized-exact", // HELM
  em: "normalized-exact", // LLMRouter
  match: "icontains", // inspect: at the end of the answer; ours is the nearest
  includes: "icontains", // inspect
  choice: "multiple-choice", // inspect
  multiplechoice: "multiple-choice",
  mcq: "multiple-choice",
  mcqaccuracy: "multiple-choice", // RouterArena
  emmc: "multiple-choice", // LLMRouter
  gsm8k: "numeric", // LLMRouter
  f1: "token-f1", // inspect, HELM
  f1score: "token-f1", // LLMRouter
  tokenf1: "token-f1",
  rouge: "rouge-l",
  rougel: "rouge-l",
  rougen: "rouge-l", // promptfoo
  isjson: "json", // promptfoo
  jsonschema: "json-schema",
  pattern: "regex", // inspect
  isrefusal: "refusal", // promptfoo
  codeeval: "code", // LLMRouter
  passat1: "code",
  similar: "similarity", // promptfoo
  semanticsimilarity: "similarity", // Ragas
  embeddingsimilarity: "similarity",
  cosinesimilarity: "similarity",
};

export const graderNames: readonly string[] = Object.keys(graders);

/** Those that call nobody and start no process. */
export const plainGraderNames: readonly string[] = graderNames.filter((name) => name !== "code");

/** Those that a model of the config's lends itself to: they are made where that is called. */
const lentNames = ["similarity", "judge"];

/** The name that a grader goes by here: its own, or that of an alias. */
export const graderName = (name: string): string => (Object.hasOwn(graders, name) ? name : (aliases[name.toLowerCase().replaceAll(/[\s_@-]/g, "")] ?? name));

/**
 * Makes graders, each once. Reasoning that a model wrote between <think> and </think> before its answer is left out before grading.
 * The function throws WrpError for an unknown name, with `place` where that is known.
 */
export function gradersFor(needs: GraderNeeds): (name: string, place?: Place) => Grader {
  const made = new Map<string, Grader>();
  return (name, place) => {
    const theirs = needs.own?.get(name);
    if (theirs) return theirs;
    const own = graderName(name);
    const make = Object.hasOwn(graders, own) ? graders[own] : undefined;
    if (!make) throw unknownName("grader", name, [...graderNames, ...lentNames, ...(needs.own?.keys() ?? [])], place);
    const grader = made.get(own) ?? answering(make(needs));
    made.set(own, grader);
    return grader;
  };
}

const answering = (grader: Grader): Grader => ({ ...grader, grade: (text, prompt) => grader.grade(withoutThinking(text), prompt) });
