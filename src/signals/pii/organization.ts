import { GUESSED, LISTED, NAMED } from "./confidence.ts";
import { FAMILY_NAMES } from "./family-names.ts";
import { matches, together } from "./finder.ts";

const FAMILIES = new Set(FAMILY_NAMES);
const WORD = "\\p{Lu}[\\p{L}\\p{N}&'’.-]{0,24}";
const LEGAL = "(?:Inc|Incorporated|LLC|L\\.L\\.C|LLP|Ltd|Limited|Corp|Corporation|Co|Company|PLC|plc|GmbH|AG|SE|KG|S\\.A|SA|S\\.r\\.l|Srl|SpA|S\\.p\\.A|B\\.V|BV|N\\.V|NV|AB|A\\/S|ApS|Oy|Oyj|Pty|Kft|Sp\\. z o\\.o)";
const TRADES = "(?:Group|Holdings|Partners|Associates|Technologies|Technology|Industries|Enterprises|Solutions|Systems|Services|Software|Consulting|Capital|Ventures|Investments|Insurance|Bank|Bancorp|Financial|Finance|Trust|Foundation|Institute|University|College|Academy|Hospital|Clinic|Pharmaceuticals|Laboratories|Labs|Networks|Logistics|Airlines|Airways|Motors|Energy|Media|Records|Studios|Agency|Union|Association|Federation|Committee|Council|Ministry|Department)";

/** Organizations by their legal form or trade at the end of a capitalised name, "Sons" or partners' family names, and after words for an employer. */
export const organization = together(
  matches("ORGANIZATION", new RegExp(`(?<![\\p{L}\\p{N}])(?!The |This |Our |My |Your |A )${WORD}(?:(?: | & )${WORD}){0,3},? ${LEGAL}(?![\\p{L}\\p{N}])\\.?`, "u"), NAMED),
  matches("ORGANIZATION", new RegExp(`(?<![\\p{L}\\p{N}])(?!The |This |Our |My |Your |A |In |At |For )(?:${WORD} (?:& |of )?){1,4}${TRADES}(?![\\p{L}\\p{N}])`, "u"), LISTED),
  matches("ORGANIZATION", /(?<![\p{L}\p{N}])\p{Lu}[\p{L}'’]{1,24}(?:,? (?:and|&) (?:Sons|Co|Company|Partners|Associates|Daughters))(?![\p{L}\p{N}])\.?/u, NAMED),
  matches("ORGANIZATION", /(?<![\p{L}\p{N}])\p{Lu}[\p{L}'’]{1,24}, \p{Lu}[\p{L}'’]{1,24} and \p{Lu}[\p{L}'’]{1,24}(?![\p{L}\p{N}])/u, (value) => (value.split(/, | and /).filter((name) => FAMILIES.has(name)).length >= 2 ? LISTED : null)),
  matches("ORGANIZATION", /(?<![\p{L}\p{N}-])\p{Lu}[\p{L}'’]{1,24}-\p{Lu}[\p{L}'’]{1,24}(?![\p{L}\p{N}-])/u, (value) => (value.split("-").some((name) => FAMILIES.has(name)) ? GUESSED : null)),
  matches("ORGANIZATION", new RegExp(`\\b(?:work(?:s|ed|ing)? (?:for|at)|employed (?:by|at)|CEO of|founder of|(?:job|career|position|internship) at|hired by|employer is|company(?: is)? called|(?:recorded|playing|played) for)\\s(?<value>(?!The |Mr|Mrs|Ms|Dr)${WORD}(?: ${WORD}){0,3})`, "u"), GUESSED),
  matches("ORGANIZATION", new RegExp(`(?<![\\p{L}\\p{N}])(?<=(?:^|[.!?\\n] ?|\\bthe |\\bThe |, ))(?!The |This |That |In |At |He |She |It |I |We |My |Your |Our |Their |His |Her )(?<value>${WORD}(?: ${WORD}){0,2})(?= (?:is an?|was an?) (?:[\\p{L}-]{1,20} ){0,4}(?:company|agency|firm|bank|corporation|organi[sz]ation|non-?profit|startup|manufacturer|retailer)| (?:website|Orchestra|shares|stock price)\\b)`, "u"), GUESSED),
);
