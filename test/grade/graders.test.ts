import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Grade } from "../../src/grade/grader.ts";
import { graderName, graderNames, gradersFor } from "../../src/grade/index.ts";
import { readSources } from "../../scripts/mixed/sources.ts";
import { SHARED_DATA } from "../wrp.ts";

interface Graded {
  readonly generated_answer: string;
  readonly evaluation_result: { readonly metric: string; readonly ground_truth: string; readonly score: number } | null;
}

const graderOf = gradersFor({ system: { env: process.env, kill: (pid, signal) => void process.kill(pid, signal) } });
const grade = (name: string, text: string, reference: string | null): Grade => graderOf(name).grade(text, { reference }) as Grade;
const quality = (name: string, text: string, reference: string | null) => grade(name, text, reference).quality;

type Case = readonly [answer: string, reference: string, quality: number];
const table = (name: string, cases: readonly Case[]) =>
  describe(name, () => void test.each(cases)("%j against %j: %d", (answer, reference, wanted) => expect(quality(name, answer, reference)).toBeCloseTo(wanted, 12)));

table("exact", [
  ["READY.", "READY.", 1], ["READY.\r\n", "READY.", 1], ["ready.", "READY.", 0], ["READY", "READY.", 0], ["a\r\nb", "a\nb", 1], ["a  b", "a b", 0], ["é", "e\u0301", 1], ["", "", 1], ["", "x", 0],
  ["<think>hm</think>\n\nx", "x", 1], ["<think>x", "x", 0], ["hm</think>x", "x", 1],
]);

table("normalized-exact", [
  ["**Billing.**", "billing", 1], ["“Shelley”", "Shelley", 1], ["dass,das, das", "dass, das, das", 1], ["Open  water", "open water", 1], ["Openwater", "open water", 0], ["-36", "36", 0], ["−36", "-36", 1],
  ["C#", "C", 0], ["50%", "50", 0], ["ＹＥＳ", "yes", 1], ["頭髮 乾了。", "頭髮乾了", 1], ["j’ai", "j'ai", 1], ["the yen", "yen", 0], ["yes, it is", "yes", 0], ["", "yes", 0], ["203.0.113.44.", "203.0.113.44", 1],
]);

table("contains", [["The Danube.", "Danube", 1], ["the danube", "Danube", 0], ["Hotel\nVassoire", "Hotel Vassoire", 1], ["", "x", 0], ["don’t", "don't", 1]]);
table("icontains", [["the danube", "Danube", 1], ["the Rhine", "Danube", 0]]);
table("regex", [["a\r\nb", "^a\nb$", 1], ["xay", "a", 1], ["xy", "a", 0], [" a", "^a", 0]]);

table("multiple-choice", ([
  ["The answer is (B).", "B"], ["B", "B"], ["**B**", "B"], ["b)", "B"], ["b", "B"], ["(b)", "B"], ["Answer: B", "B"], ["ANSWER: B", "B"], ["I think it's B because A is wrong", "B"], ["\\boxed{B}", "B"], ["$\\boxed{\\text{(D)}}$", "D"],
  ["B) 4 A", "B"], ["The correct answer is: **(C) 6 A**", "C"], ["Answer: I think it's B", "B"], ["Answer: A. Wait, that is wrong. Answer: B", "B"], ["答案是B", "B"], ["答えはBです", "B"], ["정답은 B입니다", "B"],
  ["Die Antwort ist B.", "B"], ["La réponse est B.", "B"], ["La respuesta correcta es la B", "B"], ["Ответ: B", "B"], ["A is wrong, C is too small. So the answer must be D.", "D"], ["A) no\nB) no\nC) yes\nD) no\n\nAnswer: C", "C"],
  ["Let's see. A is lower. B is higher.\n\nC", "C"], ["<answer>B</answer>", "B"], ["The final answer is $\\boxed{J}$.", "J"], ["It could be A, but the answer is not A; it is C.", "C"], ["Ｂ", "B"], ["A", "A"], ["I", "I"],
  ["The answer is B, and A is wrong.", "B"], ["Answer:\n\n(D)", "D"], ["B - They land together", "B"], ["C\n\nExplanation: A) is wrong because. B) too.", "C"], ["Answer is b", "B"], ["<think>Answer: A</think>B", "B"],
] as const).flatMap(([answer, letter]): Case[] => [[answer, letter, 1], [answer, "E", 0], [answer, `(${letter.toLowerCase()})`, 1]]));

test.each(["", "I don't know.", "The answer is a gas", "A or B", "The answer is A or B", "Answer: A. Answer: B.", "Answer: A\nAnswer: B", "\\boxed{A} or \\boxed{B}", "A) no\nB) no\nC) yes\nD) no", "Both A and C are right.", "A kettle boils at lower pressure"])(
  "multiple-choice: %j chooses nothing",
  (answer) => expect([..."ABCDEFGHIJ"].filter((letter) => quality("multiple-choice", answer, letter) !== 0)).toEqual([]),
);

table("numeric", [
  ["So 6*7=42. #### 42", "42", 1], ["#### 42\n\nThat took 3 steps.", "42", 1], ["It is 42.", "42", 1], ["42.4", "42", 0], ["42", "so 6*7 = <<6*7=42>>42\n#### 42", 1], ["1,234", "1234", 1], ["1.234", "1234", 1], ["1 234", "1234", 1], ["1'234", "1234", 1], ["1,234.50", "1234.5", 1], ["1.234,50 €", "1234.5", 1],
  ["1,23,456", "123456", 1], ["−36", "-36", 1], ["36", "-36", 0], ["-$15.85", "-15.85", 1], ["45%", "45", 1], ["45%", "0.45", 1], ["3/4", "0.75", 1], ["\\frac{3}{4}", "0.75", 1], ["1 3/4", "1.75", 1], ["1½", "1.5", 1],
  ["4.79e-3", "0.00479", 1], ["4.79 × 10⁻³", "0.00479", 1], ["4.79 \\times 10^{-3}", "0.00479", 1], ["0.00479", "0.00479", 1], ["0.0048", "0.00479", 0], ["0.00480", "0.00479", 0], ["0.004791", "0.00479", 1], ["0.004796", "0.00479", 0],
  ["The answer is 42 apples, which took 3 steps.", "42", 1], ["The answer is 6 × 7 = 42.", "42", 1], ["\\boxed{1{,}364.58} in 3 steps", "1364.58", 1], ["12345679", "12345678", 0], ["10-5", "5", 1], ["25 m²", "25", 1], ["25 CO2", "25", 1],
  ["none", "42", 0], ["Five", "5", 1], ["46.5k", "46500", 1], ["4.65万", "46500", 1], ["٤٢", "42", 1], ["４２", "42", 1], ["2,5 ans", "2.5", 1], ["2.56", "2.5", 0], ["42.0", "42", 1], ["123456789012345678901", "123456789012345678900", 0],
  ["Die Antwort ist 1.364,58 Euro.", "1364.58", 1], ["答えは35です。", "35", 1], ["0.0000001", "0", 0], ["", "0", 0], ["Answer: 180.3 cm (5 ft 11 in)", "180.3", 1],
]);

table("json", [
  ['{"b":1,"a":2.0}', '{"a":2,"b":10e-1}', 1], ['```json\n{"a":1}\n```', '{"a":1}', 1], ['Here [1]: {"a":[1,2]} ok?', '{"a":[1,2]}', 1], ['{"a":1,"a":1}', '{"a":1}', 0], ["12345678901234567890", "12345678901234567891", 0], ['[ see {"a":1}', '{"a":1}', 1],
  ['[note {"a":1}]', '{"a":1}', 1], ["[1,2]", "[2,1]", 0], ['{"a":"\\u0041"}', '{"a":"A"}', 1], ["{'a':1}", '{"a":1}', 0], ["", "{}", 0], ["-0", "0", 1], ['"1"', "1", 0], ["null", "null", 1],
]);

const SCHEMA = JSON.stringify({ type: "object", required: ["a"], additionalProperties: false, properties: { a: { type: "string", pattern: "^[a-z]+$", format: "email" }, l: { type: "array", uniqueItems: true } } });
table("json-schema", [
  ['{"a":"x"}', SCHEMA, 1], ['So: {"a":"x"}', SCHEMA, 1], ['{"a":"X"}', SCHEMA, 0], ['{"a":"x","l":[{"b":1},{"b":1}]}', SCHEMA, 0], ['{"a":"x","l":[1,2]}', SCHEMA, 1], ['{"a":"x","b":1}', SCHEMA, 0], ["hm", SCHEMA, 0],
  ['["x"]', '{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"number"}]}', 0], ['["x"]', '{"prefixItems":[{"type":"number"}]}', 0],
]);

// SQuAD's script on its own kind of example; Lin 2004, section 3.1, S1 to S4; the example of the rouge-score package.
table("token-f1", [["The Denver Broncos!", "Denver Broncos", 1], ["in Denver, Colorado", "Denver", 0.5], ["cat cat", "cat", 2 / 3], ["the", "", 1], ["x", "", 0], ["", "x", 0], ["今天天气", "今天下雨", 0.5]]);
table("rouge-l", [
  ["police kill the gunman", "police killed the gunman", 0.75], ["the gunman kill police", "police killed the gunman", 0.5], ["the gunman police killed", "police killed the gunman", 0.5],
  ["The quick brown dog jumps on the log.", "The quick brown fox jumps over the lazy dog", 0.5882352941176471], ["", "a", 0], ["東京駅", "東京都", 2 / 3],
]);

test.each([
  ["regex", "(?=a)"], ["regex", "("], ["regex", ""], ["contains", " "], ["numeric", "none"], ["numeric", "1 or 2 apples"], ["multiple-choice", "K"], ["multiple-choice", "AB"], ["json", "{a"], ["json", '{"a":1,"a":2}'], ["json-schema", '{"type":"strin"}'],
  ["json-schema", '{"$ref":"http://example.com/a.json"}'], ["json-schema", "[]"], ["json-schema", '{"pattern":"(?=a)"}'], ["json-schema", '{"$schema":"http://json-schema.org/draft-04/schema#"}'], ["rouge-l", "…"], ["refusal", "no"], ["code", " "], ["normalized-exact", "**"],
])("%s: %j is no reference", (name, reference) => expect(graderOf(name).check(reference)).toEqual(expect.any(String)));

test.each(["regex", "numeric", "multiple-choice", "json", "json-schema", "rouge-l"])("%s: an answer to a bad reference is not graded", (name) => {
  expect(grade(name, '{"a": 1} B 1', "(")).toMatchObject({ quality: null, why: expect.any(String) });
});

test("json without a reference: whether it is JSON", () => {
  expect([quality("is-json", "{}", null), quality("is-json", "{", null)]).toEqual([1, 0]);
});

test("json nested beyond what is read is wrong, not a failure", () => {
  const deep = `${"[".repeat(600)}${"]".repeat(600)}`;
  expect(grade("json", deep, "[]")).toEqual({ quality: 0, why: "it is nested deeper than 500" });
  expect(grade("json-schema", deep, "{}")).toEqual({ quality: 0, why: "it is nested deeper than 500" });
});

test("an answer of a megabyte is graded, of whatever it is made", () => {
  const references: Readonly<Record<string, string>> = { regex: "(a|aa)+$", numeric: "7", "multiple-choice": "J", json: "{}", "json-schema": "{}", refusal: "answer" };
  for (const piece of ["[", "[1]", "[\"]", "A and ", "Answer: ", "1 000 ", "1/", "a ", "犬", "i can't ", "```\n", "{\"a\":"])
    for (const name of graderNames.filter((each) => each !== "code")) expect(quality(name, piece.repeat(1e6 / piece.length), references[name] ?? "x y z"), `${name} of ${piece}`).not.toBeNull();
});

test("rouge-l: what is too long to compare is not graded", () => {
  const long = "a ".repeat(70_000);
  expect(grade("rouge-l", long, long)).toEqual({ quality: null, why: "70000 words against 70000 are too many to compare" });
});

const ROUTERARENA = join(SHARED_DATA, "routerarena-sample");
describe.skipIf(!existsSync(ROUTERARENA))(`RouterArena's own grades${existsSync(ROUTERARENA) ? "" : " (skipped: no shared data here)"}`, () => {
  test.each(["claude-3-haiku-20240307", "gemini-2.0-flash-001"])("of %s's choices are ours", (model) => {
    const rows = readFileSync(join(ROUTERARENA, `${model}.jsonl`), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Graded);
    const choices = rows.filter((row) => row.evaluation_result?.metric === "mcq_accuracy");
    expect(choices.length).toBeGreaterThan(30);
    expect(choices.filter((row) => quality("mcq_accuracy", row.generated_answer, row.evaluation_result?.ground_truth as string) !== row.evaluation_result?.score).map((row) => row.generated_answer)).toEqual([]);
  });
});

describe("names", () => {
  test("are one for each grader, with a version", () => {
    expect(graderNames).toHaveLength(13);
    for (const name of graderNames) expect(graderOf(name)).toMatchObject({ name, version: 1 });
  });

  test("of other tools are known, others are not", () => {
    expect(["equals", "exact_match", "multiple_choice", "includes", "f1", "rougeL", "is-json", "mcq_accuracy", "GSM8K"].map(graderName)).toEqual(["exact", "normalized-exact", "multiple-choice", "icontains", "token-f1", "rouge-l", "json", "multiple-choice", "numeric"]);
    expect(() => graderOf("numerik")).toThrow(expect.objectContaining({ message: 'unknown grader "numerik"', hint: expect.stringContaining('did you mean "numeric"?') }));
    expect(() => graderOf("constructor")).toThrow('unknown grader "constructor"');
  });
});

describe("the prompts of mixed.jsonl", () => {
  const entries = readSources().flatMap((domain) => domain.entries).filter(({ row }) => row.grader !== "judge");

  test("have references that can be used", () => {
    expect(entries.map(({ row }) => [row.id, graderOf(row.grader as string).check(row.reference as string)]).filter(([, why]) => why !== null)).toEqual([]);
  });

  test("are answered rightly by their own references", () => {
    const own = entries.filter(({ row }) => !["regex", "json-schema", "code", "refusal"].includes(row.grader as string));
    expect(own.length).toBeGreaterThan(300);
    expect(own.filter(({ row }) => quality(row.grader as string, `${row.reference}\n`, row.reference as string) !== 1).map(({ row }) => row.id)).toEqual([]);
  });

  test("right answers are 1, wrong ones 0", () => {
    const cases = entries.flatMap(({ row, checks }) => [...(checks.right ?? []).map((answer) => ({ row, answer, wanted: 1 })), ...(checks.wrong ?? []).map((answer) => ({ row, answer, wanted: 0 }))]);
    expect(cases.length).toBeGreaterThan(150);
    expect(cases.filter(({ row, answer, wanted }) => quality(row.grader as string, answer, row.reference as string) !== wanted).map(({ row, answer }) => [row.id, answer])).toEqual([]);
  });

  test("numbers are found in sentences, and other numbers are wrong", () => {
    for (const { row } of entries.filter((entry) => entry.row.grader === "numeric")) {
      const wanted = row.reference as string;
      expect(quality("numeric", `First 3 + 4 = 7.\n\n**Answer: ${wanted}** (about 2 lines)`, wanted), row.id).toBe(1);
      expect(quality("numeric", `It is ${Number(wanted) * 1.01 + 1}.`, wanted), row.id).toBe(0);
    }
  });
});

describe("properties", () => {
  const words = fc.array(fc.constantFrom("a", "the", "Hund", "犬", "x1", "42", "é", "-", "B"), { maxLength: 12 }).map((list) => list.join(" "));

  test("F1 and ROUGE-L are symmetric, within [0,1], and 1 of a text with itself", () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        for (const name of ["token-f1", "rouge-l"]) {
          const [one, other] = [quality(name, a, b), quality(name, b, a)];
          if (one === null || other === null) continue;
          expect(one).toBe(other);
          expect(one >= 0 && one <= 1).toBe(true);
          expect(quality(name, a, a) ?? 1).toBe(1);
        }
      }),
    );
  });

  test("ROUGE-L in words of 32 bits is that of the textbook", () => {
    const texts = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 120, size: "max" });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const rows = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
        for (let i = 1; i <= a.length; i++)
          for (let j = 1; j <= b.length; j++)
            (rows[i] as number[])[j] = a[i - 1] === b[j - 1] ? ((rows[i - 1] as number[])[j - 1] as number) + 1 : Math.max((rows[i - 1] as number[])[j] as number, (rows[i] as number[])[j - 1] as number);
        expect(quality("rouge-l", a.join(" "), b.join(" "))).toBeCloseTo((2 * ((rows[a.length] as number[])[b.length] as number)) / (a.length + b.length), 12);
      }),
    );
  });

  test("JSON equals itself however it is written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        const turned = JSON.stringify(JSON.parse(text), (_, each: unknown) => (typeof each === "object" && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).toReversed()) : each), 2);
        expect(quality("json", turned, text)).toBe(1);
        expect(quality("json", `\`\`\`json\n${turned}\n\`\`\``, text)).toBe(1);
      }),
    );
  });

  test("a number is met by itself in any of the usual forms", () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
        const plain = `${whole}.${String(cents).padStart(2, "0")}`;
        const [integer, fraction] = plain.split(".") as [string, string];
        const grouped = (sign: string) => integer.replaceAll(/\B(?=(\d{3})+$)/g, sign);
        for (const text of [`${grouped(",")}.${fraction}`, `${grouped("\u202F")},${fraction}`, `${grouped("'")}.${fraction}`, ...(Math.abs(whole) > 999 ? [`${grouped(".")},${fraction}`] : [])]) expect(quality("numeric", `It is ${text} EUR.`, plain), text).toBe(1);
      }),
    );
  });

  test("no text breaks a grader, and all that it says is in [0,1]", () => {
    const references: Readonly<Record<string, string>> = { regex: "a+", numeric: "1.5", "multiple-choice": "B", json: "{}", "json-schema": "{}", refusal: "refuse" };
    const piece = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("answer is ", "```\n", "{", "[", '"', "\\boxed{", "#### ", "1,", "½", "A or "));
    fc.assert(
      fc.property(fc.array(piece).map((pieces) => pieces.join("")), (text) => {
        for (const name of graderNames.filter((each) => each !== "code")) {
          const given = quality(name, text, references[name] ?? "a b") as number;
          expect(given >= 0 && given <= 1, name).toBe(true);
        }
      }),
    );
  });
});
