import { expect, test } from "vitest";
import { reportSchema } from "../../src/model/report.ts";
import type { Report } from "../../src/model/report.ts";
import { renderDecisions } from "../../src/report/render/index.ts";
import type { DecisionRow } from "../../src/report/render/index.ts";
import { renderers } from "../../src/report/render/index.ts";
import type { Format } from "../../src/report/render/index.ts";
import { examples } from "./example-report.ts";
import { expectGolden } from "./golden.ts";

const EXTENSION: Record<Format, string> = { terminal: "txt", json: "json", markdown: "md", html: "html", svg: "svg", csv: "csv", junit: "xml" };
const names = Object.keys(examples) as (keyof typeof examples)[];

test.each(names)("the %s example is a report", (name) => {
  expect(() => reportSchema.parse(examples[name]())).not.toThrow();
});

const cases = names.flatMap((name) => (["terminal", "markdown", "svg", "csv"] as const).map((format) => [name, format] as const));

test.each(cases)("%s as %s", async (name, format) => {
  expectGolden(`${name}.${EXTENSION[format]}`, await renderers[format].render(examples[name](), {}));
});

test.each(["single", "simulated", "logged"] as const)("%s as html, json and JUnit", async (name) => {
  for (const format of ["html", "json", "junit"] as const) {
    expectGolden(`${name}.${EXTENSION[format]}`, await renderers[format].render(examples[name](), {}));
  }
});

test.each([100, 140])("the terminal report at %i columns", async (width) => {
  expectGolden(`routerbench-${width}.txt`, await renderers.terminal.render(examples.routerbench(), { width }));
});

test("the terminal report in colour", async () => {
  expectGolden("simulated-color.txt", await renderers.terminal.render(examples.simulated(), { color: true }));
});

const rows: DecisionRow[] = [
  { ordinal: 0, id: "a", dataset: "mmlu", policy: "length", model: "gpt-4", rule: "length ≥ 400", quality: 1, costUsd: 0.0042, latencyMs: 812, simulated: true, expected: false },
  { ordinal: 1, id: '=cmd|"x"', dataset: "a,b", policy: "-p", model: null, rule: "line\nbreak", quality: null, costUsd: null, latencyMs: null, simulated: false, expected: true },
];

test.each(["jsonl", "csv"] as const)("decisions as %s", (format) => {
  expectGolden(`decisions.${format}`, [...renderDecisions(rows, format)].join(""));
});

test("the same report gives the same bytes", async () => {
  for (const renderer of Object.values(renderers)) {
    const report: Report = examples.routerbench();
    expect(await renderer.render(report, {})).toBe(await renderer.render(examples.routerbench(), {}));
    expect(report).toEqual(examples.routerbench());
  }
});
