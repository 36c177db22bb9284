import { RE2JS } from "re2js";

/** A compiled RE2 pattern: takes time linear in the text. */
export interface Re2 {
  /** Whether it matches somewhere in the text. */
  test(text: string): boolean;
  /** How many matches follow one another in the text, as Go's `FindAll` counts them. */
  count(text: string): number;
}

/**
 * A pattern in Go's RE2 syntax (no look-around, no back-references, no possessive repetition, repeats of at most 1000; `\b`, `\w`, `\d`, `\s`
 * are ASCII), or what is wrong with it.
 */
export function re2(pattern: string): Re2 | string {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, "");
  }
  const native = asNative(pattern);
  if (native) return { test: (text) => text.search(native) >= 0, count: (text) => text.match(native)?.length ?? 0 };
  return { test: (text) => compiled.test(text), count: (text) => (compiled.test(text) ? countMatches(compiled, text) : 0) };
}

/** An empty match that touches the match before it is none. */
function countMatches(compiled: RE2JS, text: string): number {
  const matcher = compiled.matcher(text);
  let count = 0;
  for (let end = -1; matcher.find(); end = matcher.end()) if (matcher.start() < matcher.end() || matcher.start() !== end) count++;
  return count;
}

/**
 * The same pattern for the engine's own expressions, which find many times faster: only where each alternative is a short row of characters
 * and plain sets, so that both mean the same and nothing can backtrack; else null. With `(?i)`, both fold by Unicode's simple case folding,
 * but not in one version of it: text beyond ASCII stays with RE2 there.
 */
function asNative(pattern: string): RegExp | null {
  if (pattern.length === 0 || pattern.length > 200) return null;
  const folds = pattern.startsWith("(?i)");
  const body = folds ? pattern.slice(4) : pattern;
  if (folds && /[^\p{ASCII}\p{Script=Han}？！。，、；：]/u.test(body)) return null;
  // "k" and "s" fold with the Kelvin sign and the long s in both; what a set spans is the same in both.
  if (!/^(?:[^\\()[\]{}|*+?.^$]|\\[^0-9A-Za-z\s]|\[(?:[^\\[\]^-]|\\[^0-9A-Za-z\s])+\]|\|)+$/u.test(body)) return null;
  if (body.split("|").includes("")) return null;
  return new RegExp(body.replaceAll(/\\([^0-9A-Za-z\s])/gu, (_, c: string) => (/[\^$\\.*+?()[\]{}|/-]/.test(c) ? (c === "-" ? "\\x2d" : `\\${c}`) : c)), folds ? "giu" : "gu");
}
