import { policyKinds } from "../../model/config.ts";
import { importers } from "../../workload/importers/index.ts";
import { SCHEMAS } from "../commands/schema.ts";
import { SHELLS } from "./shells.ts";

/** What can stand in a place: these words, or what is looked up when it is asked for (names: of policies and of runs). */
export type Values = readonly string[] | "files" | "policies" | "runs" | "names" | "models";

const OBJECTIVES = ["cost", "quality", "latency", "privacy", "safety"];
const FORMATS = importers.map(({ name }) => name);

/** Places whose values the command tree does not tell: an option's, as `command --option`, or a command's arguments, as `command`. */
const PLACES: Readonly<Record<string, Values>> = {
  compare: "names",
  "compare --policy": "policies",
  "eval --format": FORMATS,
  "eval --split": ["train", "test"],
  "eval --missing": ["gap", "failure-is-refusal"],
  "eval --objective": OBJECTIVES,
  "eval --policy": policyKinds(),
  "tune --format": FORMATS,
  "tune --missing": ["gap", "failure-is-refusal"],
  "tune --objective": ["cost", "quality", "latency"],
  "tune --policy": policyKinds(),
  "import --format": FORMATS,
  "import --split": ["train", "test"],
  "check --policy": "policies",
  "check --format": ["github", "json", "sarif", "text", ...FORMATS],
  schema: Object.keys(SCHEMAS),
  completion: SHELLS,
};

/** What a placeholder asks for, wherever it stands. */
const PLACEHOLDERS: Readonly<Record<string, Values>> = { file: "files", data: "files", policy: "policies", run: "runs", model: "models" };

/** The values of a place: its own, else what its placeholder asks for. Throws where there are values for what is no place. */
export function placeValues(places: readonly { readonly place: string; readonly placeholder: string }[]): ReadonlyMap<string, Values> {
  const stray = Object.keys(PLACES).find((key) => !places.some(({ place }) => place === key));
  if (stray !== undefined) throw new Error(`completion has values for "${stray}", which is no place in the command tree`);
  return new Map(places.map(({ place, placeholder }) => [place, PLACES[place] ?? PLACEHOLDERS[placeholder] ?? []]));
}
