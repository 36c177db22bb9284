import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { desk } from "../desk.ts";
import { folder, jsonl, policy } from "../wrp.ts";

const at = folder({ "desk.jsonl": jsonl(desk(40)) });
const outcomes = { a: { quality: 1, costUsd: 0.001 }, b: { quality: 0.5, costUsd: 0.002 } };
const evaluated = async (...args: string[]) => {
  const ran = await at.inside("eval", ...args, "--store", ":memory:", "--resamples", "200", "--json", "-q");
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};

test("names of every kind: wide, right to left, 200 long, with quotes, braces and control characters", async () => {
  const names = ["模型-大", "نموذج", "m".repeat(200), `"; drop table models; --`, "<script>alert(1)</script>", "a|b,c", "tab\there", "constructor", "__proto__.x", "🙂"];
  const rows = Array.from({ length: 35 }, (_, i) => ({ id: `r${i}`, prompt: `row ${i}`, outcomes: Object.fromEntries(names.map((name, k) => [name, { quality: (i + k) % 2, costUsd: 0.001 * (k + 1) }])) }));
  at.put("names.jsonl", jsonl(rows));
  const report = await evaluated("names.jsonl");
  expect(report.policies.filter((p) => p.kind === "always").map((p) => p.name).toSorted()).toEqual(names.toSorted());
  for (const p of report.policies) expect(Object.keys(p.share).length, p.name).toBeGreaterThan(0);
  expect(policy(report, "random").share).toHaveProperty("constructor");
  const forms = ["t.html", "t.md", "t.svg", "t.csv", "t.decisions.csv", "t.jsonl"];
  const ran = await at.inside("eval", "names.jsonl", ...forms.flatMap((form) => ["-o", form]));
  expect(ran.code, ran.stderr).toBe(0);
  expect(at.read("t.html")).not.toContain("<script>alert(1)");
  expect(at.read("t.svg")).not.toContain("<script>alert(1)");
}, 30_000);

test("sixty models", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ prompt: `row ${i}`, outcomes: Object.fromEntries(Array.from({ length: 60 }, (__, m) => [`model-${m}`, { quality: (i * 7 + m) % 5 < 3 ? 1 : 0, costUsd: 0.0001 * (m + 1) }])) }));
  at.put("sixty.jsonl", jsonl(rows));
  const report = await evaluated("sixty.jsonl");
  expect(report.policies.filter((p) => p.kind === "always")).toHaveLength(60);
  expect(Object.keys(policy(report, "random").share)).toHaveLength(60);
  const table = await at.inside("eval", "sixty.jsonl", "--store", ":memory:", "--resamples", "200", "-q");
  expect(Math.max(...table.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("a field of three megabytes, line breaks and quotes within", async () => {
  const huge = 'He said "no",\nand then\r\n'.repeat(130_000);
  at.put("huge.jsonl", jsonl([{ prompt: huge, outcomes }, { prompt: "short", outcomes }]));
  at.put("huge.csv", `p,qa,qb\n"${huge.replaceAll('"', '""')}",1,0\n"short",0,1\n`);
  expect((await evaluated("huge.jsonl")).workload.prompts).toBe(2);
  const report = await evaluated("huge.csv", "--map", "prompt=p,quality.a=qa,quality.b=qb");
  expect(report.workload.prompts).toBe(2);
  expect(report.sweeps.find((s) => s.name === "length")?.points.at(-2)?.threshold ?? huge.length).toBeLessThanOrEqual(huge.length);
}, 30_000);

test("prompts that are alike: empty, spaces only, broken Unicode", async () => {
  at.put("odd.jsonl", `{"prompt":"","outcomes":{"a":{"quality":1},"b":{"quality":0}}}\n{"prompt":" ","outcomes":{"a":{"quality":1},"b":{"quality":0}}}\n{"prompt":"\\ud800","outcomes":{"a":{"quality":1},"b":{"quality":0}}}\n{"prompt":"","outcomes":{"a":{"quality":0},"b":{"quality":1}}}\n`);
  const report = await evaluated("odd.jsonl");
  expect(report.workload).toMatchObject({ prompts: 4, duplicates: 1, clusters: 3 });
  expect((await at.inside("eval", "odd.jsonl", "-o", "odd.html", "-o", "odd.jsonl".replace("odd", "odd-decisions"))).code).toBe(0);
});

describe("files to write", () => {
  test("the same file twice is written, whole", async () => {
    const ran = await at.inside("eval", "desk.jsonl", "-o", "twice.md", "-o", "twice.md");
    expect(ran.code).toBe(0);
    expect(at.read("twice.md")).toContain("condor");
  });

  test("a folder as -o, also one that ends like a file", async () => {
    mkdirSync(join(at.path, "folder.html"));
    expect(await at.inside("eval", "desk.jsonl", "-o", "folder.html")).toMatchObject({ code: 2, stdout: "", stderr: "error: folder.html: is a folder\n" });
  });

  test.skipIf(process.getuid?.() === 0)("a folder that may not be written to", async () => {
    mkdirSync(join(at.path, "locked"));
    chmodSync(join(at.path, "locked"), 0o555);
    expect(await at.inside("eval", "desk.jsonl", "-o", "locked/x.html")).toMatchObject({ code: 2, stderr: expect.stringContaining("permission denied") });
  });

  test("-o - is the report on stdout, as without it", async () => {
    const ran = await at.inside("eval", "desk.jsonl", "-o", "-", "-q");
    expect(ran.stdout).toContain("condor");
    const html = await at.inside("eval", "desk.jsonl", "-o", "-.html", "-q");
    expect(html.stdout).toMatch(/^<!doctype html>[^]*<\/html>\s*$/);
    expect(await at.inside("eval", "desk.jsonl", "-o", "-.csv", "-o", "-.csv")).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("stores", () => {
  test("a store in a folder that is not there yet is made; a folder, or another file, is not taken for one", async () => {
    expect((await at.inside("eval", "desk.jsonl", "--store", "new/folder/my.db", "-q")).code).toBe(0);
    expect((await at.inside("report", "--store", "new/folder/my.db", "-q")).code).toBe(0);
    expect(await at.inside("eval", "desk.jsonl", "--store", "new")).toMatchObject({ code: 2, stderr: expect.stringContaining("the store is a folder") });
    expect(await at.inside("eval", "desk.jsonl", "--store", "desk.jsonl")).toMatchObject({ code: 2, stderr: expect.stringContaining("not a wrp store") });
    expect(at.read("desk.jsonl")).toContain("Desk question 1");
  });

  test("looking at runs makes no store", async () => {
    const own = folder();
    for (const args of [["report"], ["report", "latest", "--json"], ["route", "hi"]]) expect((await own.inside(...args)).code).toBe(2);
    expect(() => own.read(".wrp/wrp.db")).toThrow();
  });
});

describe("data", () => {
  test.each([
    ["an empty file", "x.jsonl", "", /x.jsonl: the file is empty/],
    ["blank lines only", "x.jsonl", "\n\n", /x.jsonl/],
    ["not JSON", "x.jsonl", '{"prompt": "a"\n', /x.jsonl/],
    ["a picture", "x.jsonl", "\x89PNG\r\n\x1a\n\0\0", /x.jsonl/],
    ["a CSV that nobody knows", "x.csv", "alpha,beta\n1,2\n", /x.csv[^]*--map/],
  ])("%s: exit 2, the file named", async (_, name, content, message) => {
    at.put(name, content);
    const ran = await at.inside("eval", name);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toContain("this is a bug");
  });

  test("a sample larger than the data takes all and says so; a sample of a side is of that side", async () => {
    expect((await evaluated("desk.jsonl", "--sample", "500")).warnings.join("\n")).toContain("a sample of 500 was asked for, but there are only 40 prompts");
    expect((await evaluated("desk.jsonl", "--split", "train", "--sample", "10")).workload).toMatchObject({ prompts: 10, sampledOut: 30 });
    expect((await evaluated("desk.jsonl", "--split", "test", "--sample", "10")).workload).toMatchObject({ prompts: 10 });
  });

  test("a sample of one", async () => {
    const report = await evaluated("desk.jsonl", "--sample", "1");
    expect(policy(report, "wren").quality).toMatchObject({ n: 1, ci: null });
  });

  test("--where that no prompt can answer leaves out, and is told", async () => {
    const report = await evaluated("desk.jsonl", "--where", "meta.topic == 'recipes'");
    expect(report.workload).toMatchObject({ prompts: 13, filtered: 27 });
    const none = await at.inside("eval", "desk.jsonl", "--where", "meta.colour == 'red'", "--store", ":memory:");
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("no prompt is left to compare") });
  });

  test("a model named like a control, and a policy of the user's with a control's name", async () => {
    at.put("clash.jsonl", jsonl(Array.from({ length: 35 }, (_, i) => ({ prompt: `row ${i}`, outcomes: { random: { quality: i % 2, costUsd: 0.001 }, oracle: { quality: 1, costUsd: 0.002 } } }))));
    const report = await evaluated("clash.jsonl");
    expect(report.policies.map((p) => p.name)).toHaveLength(new Set(report.policies.map((p) => p.name)).size);
    expect(policy(report, "random")).toMatchObject({ kind: "always", control: false, quality: { mean: expect.closeTo(17 / 35, 12) } });
  });
});
