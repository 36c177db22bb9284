import type { Spot } from "./tree.ts";
import type { Values } from "./values.ts";

/** How a shell sets what can be completed at a place. */
export interface Dialect {
  /** Lines that offer these words, commands and options. */
  offer(words: readonly { readonly name: string; readonly description: string }[]): string;
}

/**
 * The parts that bash and zsh share, whose `case` is the same: finding the command that a line has come to, and what can stand next.
 * `$at` holds the path of the command, `$prev` the word before the one at hand; `kind` is set to what is to be looked up.
 */
export function caseOfCommand(spots: readonly Spot[]): string {
  const patterns = spots.flatMap(({ path, commands }) => commands.map(({ name }) => quoted(`${path} ${name}`)));
  return `case "$at $word" in ${patterns.join(" | ")}) at="\${at:+$at }$word" ;; esac`;
}

export function caseOfPlace(spots: readonly Spot[], dialect: Dialect): string {
  const options = spots.flatMap(({ path, options: all }) =>
    all.flatMap(({ flags, values }) => (values === null ? [] : [{ pattern: flags.map((flag) => quoted(`${path} ${flag}`)).join(" | "), values }])),
  );
  const commands = spots.map(({ path, commands: below, options: all, values }) => {
    const flags = all.flatMap((option) => option.flags.map((name) => ({ name, description: option.description })));
    return `    ${quoted(path)}) if [[ $cur == -* ]]; then ${dialect.offer(flags)}; else ${[...(below.length > 0 ? [dialect.offer(below)] : []), offered(values, dialect)].join("; ")}; fi ;;`;
  });
  return [
    '  case "$at $prev" in',
    ...options.map(({ pattern, values }) => `  ${pattern}) ${offered(values, dialect)} ;;`),
    '  *) case "$at" in',
    ...commands,
    "    esac ;;",
    "  esac",
  ].join("\n");
}

function offered(values: Values, dialect: Dialect): string {
  return typeof values === "string" ? `kind=${values}` : values.length === 0 ? ":" : dialect.offer(values.map((name) => ({ name, description: "" })));
}

/** A text in single quotes, as sh, bash and zsh read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
