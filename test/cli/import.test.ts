import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk, type DeskRow } from "../desk.ts";
import { folder, jsonl } from "../wrp.ts";

type Outcomes = Record<string, DeskRow["outcomes"][string] | null>;
const rows = desk(50).map((row, i) => {
  const outcomes: Outcomes = { ...row.outcomes };
  if (i === 3) outcomes["wren"] = null; // a gap
  if (i === 4) outcomes["heron"] = { error: "429" };
  return { ...row, outcomes };
});
const cell = (value: unknown) => (typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value ?? ""));
const csv = [
  "question,topic,small score,small usd,big score,big usd",
  ...rows.map((row) => [row.prompt, row.meta.topic, row.outcomes["wren"]?.quality, row.outcomes["wren"]?.costUsd, row.outcomes["condor"]?.quality, row.outcomes["condor"]?.costUsd].map(cell).join(",")),
].join("\n");
const MAP = ["--map", "prompt=question,meta.topic=topic,quality.small=small score,cost.small=small usd,quality.big=big score,cost.big=big usd"];
const at = folder({ "desk.jsonl": jsonl(rows), "scores.csv": `\uFEFF${csv}\n` });

const numbers = (report: Report) => report.policies.map(({ name, quality, costUsdPer1k, latencyMs, share, errorRate, privacy, safety }) => ({ name, quality, costUsdPer1k, latencyMs, share, errorRate, privacy, safety }));
const evaluated = async (...args: string[]) => (await at.inside("eval", ...args, "--store", ":memory:", "--json", "-q")).json();

let original: Report;
beforeAll(async () => {
  original = await evaluated("desk.jsonl");
});

test("what is imported evaluates to the same numbers, from wrp's own rows", async () => {
  const ran = await at.wrp("import", "desk.jsonl", "-o", "copy-desk.jsonl");
  expect(ran).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("wrote 50 prompts to copy-desk.jsonl") });
  const again = await evaluated("copy-desk.jsonl");
  expect(numbers(again)).toEqual(numbers(original));
  expect(again.workload).toMatchObject({ prompts: 48, missing: 2 });
});

test("gzip where the name ends in .gz", async () => {
  expect((await at.inside("import", "desk.jsonl", "-o", "packed.jsonl.gz")).code).toBe(0);
  expect(gunzipSync(readFileSync(join(at.path, "packed.jsonl.gz"))).toString().split("\n")).toHaveLength(51);
  expect(numbers(await evaluated("packed.jsonl.gz"))).toEqual(numbers(original));
});

test("-o - is stdout, with nothing else on it", async () => {
  const ran = await at.wrp("import", "desk.jsonl", "-o", "-");
  const lines = ran.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { id: string });
  expect(lines.map((line) => line.id)).toEqual(rows.map((row) => row.id));
  expect(ran.stderr).toContain("wrote 50 prompts\n");
});

test("a mapped table, with a byte order mark, becomes wrp's own rows with the same numbers", async () => {
  expect((await at.inside("import", "scores.csv", ...MAP, "-o", "scores.jsonl", "-q")).stderr).toBe("");
  const [direct, again] = [await evaluated("scores.csv", ...MAP), await evaluated("scores.jsonl")];
  expect(numbers(again)).toEqual(numbers(direct));
  expect(direct.workload).toMatchObject({ prompts: 49, missing: 1 });
});

test("filters and samples act as in wrp eval", async () => {
  const filter = ["--where", "meta.topic == 'recipes'", "--sample", "7", "--seed", "3"];
  await at.inside("import", "desk.jsonl", ...filter, "-o", "some.jsonl");
  const kept = at.read("some.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as { meta: { topic: string } });
  expect(kept).toHaveLength(7);
  expect(kept.every((row) => row.meta.topic === "recipes")).toBe(true);
  expect((await evaluated("desk.jsonl", ...filter)).policies.map((p) => p.quality.mean)).toEqual((await evaluated("some.jsonl")).policies.map((p) => p.quality.mean));
});

test("nothing half-written is left where the data is bad", async () => {
  at.put("bad.jsonl", `${jsonl(rows.slice(0, 3))}{"prompt": 7}\n`);
  expect(await at.inside("import", "bad.jsonl", "-o", "out.jsonl")).toMatchObject({ code: 2, stderr: expect.stringContaining("bad.jsonl:4: ") });
  expect(() => at.read("out.jsonl")).toThrow();
  expect(() => at.read("out.jsonl.partial")).toThrow();
  expect(await at.inside("import", "desk.jsonl", "-o", "nowhere/x.jsonl")).toMatchObject({ code: 2, stderr: expect.stringContaining("no such folder") });
});
