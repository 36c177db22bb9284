import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readStringList } from "../../src/workload/python-literal.ts";

test.each<[string, string[] | null]>([
  ["[]", []],
  ["['one']", ["one"]],
  ['["one", \'two\' ,]', ["one", "two"]],
  [" [ 'a' ,\n 'b' ] ", ["a", "b"]],
  [String.raw`['it\'s', "say \"hi\"", 'both "']`, ["it's", 'say "hi"', 'both "']],
  [String.raw`['\n\t\r\\\a\b\f\v']`, ["\n\t\r\\\x07\b\f\v"]],
  [String.raw`['\x41\u00e9\U0001f600\101\0\7']`, ["Aé😀A\0\x07"]],
  ["['one \\\nline']", ["one line"]],
  [String.raw`['\d+ \.']`, [String.raw`\d+ \.`]],
  [String.raw`['ends in \\']`, ["ends in \\"]],
  ["plain text", null],
  ["['open", null],
  ["['open]", null],
  ["['a' 'b']", null],
  ["['a'] and more", null],
  ["[1, 'a']", null],
  ["['a\nb']", null],
  [String.raw`['\x4']`, null],
  [String.raw`['\U00110000']`, null],
  [String.raw`['\N{DASH}']`, null],
  ["", null],
])("%j", (text, strings) => {
  expect(readStringList(text)).toEqual(strings);
});

/** A str literal as Python's `repr` and `ascii` write it: characters beyond ASCII escaped or not. */
function repr(text: string, ascii: boolean): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", [quote]: `\\${quote}` };
  const body = [...text].map((char) => named[char] ?? (isPlain(char, ascii) ? char : escaped(char.codePointAt(0) as number)));
  return quote + body.join("") + quote;
}

function isPlain(char: string, ascii: boolean): boolean {
  return char >= " " && (char < "\x7f" || !ascii);
}

function escaped(code: number): string {
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, "0")}` : code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

test("reads back what Python writes", () => {
  const unit = fc.constantFrom("'", '"', "\\", "\n", "\r", "\t", "a", "é", "ß", "漢", "😀", "\0", "\x1b", "]", ",", " ");
  fc.assert(
    fc.property(fc.array(fc.string({ unit })), fc.boolean(), (list, ascii) => {
      expect(readStringList(`[${list.map((text) => repr(text, ascii)).join(", ")}]`)).toEqual(list);
    }),
  );
});

test("never throws", () => {
  const unit = fc.constantFrom("[", "]", "'", '"', "\\", ",", "x", "u", "U", "0", "7", "9", "f", "\n", " ");
  fc.assert(fc.property(fc.string({ unit, maxLength: 30 }), (text) => void readStringList(`[${text}`)), { numRuns: 2000 });
});
