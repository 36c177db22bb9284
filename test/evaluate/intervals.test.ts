import { expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { folder, jsonl, policy } from "../wrp.ts";

/** Intervals where they are hard: few units, sessions, gaps, points that lie on a line. Rows are whole dataset rows. */
const at = folder();
let files = 0;

async function evaluated(rows: readonly Record<string, unknown>[], ...flags: string[]): Promise<Report> {
  const name = `i${files++}.jsonl`;
  at.put(name, jsonl(rows.map((row, i) => ({ id: `r${i}`, prompt: `Count to ${i}.`, ...row }))));
  const ran = await at.inside("eval", name, "--store", ":memory:", "--resamples", "400", "--json", "-q", ...flags);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
}

test("rates of leaks, reach and failure heed sessions as shares do", async () => {
  const rows = Array.from({ length: 300 }, (_, i) => {
    const session = Math.floor(i / 30);
    return { session: `s${session}`, tags: ["pii", "attack"], chosen: session < 5 ? "here" : "there", outcomes: { here: { quality: 1 }, there: { quality: 0 } } };
  });
  at.put("trust.yaml", "models:\n  - { name: here, trusted: true, guarded: true }\n");
  const live = policy(await evaluated(rows, "-c", "trust.yaml"), "recorded");
  const share = live.share["there"];
  expect(share?.mean).toBe(0.5);
  expect((share?.ci?.[1] ?? 0) - (share?.ci?.[0] ?? 0)).toBeGreaterThan(0.4); // ten sessions, not 300 prompts
  expect(live.privacy?.leakRate.ci?.[0]).toBeCloseTo(share?.ci?.[0] as number, 9);
  expect(live.safety?.attackReachRate.ci?.[1]).toBeCloseTo(share?.ci?.[1] as number, 9);
  const failing = rows.map((row, i) => ({ ...row, outcomes: { here: i < 150 ? { error: "timeout" } : { quality: 1 }, there: { quality: 1 } } }));
  const errors = policy(await evaluated(failing), "here").errorRate;
  expect((errors.ci?.[1] ?? 0) - (errors.ci?.[0] ?? 0)).toBeGreaterThan(0.4);
});

test("all right on twelve prompts is not certainty, also beside a graded model", async () => {
  const report = await evaluated(Array.from({ length: 12 }, (_, i) => ({ outcomes: { right: { quality: 1 }, graded: { quality: 0.3 + i / 100 } } })));
  const ci = policy(report, "right").quality.ci;
  expect(ci?.[1]).toBe(1);
  expect(ci?.[0]).toBeCloseTo(0.7575, 3); // Wilson at 12
});

test("the same text three hundred times is three observations where there are three texts", async () => {
  const report = await evaluated(Array.from({ length: 300 }, (_, i) => ({ prompt: `Count to ${i % 3}.`, outcomes: { a: { quality: 1 } } })));
  expect(policy(report, "a").quality.ci?.[0]).toBeCloseTo(0.4385, 3); // Wilson at 3
});

test("a cost that one prompt of sixty has, has no interval", async () => {
  const report = await evaluated(Array.from({ length: 60 }, (_, i) => ({ outcomes: { a: { quality: i % 2, ...(i === 7 ? { costUsd: 0.01 } : {}) } } })));
  expect(policy(report, "a").costUsdPer1k).toEqual({ mean: 10, ci: null, n: 1 });
  expect(report.warnings).toContain("the cost of a is known on 1 of the 60 prompts that its quality stands on");
});

test("five equal prompts do not make two models equivalent", async () => {
  const outcomes = { a: { quality: 1 }, b: { quality: 1 } };
  const few = await evaluated(Array.from({ length: 5 }, () => ({ outcomes })), "--margin", "quality=0.01");
  expect(few.comparisons.find((c) => c.a === "a" && c.metric === "quality")?.verdict).toBe("inconclusive");
  const many = await evaluated(Array.from({ length: 2000 }, () => ({ outcomes })), "--margin", "quality=0.01");
  expect(many.comparisons.find((c) => c.a === "a" && c.metric === "quality")?.verdict).toBe("equivalent");
});

test("a rule that moves two prompts of a hundred has a sane cost interval, and spoils no other verdict", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ tags: i < 2 ? ["rare"] : [], outcomes: { cheap: { quality: i % 2, costUsd: 0.001 }, dear: { quality: 1, costUsd: 0.01 } } }));
  at.put("rare.yaml", `policies:\n  - { name: rare, kind: rules, rules: [{ when: '"rare" in prompt.tags', model: dear }], default: cheap }\n`);
  const report = await evaluated(rows, "-c", "rare.yaml", "--reference", "cheap");
  const cost = policy(report, "rare").costUsdPer1k;
  expect(cost?.mean).toBeCloseTo(1.18, 9);
  expect(cost?.ci?.[0]).toBeGreaterThanOrEqual(0);
  expect(cost?.ci?.[1]).toBeLessThan(2);
  const quality = report.comparisons.find((c) => c.a === "rare" && c.metric === "quality");
  expect(quality?.verdict).toBe("inconclusive");
  expect(report.comparisons.find((c) => c.a === "dear" && c.metric === "quality")?.verdict).toBe("better");
});

test("a sweep is judged by its own two models", async () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({
    prompt: `${"x".repeat(i)}`,
    outcomes: { poor: { quality: 0, costUsd: 0.001 }, b: { quality: i % 4 ? 1 : 0, costUsd: 0.002 }, c: { quality: (i + 1) % 4 ? 1 : 0, costUsd: 0.003 } },
  }));
  const report = await evaluated(rows, "--policy", "threshold(name=even,weak=b,strong=c,strongShare=0.5)");
  const even = report.sweeps.find((s) => s.name === "even");
  expect(even?.apgr).toEqual({ exact: null, asCoded: null, ci: null });
  expect(even?.cpt.exact).toEqual({ "20": null, "50": null, "80": null });
  expect(report.sweeps.find((s) => s.name === "length")?.apgr.exact).not.toBeNull();
  expect(report.warnings.join("\n")).toContain("sweep even: APGR and CPT are n/a");
  // It starts above the cheapest model: no area is credited below its own cost.
  expect(policy(report, "even").aiq).toBeUndefined();
});

test("what lies on the hull is its own mix: no difference, no verdict from rounding", async () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({ outcomes: { a: { quality: (i * 7) % 10 < 4 ? 1 : 0, costUsd: 0.001 + (i % 7) / 1e5 }, b: { quality: (i * 3) % 10 < 8 ? 1 : 0, costUsd: 0.01 + (i % 5) / 1e4 } } }));
  const report = await evaluated(rows);
  for (const name of ["a", "b", "zero-router", "random", "cheapest", "best-single"])
    expect(policy(report, name).costMatchedMix, name).toMatchObject({ difference: 0, ci: [0, 0], simultaneousCi: [0, 0], verdict: "inconclusive" });
});

test("a policy that uses a model nobody priced has no cost", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ tags: i % 3 ? [] : ["x"], outcomes: { priced: { quality: 1, costUsd: 0.01 }, dark: { quality: i % 2 } } }));
  at.put("dark.yaml", `policies:\n  - { name: some, kind: rules, rules: [{ when: '"x" in prompt.tags', model: dark }], default: priced }\n`);
  const report = await evaluated(rows, "-c", "dark.yaml");
  expect(policy(report, "some").costUsdPer1k).toBeNull();
  expect(report.comparisons.filter((c) => c.metric === "costUsdPer1k" && c.a === "some")).toEqual([]);
});
