import { gzipSync } from "node:zlib";
import * as fc from "fast-check";

/** Ways to spoil a file, as text (one character a byte) or as bytes; `at` and `n` are numbers of any size, taken modulo what there is. */
interface Mutation {
  readonly at: number;
  readonly n: number;
  readonly value: string;
}

const DEEP = `${"[".repeat(300)}${"]".repeat(300)}`;

/** Cells that readers must survive. */
const hostile = [
  "NaN", "Infinity", "-Infinity", "1e999", "-1", "-0", "1e308", "2", "0x10", "9007199254740993", "1e-320", "null", "true", "[]", "{}", "[null]", '[[["a"]]]', DEEP, `{"a":${DEEP}}`,
  '""', '" "', '"NaN"', '"1e999"', '"-1"', '"__proto__"', '"constructor"', '"\\u0000"', '"\\ud800"', '"0x10"', '"2024-13-45T99:99:99Z"', '"[1,"', '"{\\"a\\":[1]}"', '"[\'a\', \\"b\\"]"',
  '{"__proto__":{"quality":1}}', '{"constructor":1}', '{"":1}', '{"length":1e9}', `"${"x".repeat(5000)}"`, `"${"[".repeat(3000)}"`, '[{"role":"user","content":[{"type":"text","text":null}]}]', '{"role":1}',
  "1700000000000000000000", '"1e20"', "[1e308,1e308]", '"\\u202e"', "=1+1", "'", '"',
];

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;
const KEY = /"(?:[^"\\]|\\.)*"(?=\s*:)/g;

const ways: Readonly<Record<string, (text: string, mutation: Mutation) => string>> = {
  cut: (text, { at }) => text.slice(0, at % (text.length + 1)),
  behead: (text, { at }) => text.slice(at % (text.length + 1)),
  flip: (text, { at, n }) => splice(text, at, 1, String.fromCharCode((text.charCodeAt(at % (text.length || 1)) ^ (1 << n % 8)) & 0xff)),
  insert: (text, { at, n }) => splice(text, at, 0, String.fromCharCode(n & 0xff)),
  drop: (text, { at, n }) => splice(text, at, 1 + (n % 20), ""),
  zero: (text, { at, n }) => splice(text, at, n % 50, "\0".repeat(n % 50)),
  punctuation: (text, { at, n }) => splice(text, at, 0, '"\'{}[],:;\n\r\t\\|'.charAt(n % 14).repeat(1 + (n % 3))),
  cell: (text, m) => replaceNth(text, TOKEN, m),
  cells: (text, m) => replaceNth(replaceNth(text, TOKEN, m), TOKEN, { ...m, at: m.n }),
  key: (text, m) => replaceNth(text, KEY, { ...m, value: m.value.startsWith('"') ? m.value : JSON.stringify(m.value) }),
  field: (text, m) => replaceNth(text, /(?<=[,\n])[^,\n"]*(?=[,\n])/g, { ...m, value: m.value.replace(/^"(.*)"$/s, "$1") }),
  swapLines: (text, { at, n }) => lines(text, (all) => ([all[at % all.length], all[n % all.length]] = [all[n % all.length] as string, all[at % all.length] as string])),
  twice: (text, { at, n }) => lines(text, (all) => all.splice(at % all.length, 0, ...all.slice(n % all.length, (n % all.length) + 3))),
  without: (text, { at, n }) => lines(text, (all) => all.splice(at % all.length, 1 + (n % 3))),
  crlf: (text) => text.replaceAll("\n", "\r\n"),
  cr: (text) => text.replaceAll("\n", "\r"),
  marked: (text) => `\xef\xbb\xbf${text}`,
  utf16: (text, { n }) => Buffer.from(`\ufeff${text}`.slice(n % 2), "utf16le").toString("latin1"),
  latin1: (text) => Buffer.from(text, "latin1").toString("utf8").replaceAll("e", "\xe9"),
  doubled: (text, { at }) => text.replaceAll("\"'{}[],".charAt(at % 7), (c) => c + c),
  same: (text) => text,
};

/** Files made of these: up to three mutations, and sometimes gzip, whole, cut or spoilt. */
export function mutated(seeds: readonly Buffer[], binary = false): fc.Arbitrary<Buffer> {
  const how = fc.constantFrom(...(binary ? ["cut", "flip", "flip", "flip", "insert", "drop", "zero"] : Object.keys(ways)));
  const mutation = fc.record({ how, at: fc.nat(), n: fc.nat(), value: fc.constantFrom(...hostile) });
  const pack = fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.record({ at: fc.nat(), n: fc.nat(), how: fc.constantFrom("same", "cut", "flip") }) });
  return fc.tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: binary ? 2 : 3 }), pack).map(([seed, mutations, gzip]) => {
    const text = mutations.reduce((all, one) => spoilt(all, one), seed.toString("latin1"));
    const bytes = Buffer.from(text, "latin1");
    return gzip ? Buffer.from(spoilt(gzipSync(bytes, { level: 1 }).toString("latin1"), { ...gzip, value: "" }), "latin1") : bytes;
  });
}

/** Texts (configs, expressions) spoilt likewise. */
export function mutatedText(seeds: readonly string[]): fc.Arbitrary<string> {
  return mutated(seeds.map((seed) => Buffer.from(seed))).map((bytes) => bytes.toString("utf8"));
}

function spoilt(text: string, { how, ...mutation }: Mutation & { readonly how: string }): string {
  return (ways[how] as (typeof ways)[string])(text, mutation);
}

function splice(text: string, at: number, gone: number, put: string): string {
  const from = at % (text.length + 1);
  return text.slice(0, from) + put + text.slice(from + gone);
}

function replaceNth(text: string, pattern: RegExp, { at, value }: Mutation): string {
  const found = [...text.matchAll(pattern)];
  const match = found[at % (found.length || 1)];
  return match ? text.slice(0, match.index) + value + text.slice(match.index + match[0].length) : text;
}

function lines(text: string, change: (all: string[]) => unknown): string {
  const all = text.split("\n");
  change(all);
  return all.join("\n");
}
