import { WrpError } from "../model/errors.ts";

/** What a shell would act on: nothing here does, so it is refused outside single quotes, not passed on as a letter. */
const ACTS_BARE = "|&;<>()$`";
const ACTS_IN_DOUBLE_QUOTES = "$`";

/** Splits a command line into its words as a POSIX shell does: blanks, quotes and backslashes, and nothing else. Throws WrpError. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string;
    if (quote === "'") {
      if (c === "'") quote = "";
      else word += c;
    } else if (c === "\\" && i + 1 < line.length && (quote === "" || '"\\$`'.includes(line[i + 1] as string))) word = (word ?? "") + (line[++i] as string);
    else if ((quote === '"' ? ACTS_IN_DOUBLE_QUOTES : ACTS_BARE).includes(c)) throw acts(line, c);
    else if (quote === '"') {
      if (c === '"') quote = "";
      else word += c;
    } else if (c === "'" || c === '"') {
      quote = c;
      word ??= "";
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + c;
  }
  if (quote !== "") throw new WrpError(`the command ${line} has no closing ${quote}`, { hint: "or give it as a list: [python3, router.py]" });
  if (word !== null) words.push(word);
  return words;
}

function acts(line: string, c: string): WrpError {
  return new WrpError(`the command ${line} has ${c}, which needs a shell: none runs`, { hint: `quote it, or ask for one: [sh, -c, "… ${c} …"]` });
}
