import { describe, expect, test } from "vitest";
import { desk, mean, type DeskRow } from "../desk.ts";
import { folder, jsonl, policy } from "../wrp.ts";

const FAST = ["-q", "--resamples", "200"];
const rows = desk(200);
const outcome = (row: DeskRow, model: string) => row.outcomes[model] as { quality: number; costUsd: number; latencyMs: number };
/** wren knows when it is right, with one answer in ten of which nobody knows how sure it was. */
const sure = rows.map((row, i) => ({ ...row, outcomes: { ...row.outcomes, wren: { ...row.outcomes["wren"], ...(i % 10 === 9 ? {} : { confidence: { logprob: outcome(row, "wren").quality === 1 ? -0.1 - (i % 7) / 100 : -1 - (i % 7) } }) } } }));
const here = folder({ "d.jsonl": jsonl(sure) });
const CONDOR_USD = 1000 * mean(rows.map((row) => outcome(row, "condor").costUsd));

async function judged(flag: string, at = here) {
  const ran = await at.inside("eval", "d.jsonl", "--json", ...FAST, "--policy", `frugal(name=own,${flag})`);
  expect(ran.code, ran.stderr).toBe(0);
  return { own: policy(ran.json(), "own"), report: ran.json(), notes: ran.json().warnings.filter((one) => one.includes('"own"')).join("\n") };
}

describe("frugal", () => {
  test("finds that answers of which a model is sure are to be kept, and tells the cascade, with its quality and cost", async () => {
    const { own, report, notes } = await judged(`budgetUsdPer1k=${CONDOR_USD},models=[wren,condor],scorer=logprob`);
    expect(notes).toContain("its cascade is searched in 5 folds, each prompt decided by what was found on");
    expect(notes).toMatch(/found in \d folds?: asks wren; then condor unless the mean log-probability of its tokens is -[\d.]+ or more \(quality 0\.\d{4} at \$[\d.]+ per 1,000 where it was searched\)/);
    expect(notes).toContain("20 of 200 prompts are not decided: the mean log-probability of an answer's tokens on the way");
    const known = rows.filter((_, i) => i % 10 !== 9);
    const right = (row: DeskRow) => (outcome(row, "wren").quality === 1 ? "wren" : "condor");
    // Near the one that keeps all that is right and nothing else, which a threshold between -1 and -0.16 is.
    expect(own.quality.mean).toBeGreaterThan(mean(known.map((row) => outcome(row, right(row)).quality)) - 0.05);
    expect(own.quality.mean).toBeGreaterThan((policy(report, "condor").quality.mean as number) - 0.05);
    expect(own.costUsdPer1k?.mean).toBeLessThan(CONDOR_USD);
    expect([own.hindsight, own.calls?.byModel["wren"]]).toEqual([false, 1]);
  });

  test("a small budget buys what is within it, and less than any model costs buys nothing, which is said", async () => {
    const cheapest = 1000 * mean(rows.map((row) => outcome(row, "wren").costUsd));
    const small = await judged(`budgetUsdPer1k=${1.2 * cheapest},scorer=judge,errorRate=0.1`);
    expect(small.own.costUsdPer1k?.mean).toBeLessThan(1.5 * cheapest);
    const { own, notes } = await judged(`budgetUsdPer1k=${cheapest / 10},scorer=judge,errorRate=0.1`);
    expect(own.quality).toMatchObject({ mean: null, n: 0 });
    expect(notes).toContain("200 of 200 prompts are not decided: a cascade within the budget is not known");
  });

  test("what is found for a fold does not hang on its own grades", async () => {
    // The first 40 prompts are one session, so one of the five folds; elsewhere a is right a little more often than b.
    const data = (session: "a" | "b") =>
      rows.map(({ prompt }, i) => {
        const right = i < 40 ? session : i % 20 < 11 ? "a" : "b";
        return { prompt, session: i < 40 ? "one" : `s${i}`, outcomes: Object.fromEntries(["a", "b"].map((model) => [model, { quality: model === right ? 1 : 0, costUsd: 0.001, confidence: { margin: (i * 7) % 5 } }])) };
      });
    const found = async (session: "a" | "b") => {
      const at = folder({ "d.jsonl": jsonl(data(session)) });
      const ran = await at.inside("eval", "d.jsonl", ...FAST, "--policy", "frugal(name=own,budgetUsdPer1k=1,length=1,scorer=margin)", "-o", "decisions.jsonl");
      expect(ran.code, ran.stderr).toBe(0);
      const lines = at.read("decisions.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as { policy: string; model: string | null });
      return lines.filter((line) => line.policy === "own").map(({ model }) => model);
    };
    const [ofA, ofB] = [await found("a"), await found("b")];
    expect([new Set(ofA.slice(0, 40)), new Set(ofB.slice(0, 40))]).toEqual([new Set(["a"]), new Set(["a"])]);
    // For the other folds, that session's grades count.
    expect([new Set(ofA.slice(40)), new Set(ofB.slice(40))]).toEqual([new Set(["a"]), new Set(["b"])]);
  });

  test("the same seed finds the same; a stored run is compared, and a new prompt is not routed", async () => {
    const flag = `frugal(name=own,budgetUsdPer1k=${CONDOR_USD},scorer=judge,errorRate=0.05,judgeCostUsd=0.00001,judgeLatencyMs=20)`;
    const one = await here.inside("eval", "d.jsonl", "--json", ...FAST, "--policy", flag);
    const again = await here.inside("eval", "d.jsonl", "--json", "--fresh", ...FAST, "--policy", flag);
    expect(policy(again.json(), "own")).toEqual(policy(one.json(), "own"));
    const compared = await here.inside("compare", "own", "condor", "--json");
    expect(compared.json<{ comparisons: { metric: string; difference: number }[] }>().comparisons.find(({ metric }) => metric === "quality")?.difference).toBeCloseTo((policy(one.json(), "own").quality.mean as number) - (policy(one.json(), "condor").quality.mean as number), 5);
    const routed = await here.inside("route", "Hello", "--policy", flag);
    expect([routed.code, routed.stderr]).toEqual([2, expect.stringContaining("is fitted inside wrp eval")]);
  });

  test.each([
    ["scorer=judge,errorRate=0.1", "budgetUsdPer1k"],
    ["budgetUsdPer1k=1,scorer=judge", "needs the errorRate of its judge"],
    ["budgetUsdPer1k=1,scorer=logprob,errorRate=0.1", "errorRate is the judge's, and scorer is logprob"],
    ["budgetUsdPer1k=1,scorer=logprob,threshold=0.1", "threshold is the judge's, and scorer is logprob"],
    ["budgetUsdPer1k=1,scorer=margin", "which is known of none here"],
    ["budgetUsdPer1k=1,scorer=grader", "scorer"],
    ["budgetUsdPer1k=1,models=[wren,wren],scorer=logprob", "names wren twice"],
    ["budgetUsdPer1k=1,models=[wren,osprey],scorer=logprob", 'unknown model "osprey"'],
    ["budgetUsdPer1k=1,length=4,scorer=logprob", "length"],
  ])("frugal(%s) is an error", async (flag, words) => {
    const ran = await here.inside("eval", "d.jsonl", ...FAST, "--policy", `frugal(${flag})`);
    expect([ran.code, ran.stderr.replace(/\s+/g, " ")]).toEqual([2, expect.stringContaining(words)]);
  });
});
