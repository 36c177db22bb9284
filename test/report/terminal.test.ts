import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { displayWidth } from "../../src/report/render/names.ts";
import { renderTerminal } from "../../src/report/render/terminal.ts";
import { examples } from "./example-report.ts";

const names = Object.keys(examples) as (keyof typeof examples)[];

test.each(names.flatMap((name) => [60, 80, 100, 140].map((width) => [name, width] as const)))("%s fits %i columns", async (name, width) => {
  for (const line of (await renderTerminal(examples[name](), { width })).split("\n")) {
    expect(displayWidth(line), line).toBeLessThanOrEqual(width);
  }
});

test("80 columns are the default and are filled", async () => {
  const lines = (await renderTerminal(examples.routerbench())).split("\n");
  expect(Math.max(...lines.map(displayWidth))).toBe(80);
});

test("no terminal command of a name or text gets through", async () => {
  // eslint-disable-next-line no-control-regex
  expect(await renderTerminal(examples.hostile())).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
});

test("colour adds nothing that the text does not say", async () => {
  const plain = await renderTerminal(examples.simulated());
  const colored = await renderTerminal(examples.simulated(), { color: true });
  expect(colored).not.toBe(plain);
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

test("models come first, then policies, then controls, each by quality", async () => {
  const text = await renderTerminal(examples.routerbench());
  const at = ["gpt-4-1106", "claude-v2", "similarity-knn", "rules-v2", "oracle*", "best-single", "cheapest"].map((name) => text.indexOf(name));
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(at).not.toContain(-1);
});

test("what rests on simulation says so", async () => {
  const text = await renderTerminal(examples.simulated());
  expect(text).toContain("qwen3-8b@local~");
  expect(text).toContain("~ simulated");
  expect(text).toMatch(/p95 latency by\s+210\sms\s+\[170\sms,\s250\sms\]\s+\(simulated\)/);
});

test("wider terminals say more in one table, narrow ones have a second for latency, failures, privacy and safety", async () => {
  const tables = (text: string) => text.split("\n").filter((line) => line.startsWith("   policy "));
  expect(tables(await renderTerminal(examples.routerbench(), { width: 80 })).map((head) => head.includes("p95"))).toEqual([false, true]);
  expect(tables(await renderTerminal(examples.routerbench(), { width: 100 }))).toHaveLength(1);
  expect(await renderTerminal(examples.routerbench(), { width: 100 })).toContain("p95");
  expect(await renderTerminal(examples.routerbench(), { width: 140 })).toMatch(/p95.*most used.*arena/);
});

test("a report without policies still renders", async () => {
  const report = { ...examples.single(), policies: [], frontier: [], warnings: [] };
  expect(await renderTerminal(report)).toContain("no policies");
});
