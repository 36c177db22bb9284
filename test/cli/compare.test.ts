import { beforeAll, describe, expect, test } from "vitest";
import type { PairedComparison, PolicyComparison } from "../../src/model/comparison.ts";
import { comparisonSchema } from "../../src/model/comparison.ts";
import { desk, mean } from "../desk.ts";
import { folder, jsonl } from "../wrp.ts";

const rows = desk(400);
const rule = (line: number) => `{kind: rules, name: house, rules: [{when: meta.hardness > ${line}, model: condor}], default: wren}`;
const config = (line: number) => `datasets: [d.jsonl]\nmodels: [{name: condor, trusted: true}]\npolicies:\n  - ${rule(line)}\n`;
const at = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": config(0.4) });
const choose = (line: number) => (row: (typeof rows)[number]) => (row.meta.hardness > line ? "condor" : "wren");
let [old, now] = ["", ""];

beforeAll(async () => {
  const run = async (line: number) => {
    at.put("wrp.yaml", config(line));
    return (await at.inside("eval", "--json", "-q", "--resamples", "200")).json().run.id;
  };
  [old, now] = [await run(0.4), await run(0.6)];
});

const compared = async (...args: string[]): Promise<PolicyComparison> => {
  const ran = await at.inside("compare", ...args, "--json");
  expect(ran.code, ran.stderr).toBe(0);
  const document = ran.json<PolicyComparison>();
  expect(comparisonSchema.parse(document)).toEqual(document);
  return document;
};
const of = (comparison: PolicyComparison, metric: string) => comparison.comparisons.find((c) => c.metric === metric) as PairedComparison;

describe("two runs", () => {
  test("paired differences, the first minus the second, on every metric that both know", async () => {
    const comparison = await compared(now, old);
    expect(comparison.prompts).toMatchObject({ paired: 400, left: 0, onlyA: 0, onlyB: 0 });
    expect([comparison.a.label, comparison.b.label]).toEqual([`house@${now}`, `house@${old}`]);
    const value = (line: number, what: "quality" | "costUsd" | "latencyMs") => rows.map((row) => row.outcomes[choose(line)(row)]?.[what] as number);
    for (const [metric, what, scale] of [["quality", "quality", 1], ["costUsdPer1k", "costUsd", 1000], ["latencyMs", "latencyMs", 1]] as const) {
      const one = of(comparison, metric);
      const difference = value(0.6, what).map((v, i) => scale * (v - (value(0.4, what)[i] as number)));
      expect(one.difference).toBeCloseTo(mean(difference), 6);
      expect(one.a - one.b).toBeCloseTo(one.difference, 6);
      expect(one.ci?.[0]).toBeLessThan(one.difference);
      expect(one.ci?.[1]).toBeGreaterThan(one.difference);
    }
    expect(of(comparison, "quality").verdict).toBe("worse");
    expect(of(comparison, "costUsdPer1k").verdict).toBe("better");
    expect(of(comparison, "errorRate")).toMatchObject({ difference: 0, ci: [0, 0], verdict: "inconclusive" });
    expect(comparison.comparisons.map((c) => c.metric)).toEqual(["quality", "costUsdPer1k", "latencyMs", "errorRate", "privacy.leakRate", "safety.attackReachRate", "latencyMs.p95"]);
  });

  test("agree with the report that has both policies in one run", async () => {
    const both = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": `${config(0.4)}  - ${rule(0.6).replace("house", "new")}\n` });
    const report = (await both.inside("eval", "--json", "-q")).json();
    const ours = (await compared(now, old, "--seed", "1")).comparisons;
    for (const metric of ["quality", "costUsdPer1k", "latencyMs"]) {
      const theirs = report.comparisons.find((c) => c.a === "new" && c.b === "house" && c.metric === metric);
      const one = ours.find((c) => c.metric === metric);
      expect(one?.difference).toBeCloseTo(theirs?.difference as number, 6);
      for (const side of [0, 1] as const) expect(Math.abs((one?.ci?.[side] as number) / (theirs?.ci?.[side] as number) - 1), metric).toBeLessThan(0.05);
    }
  });

  test("the other way round says the opposite", async () => {
    const [forth, back] = [await compared(now, old), await compared(old, now)];
    forth.comparisons.forEach((c, k) => {
      expect(back.comparisons[k]?.difference).toBeCloseTo(-c.difference, 9);
      expect([c.verdict, back.comparisons[k]?.verdict].toSorted().join()).toMatch(/^better,worse$|^inconclusive,inconclusive$/);
    });
    expect(back.moved.flows.map(({ from, to, count }) => [to, from, count])).toEqual(forth.moved.flows.map(({ from, to, count }) => [from, to, count]));
  });

  test("slices hold the same differences, with intervals wider than their own where all must hold at once", async () => {
    const comparison = await compared(now, old);
    const topics = comparison.slices.filter((slice) => slice.by === "meta.topic");
    expect(topics.map((slice) => slice.value).toSorted()).toEqual(["invoices", "recipes", "train times"]);
    for (const slice of topics) {
      const inside = rows.filter((row) => row.meta.topic === slice.value);
      const quality = slice.comparisons.find((c) => c.metric === "quality") as PairedComparison;
      expect(slice.prompts).toBe(inside.length);
      expect(quality.difference).toBeCloseTo(mean(inside.map((row) => (row.outcomes[choose(0.6)(row)]?.quality as number) - (row.outcomes[choose(0.4)(row)]?.quality as number))), 9);
      expect(quality.simultaneousCi?.[0]).toBeLessThan(quality.ci?.[0] as number);
    }
  });

  test("the prompts behind it: all that moved, the largest change in quality first", async () => {
    const comparison = await compared(now, old, "--prompts", "1000");
    const moved = rows.filter((row) => choose(0.6)(row) !== choose(0.4)(row));
    expect(comparison.moved).toMatchObject({ count: moved.length, n: 400, flows: [{ from: "condor", to: "wren", count: moved.length }] });
    expect(comparison.changed.prompts.map((p) => p.id).toSorted()).toEqual(moved.map((row) => row.id).toSorted());
    const sizes = comparison.changed.prompts.map((p) => Math.abs((p.qualityA as number) - (p.qualityB as number)));
    expect(sizes).toEqual(sizes.toSorted((x, y) => y - x));
    expect(comparison.changed.prompts[0]?.text).toContain("Desk question");
    const inCi = await at.wrpWith({ env: { CI: "1" } }, "compare", now, old, "--json");
    expect(inCi.json<PolicyComparison>().changed.prompts.every((p) => p.text === undefined)).toBe(true);
  });

  test("a run against itself changes nothing", async () => {
    const comparison = await compared(now, now);
    for (const c of comparison.comparisons) expect(c, c.metric).toMatchObject({ difference: 0, ci: [0, 0] });
    expect(comparison).toMatchObject({ moved: { count: 0 }, changed: { count: 0 } });
  });

  test("of other data: what both have is compared, the rest counted; nothing in common is an error", async () => {
    at.put("part.jsonl", jsonl(rows.slice(100).toReversed()));
    const part = (await at.inside("eval", "part.jsonl", "--json", "-q", "--resamples", "200")).json().run.id;
    const comparison = await compared(part, old);
    expect(comparison.prompts).toMatchObject({ paired: 300, onlyA: 0, onlyB: 100 });
    expect(comparison.warnings.join()).toContain("the two runs do not have the same prompts: 0 only in the first, 100 only in the second");
    at.put("other.jsonl", jsonl(desk(60, 99).map((row) => ({ ...row, prompt: `Other ${row.prompt}` }))));
    const other = (await at.inside("eval", "other.jsonl", "--json", "-q", "--resamples", "200")).json().run.id;
    const ran = await at.inside("compare", other, old);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("error: the two runs have no prompt in common");
  });

  test("a failed call leaves out the prompt on both sides", async () => {
    at.put("failing.jsonl", jsonl(rows.map((row, i) => (i < 40 ? { ...row, outcomes: { ...row.outcomes, condor: { error: "503" } } } : row))));
    const failing = (await at.inside("eval", "failing.jsonl", "--json", "-q", "--resamples", "200")).json().run.id;
    expect((await compared(failing, old)).prompts).toMatchObject({ paired: 360, left: 40 });
  });
});

describe("naming the sides", () => {
  test("policies of the latest run, RUN:POLICY, beginnings, --run, --policy", async () => {
    expect((await compared("house", "condor", "--run", now)).a).toMatchObject({ run: now, policy: "house", label: "house" });
    expect((await compared(`${old.slice(0, 6)}:wren`, `${now}:wren`)).comparisons[0]?.difference).toBe(0);
    expect((await compared(now, old, "--policy", "condor")).a.policy).toBe("condor");
  });

  test.each([
    [["nobody", "condor"], /"nobody" is neither a policy of run [0-9a-f]+ nor a run\nhint: policies there: wren, heron, condor/],
    [["NOW:nobody", "condor"], /has no policy "nobody"/],
    [["house"], /missing required argument/],
    [["house", "condor", "-o", "x.pdf"], /unknown file ending "x.pdf"/],
    [["house", "condor", "--margin", "speed=1"], /unknown metric "speed"/],
  ])("%j", async (args, message) => {
    const ran = await at.inside("compare", ...args.map((arg) => arg.replace("NOW", now)), "--run", now);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(message);
  });

  test("without a store: exit 2, and none is made", async () => {
    const empty = folder();
    expect((await empty.inside("compare", "a", "b")).stderr).toContain("no such store");
  });
});

describe("forms", () => {
  test("a margin makes equivalence a verdict", async () => {
    expect(of(await compared(now, now, "--margin", "quality=0.01"), "quality")).toMatchObject({ verdict: "equivalent", margin: 0.01 });
  });

  test("terminal, HTML, Markdown, CSV and JSON say the same verdicts; nothing is wider than 80", async () => {
    const files = ["c.html", "c.md", "c.csv", "c.json"];
    const ran = await at.inside("compare", now, old, ...files.flatMap((file) => ["-o", file]));
    expect(ran.code).toBe(0);
    expect(Math.max(...ran.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(ran.stdout).toMatch(/▼ quality: house@[0-9a-f]+ is worse than house@[0-9a-f]+/);
    expect(at.read("c.html")).toMatch(/^<!doctype html>[^]*worse[^]*id="comparison"/);
    expect(at.read("c.md")).toMatch(/\| quality \|[^\n]*▼ worse \|/);
    expect(at.read("c.csv").split("\n")[0]).toBe("ordinal,id,dataset,modelA,modelB,qualityA,qualityB,costUsdA,costUsdB,latencyMsA,latencyMsB,simulatedA,simulatedB,expectedA,expectedB,text");
    expect(comparisonSchema.parse(JSON.parse(at.read("c.json")))).toMatchObject({ schemaVersion: 1 });
  });

  test("the same seed gives the same bytes", async () => {
    const once = async () => (await at.inside("compare", now, old, "--json")).stdout;
    expect(await once()).toBe(await once());
  });
});
