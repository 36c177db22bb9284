import { describe, expect, test } from "vitest";
import { random } from "../../src/stats/random.ts";
import { folder, jsonl, policy } from "../wrp.ts";

const draws = random(7, "test");
/** The small one is right where it is sure; the big one always. Of every tenth prompt nobody knows how sure it was. */
const ROWS = Array.from({ length: 200 }, (_, i) => {
  const verified = Math.floor(5 * draws.next()) / 5;
  return {
    id: `p${i}`,
    prompt: `prompt ${i}`,
    tags: ["pii"],
    outcomes: { small: { quality: verified >= 0.6 ? 1 : 0, costUsd: 0.001, latencyMs: 100, ...(i % 10 === 9 ? {} : { confidence: { verified } }) }, big: { quality: 1, costUsd: 0.01, latencyMs: 300 } },
  };
});
const POLICY = "automix(models=[small,big])";

async function judged(spec: string, rows: readonly object[] = ROWS) {
  const at = folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": "models: [{name: small, trusted: true}]\n" });
  const ran = await at.inside("eval", "rows.jsonl", "--policy", spec, "--json", "--resamples", "200", "-o", "d.jsonl");
  expect(ran.code, ran.stderr).toBe(0);
  const own = policy(ran.json(), spec);
  const decided = at.read("d.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>).filter((one) => one["policy"] === spec);
  return { at, report: ran.json(), own, decided, warnings: ran.json().warnings.join("\n") };
}

describe("AutoMix", () => {
  test.each([POLICY, "automix(models=[small,big],method=threshold)", "automix(models=[small,big],lambda=50)"])("%s learns where asking the big one pays; every call is paid, and whoever is asked sees the prompt", async (spec) => {
    const { own, decided, warnings } = await judged(spec);
    const known = ROWS.filter(({ outcomes: { small } }) => small.confidence);
    const asked = known.filter(({ outcomes: { small } }) => small.quality === 0).length / known.length;
    expect(own.quality).toMatchObject({ mean: 1, n: 180 });
    expect(own.calls?.perPrompt.mean).toBeCloseTo(1 + asked, 12);
    expect(own.costUsdPer1k?.mean).toBeCloseTo(1 + 10 * asked, 9);
    expect(own.share["big"]?.mean).toBeCloseTo(0.9 * asked, 12); // a tenth is undecided
    expect(own.privacy?.leakRate.mean).toBeCloseTo(asked, 12);
    expect(decided[9]).toMatchObject({ model: null });
    expect(warnings).toMatch(/its cascade is searched in 5 folds, each prompt decided by what was found on 14\d to 14\d prompts of the other folds|on 144 prompts of the other folds/);
    expect(warnings).toMatch(/found in 5 folds: big is asked where verified is below 0\.6/);
    expect(warnings).toContain("20 of 200 prompts are not decided: its verification".replace("its", "an answer's"));
  });

  test("asks nobody else where that costs more than it is worth, or does not help", async () => {
    const dear = await judged("automix(models=[small,big],lambda=1000)");
    expect(dear.own.share["small"]?.mean).toBeCloseTo(0.9, 12);
    expect(dear.warnings).toContain("small's answer is always kept");
    const { own } = await judged("automix(models=[big,small])", ROWS.map(({ outcomes, ...row }) => ({ ...row, outcomes: { ...outcomes, big: { ...outcomes.big, confidence: { verified: 0.5 } } } })));
    expect(own.share["big"]?.mean).toBe(1);
  });

  test("what verifying takes is added, and a stored run plays it again", async () => {
    const { own, at } = await judged("automix(models=[small,big],verifyCostUsd=0.002,verifyLatencyMs=50,lambda=1000)");
    expect(own.costUsdPer1k?.mean).toBeCloseTo(3, 9);
    expect(own.latencyMs?.mean).toBeCloseTo(150, 9);
    expect((await at.inside("compare", "automix(models=[small,big],verifyCostUsd=0.002,verifyLatencyMs=50,lambda=1000)", "small")).code).toBe(0);
  });

  test.each([
    ["automix(models=[small])", "two"],
    ["automix(models=[small,small])", "names small twice"],
    ["automix(models=[small,nope])", 'unknown model "nope"'],
    ["automix(models=[small,big],confidence=logprob)", "is known of no answer of small here".replace("is known", "which is known")],
    ["automix(models=[small,big],bins=0)", "bins"],
    ["automix(models=[small,big],lambda=-1)", "lambda"],
  ])("%s is refused", async (spec, why) => {
    const ran = await folder({ "rows.jsonl": jsonl(ROWS) }).inside("eval", "rows.jsonl", "--policy", spec);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(why)]);
  });
});
