import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Profile } from "../../src/model/profile.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import { meanOfDistribution, simulatedBackend } from "../../src/pool/simulated.ts";
import { shippedProfiles } from "../../src/cli/models.ts";
import { quantileLinear } from "../../src/stats/quantiles.ts";
import { mean } from "../desk.ts";

const N = 20_000;
const prompts = Array.from({ length: N }, (_, i) => prompt(i));

function prompt(i: number, dataset = "d"): Prompt {
  const hash = (i * 7919 + 12345).toString(16).padStart(32, "0");
  return {
    ordinal: i, id: `p${i}`, hash, messages: null, dataset, file: "f", row: i, lengthCodePoints: i % 100, inputTokens: 100, session: null, turn: null, tags: [], meta: {}, reference: null, grader: null, chosen: null, outcomes: [],
  };
}

async function answers(profile: Profile, { seed = 1, name = "m", of = prompts as readonly Prompt[] } = {}) {
  return (await simulatedBackend(name, profile, seed).answer(of, name)).map((answer) => {
    if (!answer) throw new Error("every prompt is answered");
    return answer;
  });
}

const sorted = (values: readonly (number | null)[]) => Float64Array.from(values.filter((v) => v !== null)).sort();
/** Within z standard errors of a share. */
const near = (seen: number, share: number, n = N, z = 5) => expect(Math.abs(seen - share)).toBeLessThan(z * Math.sqrt((share * (1 - share)) / n) + 1e-12);

test("draws have the distributions that the profile states", async () => {
  const got = await answers({ quality: 0.7, outputTokens: 50, ttftMs: { p50: 300, p95: 900 }, tpotMs: { quantiles: [[0, 10], [0.5, 20], [1, 60]] } });
  near(mean(got.map((a) => a.quality as number)), 0.7);
  const ttft = sorted(got.map((a) => a.ttftMs));
  near(ttft.filter((v) => v <= 300).length / N, 0.5);
  near(ttft.filter((v) => v <= 900).length / N, 0.95);
  // 49 tokens come after the first.
  const tpot = sorted(got.map((a) => ((a.latencyMs as number) - (a.ttftMs as number)) / 49));
  near(tpot.filter((v) => v <= 20).length / N, 0.5);
  near(tpot.filter((v) => v <= 40).length / N, 0.75);
  expect(tpot[0]).toBeGreaterThanOrEqual(10);
  expect(tpot[N - 1]).toBeLessThanOrEqual(60.000001);
  expect(got.every((a) => a.error === null && a.outputTokens === 50 && a.costUsd === null)).toBe(true);
});

test("failures and rate limits come at their rates, cost nothing and have no grade", async () => {
  const got = await answers({ quality: 1, outputTokens: 10, ttftMs: 100, tpotMs: 1, errorRate: 0.1, rateLimitRate: 0.05 });
  const limited = got.filter((a) => a.error?.startsWith("429"));
  const failed = got.filter((a) => a.error !== null);
  near(limited.length / N, 0.05);
  near(failed.length / N, 0.15);
  for (const a of failed) expect(a).toMatchObject({ quality: null, costUsd: 0, outputTokens: null, latencyMs: 100 });
});

test("what is not stated is a gap", async () => {
  const [bare] = await answers({}, { of: [prompt(1)] });
  expect(bare).toEqual({ quality: null, costUsd: null, latencyMs: null, ttftMs: null, inputTokens: 100, outputTokens: null, error: null, text: null });
});

test("quality by slice: by dataset, and by the first condition that is true", async () => {
  const ofB = Array.from({ length: N }, (_, i) => prompt(i, "b"));
  const byDataset: Profile = { quality: { mean: 0.9, slices: { b: 0.2 } } };
  near(mean((await answers(byDataset)).map((a) => a.quality as number)), 0.9);
  near(mean((await answers(byDataset, { of: ofB })).map((a) => a.quality as number)), 0.2);
  const byCondition: Profile = { quality: { mean: 0.9, slices: [{ when: "prompt.lengthCodePoints < 50", mean: 0.3 }, { when: "true", mean: 0.6 }] } };
  const got = await answers(byCondition);
  near(mean(got.filter((_, i) => i % 100 < 50).map((a) => a.quality as number)), 0.3, N / 2);
  near(mean(got.filter((_, i) => i % 100 >= 50).map((a) => a.quality as number)), 0.6, N / 2);
});

test("models find the same prompts hard, as far as their correlation says", async () => {
  const both = async (correlation: number) => {
    const [a, b] = await Promise.all(["a", "b"].map((name) => answers({ quality: { mean: 0.5, correlation } }, { name })));
    return mean((a as typeof a & object).map((x, i) => (x.quality === 1 && b?.[i]?.quality === 1 ? 1 : 0)));
  };
  near(await both(0), 0.25);
  // P(both right) at mean ½ is ¼ + asin(ρ) / 2π (Sheppard 1899).
  near(await both(0.5), 0.25 + Math.asin(0.5) / (2 * Math.PI));
  near(await both(1), 0.5);
});

test("an answer is a function of seed, model and prompt: order and company do not matter", async () => {
  const profile: Profile = { quality: 0.5, outputTokens: { p50: 100, p95: 300 }, ttftMs: { p50: 100, p95: 200 }, tpotMs: 5, errorRate: 0.1 };
  const all = await answers(profile);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(N - 1), { minLength: 1, maxLength: 20 }), async (some) => {
      expect(await answers(profile, { of: some.map((i) => prompts[i] as Prompt) })).toEqual(some.map((i) => all[i]));
    }),
    { numRuns: 50 },
  );
  expect(await answers(profile, { seed: 2 })).not.toEqual(all);
  expect(await answers(profile, { name: "other" })).not.toEqual(all);
});

test("changing one figure leaves the draws of the others alone", async () => {
  const base: Profile = { quality: 0.5, outputTokens: { p50: 100, p95: 300 }, ttftMs: { p50: 100, p95: 200 }, tpotMs: 5 };
  const [a, b] = [await answers(base), await answers({ ...base, quality: 0.6 })];
  expect(b.map((x) => [x.ttftMs, x.outputTokens])).toEqual(a.map((x) => [x.ttftMs, x.outputTokens]));
  expect(b.every((x, i) => (x.quality as number) >= (a[i]?.quality as number))).toBe(true);
});

test("the mean of a distribution is the mean of its draws", async () => {
  for (const ttftMs of [120, { p50: 200, p95: 400 }, { quantiles: [[0.1, 5], [0.4, 10], [0.9, 100]] as [number, number][] }])
    expect(mean((await answers({ ttftMs })).map((a) => a.ttftMs as number)) / (meanOfDistribution(ttftMs) as number)).toBeCloseTo(1, 1);
});

test("every shipped profile says where its figures are from, and draws its own medians", async () => {
  const profiles = Object.entries(shippedProfiles());
  expect(profiles.length).toBeGreaterThanOrEqual(19);
  for (const [name, { price, ...profile }] of profiles) {
    expect(profile.source, name).toMatch(/llmperf-leaderboard 27aa9b6/);
    expect(price && "source" in price && price.source, name).toMatch(/as of 2026-\d\d-\d\d/);
    const got = (await answers(profile, { of: prompts.slice(0, 4000) })).filter((a) => a.error === null);
    const quantiles = (profile.ttftMs as { quantiles: [number, number][] }).quantiles;
    const at = (p: number) => quantiles.find(([q]) => q === p)?.[1] as number;
    const median = quantileLinear(sorted(got.map((a) => a.ttftMs)), 0.5);
    expect(median, name).toBeGreaterThan(at(0.25));
    expect(median, name).toBeLessThan(at(0.75));
  }
});
