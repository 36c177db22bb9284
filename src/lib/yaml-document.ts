import { LineCounter, parseDocument, type Document } from "yaml";
import { WrpError } from "../model/errors.ts";
import { yamlPlaces, type YamlPlaces } from "./yaml-places.ts";

/** A YAML file, parsed. */
export interface YamlDocument {
  /** Null where the parser came to no end. */
  readonly document: Document | null;
  readonly lines: LineCounter;
  readonly places: YamlPlaces;
  /** What keeps it from being read, in the file's order. */
  readonly errors: readonly WrpError[];
}

/**
 * Parses the text of a file; never throws.
 *
 * @param hint what the file should be
 * @param merge whether `<<` takes over the fields of another map
 */
export function yamlDocument(text: string, file: string, { hint, merge = false }: { readonly hint: string; readonly merge?: boolean }): YamlDocument {
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { merge, lineCounter: lines, prettyErrors: false, logLevel: "error" });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const nothing = parseDocument("");
    return { document: null, lines, places: yamlPlaces(nothing, lines, file), errors: [new WrpError(TOO_DEEP, { place: { file }, code: "yaml", cause: error })] };
  }
  const places = yamlPlaces(document, lines, file);
  const errors = document.errors.map((error) => {
    const place = places.atOffset(error.pos[0]);
    // How deep it got hangs on the machine: the line is near enough.
    if (OVERFLOW.test(error.message)) return new WrpError(TOO_DEEP, { place: { file, ...(place.line === undefined ? {} : { line: place.line }) }, code: "yaml", cause: error });
    return new WrpError(error.message, { place, code: "yaml", hint });
  });
  // Once the stack is used up, all that follows is broken by it.
  const deep = errors.findIndex(({ message }) => message === TOO_DEEP);
  return { document, lines, places, errors: deep < 0 ? errors : errors.slice(0, deep + 1) };
}

/** The parser walks itself out of stack, and says so in the words of the runtime. */
const OVERFLOW = /call stack|stack overflow/i;
const TOO_DEEP = "is nested too deeply to be read";
