import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KnobCurve, Report } from "../../src/model/report.ts";
import { lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const WORDS = ["paris", "mail", "a", "b"] as const;

/** The dear model is right on all, the cheap one where the text says mail; what is asked of is told by the text. */
function desk(priced = true): Folder {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const topic = i % 2 === 0 ? "paris" : "mail";
    const cost = (costUsd: number) => (priced ? { costUsd } : {});
    return { id: `p${i}`, prompt: [topic, ...(i >> 1).toString(2).padStart(6, "0")].map((one) => (one === "0" ? "a" : one === "1" ? "b" : one)).join(" "), outcomes: { cheap: { quality: topic === "mail" ? 1 : 0, ...cost(0.001) }, dear: { quality: 1, ...cost(0.003 + (i % 7) / 1e4) } } };
  });
  const at = folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": "datasets: [rows.jsonl]\nembedder: {model: models/model.onnx}\n" });
  written(join(at.path, "models"), lookup(table(WORDS.length, Object.fromEntries(WORDS.map((word, k) => [word, WORDS.map((_, d) => (d === k ? (k < 2 ? 9 : 0.1) : 0))])))));
  return at;
}

async function evaluated(at: Folder, ...args: string[]): Promise<Report> {
  const ran = await at.wrp("eval", "--json", "-q", "--resamples", "200", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
}

const curveOf = (report: Report, name: string) => report.curves.find((curve) => curve.policy === name) as KnobCurve;

describe("of a built command", () => {
  test("a learned policy is a curve from the cheap model to each prompt's own, above the zero router; its own point is its row", async () => {
    const report = await evaluated(desk(), "--policy", "knn(k=9,lambda=60)");
    const curve = curveOf(report, "knn(k=9,lambda=60)");
    const row = policy(report, "knn(k=9,lambda=60)");
    expect(curve.points.find(({ own }) => own)).toMatchObject({ value: 60, quality: row.quality, costUsdPer1k: row.costUsdPer1k });
    expect(curve.points[0]?.quality.mean).toBeCloseTo(0.5);
    expect(curve.points.at(-1)?.quality.mean).toBe(1);
    expect([curve.againstMix?.verdict, row.aiq]).toEqual(["better", curve.aiq]);
    expect(curve.apgr?.value).toBeCloseTo(0.75, 2); // up to half of the calls, then level: (.125 + .25) / .5
    expect(row.calibration?.chosen.bins.length).toBeGreaterThan(0);
  });

  test("what is stored has it whole: a second run, the run's report, and the run in another store", async () => {
    const [at, other] = [desk(), folder()];
    const args = ["--policy", "knn(k=9,lambda=60)", "--policy", "kmeans(clusters=2,alpha=0.7)"];
    const first = await evaluated(at, ...args);
    expect(first.curves.map(({ knob }) => knob)).toEqual([
      { name: "lambda", unit: "quality per USD", value: 60 },
      { name: "alpha", unit: "share of quality in the score", value: 0.7 },
    ]);
    const again = await evaluated(at, ...args, "--resamples", "201");
    expect(again.timing.computed.decisions).toBe(0);
    const points = (report: Report) => report.curves.map((curve) => curve.points.map(({ value, quality, costUsdPer1k }) => [value, quality.mean, costUsdPer1k.mean]));
    expect(points(again)).toEqual(points(first));
    expect(timeless((await at.wrp("report", first.run.id, "--json")).json())).toEqual(timeless(first));
    expect((await at.inside("runs", "export", first.run.id, "-o", "run.jsonl")).code).toBe(0);
    other.put("run.jsonl", at.read("run.jsonl"));
    expect((await other.inside("runs", "import", "run.jsonl")).code).toBe(0);
    expect((await other.inside("runs", "export", first.run.id, "-o", "again.jsonl")).code).toBe(0);
    expect(other.read("again.jsonl")).toBe(other.read("run.jsonl"));
    const line = at.read("run.jsonl").split("\n").find((text) => text.startsWith('{"decisions"') && text.includes('"expectation"')) as string;
    other.put("damaged.jsonl", at.read("run.jsonl").replace(line, line.replace('"own":', '"own":9')));
    expect((await other.inside("runs", "import", "damaged.jsonl")).code).toBe(2);
  });

  test("the terminal says it in a line each, the page in a table, the chart and a picture", async () => {
    const at = desk();
    const ran = await at.wrp("eval", "--resamples", "200", "--policy", "kmeans(clusters=2)");
    const rendered = await at.wrp("report", "-o", "page.html");
    expect(rendered.code, rendered.stderr).toBe(0);
    expect(ran.stdout.replaceAll(/\s+/g, " ")).toMatch(/curve kmeans\(clusters=2\), \d points along alpha: AIQ 0\.\d{4} \[.*?\]; above the zero router by 0\.\d{4} \[.*?\] on average over \$1\.000 to \$/);
    expect(ran.stdout.replaceAll(/\s+/g, " ")).toMatch(/calibration kmeans\(clusters=2\) expects of the models it chooses: ECE 0\.\d{4} \[.*?\] in \d+ bins? \(0\.\d{4} with what chance adds\), Brier 0\.\d{4} \(0\.\d{4} of the mean alone\)/);
    const page = at.read("page.html");
    for (const part of ['id="curves"', 'id="calibration"', "learned policy&#39;s curve", "Reliability of kmeans(clusters=2)"]) expect(page).toContain(part);
  });

  test("without costs there is no curve, and calibration all the same", async () => {
    const report = await evaluated(desk(false), "--policy", "knn");
    expect(report.curves).toEqual([]);
    expect(policy(report, "knn").calibration?.all.n).toBe(240);
  });
});
