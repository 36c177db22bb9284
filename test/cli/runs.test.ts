import { createHash } from "node:crypto";
import Database from "better-sqlite3";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk } from "../desk.ts";
import { folder, type Folder, jsonl, timeless } from "../wrp.ts";

const CONFIG = `
models:
  - {name: ibis, trusted: true, price: {inputUsdPer1M: 1, outputUsdPer1M: 2}, simulated: {quality: {mean: 0.7, slices: [{when: meta.hardness > 0.5, mean: 0.4}]}, outputTokens: {p50: 100, p95: 300}, ttftMs: 200, tpotMs: 10, errorRate: 0.05}}
policies:
  - {kind: rules, name: house, rules: [{when: 'prompt.text.contains("matter please") && meta.hardness > 0.6', model: condor}], default: wren}
  - {kind: threshold, name: long, fact: prompt.tokens, threshold: 100}
`;
const ROWS = desk(60).map(({ inputTokens: _tokens, ...row }) => row);
const FILES = { "desk.jsonl": jsonl(ROWS), "wrp.yaml": CONFIG };
const EVAL = ["eval", "desk.jsonl", "--json", "-q", "--resamples", "200"];

const evaluated = async (at: Folder, ...args: string[]) => {
  const ran = await at.inside(...EVAL, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};
const well = async (at: Folder, ...args: string[]) => {
  const ran = await at.inside(...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran;
};
interface Listed {
  readonly schemaVersion: number;
  readonly runs: readonly { readonly id: string; readonly status: string }[];
}
const statuses = async (at: Folder) => (await well(at, "runs", "list", "--json")).json<Listed>().runs.map(({ status }) => status);

describe("wrp runs list and show", () => {
  const at = folder(FILES);
  let first: Report;
  let second: Report;
  beforeAll(async () => {
    first = await evaluated(at);
    second = await evaluated(at, "--seed", "2", "--gate", "quality >= 0");
    await at.inside(...EVAL, "--reference", "nobody");
  });

  test("list shows the newest first, with status, workload, counts, seed, verdict and version", async () => {
    const { schemaVersion, runs } = (await well(at, "runs", "list", "--json")).json<Listed>();
    expect(schemaVersion).toBe(1);
    const { policies } = first;
    const common = { workload: "desk", prompts: 60, wrpVersion: first.run.wrpVersion };
    expect(runs).toEqual([
      { ...common, id: expect.any(String), createdAt: expect.any(String), status: "failed", policies: null, seed: 1, verdict: null },
      { ...common, id: second.run.id, createdAt: second.run.createdAt, status: "complete", policies: policies.length, seed: 2, verdict: "pass" },
      { ...common, id: first.run.id, createdAt: first.run.createdAt, status: "complete", policies: policies.length, seed: 1, verdict: "none" },
    ]);
    expect((await well(at, "runs", "list", "-n", "1", "--json")).json<Listed>().runs).toHaveLength(1);
  });

  test("piped, it is tab-separated, whole and without a head; on a terminal a table that fits", async () => {
    const { stdout } = await well(at, "runs", "list");
    expect(stdout.trimEnd().split("\n")[1]).toBe([second.run.id, second.run.createdAt, "complete", "desk", 60, first.policies.length, 2, "pass", first.run.wrpVersion].join("\t"));
    const table = (await at.onTerminal(100, "runs", "list")).stdout.trimEnd().split("\n");
    expect(table).toHaveLength(4);
    expect(table[0]).toMatch(/^run +created \(UTC\) +status +workload +prompts +policies +seed +verdict +wrp$/);
    expect(table[2]).toMatch(new RegExp(`^${second.run.id} +${second.run.createdAt.slice(0, 16).replace("T", " ")} +complete +desk +60 `));
    for (const line of (await at.onTerminal(60, "runs", "list")).stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("a hostile workload name stays one field, and is shortened only on a terminal", async () => {
    const own = folder({ [`a\tb ${"long".repeat(30)}.jsonl`]: jsonl(ROWS.slice(0, 40)) });
    await well(own, "eval", ".", "-q", "--resamples", "200");
    const name = `a b ${"long".repeat(30)}`;
    expect((await well(own, "runs", "list")).stdout.split("\t")[3]).toBe(name);
    const table = (await own.onTerminal(100, "runs", "list")).stdout;
    expect(table).not.toContain(name);
    expect(Math.max(...table.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("show has settings in words, files with hashes, prices, report and what is stored", async () => {
    const shown = (await well(at, "runs", "show", second.run.id.slice(0, 6), "--json")).json();
    expect(shown).toMatchObject({
      schemaVersion: 1,
      run: { id: second.run.id, status: "complete", seed: 2, workloadHash: second.run.workloadHash, configHash: second.run.configHash },
      settings: { resamples: 200, policies: [{ name: "house" }, { name: "long" }] },
      workload: { name: "desk", prompts: 60, files: [{ name: "desk.jsonl", format: "wrp", sha256: sha256(FILES["desk.jsonl"]), prompts: 60 }] },
      prices: [{ model: "ibis", inputUsdPer1M: 1, outputUsdPer1M: 2, source: expect.any(String) }],
      report: { verdict: "pass", policies: expect.arrayContaining(["house", "long"]) },
      stored: { whole: true, texts: true, prompts: 60, answers: { recorded: 180, simulated: 120, live: 0 } },
    });
    const { stdout } = await well(at, "runs", "show", second.run.id);
    for (const words of ["complete", "seed 2, 200 resamples", "ibis (trusted, simulated)", "house (rules), long (threshold), and the controls", "gate: quality >= 0", `sha256 ${sha256(FILES["desk.jsonl"])}`, "ibis: $1 in, $2 out per million tokens", `wrp report ${second.run.id}`, "180 recorded answers, 120 simulated answers"])
      expect(stdout).toContain(words);
  });

  test("an empty store, and none", async () => {
    const own = folder();
    expect(await own.inside("runs", "list")).toMatchObject({ code: 2, stderr: expect.stringContaining("no such store") });
    await own.inside("eval", "gone.jsonl");
    const path = join(at.path, "empty.db");
    writeFileSync(path, "");
    expect(await at.inside("runs", "list", "--store", "empty.db")).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("no runs") });
    expect((await at.inside("runs", "list", "--store", "empty.db", "--json")).json()).toEqual({ schemaVersion: 1, runs: [] });
    expect(await at.inside("runs", "show", "--store", "empty.db")).toMatchObject({ code: 2, stderr: expect.stringContaining("no complete run") });
  });
});

test.each([
  [["runs", "lst"], /unknown command 'lst'\n\(Did you mean list\?\)/],
  [["runs", "--nosuch"], /unknown option '--nosuch'/],
  [["runs", "list", "-n", "x"], /must be a number \(got "x"\)/],
  [["runs", "rm"], /missing required argument 'run'/],
  [["runs", "export", "latest"], /required option '-o/],
  [["runs", "export", "latest", "-o", "x.zip"], /x\.zip: a run is exported as JSON lines\nhint: /],
  [["runs", "export", "latest", "-o", "nowhere/x.jsonl"], /nowhere\/x\.jsonl: cannot be written: no such folder/],
  [["runs", "export", "latest", "-o", "-", "--json"], /stdout can carry one document/],
  [["runs", "import", "-"], /imported from a file/],
  [["runs", "import", "gone.jsonl"], /gone\.jsonl.*ENOENT/],
] as [string[], RegExp][])("wrp %j cannot run: 2, on stderr, stdout empty", async (args, message) => {
  const at = folder();
  const { code, stdout, stderr } = await at.inside(...args);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain("    at ");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(existsSync(join(at.path, ".wrp"))).toBe(false);
});

test("wrp runs alone, and its help, are answers", async () => {
  const at = folder();
  for (const args of [["runs"], ["runs", "--help"], ["help", "runs"], ["runs", "export", "--help"]]) expect(await at.inside(...args)).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("Usage: wrp runs") });
});

describe("wrp runs rm and gc", () => {
  test("removed runs give their room back; what others need is untouched", async () => {
    const at = folder(FILES);
    at.put("more.jsonl", jsonl(desk(2000, 3)));
    const kept = await evaluated(at);
    const { run: gone } = (await well(at, "eval", "more.jsonl", "--json", "-q", "--resamples", "200", "--no-config")).json();
    expect(await at.inside("runs", "rm", gone.id, "nope")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining('unknown run "nope"\nhint: newest runs: ') });
    const dry = await well(at, "runs", "rm", gone.id, "--dry-run");
    expect(dry.stdout).toMatch(new RegExp(`^would remove 1 run: ${gone.id}\nwrp runs gc would then free 1 report, \\d+ policy decisions, 1 workload, 2,000 prompts, 6,000 answers, 6,000 grades \\(about \\d`));
    expect(await statuses(at)).toHaveLength(2);
    expect((await well(at, "runs", "rm", gone.id)).stdout).toMatch(/^removed 1 run: /);
    const path = join(at.path, ".wrp/wrp.db");
    const before = statSync(path).size;
    expect((await well(at, "runs", "gc", "--dry-run")).stdout).toMatch(/^would remove 1 report, .*\n.* now, about .* less then\n$/);
    const collected = await well(at, "runs", "gc");
    expect(collected.stdout).toMatch(/^removed 1 report, .* 6,000 answers, 6,000 grades\n[\d.]+ (kB|MB) before, [\d.]+ kB after\n$/);
    expect(statSync(path).size).toBeLessThan(before / 2);
    expect(existsSync(`${path}-wal`)).toBe(false);
    expect(query(at, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(query(at, "PRAGMA foreign_key_check")).toEqual([]);
    const again = await evaluated(at);
    expect(again.timing).toMatchObject({ computed: { answers: 0, grades: 0, decisions: 0 }, reused: { report: true } });
    expect(timeless(again)).toEqual(timeless(kept));
    expect((await well(at, "runs", "gc", "--json")).json()).toMatchObject({ schemaVersion: 1, dryRun: false, removed: { answers: 0 }, uncompacted: null });
  });

  test("simulated answers stay, unless asked for", async () => {
    const at = folder(FILES);
    const { run } = await evaluated(at);
    await well(at, "runs", "rm", run.id);
    await well(at, "runs", "gc", "-q");
    expect(query(at, "SELECT source_kind, count(*) AS n FROM outcomes GROUP BY 1")).toEqual([{ source_kind: "simulated", n: 60 }]);
    expect((await evaluated(at)).timing.computed.answers).toBe(180);
    await well(at, "runs", "rm", "latest");
    expect((await well(at, "runs", "gc", "--answers")).stdout).toContain("240 answers");
    expect(query(at, "SELECT count(*) AS n FROM answers")).toEqual([{ n: 0 }]);
  });

  test("beside a process that has the store locked: a clear error, and nothing is lost", async () => {
    const at = folder(FILES);
    await evaluated(at);
    const other = new Database(join(at.path, ".wrp/wrp.db"));
    other.exec("BEGIN IMMEDIATE");
    const ran = await at.wrp("runs", "gc");
    other.exec("ROLLBACK");
    other.close();
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/wrp\.db: the store is locked by another process .*\nhint: wait for the other run/) });
    await well(at, "runs", "gc");
  }, 30_000);
});

describe("wrp runs export and import", () => {
  const at = folder(FILES);
  let run = "";
  let documents: string[] = [];
  /** All that a run is looked at with. */
  const documentsOf = async (where: Folder) => [
    (await well(where, "report", run, "--json")).stdout,
    (await well(where, "report", run, "-q", "-o", "-.decisions.csv")).stdout,
    (await well(where, "route", "--run", run, "--json", "--all", "please look")).stdout,
    (await well(where, "compare", "house", "long", "--run", run, "--json")).stdout,
  ];
  beforeAll(async () => {
    run = (await evaluated(at)).run.id;
    await evaluated(at, "--seed", "7", "--models", "wren,condor"); // another run on the same prompts, which stays behind
    documents = await documentsOf(at);
    await well(at, "runs", "export", run, "-o", "run.wrp.jsonl.gz", "-q");
  });
  const elsewhere = async (file = "run.wrp.jsonl.gz") => {
    const other = folder(FILES);
    other.put("run.wrp.jsonl.gz", readFileSync(join(at.path, file)));
    return other;
  };

  test("in an empty store everything is the same, and the same evaluation computes nothing", async () => {
    const other = await elsewhere();
    expect((await well(other, "runs", "import", "run.wrp.jsonl.gz")).stdout).toBe(`imported run ${run} (60 prompts; 240 answers new, 0 known)\n`);
    expect(await documentsOf(other)).toEqual(documents);
    const again = await evaluated(other);
    expect(again.timing).toMatchObject({ computed: { answers: 0, grades: 0, decisions: 0 }, reused: { answers: 240, report: true } });
    expect(timeless(again)).toEqual(timeless(JSON.parse(documents[0] as string) as Report));
    expect((await well(other, "runs", "import", "run.wrp.jsonl.gz")).stdout).toBe(`already there: run ${run} (60 prompts; 0 answers new, 240 known)\n`);
    expect((await well(other, "runs", "export", run, "-o", "-")).stdout).toBe(gunzipSync(readFileSync(join(at.path, "run.wrp.jsonl.gz"))).toString());
    expect(query(other, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(query(other, "PRAGMA foreign_key_check")).toEqual([]);
  });

  test("--no-content: no text of a prompt or answer in the file, the same documents from it; the data fills the texts in", async () => {
    await well(at, "runs", "export", run, "-o", "bare.jsonl", "--no-content", "-q");
    expect(at.read("bare.jsonl")).not.toContain("look into this matter");
    const other = await elsewhere("bare.jsonl");
    expect((await well(other, "runs", "import", "run.wrp.jsonl.gz")).stdout).toContain("60 prompts without texts");
    expect((await documentsOf(other)).slice(1, 3)).toEqual(documents.slice(1, 3));
    const report = JSON.parse((await well(other, "report", run, "--json")).stdout) as Report;
    expect(report).toEqual(withoutTexts(JSON.parse(documents[0] as string) as Report));
    // A new question about texts is not answered from a store without them.
    for (const where of [at, other]) where.put("new.yaml", CONFIG.replace("matter please", "matter"));
    const [there, here] = [await evaluated(other, "-c", "new.yaml"), await evaluated(at, "-c", "new.yaml")];
    expect(timeless(there)).toEqual(timeless(here));
    expect(there.timing.computed.answers).toBe(0);
    expect((await evaluated(other)).timing).toMatchObject({ computed: { answers: 0, decisions: 0 }, reused: { report: true } });
    expect(await documentsOf(other)).toEqual(documents);
  });

  test("what hangs on texts is not exported without them", async () => {
    const own = folder({ "desk.jsonl": FILES["desk.jsonl"], "wrp.yaml": CONFIG.replace("when: meta.hardness > 0.5", "when: 'size(prompt.text) > 100'") });
    await evaluated(own);
    expect(await own.inside("runs", "export", "latest", "-o", "x.jsonl", "--no-content")).toMatchObject({ code: 2, stderr: expect.stringContaining('the simulated model "ibis" reads them') });
    await well(own, "runs", "export", "latest", "-o", "x.jsonl");
  });

  test("two imports of the same file at once are one", async () => {
    const other = await elsewhere();
    const both = await Promise.all([1, 2].map(() => other.wrp("runs", "import", "run.wrp.jsonl.gz", "--json")));
    expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([[0, ""], [0, ""]]);
    expect(query(other, "SELECT count(*) AS n FROM answers")).toEqual([{ n: 240 }]);
    expect(await documentsOf(other)).toEqual(documents);
  });

  test("a run that did not finish is not exported", async () => {
    const own = folder(FILES);
    await own.inside(...EVAL, "--reference", "nobody");
    const id = (await well(own, "runs", "list", "--json")).json<Listed>().runs[0]?.id as string;
    expect(await own.inside("runs", "export", id, "-o", "x.jsonl")).toMatchObject({ code: 2, stderr: expect.stringContaining(`run ${id} has no report to export: it is failed\nhint: give its wrp eval again with --resume ${id}`) });
    expect(existsSync(join(own.path, "x.jsonl"))).toBe(false);
  });

  describe("what cannot be imported changes nothing, and is told by file and line", () => {
    let text = "";
    let lines: string[] = [];
    beforeAll(() => {
      text = gunzipSync(readFileSync(join(at.path, "run.wrp.jsonl.gz"))).toString();
      lines = text.trimEnd().split("\n");
    });
    const damaged: [string, () => string | Buffer, RegExp][] = [
      ["empty", () => "", /bad\.jsonl:1: the file is empty/],
      ["data", () => FILES["desk.jsonl"], /bad\.jsonl:1: is not a run that wrp exported\nhint: wrp runs export RUN/],
      ["an array", () => "[1]\n", /bad\.jsonl:1: is not a run/],
      ["a report", () => `${documents[0]}`, /bad\.jsonl:1: is not a run/],
      ["of a newer wrp", () => text.replace('"schemaVersion":1', '"schemaVersion":2'), /bad\.jsonl:1: the file was written by a newer wrp \(.*schemaVersion 2; this one knows 1\)\nhint: update wrp/],
      ["without its end", () => `${lines.slice(0, -1).join("\n")}\n`, /bad\.jsonl:\d+: the file is damaged: it was cut off before its end/],
      ["cut within a line", () => text.slice(0, text.length / 2), /bad\.jsonl:\d+: the file is damaged or was cut off: the line is not JSON/],
      ["truncated gzip", () => gzipSync(text).subarray(0, -2000), /bad\.jsonl:\d+: the gzip file ends too early/],
      ["with another figure", () => text.replace('"costUsd":0.0', '"costUsd":0.1'), new RegExp(`bad\\.jsonl:\\d+: the file is damaged: its content is not what its first line says`)],
      ["with a line changed into nonsense", () => text.replace('"ordinal":30', '"ordinal":"x"'), /bad\.jsonl:34: the file is damaged: "prompt" ordinal: /],
      ["without a prompt", () => lines.filter((line) => !line.startsWith('{"prompt":{"ordinal":30,')).join("\n"), /bad\.jsonl:34: the file is damaged: prompt 30 is missing/],
      ["with lines of no kind", () => lines.toSpliced(2, 0, '{"fruit":1}').join("\n"), /bad\.jsonl:3: the file is damaged: no line of a run/],
      ["in another order", () => lines.toSpliced(1, 2, lines[2] as string, lines[1] as string).join("\n"), /bad\.jsonl:2: the file is damaged: a "workload" line stands in the wrong place/],
      ["with the run twice", () => lines.toSpliced(2, 0, lines[1] as string).join("\n"), /bad\.jsonl:3: the file is damaged: /],
      ["latin-1 bytes", () => Buffer.from(text.replace("Desk question 9", "D\u00e9sk question 9"), "latin1"), /bad\.jsonl:\d+: not UTF-8/],
    ];
    test.each(damaged)("%s", async (_, content, message) => {
      const other = folder({ "bad.jsonl": content() });
      const fresh = await other.inside("runs", "import", "bad.jsonl");
      expect(fresh.stderr).toMatch(message);
      expect(fresh).toMatchObject({ code: 2, stdout: "" });
      expect(existsSync(join(other.path, ".wrp"))).toBe(false);
    });

    test("a whole file before a bad one is imported; a store that was there is as it was before the bad one", async () => {
      const other = await elsewhere();
      other.put("bad.jsonl", text.slice(0, text.length / 2));
      const ran = await other.inside("runs", "import", "run.wrp.jsonl.gz", "bad.jsonl");
      expect(ran).toMatchObject({ code: 2, stdout: expect.stringContaining(`imported run ${run}`) });
      expect(await documentsOf(other)).toEqual(documents);
    });

    test("a folder", async () => {
      const other = folder();
      expect(await other.inside("runs", "import", ".")).toMatchObject({ code: 2, stderr: expect.stringMatching(/EISDIR/) });
    });
  });
});

function withoutTexts(report: Report): Report {
  return { ...report, moved: report.moved.map((pair) => ({ ...pair, prompts: pair.prompts.map(({ text: _text, ...prompt }) => prompt) })) };
}

function query(at: Folder, sql: string): unknown[] {
  const db = new Database(join(at.path, ".wrp/wrp.db"));
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
