import { right, ungraded, wrong, type Grader } from "../grader.ts";

/**
 * The letter, A to J, that an answer ends up with. In this order: what is boxed; what is said to be the answer ("Answer: B", "option B is
 * correct", also in other languages); a letter that begins or ends the answer ("B", "b) 4 A"); the only letter that is mentioned at all.
 * Of several the last one stands. Two letters in one breath ("A or B", "Answer: A. Answer: B.") are no answer, and neither is no letter: 0.
 */
export const multipleChoice: Grader = {
  name: "multiple-choice",
  version: 1,
  reference: "needed",
  check: (reference) => (keyOf(reference) === null ? "must be one letter from A to J" : null),
  grade(text, { reference }) {
    const key = keyOf(reference ?? "");
    if (key === null) return ungraded("its reference is no letter from A to J");
    const letters = chosenLetters(text);
    if (letters.length === 1) return letters[0] === key ? right : wrong(`it chose ${letters[0]}`);
    return wrong(letters.length === 0 ? "it names no letter" : `it chose ${letters.join(" and ")}`);
  },
};

const keyOf = (reference: string): string | null => /^\s*\(?([A-Ja-j])\)?[.:]?\s*$/.exec(reference)?.[1]?.toUpperCase() ?? null;

/** Of an answer that is longer, so many UTF-16 units are read at its start and at its end. */
const [START, END_READ] = [4000, 16_000];

/** The letters that the answer ends up with: one, or none, or several at once. */
export function chosenLetters(text: string): string[] {
  const read = text.length > START + END_READ ? `${text.slice(0, START)}\n\n${text.slice(-END_READ)}` : text;
  const plain = read.normalize("NFKC").replaceAll(/\\text(?:bf|rm|it)?\s*\{([^{}]*)\}|\\(?:mathrm|mathbf|mathit)\s*\{([^{}]*)\}/g, "$1$2").replaceAll(/\*\*|__|[*`$]/g, "");
  return last(plain, BOXED) ?? last(plain, SAID) ?? atAnEdge(plain) ?? onlyOne(plain);
}

/** Ends a letter: no letter, digit or apostrophe may follow. */
const END = String.raw`(?![\p{Script=Latin}\p{N}_'’])`;
/** "A" and "I" are words too: followed by another word they are no letters, unless it gives a reason or goes on about the letter. */
const NO_WORD = String.raw`(?![AI]\s+(?!(?:because|since|as|is|was|and|or|but|for|due|weil|und|oder|car|et|ou|porque|y|o|e)\b)\p{Ll})`;
const CAPITAL = String.raw`${NO_WORD}[A-J]${END}`;
/** A lower-case letter must be closed off. */
const SMALL = String.raw`[a-j](?=\s*(?:[).:,;]|$|\n))`;
const LETTER = String.raw`(?:[(\[{]\s*[A-Ja-j]\s*[)\]}]|${CAPITAL}|${SMALL})`;
const JOINT = String.raw`\s?[)\].]?\s?(?:,?\s?(?:and|or|und|oder|et|ou|y|o|e|и|или|和|或|と)\s+|[/&,]\s*|(?:和|或|と)\s*)(?:option\s+|choice\s+)?`;
/** One letter, or several that are joined. What is said about the second one ("and A is wrong") makes it no choice. */
const LETTERS = String.raw`(${LETTER}(?:${JOINT}${LETTER}(?!\s?(?:is|are|was|isn|cannot|can|would|does|has|ist|est|es)\b)){0,9})`;

const flags = "gu";
const BOXED = [new RegExp(String.raw`\\(?:boxed|fbox)\s*\{\s*${LETTERS}[^{}\n]{0,200}\}`, flags)];

const NOUN = String.raw`(?:[Aa]nswer|ANSWER|[Cc]hoice|[Oo]ption|[Ll]etter|[Rr]esponse|[Ss]olution|[Aa]lternative|[Rr]ight\s+one|[Cc]orrect\s+one)`;
const SAID = [
  // "The answer is (B)", "Answer: B", "the correct choice would be option B", "<answer>B</answer>"
  new RegExp(
    String.raw`(?:^|[^\p{L}])${NOUN}s?(?:\s+to\s+(?:this|the)\s+question)?(?:\s+(?:here|then|therefore|thus|clearly|must|should|would|will|could|to\s+choose))*\s*(?:\s(?:is|was|be|are|=)|[:=>]|-+>|→)+\s*(?:therefore|thus|clearly|indeed|most\s+likely|probably|likely|definitely|simply)?[\s:,]*(?:(?:the\s+)?(?:correct\s+)?(?:option|choice|letter|answer)\s*[:=]?\s*)?${LETTERS}`,
    flags,
  ),
  // "I think it's B", "I'd go with B", "I choose option B", "so B.", "it must be B"
  new RegExp(
    String.raw`(?:^|[^\p{L}])(?:[Ii]t(?:['’]s|\s+is|\s+must\s+be|\s+has\s+to\s+be|\s+should\s+be|\s+would\s+be)|[Gg]o(?:ing)?\s+(?:with|for)|[Cc]ho+se|[Pp]ick(?:ed)?|[Ss]elect(?:ed)?|[Mm]y\s+(?:guess|pick|choice)\s+(?:is|would\s+be)|[Ll]eaves|[Ll]eaving)\s+(?:(?:with|us)\s+)*(?:option\s+|choice\s+|letter\s+|answer\s+)?${LETTERS}`,
    flags,
  ),
  // "B is correct", "option B is the right answer"
  new RegExp(
    String.raw`(?<![\p{L}\p{N}])(${LETTER})[^\S\n]*[).:]?[^\S\n]*(?:is|would\s+be|must\s+be)\s+(?:therefore\s+|thus\s+|clearly\s+|indeed\s+)?(?:the\s+)?(?:only\s+)?(?:one\s+)?(?:correct|right|true|best|most\s+(?:likely|appropriate|accurate)|answer)(?![\p{L}])`,
    flags,
  ),
  // Other languages
  new RegExp(
    String.raw`(?:[Aa]ntwort|[Ll]ösung|[Rr]éponse|[Rr]espuesta|[Rr]esposta|[Rr]isposta|[Aa]ntwoord|[Oo]dpowiedź|[Cc]evap|[Ss]var(?:et)?|[Vv]astaus|[Oo]pción|[Oo]pção|[Oo]pzione|[Оо]твет|[Вв]ідповідь|الإجابة|الجواب|उत्तर|정답|답|答案|答え|解答|正解|选|選|应选|选择|選擇)(?:\s+(?:correcte|correcta|correta|corretta|richtige|bonne|الصحيحة))*\s*(?:(?:ist|lautet|est|es|é|è|is|to|jest|är|er|on)(?![\p{Script=Latin}])|هي|هو|है|이|은|는|为|為|是|は|が|应该|應該|应为|應為|选项|選項|[:：=—-]|\s)*\s*(?:(?:option|opción|opção|la|le|die|der|das|letra|lettre|Buchstabe)\s+)*${LETTERS}`,
    flags,
  ),
];

interface Said {
  readonly start: number;
  readonly end: number;
  readonly letters: readonly string[];
}

/** What the last of all matches says; with the one right before it where they are said in one breath. */
function last(text: string, patterns: readonly RegExp[]): string[] | null {
  const said = patterns
    .flatMap((pattern) => [...text.matchAll(pattern)].map((match): Said => ({ start: match.index, end: match.index + match[0].length, letters: lettersIn(match[1] as string) })))
    .sort((a, b) => a.end - b.end || b.start - a.start);
  const final = said.at(-1);
  if (!final) return null;
  const before = said.findLast(({ end }) => end <= final.start + 1);
  const oneBreath = before !== undefined && ONE_BREATH.test(text.slice(before.end, final.start + 1));
  return [...new Set(oneBreath ? [...before.letters, ...final.letters] : final.letters)];
}

/** Nothing between two statements but marks and joining words. */
const ONE_BREATH = /^(?:[\s\p{P}>]|\\|and|or|und|oder|et|ou|[Tt]he|[Cc]orrect|[Ff]inal|[Rr]ight){0,40}(?:[AaCcFf])?$/u;

const lettersIn = (choice: string): string[] => [...choice.matchAll(/(?<![\p{L}])[A-Ja-j](?![\p{Script=Latin}])/gu)].map(([letter]) => letter.toUpperCase());

/** A letter that is all of the first or of the last line, or stands before its text there: "B", "(b) 4 A", "B. because …". */
function atAnEdge(text: string): string[] | null {
  const lines = text.split("\n").map((line) => line.replace(/^[\s#>•-]+/, "").trimEnd()).filter((line) => line !== "");
  const openings = lines.map((line) => opening(line));
  // The options said again are no choice.
  if (new Set(openings.flatMap((letters) => letters ?? [])).size > 1 && openings.filter((letters) => letters?.length === 1).length > 2) return null;
  return openings.at(-1) ?? openings[0] ?? null;
}

const OPENING = new RegExp(String.raw`^(?:["'“]\s*)?(?:(?:so|thus|therefore|hence|option|choice|letter)[,:]?\s+)*(?:${LETTERS}\s*[.!"'”]*$|([(\[][A-Ja-j][)\]]|[A-Ja-j][).:]|[A-J](?=\s*[-–—,;]\s|\s+(?:because|since|as|weil|car|porque)\b))(?=[\s\-–—,;]|$))`, "u");

function opening(line: string): string[] | null {
  if (line.length > 4000) line = line.slice(0, 4000);
  const found = OPENING.exec(line) ?? /^()([A-J])$/.exec(line);
  const letters = found ? [...new Set(lettersIn(found[1] ?? found[2] ?? ""))] : [];
  return letters.length > 0 ? letters : null;
}

const MENTION = new RegExp(String.raw`(?<![\p{L}\p{N}'’])(?:\(([A-Ja-j])\)|(${CAPITAL}))`, flags);

/** A letter that is mentioned where no other one is; all of them otherwise, which is no answer. */
function onlyOne(text: string): string[] {
  const mentioned = new Set([...text.matchAll(MENTION)].map(([, bracketed, bare]) => (bracketed ?? (bare as string)).toUpperCase()));
  return mentioned.size === 1 ? [...mentioned] : [];
}
