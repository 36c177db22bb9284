import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PolicyComparison } from "../../src/model/comparison.ts";
import { reportSchema } from "../../src/model/report.ts";
import { desk, DESK_MODELS, mean, type DeskRow } from "../desk.ts";
import { folder, jsonl, policy, SHARED_DATA, timeless } from "../wrp.ts";

const rows = desk(200);
const MODELS = "models: [{name: wren}, {name: heron, trusted: true}, {name: condor, trusted: true, guarded: true}]\n";
const CONFIG = `datasets: [d.jsonl]\n${MODELS}policies:\n  - {kind: cascade, name: perfect, models: [wren, heron, condor], stop: grader}\n  - {kind: cascade, name: judged, models: [wren, condor], stop: judge, errorRate: 0.1, judgeCostUsd: 0.00001, judgeLatencyMs: 50}\n`;
const at = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": CONFIG });
const FAST = ["-q", "--resamples", "200"];
const outcome = (row: DeskRow, model: string) => row.outcomes[model] as { quality: number; costUsd: number; latencyMs: number };

/** Who is asked by a cascade that keeps only right answers. */
function asked(row: DeskRow): string[] {
  const right = DESK_MODELS.findIndex((model) => outcome(row, model).quality === 1);
  return DESK_MODELS.slice(0, right < 0 ? DESK_MODELS.length : right + 1);
}
const sum = (row: DeskRow, what: "costUsd" | "latencyMs") => asked(row).reduce((total, model) => total + outcome(row, model)[what], 0);
const share = (has: (row: DeskRow) => boolean, of = rows) => of.filter(has).length / of.length;

describe("wrp eval of a cascade", () => {
  test("every number is that of all its calls, computed from the rows alone", async () => {
    const ran = await at.wrp("eval", "--json", ...FAST, "-o", "decisions.jsonl", "-o", "report.csv");
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    expect(reportSchema.parse(report)).toEqual(report);
    const own = policy(report, "perfect");
    expect(own.description).toBe("cascade: asks wren, then heron, then condor, each unless its grade is 0.5 or more (hindsight: a perfect judge)");
    expect(own.hindsight).toBe(true);
    expect(own.quality.mean).toBeCloseTo(share((row) => DESK_MODELS.some((model) => outcome(row, model).quality === 1)), 9);
    expect(own.costUsdPer1k?.mean).toBeCloseTo(1000 * mean(rows.map((row) => sum(row, "costUsd"))), 9);
    expect(own.latencyMs?.mean).toBeCloseTo(mean(rows.map((row) => sum(row, "latencyMs"))), 6);
    expect(own.calls?.perPrompt.mean).toBeCloseTo(mean(rows.map((row) => asked(row).length)), 9);
    for (const [k, model] of DESK_MODELS.entries()) {
      expect(own.calls?.byModel[model]).toBeCloseTo(share((row) => asked(row).length > k), 9);
      expect(own.share[model]?.mean).toBeCloseTo(share((row) => asked(row).at(-1) === model), 9);
    }
    // wren, which is neither trusted nor guarded, sees every prompt first.
    expect(own.privacy?.leakRate.mean).toBe(1);
    expect(own.safety?.attackReachRate.mean).toBe(1);
    expect(policy(report, "judged").calls?.perPrompt.mean).toBeGreaterThan(1);
    expect(policy(report, "wren").calls).toBeUndefined();
    expect(at.read("report.csv")).toContain("callsPerPrompt");
    const lines = at.read("decisions.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>).filter((one) => one["policy"] === "perfect");
    for (const [i, row] of rows.entries()) expect(lines[i]).toMatchObject({ model: asked(row).at(-1), rule: `asked ${asked(row).join(", then ")}`, quality: outcome(row, asked(row).at(-1) as string).quality });
  });

  test("under a judge who errs, every number is the exact expectation over its verdicts, whatever the seed", async () => {
    const run = async (seed: string, ...more: string[]) => policy((await at.inside("eval", "--json", ...FAST, "--seed", seed, ...more)).json(), "judged");
    const [one, other] = [await run("3", "-o", "decisions.jsonl"), await run("4")];
    for (const name of ["wren", "condor"]) expect(one.share[name]?.mean).toBe(other.share[name]?.mean);
    expect([one.quality.mean, one.costUsdPer1k?.mean, one.latencyMs?.p95.value]).toEqual([other.quality.mean, other.costUsdPer1k?.mean, other.latencyMs?.p95.value]);
    const goesOn = (row: DeskRow) => (outcome(row, "wren").quality >= 0.5 ? 0.1 : 0.9);
    const expected = (of: (row: DeskRow, p: number) => number) => mean(rows.map((row) => of(row, goesOn(row))));
    const both = (row: DeskRow, what: "quality" | "costUsd" | "latencyMs") => [outcome(row, "wren")[what], outcome(row, "condor")[what]] as const;
    expect(one.quality.mean).toBeCloseTo(expected((row, p) => (1 - p) * both(row, "quality")[0] + p * both(row, "quality")[1]), 9);
    // One look a prompt: only wren's answer is judged.
    expect(one.costUsdPer1k?.mean).toBeCloseTo(1000 * expected((row, p) => both(row, "costUsd")[0] + 0.00001 + p * both(row, "costUsd")[1]), 9);
    expect(one.latencyMs?.mean).toBeCloseTo(expected((row, p) => both(row, "latencyMs")[0] + 50 + p * both(row, "latencyMs")[1]), 6);
    expect(one.share["condor"]?.mean).toBeCloseTo(expected((_, p) => p), 9);
    expect(one.calls?.byModel["wren"]).toBeCloseTo(1, 9);
    expect(one.calls?.byModel["condor"]).toBeCloseTo(expected((_, p) => p), 9);
    expect(one.calls?.perPrompt.mean).toBeCloseTo(1 + expected((_, p) => p), 9);
    // Quantiles are those of both ways' waits, each as likely as it is.
    const waits = rows.flatMap((row) => [[both(row, "latencyMs")[0] + 50, 1 - goesOn(row)], [both(row, "latencyMs")[0] + 50 + both(row, "latencyMs")[1], goesOn(row)]] as const);
    const below = (limit: number) => waits.reduce((total, [ms, p]) => total + (ms <= limit ? p : 0), 0) / rows.length;
    const p95 = one.latencyMs?.p95.value as number;
    expect(below(p95 + 200)).toBeGreaterThan(0.95);
    expect(below(p95 - 200)).toBeLessThan(0.95);
    expect(one.hindsight).toBe(false);
    expect(one.costMatchedMix).not.toBeNull();
    const lines = at.read("decisions.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line["policy"] === "judged");
    expect(lines[0]).toMatchObject({ model: null, rule: "expected over all ways that it may take" });
    expect((await at.inside("report", "--json")).json().warnings).toContain('policy "judged": no judge was asked: a judge who errs in 10 % of verdicts is played by the recorded grades');
    expect(one.description).toContain("asks wren, then condor unless a judge who errs in 10 % of verdicts says that the grade is 0.5 or more (the judge is played by the recorded grades)");
  });

  test("without models it asks all of the run, the cheapest first", async () => {
    const ran = await at.inside("eval", "--json", ...FAST, "--policy", "cascade(stop=grader)");
    expect(policy(ran.json(), "cascade(stop=grader)").quality).toEqual(policy(ran.json(), "perfect").quality);
    expect(policy(ran.json(), "cascade(stop=grader)").costUsdPer1k).toEqual(policy(ran.json(), "perfect").costUsdPer1k);
  });

  test("terminal, Markdown and HTML say how many calls it makes, of which models", async () => {
    await at.inside("eval", ...FAST, "-o", "r.html", "-o", "r.md");
    const terminal = (await at.inside("report")).stdout.replace(/\s+/g, " ");
    const words = new RegExp(`calls perfect: ${mean(rows.map((row) => asked(row).length)).toFixed(2)} \\[[\\d., ]+\\] per prompt \\(wren 1.00, heron 0\\.\\d\\d, condor 0\\.\\d\\d\\)`);
    expect(terminal).toMatch(words);
    expect(at.read("r.md").replace(/\s+/g, " ")).toContain("per prompt (wren 1.00");
    expect(at.read("r.html")).toMatch(/>calls<[\s\S]*per prompt \(wren 1\.00/);
  });

  test("a failed first call costs its failure only where that is known, and the cascade goes on", async () => {
    const broken = rows.map((row, i) => (i % 4 === 0 ? { ...row, outcomes: { ...row.outcomes, wren: { error: "timeout", costUsd: 0.00001, latencyMs: 30000 } } } : row));
    const here = folder({ "d.jsonl": jsonl(broken) });
    const report = (await here.inside("eval", "d.jsonl", "--json", ...FAST, "--missing", "failure-is-refusal", "--policy", "cascade(name=on,models=[wren,condor],stop=grader)", "--policy", "cascade(name=looked,models=[wren,condor],stop=judge,errorRate=0,judgeCostUsd=0.001)")).json();
    expect(policy(report, "on").errorRate.mean).toBe(0);
    expect(policy(report, "wren").errorRate.mean).toBe(0.25);
    const cost = mean(rows.map((row, i) => (i % 4 === 0 ? 0.00001 + outcome(row, "condor").costUsd : outcome(row, "wren").costUsd + (outcome(row, "wren").quality === 1 ? 0 : outcome(row, "condor").costUsd))));
    expect(policy(report, "on").costUsdPer1k?.mean).toBeCloseTo(1000 * cost, 9);
    // The judge has nothing to look at where the call failed.
    expect(policy(report, "looked").costUsdPer1k?.mean).toBeCloseTo(1000 * (cost + 0.75 * 0.001), 9);
  });
});

describe("a stored cascade", () => {
  test("is rendered, compared and judged again alike", async () => {
    const here = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": CONFIG });
    const report = (await here.inside("eval", "--json", ...FAST)).json();
    expect(timeless((await here.inside("report", "--json")).json())).toEqual(timeless(report));
    const ran = await here.inside("compare", "judged", "wren", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const { comparisons, moved } = ran.json<PolicyComparison>();
    const [judged, wren] = [policy(report, "judged"), policy(report, "wren")];
    expect(comparisons.find(({ metric }) => metric === "quality")?.difference).toBeCloseTo((judged.quality.mean as number) - (wren.quality.mean as number), 6);
    expect(comparisons.find(({ metric }) => metric === "costUsdPer1k")?.difference).toBeCloseTo((judged.costUsdPer1k?.mean as number) - (wren.costUsdPer1k?.mean as number), 4);
    // Under probabilities, no prompt has moved for sure; nor is a quantile of its expectations anybody's wait.
    expect(moved.flows).toEqual([]);
    expect(comparisons.map(({ metric }) => metric)).not.toContain("latencyMs.p95");
    const sure = (await here.inside("compare", "perfect", "wren", "--json")).json<PolicyComparison>();
    expect(sure.moved.count).toBe(rows.filter((row) => asked(row).at(-1) !== "wren").length);
    expect(sure.comparisons.map(({ metric }) => metric)).toContain("latencyMs.p95");
  });

  test("passes and fails gates, against a number and a baseline", async () => {
    const here = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": CONFIG });
    const gated = (...gates: string[]) => {
      here.put("wrp.yaml", `${CONFIG}gates: [${gates.map((gate) => `{policy: judged, expression: "${gate}"}`).join(", ")}]\n`);
      return here.inside("eval", "--json", ...FAST);
    };
    expect((await gated("quality >= 0.5", "privacy.leakRate <= 1", "share.condor > 0.1")).code).toBe(0);
    expect((await gated("privacy.leakRate == 0")).code).toBe(1);
    here.put("wrp.yaml", `${CONFIG}gates: [{policy: judged, expression: "quality >= 0.5"}]\n`);
    expect((await here.inside("eval", ...FAST, "--bless")).code).toBe(0);
    const ran = await gated("quality >= baseline - 0.01", "costUsdPer1k <= 1.01 * baseline", "latencyMs.p95 <= 1.01 * baseline");
    expect(ran.json().gates.map(({ verdict }) => verdict)).toEqual(["pass", "pass", "inconclusive"]);
    expect(ran.json().gates[2]?.note).toBe("a quantile over probabilities is not compared with a baseline");
  });
});

describe("stop rules that go by what is recorded of an answer", () => {
  /** wren is as sure as it is short; of every tenth answer nobody knows how sure. */
  const sure = rows.map((row, i) => ({
    ...row,
    outcomes: {
      ...row.outcomes,
      wren: { ...row.outcomes["wren"], text: "a".repeat(1 + (i % 5)), ...(i % 10 === 9 ? {} : i % 2 === 0 ? { confidence: { logprob: -(i % 5), margin: 4 - (i % 5), verified: 1 - (i % 5) / 4 } } : { logprobs: { content: [{ logprob: -(i % 5) }] } }) },
    },
  }));
  const here = folder({ "d.jsonl": jsonl(sure) });
  const own = async (flag: string, ...more: string[]) => {
    const ran = await here.inside("eval", "d.jsonl", "--json", ...FAST, "--policy", `cascade(name=own,models=[wren,condor],${flag})`, ...more);
    expect(ran.code, ran.stderr).toBe(0);
    return { own: policy(ran.json(), "own"), warnings: ran.json().warnings.join("\n") };
  };
  const kept = (keeps: (i: number) => boolean, known: (i: number) => boolean) => rows.filter((_, i) => known(i) && keeps(i)).length / rows.length;

  test.each([
    ["stop=logprob,threshold=-2", (i: number) => i % 5 <= 2, (i: number) => i % 10 !== 9],
    ["stop=margin,threshold=3", (i: number) => i % 5 <= 1, (i: number) => i % 2 === 0],
    ["stop=verified", (i: number) => i % 5 <= 2, (i: number) => i % 2 === 0],
    ["stop=answerLength,threshold=2", (i: number) => i % 5 <= 1, () => true],
    ["stop=answerLength,threshold=2,keep=long", (i: number) => i % 5 >= 1, () => true],
  ])("%s", async (flag, keeps, known) => {
    const { own: found, warnings } = await own(flag);
    expect(found.share["wren"]?.mean).toBeCloseTo(kept(keeps, known), 9);
    expect(found.quality.n).toBe(rows.filter((_, i) => known(i)).length);
    expect(found.hindsight).toBe(false);
    if (found.quality.n < rows.length) expect(warnings).toContain(`policy "own": ${rows.length - found.quality.n} of 200 prompts are not decided`);
  });

  test("a stored, exported and imported run plays them again, without texts too", async () => {
    const { own: found } = await own("stop=logprob,threshold=-2");
    const differences = async (store: string) => (await here.inside("compare", "own", "condor", "--store", store, "--json")).json<PolicyComparison>().comparisons;
    const before = await differences(".wrp/wrp.db");
    expect(before.find(({ metric }) => metric === "quality")?.n).toBe(found.quality.n);
    expect((await here.inside("runs", "export", "latest", "-o", "run.jsonl", "--no-content")).code).toBe(0);
    expect((await here.inside("runs", "import", "run.jsonl", "--store", "other.db")).code).toBe(0);
    expect(await differences("other.db")).toEqual(before);
    expect((await here.inside("import", "d.jsonl", "-o", "again.jsonl")).code).toBe(0);
    const [first] = here.read("again.jsonl").split("\n");
    expect(JSON.parse(first as string)).toMatchObject({ outcomes: { wren: { confidence: { margin: 4 } } } });
  });

  test.each([
    ["cascade(models=[heron,condor],stop=logprob,threshold=-1)", "goes by the mean log-probability of an answer's tokens, which is known of no answer of heron here"],
    ["cascade(models=[heron,condor],stop=answerLength,threshold=10)", "answers' texts must be in the data"],
    ["cascade(models=[wren,condor],stop=logprob)", "needs a threshold"],
    ["cascade(models=[wren,condor],stop=logprob,threshold=0.1)", "threshold 0.1 is not within -Infinity to 0"],
    ["cascade(models=[wren,condor],stop=logprob,threshold=-1,keep=long)", "keep is answerLength's"],
  ])("%s is an error", async (flag, words) => {
    const ran = await here.inside("eval", "d.jsonl", "--policy", flag, ...FAST);
    expect([ran.code, ran.stderr.replace(/\s+/g, " ")]).toEqual([2, expect.stringContaining(words)]);
  });

  test.each([
    ['{"logprob": 0.5}', '"outcomes.a.confidence.logprob" must be a number ≤ 0 (got 0.5)'],
    ['{"verified": 2}', '"outcomes.a.confidence.verified" must be a number from 0 to 1 (got 2)'],
    ['{"sure": 1}', 'unknown key "outcomes.a.confidence.sure"'],
  ])("a row with confidence %s is refused", async (confidence, words) => {
    here.put("bad.jsonl", `{"prompt": "a", "outcomes": {"a": {"quality": 1, "confidence": ${confidence}}}}\n`);
    const ran = await here.inside("eval", "bad.jsonl", ...FAST);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(words)]);
  });
});

describe("wrp route", () => {
  test("prints the path in words, and bounds of its cost", async () => {
    const here = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": CONFIG });
    await here.inside("eval", ...FAST);
    const { stdout } = await here.inside("route", "Hello", "--policy", "judged");
    expect(stdout).toContain("wren → condor   by judged");
    expect(stdout).toContain("rule     asks wren, then condor unless a judge who errs in 10 % of verdicts says that the grade is 0.5 or more");
    expect(stdout).toMatch(/cost {5}unknown \(undetermined: \$0\.0000\d+ to \$0\.00\d+; mean of 200 recorded prompts/);
    expect((await here.inside("route", "Hello", "--policy", "judged", "--json")).json<{ decisions: object[] }>().decisions[0]).toMatchObject({ model: null, alternatives: [], path: ["wren", "condor"] });
  });
});

describe("best-of", () => {
  test("is judged by the sum of costs, the slowest call and all who saw the prompt, stored and compared", async () => {
    const flag = "best-of(name=best,models=[wren,heron],pick=grader)";
    const here = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": MODELS });
    const ran = await here.inside("eval", "d.jsonl", "--json", ...FAST, "--policy", flag, "--policy", "best-of(name=judged,models=[wren,heron],pick=judge,errorRate=0.2)");
    expect(ran.code, ran.stderr).toBe(0);
    const own = policy(ran.json(), "best");
    const two = (row: DeskRow) => [outcome(row, "wren"), outcome(row, "heron")] as const;
    expect(own.description).toBe("best of 2: asks wren, heron at the same time; gives the answer of the highest grade (hindsight: a perfect judge)");
    expect(own.quality.mean).toBeCloseTo(mean(rows.map((row) => Math.max(...two(row).map(({ quality }) => quality)))), 9);
    expect(own.costUsdPer1k?.mean).toBeCloseTo(1000 * mean(rows.map((row) => two(row)[0].costUsd + two(row)[1].costUsd)), 9);
    expect(own.latencyMs?.mean).toBeCloseTo(mean(rows.map((row) => Math.max(...two(row).map(({ latencyMs }) => latencyMs)))), 6);
    expect(own.share["wren"]?.mean).toBeCloseTo(share((row) => two(row)[0].quality >= two(row)[1].quality), 9);
    expect(own.calls).toMatchObject({ perPrompt: { mean: 2 }, byModel: { wren: 1, heron: 1 } });
    expect(own.privacy?.leakRate.mean).toBe(1);
    expect(policy(ran.json(), "judged").hindsight).toBe(false);
    const { comparisons } = (await here.inside("compare", "best", "judged", "--json")).json<PolicyComparison>();
    expect(comparisons.find(({ metric }) => metric === "costUsdPer1k")?.difference).toBe(0);
    const routed = (await here.inside("route", "Hello", "--policy", flag)).stdout;
    expect(routed).toContain("wren + heron   by best");
    expect(routed).toMatch(/cost {5}\$0\.000\d+ expected \(all of wren, heron are called;/);
  });
});

describe("bad input ends with exit code 2 and says what is wrong", () => {
  test.each([
    ["cascade(models=[wren,osprey],stop=grader)", 'unknown model "osprey"'],
    ["cascade(models=[wren],stop=grader)", "a cascade needs two models or more"],
    ["cascade(models=[wren,condor,wren],stop=grader)", "names wren twice"],
    ["cascade(models=[wren,condor],stop=grader,threshold=1.5)", "threshold 1.5 is not within 0 to 1"],
    ["cascade(models=[wren,condor],stop=grader,threshold=[0.5,0.6])", "2 thresholds for 2 models"],
    ["cascade(models=[wren,condor],stop=grader,threshold=high)", "must be a number"],
    ["cascade(models=[wren,condor],stop=judge)", "needs the errorRate of its judge"],
    ["cascade(models=[wren,condor],stop=judge,errorRate=1.1)", "errorRate"],
    ["cascade(models=[wren,condor],stop=grader,errorRate=0.1)", "errorRate is the judge's, and stop is grader"],
    ["cascade(models=[wren,condor],stop=never,threshold=0.3)", "stop never has no threshold"],
    ["cascade(models=[wren,condor],stop=often)", "stop"],
    ["cascade(models=[wren,condor])", "stop"],
    ["best-of(models=[wren],pick=grader)", "best-of needs two models or more"],
    ["best-of(models=[wren,wren],pick=grader)", "names wren twice"],
    ["best-of(models=[wren,condor],pick=judge)", "needs the errorRate of its judge"],
    ["best-of(models=[wren,condor],pick=grader,threshold=0.3)", "threshold is the judge's, and pick is grader"],
    ["best-of(models=[wren,condor],pick=margin)", "goes by an answer's mean margin to the second likeliest token, which is known of no answer of wren here"],
  ])("%s", async (flag, words) => {
    for (const command of [["eval", "d.jsonl", "--no-config"], ["check", "-c", "bad.yaml"]]) {
      const [head, inside = ""] = flag.split(/\((.*)\)/s);
      at.put("bad.yaml", `datasets: [d.jsonl]\npolicies:\n  - {kind: ${head}, name: bad, ${inside.replaceAll("=", ": ")}}\n`);
      const ran = await at.inside(...command, ...(command[0] === "eval" ? ["--policy", flag] : []));
      expect([ran.code, `${ran.stdout}${ran.stderr}`.replace(/\s+/g, " ")]).toEqual([2, expect.stringContaining(words)]);
    }
  });

  test("the order by cost needs costs", async () => {
    const here = folder({ "d.jsonl": jsonl(rows.map((row) => ({ ...row, outcomes: { wren: { quality: 1 }, heron: { quality: 0 } } }))) });
    const ran = await here.inside("eval", "d.jsonl", "--policy", "cascade(stop=grader)");
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining("what wren costs is not known, so which model is the cheapest is not")]);
  });
});

const ROUTERBENCH = join(SHARED_DATA, "routerbench");
test.skipIf(!existsSync(ROUTERBENCH))("RouterBench: cascades whose judge errs in 10 % or less lie above the zero router, as its paper reports (needs shared/data)", async () => {
  const here = folder({});
  const rates = [0, 0.05, 0.1, 0.3];
  const args = rates.flatMap((rate) => ["--policy", `cascade(name=e${rate},stop=judge,errorRate=${rate})`]);
  const report = (await here.inside("eval", ROUTERBENCH, "--json", ...FAST, ...args)).json();
  const mix = (name: string) => policy(report, name).costMatchedMix;
  expect(policy(report, "e0")).toMatchObject({ hindsight: true, costMatchedMix: null });
  for (const name of ["e0.05", "e0.1"]) expect(mix(name)?.verdict).toBe("better");
  const quality = rates.map((rate) => policy(report, `e${rate}`).quality.mean as number);
  expect(quality).toEqual(quality.toSorted((a, b) => b - a));
  expect(report.warnings.join("\n")).toContain("no judge was asked: a judge who errs in 5 % of verdicts is played by the recorded grades, and costs nothing and takes no time");
});
