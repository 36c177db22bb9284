import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { renderSvg } from "../../src/report/render/svg.ts";
import { overlap } from "../../src/report/render/svg/place-labels.ts";
import { examples } from "./example-report.ts";

const names = Object.keys(examples) as (keyof typeof examples)[];

test.each(names)("%s: drawn labels never overlap and stay in the picture", async (name) => {
  const { document } = parseHTML(`<body>${await renderSvg(examples[name]())}</body>`);
  const svg = document.querySelector("svg");
  const [width, height] = ["width", "height"].map((a) => Number(svg?.getAttribute(a)));
  const boxes = [...document.querySelectorAll("text.label")].map((text) => {
    const [x, y, w] = ["x", "y", "textLength"].map((a) => Number(text.getAttribute(a))) as [number, number, number];
    return { x0: x, y0: y - 10, x1: x + w, y1: y + 3 };
  });
  expect(boxes.length).toBeGreaterThan(0);
  for (const [i, box] of boxes.entries()) {
    expect(box.x0 >= 0 && box.x1 <= (width ?? 0) && box.y0 >= 0 && box.y1 <= (height ?? 0)).toBe(true);
    expect(boxes.slice(i + 1).filter((other) => overlap(box, other))).toEqual([]);
  }
});

test.each(names)("%s: a document of its own, with title, description and every colour scheme", async (name) => {
  const svg = await renderSvg(examples[name]());
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
  expect(svg).toContain("prefers-color-scheme:dark");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(svg.match(/<svg/g)).toHaveLength(1);
});

test("every policy with a quality and a cost has a point that says what it is", async () => {
  const report = examples.sixty();
  const svg = await renderSvg(report);
  expect(svg.match(/class="point"/g)).toHaveLength(60);
  expect(svg).toMatch(/\d+ policies without a label/);
  for (const { name } of report.policies) expect(svg).toContain(`<title>${name}\n`);
});

test("the cost axis is logarithmic only over wide ranges", async () => {
  const report = examples.routerbench();
  expect(await renderSvg(report)).toContain("(log scale)");
  const near = report.policies.filter((p) => (p.costUsdPer1k?.mean ?? 0) > 1);
  const linear = await renderSvg({ ...report, policies: near, sweeps: [], metrics: { ...report.metrics, zeroRouter: null } });
  expect(linear).not.toContain("(log scale)");
});

test("a free model is drawn at zero", async () => {
  const report = examples.simulated();
  const free = report.policies.map((p, i) => (i === 1 ? { ...p, costUsdPer1k: { mean: 0, ci: null, n: 1200 } } : p));
  const svg = await renderSvg({ ...report, policies: free });
  expect(svg).not.toContain("(log scale)");
  expect(svg).toContain(">$0<");
});

test("the oracle is never part of the frontier line", async () => {
  const report = examples.routerbench();
  const all = report.policies.map((p) => (p.name === "oracle" ? { ...p, onFrontier: true } : p));
  expect(frontierPath(await renderSvg(report))).toBeDefined();
  expect(frontierPath(await renderSvg({ ...report, policies: all }))).toBe(frontierPath(await renderSvg(report)));
});

test("without costs the sweeps are drawn, without sweeps the qualities", async () => {
  const report = examples.unpriced();
  expect(await renderSvg(report)).toContain("share of prompts to the strong model");
  expect(await renderSvg({ ...report, sweeps: [] })).toContain("quality, 95 % intervals");
  expect(await renderSvg({ ...report, sweeps: [], policies: [] })).toContain("No policy has a quality");
});

function frontierPath(svg: string): string | undefined {
  return /<[^>]*var\(--c-front\)[^>]*>(?:\s*<path[^>]*>)?/.exec(svg.replace(/<style>.*?<\/style>/gs, ""))?.[0];
}
