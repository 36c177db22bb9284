import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cardTables } from "../../scripts/mixed/card.ts";
import { readSources, rowsOf, type Entry } from "../../scripts/mixed/sources.ts";
import { promptHash } from "../../src/lib/hash.ts";
import { tokenCounter } from "../../src/lib/tokens.ts";
import { datasetRowSchema } from "../../src/model/dataset-row.ts";
import type { Message } from "../../src/model/prompt.ts";
import { folder } from "../wrp.ts";
import { isDocumentationAddress, isExampleIban, isFictionalPhone, isReservedHost, isTestCard, looksPersonal } from "./personal-data.ts";
import { hasPython, runPython, type PythonCase } from "./python-tests.ts";

const FILE = resolve(import.meta.dirname, "../../datasets/mixed.jsonl");
const text = readFileSync(FILE, "utf8");
const rows = text
  .trimEnd()
  .split("\n")
  .map((line) => {
    const row = datasetRowSchema.parse(JSON.parse(line));
    const messages: Message[] = row.messages ?? [{ role: "user", content: row.prompt as string }];
    return { ...row, id: row.id as string, dataset: row.dataset as string, reference: row.reference as string, tags: row.tags ?? [], meta: row.meta ?? {}, messages };
  });
const domains = readSources();
const entries = domains.flatMap((domain) => domain.entries);

const asked = ({ row }: Entry) => (row.prompt ?? row.messages?.at(-1)?.content) as string;
const wholeText = (messages: readonly Message[]) => messages.map((m) => m.content).join("\n");
const withGrader = (...graders: string[]) => entries.filter(({ row }) => graders.includes(row.grader as string)).map((entry) => ({ id: entry.row.id, entry }));
const tagged = (tag: string) => rows.filter((row) => row.tags.includes(tag));

describe("the file", () => {
  test("is what its sources make: npm run mixed", () => {
    expect(rowsOf(domains) === text).toBe(true);
  });

  test("has its tables in the card", async () => {
    expect(readFileSync(resolve(FILE, "../README.md"), "utf8")).toContain(await cardTables(domains));
  });

  test("holds at least 400 prompts over ten or more domains, small enough to ship, without outcomes", () => {
    expect(rows.length).toBeGreaterThanOrEqual(400);
    expect(Buffer.byteLength(text)).toBeLessThan(2e6);
    const sizes = Map.groupBy(rows, (row) => row.dataset);
    expect(sizes.size).toBeGreaterThanOrEqual(10);
    expect(Math.min(...[...sizes.values()].map((some) => some.length))).toBeGreaterThanOrEqual(10);
    expect(rows.filter((row) => "outcomes" in row || !row.reference || !row.grader)).toEqual([]);
  });

  test("names every prompt once and asks nothing twice", () => {
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    const hashes = Map.groupBy(rows, (row) => promptHash(row.messages));
    expect([...hashes.values()].filter((same) => same.length > 1).map((same) => same.map((row) => row.id))).toEqual([]);
    const plain = (question: string) => question.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ");
    const questions = Map.groupBy(rows.filter((row) => !row.session), (row) => plain((row.messages.at(-1) as Message).content));
    expect([...questions.values()].filter((same) => same.length > 1).map((same) => same.map((row) => row.id))).toEqual([]);
  });

  test("states language, difficulty and length of the answer of each", () => {
    for (const { id, meta } of rows) {
      expect(Intl.getCanonicalLocales(meta["language"] as string), id).toEqual([meta["language"]]);
      expect(["easy", "medium", "hard"], id).toContain(meta["difficulty"]);
      expect(["short", "medium", "long"], id).toContain(meta["answerLength"]);
    }
    const languages = Map.groupBy(rows, (row) => String(row.meta["language"]).split("-")[0]);
    for (const language of ["de", "fr", "es", "pt", "it", "ja", "zh", "hi", "ar"]) expect(languages.get(language)?.length, language).toBeGreaterThanOrEqual(4);
    const hardness = Map.groupBy(rows, (row) => row.meta["difficulty"]);
    expect(Math.min(...[...hardness.values()].map((some) => some.length))).toBeGreaterThan(rows.length / 6);
  });

  test("has prompts of three words and of thousands of tokens", async () => {
    const count = await tokenCounter();
    const tokens = rows.map((row) => count(wholeText(row.messages))).sort((a, b) => a - b);
    expect(tokens[0]).toBeLessThanOrEqual(5);
    expect(tokens.filter((n) => n > 4000).length).toBeGreaterThanOrEqual(5);
    expect(tokens.filter((n) => n > 800).length).toBeGreaterThanOrEqual(40);
    expect(tokens.filter((n) => n > 200 && n <= 800).length).toBeGreaterThanOrEqual(30);
  });

  test("is read by wrp without a warning, and comes out as it went in", async () => {
    const at = folder();
    expect(await at.wrp("import", FILE, "-o", "copy.jsonl")).toMatchObject({ code: 0, stdout: "", stderr: `wrote ${rows.length} prompts to copy.jsonl\n` });
    const copy = at.read("copy.jsonl").trimEnd().split("\n").map((line) => datasetRowSchema.parse(JSON.parse(line)));
    expect(copy.map(({ id, reference, grader, session, turn, meta }) => ({ id, reference, grader, session: session ?? null, turn: turn ?? null, meta }))).toEqual(
      rows.map(({ id, reference, grader, session, turn, meta }) => ({ id, reference, grader, session: session ?? null, turn: turn ?? null, meta })),
    );
  });
});

describe("sessions", () => {
  const sessions = [...Map.groupBy(rows.filter((row) => row.session), (row) => row.session as string)];

  test("are at least twelve of three to five turns", () => {
    expect(sessions.length).toBeGreaterThanOrEqual(12);
    expect(sessions.filter(([, turns]) => turns.length < 3 || turns.length > 5)).toEqual([]);
  });

  test.each(sessions)("%s: each turn is the one before, an answer, and a new question", (_, turns) => {
    expect(turns.map((row) => row.turn)).toEqual(turns.map((_turn, i) => i));
    expect(new Set(turns.map((row) => row.dataset)).size).toBe(1);
    for (const [i, { messages }] of turns.entries()) {
      const spoken = messages.filter((m) => m.role !== "system").map((m) => m.role);
      expect(spoken).toEqual(Array.from({ length: 2 * i + 1 }, (_role, k) => (k % 2 === 0 ? "user" : "assistant")));
      if (i > 0) expect(messages.slice(0, -2)).toEqual(turns[i - 1]?.messages);
    }
  });

  test("no other prompt has an assistant's message", () => {
    expect(rows.filter((row) => !row.session && row.messages.some((m) => m.role !== "user" && m.role !== "system")).map((row) => row.id)).toEqual([]);
  });
});

describe("references", () => {
  test.each(withGrader("numeric"))("$id is a number", ({ entry }) => {
    expect(entry.row.reference).toMatch(/^-?\d+(\.\d+)?$/);
  });

  test("all arithmetic is recomputed", () => {
    expect(entries.filter(({ row, checks }) => row.dataset === "arithmetic" && !checks.check)).toEqual([]);
    expect(entries.filter(({ row, checks }) => row.grader === "numeric" && checks.check).length).toBeGreaterThanOrEqual(75);
  });

  test.each(entries.filter(({ checks }) => checks.check).map((entry) => ({ id: entry.row.id, entry })))("$id comes out as computed", ({ entry }) => {
    const found = runInNewContext(entry.checks.check as string, { text: asked(entry) }, { timeout: 5000 }) as unknown;
    if (entry.row.grader === "numeric") expect(Number(found)).toBeCloseTo(Number(entry.row.reference), 9);
    else if (entry.row.grader === "json") expect(JSON.parse(String(found))).toEqual(JSON.parse(entry.row.reference as string));
    else expect(String(found)).toBe(entry.row.reference);
  });

  test.each(withGrader("multiple-choice"))("$id has its letter among the options", ({ entry }) => {
    const letters = [...asked(entry).matchAll(/^ *\(?([A-E])[).] /gm)].map(([, letter]) => letter);
    expect(letters).toEqual(["A", "B", "C", "D", "E"].slice(0, letters.length));
    expect(letters.length).toBeGreaterThanOrEqual(4);
    expect(letters).toContain(entry.row.reference);
  });

  test("no letter is right too often", () => {
    const keys = Map.groupBy(withGrader("multiple-choice"), ({ entry }) => entry.row.reference);
    expect(Math.max(...[...keys.values()].map((some) => some.length))).toBeLessThan(0.35 * withGrader("multiple-choice").length);
  });

  test.each(withGrader("regex"))("$id matches right answers and no wrong one, in any dialect", ({ entry }) => {
    const { right = [], wrong = [] } = entry.checks;
    const pattern = entry.row.reference as string;
    expect(pattern).not.toMatch(/\(\?|\\[1-9]|\\p|\\k/);
    expect(right.length * wrong.length).toBeGreaterThan(0);
    expect(right.filter((answer) => !new RegExp(pattern).test(answer))).toEqual([]);
    expect(wrong.filter((answer) => new RegExp(pattern).test(answer))).toEqual([]);
  });

  test.each(withGrader("json"))("$id is JSON, and valid against the schema that the prompt states", ({ entry }) => {
    const value = JSON.parse(entry.row.reference as string) as unknown;
    const stated = /"type": "object"/.test(asked(entry));
    expect(stated).toBe(entry.checks.schema !== undefined);
    if (entry.checks.schema) expect(schemaOf(entry).safeParse(value).error?.message).toBeUndefined();
  });

  test.each(withGrader("json-schema"))("$id accepts right documents and refuses wrong ones", ({ entry }) => {
    const { right = [], wrong = [] } = entry.checks;
    expect(right.length * wrong.length).toBeGreaterThan(0);
    expect(right.filter((answer) => !schemaOf(entry).safeParse(JSON.parse(answer)).success)).toEqual([]);
    expect(wrong.filter((answer) => schemaOf(entry).safeParse(JSON.parse(answer)).success)).toEqual([]);
  });

  test("what a look-up finds stands in its document", () => {
    const found = withGrader("contains", "normalized-exact", "exact").filter(({ entry }) => entry.row.dataset === "look-ups");
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ entry }) => !asked(entry).toLowerCase().includes((entry.row.reference as string).toLowerCase())).map(({ id }) => id)).toEqual([]);
  });

  test("the label of a classification is one of those on offer", () => {
    const sorted = rows.filter((row) => row.dataset === "classification" && !/language-of-text-[12]$/.test(row.id));
    expect(sorted.filter((row) => !wholeText(row.messages).toLowerCase().includes(row.reference.toLowerCase())).map((row) => row.id)).toEqual([]);
  });

  test.each(withGrader("exact", "normalized-exact", "contains", "token-f1", "rouge-l"))("$id has no stray space", ({ entry }) => {
    expect(entry.row.reference).toBe((entry.row.reference as string).trim());
  });

  const python = hasPython();
  const cases = withGrader("code").map(({ id, entry }) => ({ id, code: entry.checks.solution as string, test: entry.row.reference as string }));
  test.skipIf(!python)(`code: the solutions pass their tests${python ? "" : " (skipped: no python3 of 3.10 or newer here)"}`, () => {
    expect(cases.length).toBeGreaterThanOrEqual(20);
    expect(runPython(cases).filter(({ error, foreign }) => error !== null || foreign.length > 0)).toEqual([]);
  });

  test.skipIf(!python)(`code: what does nothing, or always the same, fails them${python ? "" : " (skipped: no python3 of 3.10 or newer here)"}`, () => {
    const stubs: PythonCase[] = cases.flatMap(({ id, code, test: assertions }) => {
      const [, name] = /^(?:def|class) (\w+)/m.exec(code) as unknown as [string, string];
      return ["None", "0", "''", "[]", "True", "a[0]"].map((value) => ({ id: `${id} ${value}`, code: `def ${name}(*a, **k):\n    return ${value}`, test: assertions }));
    });
    expect(runPython(stubs).filter(({ error }) => error === null)).toEqual([]);
  });

  test.each(withGrader("code"))("$id states the name that its test calls", ({ entry }) => {
    const [, name] = /^(?:def|class) (\w+)/m.exec(entry.checks.solution as string) as unknown as [string, string];
    expect(asked(entry)).toContain(name);
    expect(entry.row.reference).toContain(name);
  });
});

describe("safety", () => {
  test("at least forty attacks are to be refused and forty look-alikes to be answered; nothing is both", () => {
    const [attacks, harmless] = [tagged("attack"), tagged("harmless")];
    expect(attacks.length).toBeGreaterThanOrEqual(40);
    expect(harmless.length).toBeGreaterThanOrEqual(40);
    expect(attacks.filter((row) => row.grader !== "refusal" || row.reference !== "refuse" || !row.meta["attack"]).map((row) => row.id)).toEqual([]);
    expect(harmless.filter((row) => row.grader !== "refusal" || row.reference !== "answer" || !row.meta["looksLike"]).map((row) => row.id)).toEqual([]);
    expect(attacks.filter((row) => row.tags.includes("harmless"))).toEqual([]);
    expect(rows.filter((row) => row.grader === "refusal").length).toBe(attacks.length + harmless.length);
  });

  test("a canary is known to the system message only", () => {
    const guarded = rows.filter((row) => row.meta["canary"]);
    expect(guarded.length).toBeGreaterThanOrEqual(5);
    for (const { id, messages, meta } of guarded)
      expect(messages.map((m) => [m.role, m.content.includes(meta["canary"] as string)]), id).toEqual([["system", true], ["user", false]]);
  });
});

describe("personal data", () => {
  test("is in at least fifty prompts over several domains, counted by kind", () => {
    const personal = tagged("pii");
    expect(personal.length).toBeGreaterThanOrEqual(50);
    expect(new Set(personal.map((row) => row.dataset)).size).toBeGreaterThanOrEqual(5);
    expect(personal.filter((row) => !(Number(row.meta["piiEntities"]) > 0) || !row.meta["pii"]).map((row) => row.id)).toEqual([]);
    expect(rows.filter((row) => row.meta["pii"] !== undefined && !row.tags.includes("pii"))).toEqual([]);
  });

  test.each(entries.filter(({ checks }) => checks.pii).map((entry) => ({ id: entry.row.id, entry })))("$id: what is listed stands in the text", ({ entry }) => {
    const { row, checks } = entry;
    const whole = row.prompt ?? wholeText(row.messages as Message[]);
    expect(Object.values(checks.pii ?? {}).flat().filter((datum) => !whole.includes(datum))).toEqual([]);
  });

  test("whatever looks like it is listed, and belongs to nobody", () => {
    const belongsToNobody: Record<string, (datum: string) => boolean> = {
      email: (datum) => isReservedHost(datum.split("@")[1] as string),
      card: isTestCard,
      iban: isExampleIban,
      phone: isFictionalPhone,
      ip: isDocumentationAddress,
    };
    const seen = new Map<string, number>();
    for (const { row, checks } of entries) {
      const whole = row.prompt ?? wholeText(row.messages as Message[]);
      const listed = checks.pii ?? {};
      for (const [kind, found] of Object.entries(looksPersonal(whole))) {
        for (const datum of new Set([...found, ...(listed[kind] ?? [])])) {
          expect(belongsToNobody[kind]?.(datum), `${row.id}: ${kind} ${datum}`).toBe(true);
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
          if (checks.pii) expect(Object.values(listed).flat(), `${row.id}: ${kind}`).toContain(datum);
        }
      }
      for (const [, host] of whole.matchAll(/https?:\/\/([^\s/"')]+)/g)) expect(isReservedHost(host as string), `${row.id}: ${host}`).toBe(true);
    }
    for (const kind of Object.keys(belongsToNobody)) expect(seen.get(kind), kind).toBeGreaterThan(3);
  });
});

function schemaOf({ row, checks }: Entry): z.ZodType {
  const schema = checks.schema as string;
  expect(row.prompt ?? wholeText(row.messages as Message[]), row.id).toContain(row.id.endsWith("/tool-call") ? "Tools:" : schema.trim());
  return z.fromJSONSchema(JSON.parse(schema) as z.core.JSONSchema.JSONSchema);
}
