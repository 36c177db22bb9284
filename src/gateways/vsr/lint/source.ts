import { isMap, isNode, isScalar, type Document } from "yaml";
import { yamlDocument } from "../../../lib/yaml-document.ts";
import { WrpError, type Place, type Tell } from "../../../model/errors.ts";
import { configOf, recipesOf, type VsrConfig } from "../../../router/vsr/config.ts";
import { withDollars } from "../../../router/vsr/environment.ts";
import { vsrShape, type VsrFile, type VsrRecipe } from "../../../router/vsr/shape.ts";

export type Path = readonly (string | number)[];

/** Where something starts and ends; lines and columns (UTF-16 units) from 1, the end behind the last character. */
export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A config as the rules look at it: with whatever fits, however much else is wrong. */
export interface LintSource {
  readonly file: string;
  /** As it is written: for fields that the engine does not read. */
  readonly raw: unknown;
  readonly content: VsrFile;
  readonly recipes: readonly VsrRecipe[];
  readonly config: VsrConfig;
  /** The codes that `wrp-ignore` comments name, by the line that they are about. */
  readonly ignored: ReadonlyMap<number, string>;
  placeOf(path: readonly PropertyKey[], key?: boolean): Place;
  /** Undefined where nothing stands there. */
  regionOf(path: Path, key?: boolean): Region | undefined;
}

const MOST_YAML_ERRORS = 3;
/** As often a part that does not fit is left out, before the config is given up. */
const ROUNDS = 50;

/** Reads a config and tells of what keeps parts of it from being read; undefined where nothing can be. */
export function lintSource(text: string, file: string, tell: Tell): LintSource | undefined {
  const { document, lines, places, errors } = yamlDocument(text, file, { merge: true, hint: "a config of vLLM Semantic Router is YAML" });
  // What comes after the first few follows from them.
  for (const error of errors.slice(0, MOST_YAML_ERRORS)) tell(error);
  if (!document || errors.length > 0) return undefined;
  const raw = valueOf(document, file, tell);
  const content = raw === undefined ? undefined : fitting(withDollars(raw), (error, path) => tell(new WrpError(error, { place: places.of(path), code: "wrong-type", hint: "vLLM Semantic Router would not load this file" })));
  if (!content) return undefined;
  const recipes = recipesOf(content);
  return {
    file,
    raw,
    content,
    recipes,
    config: configOf(content, recipes, file, places.of),
    ignored: commentsOf(text),
    placeOf: (path, key = false) => (key ? places.ofKey(path) : places.of(path)),
    regionOf(path, key = false) {
      const range = rangeOf(document, path, key);
      if (!range) return undefined;
      const [start, end] = [lines.linePos(range[0]), lines.linePos(range[1])];
      return { line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
    },
  };
}

function valueOf(document: Document, file: string, tell: Tell): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof ReferenceError)) throw error;
    tell(new WrpError("is nested or aliased beyond what a config can hold", { place: { file }, code: "yaml", cause: error }));
    return undefined;
  }
}

/** What fits of a value; what does not is told of, and left out. */
function fitting(raw: unknown, tell: (message: string, path: readonly PropertyKey[]) => void): VsrFile | undefined {
  const value: unknown = structuredClone(raw);
  for (let round = 0; round < ROUNDS; round++) {
    const { data, error } = vsrShape.safeParse(value);
    if (data) return data;
    for (const issue of error.issues) {
      if (round === 0 || issue.path.length === 0) {
        const wanted = issue.code === "invalid_type" ? `must be ${/^[aeio]/.test(issue.expected) ? "an" : "a"} ${issue.expected}` : issue.message;
        tell(`${issue.path.map(String).join(".") || "the config"} ${wanted}`, issue.path);
      }
      if (issue.path.length === 0) return undefined;
      leaveOut(value, issue.path);
    }
  }
  return undefined;
}

/** Entries of lists keep their numbers, so that places stay true. */
function leaveOut(value: unknown, path: readonly PropertyKey[]): void {
  const around = path.slice(0, -1).reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)[key], value) as Record<PropertyKey, unknown>;
  const last = path.at(-1) as PropertyKey;
  if (Array.isArray(around)) around[last as number] = around[last as number] === null ? {} : typeof around[last as number] === "object" && !Array.isArray(around[last as number]) ? null : {};
  else around[last] = null;
}

function rangeOf(document: Document, path: Path, key: boolean): readonly [number, number] | undefined {
  if (!key) {
    const node = document.getIn(path, true);
    return isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;
  }
  const map = document.getIn(path.slice(0, -1), true);
  const pair = isMap(map) ? map.items.find((one) => String(isScalar(one.key) ? one.key.value : one.key) === path.at(-1)) : undefined;
  return isNode(pair?.key) && pair.key.range ? [pair.key.range[0], pair.key.range[1]] : undefined;
}

/** By line, what a comment that says `wrp-ignore` is about: its own line, or the next where it stands alone. */
function commentsOf(text: string): ReadonlyMap<number, string> {
  const about = new Map<number, string>();
  for (const [k, line] of text.split("\n").entries()) {
    const [, before = "", codes] = /^(.*?)#\s*wrp-ignore:(.*)$/.exec(line) ?? [];
    if (codes === undefined) continue;
    const at = before.trim() === "" ? k + 2 : k + 1;
    about.set(at, `${about.get(at) ?? ""} ${codes}`);
  }
  return about;
}
