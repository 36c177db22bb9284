import { NAMED } from "./confidence.ts";
import { matches, together } from "./finder.ts";

const LINK = "(?:\\s{1,3}(?:number|no|num|nr|id|is|was|ends|with|of|card)\\b\\.?|\\s{0,3}[#:'’]s?){0,4}\\s{0,3}";

/** Passports and driving licences: numbers of their length right after the word for them, since their shapes are anything's. */
export const documents = together(
  matches("US_PASSPORT", new RegExp(`\\bpassports?${LINK}(?<value>(?=[A-Z0-9]{0,8}\\d)[A-Z0-9]{6,9})(?![\\p{L}\\p{N}])`, "iu"), NAMED),
  matches("US_DRIVER_LICENSE", new RegExp(`\\b(?:driv(?:er|ing)['’]?s?['’]? ?licen[cs]e|licen[cs]e|DL|DLN)${LINK}(?<value>(?=[A-Z0-9-]{0,14}\\d{3})[A-Z0-9](?:[A-Z0-9-]{3,13})[A-Z0-9])(?![\\p{L}\\p{N}])`, "iu"), NAMED),
);
