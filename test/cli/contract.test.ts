import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { desk } from "../desk.ts";
import { folder, jsonl, policy, type Ran } from "../wrp.ts";

const { reportSchema } = (await import("../../dist/model/report.js" as string)) as typeof import("../../src/model/report.ts");

const at = folder({ "desk.jsonl": jsonl(desk()) });

describe("wrp eval --json", () => {
  let ran: Ran;
  let report: Report;
  beforeAll(async () => {
    ran = await at.wrp("eval", "desk.jsonl", "--json");
    report = ran.json();
  });

  test("prints exactly one document, which fits its own schema, and nothing else on stdout", () => {
    expect(ran.code).toBe(0);
    expect(report.schemaVersion).toBe(1);
    const checked = reportSchema.safeParse(report);
    expect(checked.error?.issues ?? []).toEqual([]);
    expect(checked.data).toEqual(report); // nothing that the schema does not name
    expect(ran.stdout.endsWith("}\n")).toBe(true);
    expect(ran.stderr).toMatch(/^stored run [0-9a-f]+ \(120 prompts read\) in \.wrp\/wrp\.db · /);
  });

  test("the document has every part that the design names", () => {
    const mean = { mean: expect.any(Number), ci: [expect.any(Number), expect.any(Number)], n: 120 };
    const quantile = { value: expect.any(Number), ci: [expect.any(Number), expect.any(Number)] };
    expect(report).toMatchObject({
      run: { id: expect.stringMatching(/^[0-9a-f]{10}$/), seed: 1, createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), configHash: expect.stringMatching(/^[0-9a-f]{32}$/), workloadHash: expect.stringMatching(/^[0-9a-f]{32}$/) },
      objectives: ["cost", "quality", "latency"],
      workload: { name: "desk", prompts: 120, missing: 0 },
      metrics: {
        aiq: { paper: expect.any(Number), code: expect.any(Number), range: [expect.any(Number), expect.any(Number)], ci: [expect.any(Number), expect.any(Number)] },
        oracle: { quality: expect.any(Number), costUsdPer1k: expect.any(Number) },
        zeroRouter: { hull: expect.arrayContaining([{ name: "wren", costUsdPer1k: expect.any(Number), quality: expect.any(Number) }]) },
      },
      gates: [],
      verdict: "none",
      timing: { totalMs: expect.any(Number), decisionMicros: expect.any(Number) },
    });
    expect(policy(report, "wren")).toMatchObject({
      name: "wren",
      kind: "always",
      control: false,
      quality: mean,
      costUsdPer1k: mean,
      latencyMs: { p50: quantile, p95: quantile, p99: { value: expect.any(Number), ci: null }, n: 120 }, // 120 prompts bound no 99th percentile
      share: { wren: { mean: 1, ci: [1, 1] } },
      errorRate: { mean: 0, n: 120 },
      privacy: { leakRate: { mean: 1 } },
      safety: { attackReachRate: { mean: 1 } },
      arena: { clamped: expect.any(Number), nMissing: 0 },
      simulated: [],
      onFrontier: true,
      dominatedBy: [],
    });
    expect(report.comparisons[0]).toMatchObject({ a: "wren", b: report.statistics.reference, metric: "quality", difference: expect.any(Number), ci: expect.any(Array), margin: null, verdict: expect.stringMatching(/^(better|worse|inconclusive)$/) });
    expect(report.comparisons.every((c) => "nToSettle" in c)).toBe(true);
    expect(report.slices.map((s) => s.by)).toEqual(expect.arrayContaining(["meta.topic", "tag"]));
    expect(report.sweeps.find((s) => s.name === "length")).toMatchObject({
      points: expect.arrayContaining([{ threshold: null, share: 0, quality: expect.any(Number), costUsdPer1k: expect.any(Number) }]),
      apgr: { exact: expect.any(Number), asCoded: expect.any(Number), ci: expect.any(Array) },
      cpt: { exact: { "20": expect.any(Number), "50": expect.any(Number), "80": expect.any(Number) }, asCoded: expect.any(Object), ci: expect.any(Object) },
    });
    expect(report.frontier).toEqual(report.policies.filter((p) => p.onFrontier).map((p) => p.name));
    for (const metric of ["quality", "costUsdPer1k", "latencyMs", "privacy.leakRate", "safety.attackReachRate", "apgr.exact", "aiq.paper"])
      expect(report.metricDefinitions[metric], metric).toMatchObject({ unit: expect.any(String), direction: expect.stringMatching(/^(min|max)$/) });
  });

  test("a margin makes verdicts of equivalence possible and is shown", async () => {
    const wide = (await at.wrp("eval", "desk.jsonl", "--json", "--margin", "quality=0.9,costUsdPer1k=50", "--reference", "heron")).json();
    expect(wide.comparisons.find((c) => c.a === "random" && c.metric === "quality")).toMatchObject({ b: "heron", margin: 0.9, verdict: "equivalent" });
    expect(wide.comparisons.find((c) => c.a === "condor" && c.metric === "costUsdPer1k")).toMatchObject({ margin: 50, verdict: "equivalent" }); // dearer, but by less than matters
  });
});

test("wrp schema prints JSON Schemas; the report's names what every report has", async () => {
  const schema = (await at.wrp("schema", "report")).json<{ title: string; required: string[] }>();
  expect(schema.title).toBe("wrp report");
  expect(schema.required.toSorted()).toEqual(Object.entries(reportSchema.shape).flatMap(([key, field]) => (field.safeParse(undefined).success ? [] : [key])).toSorted());
  for (const name of ["config", "dataset"]) expect((await at.wrp("schema", name)).json()).toMatchObject({ title: `wrp ${name}`, type: "object" });
});

test("wrp --jsonl prints typed events, the report last", async () => {
  const ran = await at.wrp("eval", "desk.jsonl", "--jsonl", "-q");
  const events = ran.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { type: string; report?: Report });
  expect(events.map((e) => e.type).filter((type) => type !== "computing")).toEqual(["read", ...Array.from({ length: 10 }, () => "decided"), "done"]);
  expect(reportSchema.safeParse(events.at(-1)?.report).success).toBe(true);
});

describe("exit codes and streams", () => {
  test("wrp alone says in a few lines what it does: on stdout, 0", async () => {
    const { code, stdout, stderr } = await at.wrp();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").length).toBeLessThanOrEqual(13);
    expect(stdout).toContain("wrp eval");
  });

  test.each([["--help"], ["help"], ["help", "eval"], ["eval", "--help"], ["report", "-h"], ["route", "--help"], ["import", "--help"], ["schema", "--help"], ["init", "--help"], ["check", "--help"], ["completion", "--help"], ["help", "exit-codes"], ["help", "environment"], ["help", "metrics"], ["--version"]])(
    "wrp %s %s is an answer: stdout, 0",
    async (...args) => {
      const { code, stdout, stderr } = await at.inside(...args.filter((arg) => arg !== undefined));
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toBe("");
    },
  );

  test.each([
    [["evl", "desk.jsonl", "--json-lines"], /unknown command 'evl'\n\(Did you mean eval\?\)/],
    [["--nosuch"], /unknown option '--nosuch'/],
    [["eval", "desk.jsonl", "--colour", "always"], /unknown option '--colour'[^]*--color/],
    [["eval"], /no data to evaluate\nhint: name files/],
    [["eval", "gone.jsonl"], /no such file or folder: "gone.jsonl"/],
    [["eval", "desk.jsonl", "desk.jsonl"], /"desk.jsonl" is named twice/],
    [["eval", "desk.jsonl", "--seed", "-1"], /--seed.*must be a whole number ≥ 0 \(got "-1"\)/],
    [["eval", "desk.jsonl", "--seed", "1.5"], /--seed.*got "1.5"/],
    [["eval", "desk.jsonl", "--sample", "0"], /at least 1 \(got 0\)/],
    [["eval", "desk.jsonl", "--resamples", "1"], /--resamples must be from 200 to 100000 \(got 1\)/],
    [["eval", "desk.jsonl", "--concurrency", "0"], /--concurrency must be at least 1 \(got 0\)/],
    [["eval", "desk.jsonl", "--split", "dev"], /"train" or "test" \(got "dev"\)/],
    [["eval", "desk.jsonl", "--split", "test", "--train-share", "1"], /between 0 and 1 \(got 1\)/],
    [["eval", "desk.jsonl", "--objective", "beauty"], /unknown objective "beauty"\nhint: known: cost, quality/],
    [["eval", "desk.jsonl", "--objective", ""], /--objective.*must not be empty/],
    [["eval", "desk.jsonl", "--models", ""], /--models.*must not be empty/],
    [["eval", "desk.jsonl", "--models", "eagle"], /no outcome of model "eagle"[^]*hint: models: wren, heron, condor/],
    [["eval", "desk.jsonl", "--reference", "eagle"], /no policy is named "eagle"\nhint: policies: wren/],
    [["eval", "desk.jsonl", "--margin", "quality=0"], /must be a number > 0 \(got "0"\)/],
    [["eval", "desk.jsonl", "--margin", "beauty=1"], /unknown metric "beauty"/],
    [["eval", "desk.jsonl", "--missing", "zero"], /gap or failure-is-refusal \(got "zero"\)/],
    [["eval", "desk.jsonl", "--aiq-range", "5,1"], /0 ≤ low < high \(got "5,1"\)/],
    [["eval", "desk.jsonl", "--where", "prompt.tokens >"], /CEL expression "prompt.tokens >"/],
    [["eval", "desk.jsonl", "--where", "meta.hardness > 7.0"], /no prompt is left to compare\nhint: --where/],
    [["eval", "desk.jsonl", "-c", "gone.yaml"], /gone.yaml: no such config/],
    [["eval", "desk.jsonl", "-o", "report.docx"], /unknown file ending "report.docx"\nhint: known: .*\.html/],
    [["eval", "desk.jsonl", "-o", "nowhere/report.html"], /nowhere\/report.html: cannot be written: no such folder/],
    [["eval", "desk.jsonl", "-o", "."], /unknown file ending/],
    [["eval", "desk.jsonl", "-o", "-.html", "-o", "-.md"], /stdout can carry one document/],
    [["eval", "desk.jsonl", "--store", ""], /the store is a folder/],
    [["report", "nope"], /unknown run "nope"\nhint: newest runs: /],
    [["report", "--store", "gone.db"], /gone.db: no such store\nhint: wrp eval DATA makes one/],
    [["route", "hi", "--run", "nope"], /unknown run "nope"/],
    [["import", "desk.jsonl"], /required option '-o/],
    [["schema", "weather"], /unknown schema "weather"\nhint: known: report, config, dataset/],
    [["help", "weather"], /unknown help topic "weather"/],
  ] as [string[], RegExp][])("wrp %j cannot run: 2, on stderr, stdout empty", async (args, message) => {
    const { code, stdout, stderr } = await at.inside(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toContain("    at "); // no stack
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("the process ends with that code", async () => {
    expect(await at.wrp("eval", "gone.jsonl")).toMatchObject({ code: 2, stdout: "", stderr: 'error: no such file or folder: "gone.jsonl"\n' });
    expect(await at.wrp("evall", "-o", "x.html")).toMatchObject({ code: 2, stdout: "", stderr: "error: unknown command 'evall'\n(Did you mean eval?)\n" });
  });

  test.each([
    [["eval", "gone.jsonl"], { message: 'no such file or folder: "gone.jsonl"', exitCode: 2 }],
    [["eval", "desk.jsonl", "--nosuch"], { message: "unknown option '--nosuch'", exitCode: 2 }],
    [["eval", "desk.jsonl", "--seed", "x"], { message: expect.stringContaining('(got "x")'), exitCode: 2 }],
    [["eval", "desk.jsonl", "--jsonl"], { message: "stdout can carry one document (asked for: --json, --jsonl)", hint: expect.any(String), exitCode: 2 }],
    [["eval", "desk.jsonl", "-o", "-.html"], { message: "stdout can carry one document (asked for: --json, -o -.html)", hint: expect.any(String), exitCode: 2 }],
    [["report", "nope"], { message: expect.stringContaining('unknown run "nope"'), hint: expect.any(String), file: expect.stringMatching(/wrp.db$/), exitCode: 2 }],
  ] as [string[], object][])("wrp %j --json: the error is JSON too, on stderr", async (args, error) => {
    const ran = await at.inside(...args, "--json");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(JSON.parse(ran.stderr)).toEqual({ error });
  });

  test("a bad line is named by file and line, every bad one is counted, and no run is complete", async () => {
    const own = folder({ "mix.jsonl": `${JSON.stringify(desk(1)[0])}\n{"prompt":"b","outcomes":{"wren":{"costUsd":"free"}}}\n{"prompt":"c","outcomes":{"wren":{"quality":7}}}\n` });
    const { code, stderr } = await own.inside("eval", "mix.jsonl");
    expect(code).toBe(2);
    expect(stderr).toContain('error: mix.jsonl:2: "outcomes.wren.costUsd" must be a number ≥ 0 (got "free")');
    expect(stderr).toContain("and 1 more bad row: line 3");
    expect((await own.inside("report")).stderr).toMatch(/there is no complete run yet/);
  });

  test("a closed stdout (| head -1) ends quietly", async () => {
    const bin = resolve(import.meta.dirname, "../../bin/wrp.js");
    const shell = spawn("bash", ["-c", `set -o pipefail; "${process.execPath}" "${bin}" eval desk.jsonl --json -q | head -1; echo "\${PIPESTATUS[0]}" >&2`], { cwd: at.path });
    let [out, err] = ["", ""];
    shell.stdout.on("data", (text) => (out += String(text)));
    shell.stderr.on("data", (text) => (err += String(text)));
    await new Promise((done) => shell.on("close", done));
    expect(out).toBe("{\n");
    expect(err).toBe("0\n");
  });

  test("colour only where asked for; -q leaves stderr empty", async () => {
    const plain = await at.wrp("eval", "desk.jsonl", "-q");
    expect(plain.stdout).not.toContain("\x1b[");
    expect(plain.stderr).toBe("");
    expect((await at.wrp("eval", "desk.jsonl", "-q", "--color", "always")).stdout).toContain("\x1b[");
    expect((await at.wrpWith({ env: { NO_COLOR: undefined, FORCE_COLOR: "1" } }, "eval", "desk.jsonl", "-q")).stdout).toContain("\x1b[");
  });

  test("prompt texts stay out of reports in CI, unless asked for", async () => {
    const args = ["eval", "desk.jsonl", "--json", "-q", "--policy", "threshold(name=long,threshold=400)"];
    expect(textsOf((await at.wrpWith({ env: { CI: "true" } }, ...args)).json()).filter(Boolean)).toEqual([]);
    expect(textsOf((await at.wrpWith({ env: { CI: "true" } }, ...args, "--with-content")).json())).toContainEqual(expect.stringContaining("Desk question"));
    expect(textsOf((await at.wrp(...args)).json())).toContainEqual(expect.stringContaining("Desk question"));
  });
});

describe("SIGINT in the middle of a big run", () => {
  const big = folder();
  beforeAll(() => {
    big.put("big.jsonl", Array.from({ length: 60_000 }, (_, i) => figuresOnly(i)).join(""));
  });

  test("ends with 130 and says how to go on; the same command then finishes", async () => {
    const ran = await big.wrpWith({ started: interruptAtFirstEvent }, "eval", "big.jsonl", "--jsonl");
    expect(ran).toMatchObject({ code: 130, stderr: expect.stringMatching(/^error: interrupted\nhint: .*the same command goes on/) });
    expect(ran.stdout).not.toContain('"done"');
    const again = await big.wrp("eval", "big.jsonl", "--json", "--resamples", "200", "-q");
    expect(again.code).toBe(0);
    expect(again.json().workload.prompts).toBe(60_000);
  });

  test("is heard also where everything is read from the store", async () => {
    const ran = await big.wrpWith({ started: interruptAtFirstEvent }, "eval", "big.jsonl", "--jsonl", "--seed", "2");
    expect(ran.code).toBe(130);
    expect(ran.stdout).toContain('"stored":true');
    expect(ran.stdout).not.toContain('"done"');
  });
});

function figuresOnly(i: number): string {
  return `{"promptHash":"${i.toString(16).padStart(32, "0")}","lengthCodePoints":${i % 977},"outcomes":{"a":{"quality":${i % 3 ? 1 : 0},"costUsd":0.001},"b":{"quality":${i % 5 ? 1 : 0},"costUsd":0.004}}}\n`;
}

function interruptAtFirstEvent(child: ReturnType<typeof spawn>): void {
  child.stdout?.once("data", () => child.kill("SIGINT"));
}

function textsOf(report: Report): (string | undefined)[] {
  return report.moved.flatMap((m) => m.prompts.map((p) => p.text));
}
