/** Values nested deeper are not read. */
const DEEPEST = 500;

/** A JSON value, and a text that is the same for equal values: keys sorted, numbers by value, no white space. */
export interface JsonValue {
  readonly value: unknown;
  readonly canonical: string;
}

/**
 * Reads a JSON text (RFC 8259). Throws an Error in words where it is none, where an object states a key twice, or where it is nested deeper
 * than 500. Numbers are compared by value without rounding: 1, 1.0 and 10e-1 are equal, and whole numbers of twenty digits can differ.
 */
export function readJson(text: string): JsonValue {
  const value = JSON.parse(text) as unknown;
  return { value, canonical: new Canonical(text).read() };
}

/** Goes through a text that is known to be JSON. */
class Canonical {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(depth = 0): string {
    if (depth > DEEPEST) throw new Error(`it is nested deeper than ${DEEPEST}`);
    const first = this.#peek();
    if (first === "{") return this.#object(depth);
    if (first === "[") return `[${this.#items("]", () => this.read(depth + 1)).join(",")}]`;
    if (first === '"') return JSON.stringify(this.#string());
    const word = /[^\s,\]}]+/y;
    word.lastIndex = this.#at;
    const found = (word.exec(this.#text) as RegExpExecArray)[0];
    this.#at += found.length;
    return /^[tfn]/.test(found) ? found : canonicalNumber(found);
  }

  #object(depth: number): string {
    const seen = new Map<string, string>();
    this.#items("}", () => {
      this.#peek();
      const key = this.#string();
      if (seen.has(key)) throw new Error(`it states the key ${JSON.stringify(key)} twice`);
      this.#peek();
      this.#at++;
      seen.set(key, this.read(depth + 1));
    });
    const entries = [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
  }

  #items<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    this.#at++;
    while (this.#peek() !== close) {
      items.push(item());
      if (this.#peek() === ",") this.#at++;
    }
    this.#at++;
    return items;
  }

  #string(): string {
    const start = this.#at++;
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    return JSON.parse(this.#text.slice(start, ++this.#at)) as string;
  }

  #peek(): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text[this.#at];
  }
}

/** A number's digits without zeros around them, and its power of ten. */
function canonicalNumber(text: string): string {
  const [, sign = "", integer = "", fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  let [start, end] = [0, integer.length + fraction.length];
  const digits = integer + fraction;
  while (digits[start] === "0") start++;
  while (end > start && digits[end - 1] === "0") end--;
  if (start >= end) return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - end);
  return `${sign}${digits.slice(start, end)}e${power}`;
}

/**
 * The JSON of an answer: the whole of it; else the last fenced block that is JSON; else the longest object or array in its prose (of equally
 * long ones the last). Null where there is none; an Error where that is JSON which cannot be read.
 */
export function jsonIn(text: string): JsonValue | Error | null {
  const whole = text.replace(/^\uFEFF/, "").trim();
  const asWhole = attempt(whole);
  if (asWhole) return asWhole;
  const blocks = fencedBlocks(whole).map(({ code }) => attempt(code.trim())).filter((found) => found !== null);
  return blocks.at(-1) ?? longestIn(whole);
}

/** Null: no JSON. An Error: JSON, but not one that can be compared. */
function attempt(text: string): JsonValue | Error | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  try {
    return readJson(text);
  } catch (error) {
    return error as Error;
  }
}

/** Blocks between ``` or ~~~ fences, with the language stated; one that is not closed goes to the end. */
export function fencedBlocks(text: string): { language: string; code: string }[] {
  const blocks: { language: string; lines: string[] }[] = [];
  let open: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const fence = /^[ \t]{0,12}(?:[-*>] ?|\d+\. ?)?(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/.exec(line);
    if (open === null && fence) {
      open = fence[1] as string;
      blocks.push({ language: (fence[2] as string).toLowerCase(), lines: [] });
    } else if (open !== null && fence && (fence[1] as string).startsWith(open) && fence[2] === "") open = null;
    else if (open !== null) blocks.at(-1)?.lines.push(line);
  }
  return blocks.map(({ language, lines }) => ({ language, code: lines.join("\n") }));
}

interface Span {
  readonly start: number;
  end: number;
  readonly inner: Span[];
}

/** Spans are tried from the outside in, until this many times the text's length has been tried. */
const TRIES = 8;

function longestIn(text: string): JsonValue | Error | null {
  let [best, length, budget]: [JsonValue | Error | null, number, number] = [null, 0, TRIES * text.length];
  const left = bracketed(text).toReversed();
  for (let span = left.pop(); span; span = left.pop()) {
    if (span.end - span.start < length || budget < span.end - span.start) continue;
    budget -= span.end - span.start;
    const found = attempt(text.slice(span.start, span.end));
    if (found) [best, length] = [found, span.end - span.start];
    else left.push(...span.inner.toReversed());
  }
  return best;
}

/** What stands between matching brackets, outermost first, in the order of the text. Quotes count inside of brackets only. */
function bracketed(text: string): Span[] {
  const root: Span = { start: -1, end: -1, inner: [] };
  const open: Span[] = [];
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (isString) {
      if (character === "\\") at++;
      else if (character === '"' || character === "\n") isString = false;
    } else if (character === "{" || character === "[") open.push({ start: at, end: -1, inner: [] });
    else if (open.length > 0 && character === '"') isString = true;
    else if (open.length > 0 && (character === "}" || character === "]")) {
      const span = open.pop() as Span;
      const siblings = (open.at(-1) ?? root).inner;
      if ((text[span.start] === "{") === (character === "}")) {
        span.end = at + 1;
        siblings.push(span);
      } else for (const each of span.inner) siblings.push(each);
    }
  }
  // What was never closed leaves what is inside of it.
  const loose = open.flatMap(({ inner }) => inner);
  return [...root.inner, ...loose];
}
