import { createHash } from "node:crypto";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { reportSchema } from "../../src/model/report.ts";
import { renderHtml } from "../../src/report/render/html.ts";
import { renderJson } from "../../src/report/render/json.ts";
import { examples } from "./example-report.ts";

const names = Object.keys(examples) as (keyof typeof examples)[];

test.each(names)("%s: the page parses and holds the report", async (name) => {
  const report = examples[name]();
  const { document } = parseHTML(await renderHtml(report));
  const json = document.querySelector("#report")?.textContent ?? "";
  expect(reportSchema.parse(JSON.parse(json))).toEqual(JSON.parse(renderJson(report)));
  expect(document.querySelectorAll(".policies-table tbody tr").length).toBe(report.policies.length);
  expect(document.querySelectorAll(".moved tbody tr").length).toBe(report.moved.flatMap((m) => m.prompts).length);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(names)("%s: nothing is fetched", async (name) => {
  const html = await renderHtml(examples[name]());
  const { document } = parseHTML(html);
  for (const element of document.querySelectorAll("[src],link[href],use,image,iframe,object,embed")) {
    expect(element.getAttribute("href") ?? element.getAttribute("src")).toBe("data:,");
  }
  for (const link of document.querySelectorAll("a[href]")) expect(link.getAttribute("href")).toMatch(/^#/);
  expect([...document.querySelectorAll("style")].map((s) => s.textContent).join("")).not.toMatch(/url\(|@import/);
});

test("hostile names and texts stay text", async () => {
  const html = await renderHtml(examples.hostile());
  const { document } = parseHTML(html);
  expect(document.querySelectorAll("script").length).toBe(2);
  expect(document.querySelectorAll("img, b i, svg[onload], x, [onerror], [onload]").length).toBe(0);
  // Only the page's own two scripts open or close one, and no comment begins anywhere.
  expect(html.match(/<script/gi)).toHaveLength(2);
  expect(html.match(/<\/script/gi)).toHaveLength(2);
  expect(html).not.toContain("<!--");
  expect(html).not.toContain("<img");
  // eslint-disable-next-line no-control-regex
  expect(html).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
  const shown = [...document.querySelectorAll(".policies-table .name")].map((element) => element.textContent);
  expect(shown).toContain(`<img src=x onerror=alert(1)>`);
});

test("a prompt keeps its lines", async () => {
  const { document } = parseHTML(await renderHtml(examples.hostile()));
  const texts = [...document.querySelectorAll(".moved-table .text")].map((element) => element.textContent);
  expect(texts).toContain("```\n</details>\n| a | b |");
});

test("the policy lets only the page's own script run", async () => {
  const html = await renderHtml(examples.hostile());
  const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
  const hash = createHash("sha256").update(script).digest("base64");
  expect(html).toContain(`script-src 'sha256-${hash}'`);
  expect(script.length).toBeGreaterThan(2000);
  expect(script.length).toBeLessThan(10_000);
});

test("texts are there only where the report has them", async () => {
  const report = examples.routerbench();
  expect(await renderHtml(report)).toContain("which of the following");
  const without = { ...report, moved: report.moved.map((m) => ({ ...m, prompts: m.prompts.map((prompt) => ({ ...prompt, text: undefined })) })) };
  const html = await renderHtml(without);
  expect(html).not.toContain("which of the following");
  expect(parseHTML(html).document.querySelectorAll(".moved-table thead th").length).toBe(5);
});

test("sortable columns have buttons, and gaps sort as gaps", async () => {
  const { document } = parseHTML(await renderHtml(examples.routerbench()));
  const table = document.querySelector(".policies-table");
  const heads = [...(table?.querySelectorAll("thead th") ?? [])].map((th) => th.querySelector("button")?.textContent);
  expect(heads).toContain("quality");
  const p95 = heads.indexOf("p95 latency");
  const oracle = [...(table?.querySelectorAll("tbody tr") ?? [])].find((tr) => tr.querySelector(".name")?.textContent === "oracle");
  expect(oracle?.children[p95]?.getAttribute("data-v")).toBe("");
});

test("warnings stand before every number", async () => {
  const html = await renderHtml(examples.routerbench());
  expect(html.indexOf("maxima of means")).toBeLessThan(html.indexOf("<main>"));
});

test("an empty report still makes a page", async () => {
  const empty = { ...examples.single(), policies: [], models: [], metricDefinitions: {} };
  expect(await renderHtml(empty)).toContain("No policy has a quality to draw.");
});
