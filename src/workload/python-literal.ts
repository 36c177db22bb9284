/**
 * The strings of a Python list literal (`['a', "b"]`), exactly as Python would read them; `null` where the text is not
 * one. Both kinds of quotes, every escape of a str literal but `\N{…}`, no prefixes, no nesting, no concatenation.
 */
export function readStringList(text: string): string[] | null {
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== OPEN) return null;
  at = skipBlanks(text, at + 1);
  const strings: string[] = [];
  while (text.charCodeAt(at) !== CLOSE) {
    const end = closingQuote(text, at);
    if (end === -1) return null;
    const value = unescape(text.slice(at + 1, end));
    if (value === null) return null;
    strings.push(value);
    at = skipBlanks(text, end + 1);
    const next = text.charCodeAt(at);
    if (next === COMMA) at = skipBlanks(text, at + 1);
    else if (next !== CLOSE) return null;
  }
  return skipBlanks(text, at + 1) === text.length ? strings : null;
}

/** Whether a text begins as a list of strings does. */
export function looksLikeStringList(text: string): boolean {
  if (text.charCodeAt(0) !== OPEN) return false;
  const quote = text.charCodeAt(1);
  return quote === SINGLE || quote === DOUBLE;
}

const [OPEN, CLOSE, COMMA, SINGLE, DOUBLE, BACKSLASH] = [0x5b, 0x5d, 0x2c, 0x27, 0x22, 0x5c];

function skipBlanks(text: string, at: number): number {
  while (at < text.length && (text.charCodeAt(at) === 32 || (text.charCodeAt(at) >= 9 && text.charCodeAt(at) <= 13))) at++;
  return at;
}

/** The index of the quote that ends the string beginning at `start`; -1 where there is no string or no end. */
function closingQuote(text: string, start: number): number {
  const quote = text[start];
  if (quote !== "'" && quote !== '"') return -1;
  for (let end = text.indexOf(quote, start + 1); end !== -1; end = text.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n", t: "\t", r: "\r", "'": "'", '"': '"', "\\": "\\", a: "\x07", b: "\b", f: "\f", v: "\v", "\n": "",
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A string's body with its escapes resolved; `null` where Python would refuse it, as it does raw newlines. */
function unescape(body: string): string | null {
  if ((body.includes("\n") || body.includes("\r")) && /(?<!\\)(?:\\\\)*[\n\r]/.test(body)) return null;
  let slash = body.indexOf("\\");
  if (slash === -1) return body;
  let out = "";
  let from = 0;
  for (; slash !== -1; slash = body.indexOf("\\", from)) {
    out += body.slice(from, slash);
    const letter = body[slash + 1] as string;
    const simple = SIMPLE[letter];
    if (simple !== undefined) {
      out += simple;
      from = slash + 2;
      continue;
    }
    const digits = HEX_DIGITS[letter];
    if (digits !== undefined) {
      const hex = body.slice(slash + 2, slash + 2 + digits);
      if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return null;
      const code = Number.parseInt(hex, 16);
      if (code > 0x10ffff) return null;
      out += String.fromCodePoint(code);
      from = slash + 2 + digits;
      continue;
    }
    const octal = octalDigits(body, slash + 1);
    if (octal > 0) {
      out += String.fromCharCode(Number.parseInt(body.slice(slash + 1, slash + 1 + octal), 8));
      from = slash + 1 + octal;
      continue;
    }
    if (letter === "N") return null;
    // Python keeps the backslash of an escape that it does not know.
    out += "\\";
    from = slash + 1;
  }
  return out + body.slice(from);
}

function octalDigits(body: string, at: number): number {
  let count = 0;
  while (count < 3 && body.charCodeAt(at + count) >= 0x30 && body.charCodeAt(at + count) <= 0x37) count++;
  return count;
}
