import { policyKinds } from "../../model/config.ts";
import { importers } from "../../workload/importers/index.ts";
import { SCHEMAS } from "../commands/schema.ts";
import { TOPICS } from "../topics.ts";
import { SHELLS } from "./shells.ts";

/** What can stand in a place: these words, or what is looked up when it is asked for. */
export type Values = readonly string[] | "files" | "policies" | "runs";

const OBJECTIVES = ["cost", "quality", "latency", "privacy", "safety"];
const FORMATS = importers.map(({ name }) => name);

/** Places whose words the command tree does not tell: an option's, as `command --option`, or a command's argument, as `command`. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "eval --format": FORMATS,
  "eval --split": ["train", "test"],
  "eval --missing": ["gap", "failure-is-refusal"],
  "eval --objective": OBJECTIVES,
  "eval --policy": policyKinds(),
  "import --format": FORMATS,
  "import --split": ["train", "test"],
  "check --format": ["github", "text", ...FORMATS],
  schema: Object.keys(SCHEMAS),
  completion: SHELLS,
  help: TOPICS,
};

/** What a placeholder asks for, wherever it stands. */
const PLACEHOLDERS: Readonly<Record<string, Values>> = { file: "files", data: "files", policy: "policies", run: "runs" };

/** The values of a place: its own words, else what its placeholder asks for. Throws where words are left that no place in `places` has. */
export function placeValues(places: readonly { readonly place: string; readonly placeholder: string }[]): ReadonlyMap<string, Values> {
  const stray = Object.keys(WORDS).find((key) => !places.some(({ place }) => place === key));
  if (stray !== undefined) throw new Error(`completion has words for "${stray}", which is no place in the command tree`);
  return new Map(places.map(({ place, placeholder }) => [place, WORDS[place] ?? PLACEHOLDERS[placeholder] ?? []]));
}
