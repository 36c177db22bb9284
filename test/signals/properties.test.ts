import * as fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { re2, type Re2 } from "../../src/lib/re2.ts";
import { compileSignals, type SignalSpec } from "../../src/signals/index.ts";
import { spelled, within } from "../../src/signals/edit-distance.ts";
import { fold } from "../../src/signals/fold.ts";
import { lower, trim } from "../../src/signals/letters.ts";
import { literalScanner } from "../../src/signals/literals.ts";
import { requestView } from "../../src/signals/request-view.ts";
import { requestOf } from "./vectors.ts";

const some = (...units: string[]) => fc.array(fc.constantFrom(...units), { maxLength: 12 }).map((parts) => parts.join(""));
const TEXT = some("a", "B", "k", "\u{212A}", "s", "\u{17F}", "ß", "\u{1E9E}", "İ", "ı", "i", "_", "1", " ", "-", "紧", "急", "긴", "🚨", "\u{10400}", "\u{10428}", "é", "É", "σ", "ς", "Σ", "\n", ".");

describe("literals are found where RE2 finds them", () => {
  test("with and without case, with and without boundaries", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ text: TEXT, folds: fc.boolean(), bounded: fc.boolean() }).filter(({ text, bounded }) => text !== "" || !bounded), { maxLength: 8 }), TEXT, (literals, text) => {
        const found = literalScanner(literals)(text, () => fold(text));
        const wanted = literals.map(({ text: one, folds, bounded }) => {
          const [quoted, edge] = [RE2JS.quote(one), bounded ? "\\b" : ""];
          return RE2JS.compile(`${folds ? "(?i)" : ""}${edge}${quoted}${edge}`).test(text) ? 1 : 0;
        });
        expect([...found]).toEqual(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  test("every rune of every plane folds as RE2 folds it", () => {
    const wrong: string[] = [];
    for (let rune = 0; rune < 0x20000; rune++) {
      if (rune >= 0xd800 && rune <= 0xdfff) continue;
      const text = String.fromCodePoint(rune);
      const folded = fold(text);
      const others = [text.toLowerCase(), text.toUpperCase(), folded].filter((one) => one !== text && [...one].length === 1);
      for (const other of others) if (RE2JS.compile(`(?i)${RE2JS.quote(text)}`).test(other) !== (folded === fold(other))) wrong.push(`${text} ${other}`);
    }
    expect(wrong).toEqual([]);
    // Unicode 15.1 made these pairs, Go's tables are older.
    expect(["\u{1FD3}", "\u{1FE3}", "\u{FB05}"].map(fold)).toEqual(["\u{1FD3}", "\u{1FE3}", "\u{FB05}"]);
  });
});

describe("re2", () => {
  const PATTERN = some("a", "K", "?", "\\?", "[?？]", "[!a\\-]", "|", "紧急", "\\.", "/", "-", "\\-", " ", "<s>", "\\_", ",", "\\]", "é");
  test("means the same where the engine's own expressions stand in", () => {
    fc.assert(
      fc.property(PATTERN, fc.constantFrom("", "(?i)"), some("a", "A", "k", "K", "\u{212A}", "s", "\u{17F}", "?", "？", "!", "-", ".", "紧急", "/", " ", "<S>", "_", "]", "é", "É", "🚨", ","), (body, flags, text) => {
        const ours = re2(flags + body);
        if (typeof ours === "string") {
          expect(() => RE2JS.compile(flags + body)).toThrow();
          return;
        }
        const matcher = RE2JS.compile(flags + body).matcher(text);
        let count = 0;
        for (let end = -1; matcher.find(); end = matcher.end()) if (matcher.start() < matcher.end() || matcher.start() !== end) count++;
        expect([ours.test(text), ours.count(text)]).toEqual([count > 0, count]);
      }),
      { numRuns: 2000 },
    );
  });

  test("refuses what RE2 refuses", () => {
    for (const pattern of ["(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "(?P=a)", "a++", "a*+", "(?>a)", "\\Z", "\\G", "\\u0041", "(?x)a", "(?#a)", "x{1001}", "(x{99}){99}", "(", "[b-a]", "\\p{Greek1}", "\\C", "*", `${"(".repeat(2000)}${")".repeat(2000)}`]) expect([pattern.slice(0, 20), typeof re2(pattern)]).toEqual([pattern.slice(0, 20), "string"]);
  });

  test("boundaries, digits, words and blanks are ASCII", () => {
    expect([(re2("(?i)\\bk") as Re2).test("\u{212A}"), (re2("\\d") as Re2).test("٣"), (re2("\\w") as Re2).test("é"), (re2("\\s") as Re2).test("\u{A0}"), (re2("^.$") as Re2).test("🚨")]).toEqual([false, false, false, false, true]);
  });
});

test("edit distance is what the full table says", () => {
  fc.assert(
    fc.property(some("a", "b", "c", "🚨", "é"), some("a", "b", "c", "🚨", "é"), fc.integer({ min: -1, max: 6 }), (a, b, edits) => {
      expect(within(spelled(a), spelled(b), edits)).toBe(distance([...a], [...b]) <= edits);
    }),
    { numRuns: 3000 },
  );
});

function distance(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const rows = [b.map((_, j) => j).concat(b.length)];
  for (const [i, rune] of a.entries()) {
    const row = [i + 1];
    for (const [j, other] of b.entries()) row.push(Math.min((rows[i]?.[j] as number) + (rune === other ? 0 : 1), (rows[i]?.[j + 1] as number) + 1, (row[j] as number) + 1));
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) as number;
}

test("case and blanks are Go's", () => {
  expect([lower("İΣΑΣ"), trim("\u{85}\u{3000} a b\u{A0}\n"), trim("\u{FEFF}a"), trim("\u{FEFF}a").length]).toEqual(["iσασ", "a b", "\u{FEFF}a", 2]);
});

const RULES: ReadonlyMap<string, readonly SignalSpec[]> = new Map(
  Object.entries({
    keyword: [{ operator: "OR", keywords: ["aaaaaaaaab", "urgent", "紧急"] }, { operator: "AND", method: "regex", keywords: ["(a+)+$", "(x+x+)+y"] }, { operator: "NOR", keywords: ["aaaaaaaab"], fuzzy_match: true }, { operator: "OR", method: "ngram", keywords: ["aab", "tomato"] }],
    structure: [{ feature: { type: "count", source: { type: "regex", pattern: "(?m)^\\s*\\d+\\.\\s+" } } }, { feature: { type: "density", source: { type: "keyword_set", keywords: ["aa", "the"] } } }, { feature: { type: "sequence", source: { type: "sequence", sequences: [["a", "b"]] } } }],
    context: [{ min_tokens: "0" }],
    event: [{ event_types: ["aaab"], temporal: true }],
    conversation: [{ feature: { type: "count", source: { type: "message" } } }],
    metadata: [{ key: "a", predicate: { exists: true } }],
  }).map(([type, rules]) => [type, rules.map((fields, i) => ({ name: `${type}${i}`, fields, path: type }))]),
);

describe("any request", () => {
  const read = compileSignals(RULES);
  test("is read without an error, lone surrogates and odd contents too, and the same each time", () => {
    const content = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constant(null), fc.array(fc.record({ type: fc.constantFrom("text", "image_url", "audio"), text: fc.string({ unit: "binary", maxLength: 20 }) }), { maxLength: 3 }), fc.constantFrom("\u{D800}a", "b\u{DC00}", "\u{DC00}\u{D800}"));
    const message = fc.record({ role: fc.constantFrom("user", "assistant", "system", "developer", "tool", "", "?"), content, tool_calls: fc.oneof(fc.constant([]), fc.array(fc.anything(), { maxLength: 2 })) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.dictionary(fc.string({ maxLength: 3 }), fc.anything()), (messages, metadata) => {
        const request = { ...requestOf({ messages }), metadata };
        expect(read(request)).toEqual(read(request));
        expect(requestView(request).tokens).toBeGreaterThanOrEqual(4 * messages.length);
      }),
      { numRuns: 500 },
    );
  });

  test("is read in time linear in its length: texts that take minutes otherwise", () => {
    for (const text of ["a".repeat(300_000), `a${" ".repeat(300_000)}b`, "1".repeat(300_000), "x".repeat(300_000), "\n".repeat(300_000) + "a", "紧".repeat(100_000), "ab ".repeat(50_000)]) expect(read(requestOf({ text })).matched.get("context")).toEqual(["context0"]);
  });
});
