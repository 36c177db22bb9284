import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { WrpError } from "../../src/model/errors.ts";
import { reportSchema } from "../../src/model/report.ts";
import { renderCsv } from "../../src/report/render/csv.ts";
import { renderDecisions } from "../../src/report/render/decisions.ts";
import { formatForFile, renderers } from "../../src/report/render/index.ts";
import { renderJson } from "../../src/report/render/json.ts";
import { renderMarkdown } from "../../src/report/render/markdown.ts";
import { comparisonWords, verdictWords } from "../../src/report/render/words.ts";
import { examples } from "./example-report.ts";

const names = Object.keys(examples) as (keyof typeof examples)[];

test.each(names)("%s: the CSV parses back, a row per policy", (name) => {
  const report = examples[name]();
  const rows = parse(renderCsv(report), { columns: true }) as Record<string, string>[];
  expect(rows.length).toBe(report.policies.length);
  for (const row of rows) {
    expect(row["policy"]).not.toMatch(/^[=+\-@\t\r]/);
    const policy = report.policies.find((p) => p.name === row["policy"]?.replace(/^'/, ""));
    expect(row["quality"]).toBe(String(policy?.quality.mean ?? ""));
    expect(row["costUsdPer1k"]).toBe(String(policy?.costUsdPer1k?.mean ?? ""));
  }
});

test("formulas are neutralised in every text cell, numbers keep their sign", () => {
  const csv = renderCsv(examples.hostile());
  expect(csv).toContain(`"'=HYPERLINK(""http://evil"",""x"")"`);
  expect(renderCsv(examples.routerbench())).toMatch(/,-0\.04\d+,/);
  const [, line] = [...renderDecisions([{ ordinal: 1, id: "@x", dataset: "+1", policy: "-p", model: "\tm", rule: null, quality: -1, costUsd: null, latencyMs: null, simulated: false, expected: false }], "csv")];
  expect(line).toBe(`1,'@x,'+1,'-p,'\tm,,-1,,,false,false\n`);
});

test("a decision's line is one JSON value with every column", () => {
  const row = { ordinal: 1, id: "a\nb", dataset: "d", policy: "p", model: null, rule: null, quality: null, costUsd: null, latencyMs: null, simulated: false, expected: false };
  const lines = [...renderDecisions([row, row], "jsonl")];
  expect(lines.length).toBe(2);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([row, row]);
});

test.each(names)("%s: the JSON is one document that the schema takes", (name) => {
  const text = renderJson(examples[name]());
  expect(text.endsWith("}\n")).toBe(true);
  expect(reportSchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
});

test("JSON keys stand in the schema's order", () => {
  const report = examples.single();
  const shuffled = Object.fromEntries(Object.entries(report).toReversed()) as typeof report;
  expect(renderJson(shuffled)).toBe(renderJson(report));
});

test.each(names)("%s: every table row of the Markdown has its head's cells, and no raw HTML", (name) => {
  const text = renderMarkdown(examples[name]());
  for (const block of text.split("\n\n")) {
    const lines = block.split("\n").filter((line) => line.startsWith("|"));
    expect(new Set(lines.map(cellsOf)).size).toBeLessThanOrEqual(1);
  }
  expect(text.replace(/<\/?sub>|<!-- -->/g, "")).not.toMatch(/<[a-z!/]/i);
});

test("Markdown mentions nobody and links nowhere", () => {
  const text = renderMarkdown(examples.hostile());
  expect(text).not.toContain(" @octocat");
  expect(text).not.toMatch(/[^\\]\]\(javascript/);
  expect(text).not.toContain("http://evil");
});

test("endings choose formats, whatever folder and case", () => {
  expect(formatForFile("out/Report.HTML")).toEqual({ of: "report", format: "html" });
  expect(formatForFile("a.csv")).toEqual({ of: "report", format: "csv" });
  expect(formatForFile("a.decisions.csv")).toEqual({ of: "decisions", format: "csv" });
  expect(formatForFile("a.jsonl")).toEqual({ of: "decisions", format: "jsonl" });
  expect(formatForFile("a.json")).toEqual({ of: "report", format: "json" });
  expect(() => formatForFile("a.pdf")).toThrow(WrpError);
  try {
    formatForFile("a.pdf");
  } catch (error) {
    expect((error as WrpError).hint).toContain(".svg");
  }
});

test("every renderer says what it is", () => {
  for (const { describe } of Object.values(renderers)) expect(describe.length).toBeGreaterThan(5);
});

test("verdicts in words", () => {
  expect(verdictWords("better")).toBe("better");
  expect(verdictWords("equivalent")).toBe("equivalent within the margin");
  expect(verdictWords("inconclusive", 3381)).toBe("inconclusive (about 3\u00A0400 prompts would settle it)");
  expect(verdictWords("inconclusive", null)).toBe("inconclusive (no number of prompts would settle it)");
});

test("a worse verdict says by how much, with the interval turned round", () => {
  const report = examples.routerbench();
  const [first] = report.comparisons;
  const main = { ...first!, verdict: "worse", difference: -0.1, simultaneousCi: [-0.12, -0.07] } as const;
  expect(comparisonWords(report, { main: { ...main, simultaneousCi: [-0.12, -0.07] }, cost: null })).toBe(
    "similarity-knn is worse than rules-v2 by 0.1000 [0.0700,\u00A00.1200]",
  );
});

function cellsOf(line: string): number {
  return line.replace(/\\\\/g, "").replace(/\\\|/g, "").split("|").length;
}
