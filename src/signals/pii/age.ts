import { LISTED, NAMED } from "./confidence.ts";
import { matches, together } from "./finder.ts";

const YEARS = "(?<value>1[01]\\d|[1-9]?\\d)";

/** Ages in years (0 to 119): "34 years old", "34-year-old", "aged 34", "turned 34", "I'm 34". */
export const age = together(
  matches("AGE", new RegExp(`(?<![\\p{L}\\p{N}.,$€£-])${YEARS}(?:[ -]years?[ -]old| ?y\\/?o\\b| years? of age)`, "iu"), NAMED),
  matches("AGE", new RegExp(`\\b(?:aged|age(?: is| was|:| of)?|turn(?:s|ed|ing)?|(?:will|'ll) be turning) ${YEARS}(?![\\p{L}\\p{N}/:%]|[.,]\\d)`, "iu"), NAMED),
  matches("AGE", new RegExp(`\\b(?:I['’]m|I am|(?:s?he|who)(?:['’]s| is| was)|when (?:I|he|she) was) (?:only |just |now |about )?${YEARS}(?=[.!?;]?(?:\\s|$)(?!(?:%|percent|minutes?|hours?|days?|weeks?|months?|miles|km|points?|of|on|in|at|to|feet)\\b)|,\\s)`, "iu"), LISTED),
);
