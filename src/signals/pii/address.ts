import { COUNTRIES } from "./countries.ts";
import { LISTED, NAMED, SHAPED } from "./confidence.ts";
import { matches, together, type Finder } from "./finder.ts";

/** Words that end a street's name in English, and ends or beginnings of them in other languages. */
const ENGLISH = "(?:street|str|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|circle|cir|place|pl|square|squares|sq|terrace|terr|way|parkway|pkwy|highway|hwy|trail|trl|close|crescent|grove|gardens|mews|row|alley|plaza|loop|turnpike|expressway|heights|hill|quay|wharf|crossing|walk|pike)";
const ENDS = "(?:stra(?:ss|ß)e|str\\.|gasse|weg|platz|allee|damm|straat|laan|plein|gracht|kade|vej|gade|gata|gatan|vägen|veien|vegen|veg|gate|stigen|katu|tie|kuja|polku|utca|út|tér|körút|ulica|ulice|cesta|náměstí|trg|stræti|braut|vegur|gatu)";
const BEGINS = "(?:rue|avenue|av\\.?|boulevard|bd\\.?|place|chemin|allée|impasse|quai|cours|via|viale|piazza|corso|vicolo|strada|calle|c\\/|avenida|avda\\.?|paseo|plaza|camino|carrer|rua|travessa|praça|largo|estrada|ulica|ul\\.|al\\.|aleja|plac|os\\.|jalan|jl\\.)";
const NAME = "[\\p{Lu}\\p{N}][\\p{L}\\p{N}'’.-]{0,24}";
const UNIT = "(?i:suite|ste\\.?|apt\\.?|apartment|unit|flat|floor|room|#)\\s?[\\p{N}A-Z][\\p{L}\\p{N}-]{0,5}";
const GAP = "(?:\\s{0,2},\\s{0,3}|\\s{1,3})";
const CODE = "(?:\\d{5}(?:-\\d{4})?|[A-Z]{1,2}\\d[A-Z\\d]? \\d[A-Z]{2})(?![\\p{L}\\p{N}])";
const COUNTRY = `(?:${COUNTRIES.join("|").replaceAll(".", "\\.")})(?![\\p{L}\\p{N}])`;
/** What may follow a street: units, a town, a state, a country and a code; and at least one of the last two or a unit, since any words may follow. */
const TAIL = new RegExp(`(?:${GAP}${UNIT}){0,2}(?:${GAP}${NAME}){0,5}?(?:${GAP}[A-Z]{2})?(?:${GAP}${COUNTRY}(?:${GAP}${CODE})?|${GAP}${CODE})|(?:${GAP}${UNIT}){1,2}`, "uy");

/** A street, and what follows it of an address. */
function street(pattern: string, confidence: number): Finder {
  const find = matches("STREET_ADDRESS", new RegExp(pattern, "u"), confidence);
  return function* whole(text) {
    for (const span of find(text)) {
      TAIL.lastIndex = span.end;
      yield { ...span, end: span.end + (TAIL.exec(text)?.[0].length ?? 0) };
    }
  };
}

/** A number or a street's first word: not inside of another. */
const START = "(?<![\\p{L}\\p{N}.,#-])";
const OF = "(?: (?:d[eiou]s?|du|de la|della|do|da|la|le|les|el))?";

/** Where two streets meet. */
export const corner = street(`the corner of (?:${NAME} ){1,4}and(?: ${NAME}){1,4}`, LISTED);

/** Street addresses: a number with a street's name by its word, post office boxes, military addresses, and units ("Apt. 12") by themselves. */
export const address = together(
  street(`${START}\\d{1,5}[A-Za-z]?(?: \\d{1,4}(?:st|nd|rd|th)?)?(?: ${NAME}){1,4} (?i:${ENGLISH})\\b\\.?(?: (?:[NSEW]|North|South|East|West)\\b)?`, NAMED),
  street(`${START}(?:\\d{1,5},? )?(?:(?:${NAME} ){0,3}\\p{Lu}\\p{L}{1,24}(?:${ENDS})|${NAME} (?i:${ENDS}))\\.? \\d{1,5}[a-zA-Z]?(?![\\p{L}\\p{N}])`, NAMED),
  street(`${START}\\d{1,5},? (?i:${BEGINS})${OF}(?: ${NAME}){1,4}`, LISTED),
  street(`${START}(?i:${BEGINS})${OF}(?: \\p{Lu}[\\p{L}'’.-]{0,24}){1,4},? \\d{1,5}(?![\\p{L}\\p{N}])`, LISTED),
  street(`${START}\\d{1,5}(?: ${NAME}){1,4}(?=${GAP}${UNIT})`, NAMED),
  street(`\\b(?:lives? at|living at|address(?: is|:)|located at|(?:delivered|deliver|sent|send it|ship|shipped|return|mailed) to|meet me at|is at) (?<value>\\d{1,5}(?: ${NAME}){1,4})`, LISTED),
  matches("STREET_ADDRESS", /(?<![\p{L}\p{N}])(?:PSC \d{3,5},? Box \d{1,5}|Unit \d{3,5},? Box \d{1,5}|US(?:NS|S|CGC|NV) \p{Lu}\p{L}{1,24})\s{1,2}(?:APO|FPO|DPO)\s(?:AA|AE|AP)\s\d{5}(?:-\d{4})?(?!\d)/u, SHAPED),
  matches("STREET_ADDRESS", /(?<![\p{L}\p{N}])(?:P\.? ?O\.? ?Box|Postbox|Postfach|Apartado|Box)\s?#?\d{1,6}(?![\p{L}\p{N}])/iu, LISTED),
  matches("STREET_ADDRESS", /(?<![\p{L}\p{N}])(?:Apt\.?|Apartment|Suite|Flat|Ste\.) #?\d{1,5}[A-Z]?(?![\p{L}\p{N}])/u, LISTED),
);

/** Postal codes: after a word for them, after a US state's letters, and those of the UK, Canada and the Netherlands by their shape. */
export const zipCode = together(
  matches("ZIP_CODE", /\b(?:zip|(?:zip|postal|post)[ -]?code)s?(?: is| was|:| of| to)?[ :]{0,2}(?<value>\d{3,6}(?:-\d{2,4})?(?: [A-Z]{2})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})(?![\p{L}\p{N}])/iu, NAMED),
  matches("ZIP_CODE", /(?<![\p{L}\p{N}])(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) (?<value>\d{5}(?:-\d{4})?)(?![\p{L}\p{N}]|-\d)/u, LISTED),
  matches("ZIP_CODE", /(?<![\p{L}\p{N}])(?:[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d)(?![\p{L}\p{N}])/u, LISTED),
);
