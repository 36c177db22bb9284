import { WrpError } from "../../model/errors.ts";
import { factOf } from "../facts.ts";
import type { RouterContext } from "../policy.ts";
import type { Asked } from "./learned.ts";

/** The full names of facts. Throws WrpError where one is unknown, or is not of the text and no prompt at hand has it. */
export function checkFacts(policy: string, names: readonly string[], context: RouterContext): string[] {
  return names.map((given) => {
    const { name } = factOf(given);
    // Facts of texts are not there where texts are not: then prompts stay undecided.
    if (!name.startsWith("prompt.") && context.factValues(name)?.every(Number.isNaN)) throw new WrpError(`policy "${policy}": no prompt has ${name}`, { hint: "facts: prompt.lengthCodePoints, prompt.tokens, prompt.turn, meta.NAME" });
    return name;
  });
}

/** A fact of each prompt; NaN is a gap. @param name its full name */
export function factColumn({ rows, facts }: Asked, name: string): Float64Array {
  return facts.get(name) ?? new Float64Array(rows.count).fill(NaN);
}
