import type { Span } from "../../model/encoder.ts";
import { GUESSED, LISTED, NAMED } from "./confidence.ts";
import { CITIES } from "./cities.ts";
import { COUNTRIES } from "./countries.ts";
import { FAMILY_NAMES } from "./family-names.ts";
import { matches, together } from "./finder.ts";
import { GIVEN_NAMES, WORDS_TOO } from "./given-names.ts";
import { NATIONALITIES } from "./nationalities.ts";

const GIVEN = new Set(GIVEN_NAMES);
const AMBIGUOUS = new Set(WORDS_TOO);
const FAMILY = new Set(FAMILY_NAMES);
/** Capitalised words that begin a sentence or name something else than a person. */
const OTHERS = new Set([
  ..."A|An|The|This|That|These|Those|I|We|You|He|She|It|They|My|Our|Your|His|Her|Its|Their|In|On|At|For|To|From|By|With|Of|As|If|When|While|Where|What|Who|Why|How|Which|Is|Are|Was|Were|Do|Does|Did|Can|Could|Will|Would|Should|May|Please|Hi|Hello|Hey|Dear|Thanks|Thank|Sorry|Yes|No|Not|And|But|Or|So|Then|There|Here|Let|Bot|User|Sir|Madam|Team|All|Everyone|Customer|Support|Street|Avenue|Road|Inc|LLC|Ltd|Corp|Group|University|Bank|English|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|June|July|August|September|October|November|December|North|South|East|West|New|Great|Black|White|Big|Google|Microsoft|Apple|Amazon|Windows|Linux|Python|Java|Excel|Internet|God|Christmas|Easter|Also|Just|Now|Have|Has|Had|Need|Give|Tell|Make|Write|Explain|Describe|Find|Show|After|Before|During|Since|Until|However|Mr|Mrs|Ms|Miss|Dr|Prof|Cllr|Male|Female|Apt|Suite|Box|PSC|Unit|Producer|Director|Manager|Author|Singer|Actor|Engineer|Investments|Union|Technologies|Partners|Services|Solutions|Tower|Park|Lake|River|Mount|San|Santa|Saint|Fort|Port|Bay|Town|City".split("|"),
  ...[...COUNTRIES, ...CITIES].flatMap((one) => (GIVEN.has(one) ? [] : [one])),
  ...NATIONALITIES.filter((one) => !GIVEN.has(one)),
]);

const WORD = "\\p{Lu}(?:['’]\\p{Lu})?\\p{L}{1,24}(?:-\\p{Lu}\\p{L}{1,24})?";
const INITIAL = "\\p{Lu}\\.?(?![\\p{L}\\p{N}])";
const PARTICLE = "(?:van der|van den|van|von|de la|de|del|della|di|da|dos|du|le|la|bin|ibn|al|el|ter)";
const NAME = `${WORD}(?: (?:${INITIAL} )?(?:${PARTICLE} )?${WORD}){0,3}(?: (?:Jr|Sr|II|III|IV)\\b\\.?)?`;
const TITLES = "(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sr|Sra|Mme|Herr|Frau|Sir|Lady|Lord|Dame|Rev|Capt|Sgt|Lt|Col|Gen|Hon|Miss|Mister|Doctor|Professor|Cllr|Councillor|Judge|Senator|Captain|President|Officer)";

/** All in capitals, as headings are. */
function isShouted(value: string): boolean {
  return value === value.toUpperCase();
}

/** A name without an "'s" at its end, and only where no word of it is another kind of word; a name of several words may lose its first so. */
function* named(spans: Iterable<Span>, text: string): Iterable<Span> {
  for (const span of spans) {
    const value = text.slice(span.start, span.end).replace(/['’]s?$/u, "");
    const words = value.split(" ");
    const first = OTHERS.has(words[0] as string) ? (words.length > 1 ? (words[0] as string).length + 1 : null) : 0;
    if (first === null || (span.confidence <= GUESSED && isShouted(value)) || words.slice(1).some((word) => OTHERS.has(word))) continue;
    yield { ...span, start: span.start + first, end: span.start + value.length };
  }
}

function introduced(pattern: string, confidence: number, flags = "u") {
  const find = matches("PERSON", new RegExp(pattern, flags), confidence);
  return (text: string) => named(find(text), text);
}

/** Names by what stands before or after them: titles, greetings, introductions, and verbs of saying. */
const byContext = together(
  matches("TITLE", new RegExp(`(?<![\\p{L}\\p{N}])(?:Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Cllr)\\.?(?= \\p{Lu})`, "u"), NAMED),
  introduced(`(?<![\\p{L}\\p{N}])(?i:${TITLES})\\.? (?<value>${NAME})`, NAMED),
  introduced(`(?i:\\b(?:my|his|her|their|partner's|whose|the) (?:full |first |last |maiden |middle )?name(?: on the account)?(?:'s| is| was|:)?|\\bnamed|\\bname:|\\bis called|\\bwas called|\\bcall me|\\bthis is|\\bI am called|\\bname on the account\\? user:|\\bwhat's your name\\?|\\bwhat is your name\\?|\\bunder (?:my|the|the) (?:partner's )?name|\\bpartner's name) (?<value>${NAME})`, NAMED),
  introduced(`(?i:(?:^|[\\n.!?>] ?)(?:dear|hi|hello|hey|good morning|good afternoon|sincerely|regards|cheers)),? (?<value>${NAME})`, NAMED),
  introduced(`^(?<value>(?!\\p{L}{0,20}ly,|First|Second|Third|Next|Finally|Today|Tomorrow|Yesterday|Okay|Ok|Well|Sure|Great|Good|Welcome|Congratulations|Otherwise|Instead|Therefore|Meanwhile|Moreover|Furthermore|Besides|Overall|Recently)\\p{Lu}\\p{L}{2,24}), (?=\\p{L})`, GUESSED),
  introduced(`\\b(?:I['’]m|I am) (?<value>${NAME})(?=[.,!?]|$| and | from )`, LISTED),
  introduced(`\\b(?:says|said|explained|wrote|written by|sung by|arranged by|not by|performed by|directed by|produced by|painted by|founded by|signed by|sent by|tribute to|add|adding|contact|ask|tell|meet|met|with|met with|songs? by|album by|book by|novel by|Producer|commenter|player|daughter|assistant to) (?<value>${NAME})(?=$|[\\s,.;:!?)"”'’])`, GUESSED),
  introduced(`(?<![\\p{L}\\p{N}])(?<value>${NAME})(?= (?:says|said|wrote|explained|asked|replied|lives|lived|listed|told|thinks|added|spent a|was born|is the keynote|concert|from \\p{Lu}))`, GUESSED),
  introduced(`(?<=^|\\n|> )(?<value>\\p{Lu}[\\p{L}’'-]{1,24} (?:${INITIAL} )?(?:${PARTICLE} )?${WORD})(?=\\r?\\n)`, GUESSED),
  introduced(`(?<=^|\\n)(?<value>${WORD})(?=: ?["“])`, GUESSED),
  introduced(`(?<![\\p{L}\\p{N}])(?<value>${WORD} \\p{Lu}\\.? (?:${PARTICLE} )?${WORD})`, GUESSED),
  introduced(`\\b(?:the|an?) (?<value>${NAME})(?= (?:novel|concert|album|song|version|fan|biography|painting|case|family|novels|songs|fans)\\b)`, GUESSED),
  introduced(`\\b[Mm]y name is (?<value>(?!not\\b|in\\b|on\\b|the\\b|a\\b|wrong|spelled|missing)\\p{L}{2,20}(?: \\p{L}{2,20})?)(?=[.,!?]|$)`, GUESSED),
);

const RUN = new RegExp(`(?<![\\p{L}\\p{N}])${WORD}(?: (?:${INITIAL} ?)?(?:${PARTICLE} )?${WORD}){0,3}(?: (?:Jr|Sr|II|III|IV)\\b\\.?)?`, "gu");

const ROW = new RegExp(`(?<![\\p{L}\\p{N}])${WORD}(?:, ${WORD}){1,20},? (?:and|&|or) ${WORD}(?![\\p{L}\\p{N}])`, "gu");
const IN_ROW = new RegExp(WORD, "gu");
const ALONE = new RegExp(`(?<![\\p{L}\\p{N}'’])${WORD}`, "gu");

/** Names by list: from a given name on, with the capitalised words after it, or before a family name. */
function* byList(text: string): Iterable<Span> {
  for (const match of text.matchAll(RUN)) {
    const words = [...match[0].replace(/['’]s?$/u, "").matchAll(/\S+/g)];
    const from = words.findIndex(([word], i) => GIVEN.has(bare(word)) || (i < words.length - 1 && AMBIGUOUS.has(word) && !OTHERS.has((words[i + 1] as RegExpExecArray)[0])) || (i > 0 && FAMILY.has(word) && !OTHERS.has((words[i - 1] as RegExpExecArray)[0])));
    if (from < 0) continue;
    const family = FAMILY.has((words[from] as RegExpExecArray)[0]) && from > 0 && !GIVEN.has(bare((words[from] as RegExpExecArray)[0]));
    const first = family ? from - 1 : from;
    let last = from;
    while (last + 1 < words.length && !OTHERS.has((words[last + 1] as RegExpExecArray)[0])) last++;
    if (last === first && AMBIGUOUS.has((words[first] as RegExpExecArray)[0])) continue;
    const end = words[last] as RegExpExecArray;
    yield { kind: "PERSON", start: match.index + (words[first] as RegExpExecArray).index, end: match.index + end.index + end[0].length, confidence: LISTED };
  }
}

/** Without a hyphen's second part. */
function bare(word: string): string {
  return word.split("-", 1)[0] as string;
}

/** Ends of family names that few English words share: -sson, -ova, -owski, -opoulos … */
const FAMILY_END = /(?:sson|sen|dóttir|ström|gren|qvist|[eo]v|[eo]va|[cs]ki|[cs]ka|wicz|ić|vić|escu|enko|chuk|yan|idis|opoulos|akis|shvili|[íi]nez|[ée]rez|[áa]ndez|[íi]guez|elli|etti|ucci|mann|stein|inen|nagy|oğlu|moto|yama|mura)$/u;

const FOREIGN = /[À-ÃÅ-ÕØ-ÛÝÞà-ãå-õø-ûý-ɏ]/u;

/** Two or three capitalised words of which the last ends as a family name does, or any has a letter that English and German lack (German capitalises every noun). */
function* byEnding(text: string): Iterable<Span> {
  for (const match of text.matchAll(RUN)) {
    const words = match[0].split(" ");
    const last = words.at(-1) as string;
    if (words.length < 2 || words.some((word) => OTHERS.has(word) || !/^\p{Lu}/u.test(word)) || isShouted(match[0])) continue;
    if (FAMILY_END.test(last)) yield { kind: "PERSON", start: match.index, end: match.index + match[0].length, confidence: LISTED };
    else if (FOREIGN.test(match[0])) yield { kind: "PERSON", start: match.index, end: match.index + match[0].length, confidence: GUESSED };
  }
}

/** Names in a row of which one at least is listed: "Ann, Ben and Cleo". */
function* inRows(text: string): Iterable<Span> {
  for (const row of text.matchAll(ROW)) {
    const words = [...row[0].matchAll(IN_ROW)];
    if (words.filter(([word]) => GIVEN.has(bare(word))).length * 2 < words.length || words.some(([word]) => OTHERS.has(word))) continue;
    for (const { 0: word, index } of words) yield { kind: "PERSON", start: row.index + index, end: row.index + index + word.length, confidence: GUESSED };
  }
}

/** Where a name of several words was found, each of its words alone, elsewhere in the text. */
function* again(text: string, found: readonly Span[]): Iterable<Span> {
  const words = new Set(found.flatMap(({ kind, start, end }) => (kind === "PERSON" ? text.slice(start, end).split(" ") : [])).filter((word) => word.length > 3 && !OTHERS.has(word)));
  if (words.size === 0) return;
  for (const { 0: word, index } of text.matchAll(ALONE)) if (words.has(word)) yield { kind: "PERSON", start: index, end: index + word.length, confidence: GUESSED };
}

/** People's names, English above all; docs/models/pii-patterns.md says how many of them stay unseen. */
export function* person(text: string): Iterable<Span> {
  const found = [...byContext(text), ...byList(text), ...byEnding(text), ...inRows(text)];
  yield* found;
  yield* again(text, found);
}
