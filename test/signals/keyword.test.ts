import { describe, expect, test } from "vitest";
import { raise } from "../../src/model/errors.ts";
import { keywordMatcher } from "../../src/signals/kinds/keyword.ts";
import { requestView } from "../../src/signals/request-view.ts";
import { matched, problems, read } from "./requests.ts";
import { requestOf } from "./vectors.ts";

function hit(text: string, keyword: string, more: Readonly<Record<string, unknown>> = {}): boolean {
  return matched("keyword", [{ name: "k", operator: "OR", keywords: [keyword], ...more }], text).length > 0;
}

describe("literal keywords", () => {
  test.each([
    ["urgent", "This is URGENT!", true],
    ["urgent", "urgently", false],
    ["urgent", "un-urgent", true],
    ["urgent", "urgent_request", false],
    ["urgent", "insurgent, then urgent", true],
    ["C++", "we write C++ here", false],
    ["C++", "C++11", true],
    [".NET", "ASP.NET", true],
    [".NET", "use .NET", false],
    ["café", "a café here", false],
    ["café", "cafés", true],
    ["긴급", "긴급 상황", false],
    ["紧急", "非常紧急的事", true],
    ["bug紧", "debug紧急", true],
    ["🚨", "a🚨b", true],
    ["", "anything", true],
    ["kelvin", "\u{212A}elvin", false],
    ["mask", "ma\u{17F}k", true],
    ["straße", "STRA\u{1E9E}E", true],
    ["straße", "STRASSE", false],
    ["𐐨x", "\u{10400}X", false],
  ])("%j in %j: %s", (keyword, text, wanted) => {
    expect(hit(text, keyword)).toBe(wanted);
  });

  test("case counts where it should, and a longer keyword hides no shorter one", () => {
    expect(hit("urgent", "Urgent", { case_sensitive: true })).toBe(false);
    const rules = ["re", "refund", "refund order", "und"].map((keyword) => ({ name: keyword, operator: "OR", keywords: [keyword] }));
    expect(matched("keyword", rules, "a refund order")).toEqual(["refund", "refund order"]);
  });
});

test("rules of more than one keyword: in the config's order, AND of all, NOR of none, of no keywords AND and NOR", () => {
  const rules = ["NOR", "OR", "AND"].flatMap((operator) => [
    { name: `${operator} a`, operator, keywords: ["alpha", "beta"] },
    { name: `${operator} none`, operator, keywords: [] },
  ]);
  expect(matched("keyword", rules, "alpha")).toEqual(["NOR none", "OR a", "AND none"]);
  expect(matched("keyword", rules, "beta alpha")).toEqual(["NOR none", "OR a", "AND a", "AND none"]);
  expect(matched("keyword", rules, "gamma")).toEqual(["NOR a", "NOR none", "AND none"]);
});

test("fuzzy: words a few edits away, two by default; never for a negative number", () => {
  const fuzzy = (text: string, keyword: string, edits?: number) => hit(text, keyword, { fuzzy_match: true, ...(edits === undefined ? {} : { fuzzy_threshold: edits }) });
  expect(fuzzy("an emergancy", "emergency")).toBe(true);
  expect(fuzzy("an emrgancy", "emergency", 1)).toBe(false);
  expect(fuzzy("an emrgancy", "emergency", 0)).toBe(true);
  expect(fuzzy("emrgxncx", "emergency")).toBe(false);
  expect(fuzzy("emergencies", "emergency", -1)).toBe(false);
  expect(fuzzy("🚨", "ab")).toBe(false);
  expect(fuzzy("a 𐐨𐐨𐐨 b", "𐐨𐐨x", 1)).toBe(true);
  const rule = { name: "k", fields: { operator: "OR", keywords: ["ssn", "order"], fuzzy_match: true }, path: "p" };
  const view = requestView(requestOf({ text: "another order" }));
  expect(keywordMatcher([rule], raise).matches(view, "all")).toEqual([{ name: "k", keywords: ["order"] }]);
  expect(keywordMatcher([rule], raise).matches(requestView(requestOf({ text: "ordr in ssx" })), "all")).toEqual([{ name: "k", keywords: ["ssn (fuzzy)", "order (fuzzy)"] }]);
});

test("regexes are RE2's: what it refuses is told, with its place", () => {
  const regex = (...keywords: string[]) => ({ name: "r", operator: "OR", method: "regex", keywords });
  expect(matched("keyword", [regex("\\p{Han}{2}")], "a 紧急")).toEqual(["r"]);
  expect(matched("keyword", [regex("x{2,3}$")], "XX")).toEqual(["r"]);
  for (const pattern of ["a(?=b)", "(a)\\1", "a++", "(?<!a)b", "\\Z", "x{1001}"]) expect(problems("keyword", regex("fine", pattern))[0]).toContain('routing.signals.keyword[0].keywords[1] of signal "r" is no RE2 pattern: ');
});

test("n-grams: words that share enough grams of three, and phrases against all of the text", () => {
  const ngram = (keywords: string[], more = {}) => ({ name: "n", operator: "OR", method: "ngram", keywords, ...more });
  // tomato and tomacco share 5 of 12 trigrams: 1 - (7/12)² = 0.6597.
  expect(matched("keyword", [ngram(["tomato"])], "Tomacco soup")).toEqual(["n"]);
  expect(matched("keyword", [ngram(["tomato"], { ngram_threshold: 0.66 })], "tomacco soup")).toEqual([]);
  expect(matched("keyword", [ngram(["tomato"], { ngram_threshold: 0.659 })], "tomacco soup")).toEqual(["n"]);
  expect(matched("keyword", [ngram(["tomato"], { ngram_threshold: 0.75, ngram_arity: 1 })], "tomata")).toEqual(["n"]);
  expect(matched("keyword", [ngram(["Tomato"], { case_sensitive: true, ngram_threshold: 0.9 })], "tomato")).toEqual([]);
  // 15 shared trigrams of 20: 1 - (5/20)² = 0.9375.
  expect(matched("keyword", [ngram(["machine learning"], { ngram_threshold: 0.94 })], "machine lerning")).toEqual([]);
  expect(matched("keyword", [ngram(["machine learning"], { ngram_threshold: 0.9375 })], "machine lerning")).toEqual(["n"]);
  expect(matched("keyword", [{ ...ngram(["tomato", "pie"]), operator: "AND" }], "pies and tomatos")).toEqual(["n"]);
  expect(matched("keyword", [{ ...ngram(["tomato"]), operator: "NOR" }], "")).toEqual(["n"]);
});

test("BM25 is unknown, beside rules that are not", () => {
  const { unknown, matched: found } = read("keyword", [{ name: "b", operator: "OR", method: "BM25", keywords: ["code"] }, { name: "k", operator: "OR", keywords: ["code"] }], "code");
  expect([...unknown]).toEqual(["keyword:b"]);
  expect(found.get("keyword")).toEqual(["k"]);
});

test("fields that are wrong are told, each with its path", () => {
  expect(problems("keyword", { name: "a", operator: "or", keywords: [] })).toEqual(['routing.signals.keyword[0].operator of signal "a" must be AND, OR or NOR (got "or")']);
  expect(problems("keyword", { name: "a", operator: "OR", method: "fuzzy" })).toEqual(['routing.signals.keyword[0].method of signal "a" must be regex, bm25 or ngram, or absent (got "fuzzy")']);
  expect(problems("keyword", { name: "a", operator: "OR", keywords: "urgent", fuzzy_threshold: "2", case_sensitive: "never" })).toEqual([
    'routing.signals.keyword[0].keywords of signal "a" must be a list of texts',
    'routing.signals.keyword[0].case_sensitive of signal "a" must be true or false',
    'routing.signals.keyword[0].fuzzy_threshold of signal "a" must be a number',
  ]);
  expect(problems("keyword", { name: "a", operator: "OR", keywords: [42, null, true] })).toEqual([]);
  expect(hit("the 42", 42 as unknown as string)).toBe(true);
  // YAML 1.1's words for true and false are flags where a flag stands.
  const cased = (word: unknown) => matched("keyword", [{ name: "a", operator: "OR", keywords: ["Urgent"], case_sensitive: word }], "urgent").length;
  expect([cased("on"), cased("Yes"), cased(true), cased("OFF"), cased("n"), cased(null)]).toEqual([0, 0, 0, 1, 1, 1]);
});
