import { expect, test } from "vitest";
import { probeLevel, type ProbeLevel } from "../../src/evaluate/probe.ts";
import { marked, PROBE_PROMPTS } from "../../src/evaluate/probe-prompts.ts";
import { probedProfile } from "../../src/evaluate/probed-profile.ts";
import type { FailureKind } from "../../src/model/live.ts";
import { shippedProfileSchema } from "../../src/model/profile.ts";
import type { LiveOutcome } from "../../src/pool/live.ts";

interface Came {
  readonly connectMs?: number | null;
  readonly firstMs?: number;
  readonly lastMs?: number;
  readonly tokens?: number | null;
  readonly lagMs?: number;
  readonly fails?: FailureKind;
}

/** An outcome of one try. */
function came({ connectMs = null, firstMs = 100, lastMs = 200, tokens = 11, lagMs = 0, fails }: Came): LiveOutcome {
  const failure = fails ? { kind: fails, message: "no", retryAfterMs: null } : null;
  const outputTokens = failure ? null : tokens;
  const times = { connectMs, headersMs: 1, firstByteMs: 1, firstTokenMs: failure ? null : firstMs, lastTokenMs: failure ? null : lastMs, endMs: lastMs };
  const usage = { inputTokens: 1, cachedInputTokens: null, cacheWriteTokens: null, outputTokens, reasoningTokens: null };
  const one = { startedAt: "2026-01-01T00:00:00Z", status: 200, times, usage, text: "", toolCalls: null, finishReason: null, servedModel: null, headers: {}, failure, lagMs };
  return {
    called: true,
    answer: { quality: null, costUsd: 0, latencyMs: lastMs, ttftMs: null, inputTokens: 1, outputTokens, error: failure ? `${failure.kind}: no` : null, text: "" },
    tries: [{ try: one, queuedMs: 0, costUsd: 0 }],
  };
}

async function levelOf(outcomes: readonly LiveOutcome[]): Promise<ProbeLevel> {
  const left = [...outcomes];
  let clock = 0;
  const model = { ask: () => Promise.resolve(left.shift() as LiveOutcome) };
  return probeLevel(
    outcomes.map(() => ({ messages: [], inputTokens: 1 })),
    { model, concurrency: 3, maxOutputTokens: 20, clockMs: () => (clock += 1000), signal: new AbortController().signal, pausedMs: () => 5, onEnd: () => undefined },
  );
}

const at = (measured: ProbeLevel["ttftMs"], share: number) => measured?.quantiles.find(([p]) => p === share)?.[1];
const probed = { model: "m", servedAs: "m", protocol: "openai-chat", host: "h", measuredAt: "2026-11-24T01:02:03Z", wrpVersion: "9", maxOutputTokens: 20, prompts: "wrp's own prompts" };

test("TTFT is from when the connection stood; TPOT of a lone token is none", async () => {
  const level = await levelOf([came({ connectMs: 40 }), came({ firstMs: 50, lastMs: 50, tokens: 1 }), came({ firstMs: 90, lastMs: 150, tokens: 20 })]);
  expect([0, 0.5, 1].map((share) => at(level.ttftMs, share))).toEqual([50, 60, 90]);
  expect(level.tpotMs).toMatchObject({ n: 2 });
  expect(at(level.tpotMs, 0)).toBeCloseTo(60 / 19, 3);
  expect(at(level.tpotMs, 1)).toBe(10);
  expect(level).toMatchObject({ calls: 3, answered: 3, cut: 1, late: 0, lagMs: 0, elapsedMs: 1000, pausedMs: 5, callsPerSecond: 3, outputTokensPerSecond: 32 });
  expect(level.outputTokens?.quantiles.map(([p]) => p)).toEqual([0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1]);
});

test("late timings are left out; tokens and errors of late calls count all the same", async () => {
  const level = await levelOf([came({}), came({}), came({ firstMs: 900, lastMs: 999, lagMs: 300, tokens: 5 }), came({ lagMs: 19 })]);
  expect(level).toMatchObject({ late: 1, lateKept: false, lagMs: 19, ttftMs: { n: 3 }, outputTokens: { n: 4 } });
  expect(at(level.ttftMs, 1)).toBe(100);
  expect(probedProfile(level, [level], probed, undefined)?.source).toContain("1 timings left out, since wrp was late");
});

test("where most are late they are kept, and it is said how late", async () => {
  const level = await levelOf([came({}), came({ firstMs: 140, lagMs: 41.5 }), came({ firstMs: 150, lagMs: 30 })]);
  expect(level).toMatchObject({ late: 2, lateKept: true, lagMs: 41.5, ttftMs: { n: 3 } });
  expect(probedProfile(level, [level], probed, undefined)?.source).toContain("timings are no better than 42 ms, since wrp was late");
});

test("rate limits, failures and calls that were not made are three things", async () => {
  const notCalled: LiveOutcome = { called: false, why: "the cost cap is reached", tries: [] };
  const level = await levelOf([came({}), came({ fails: "rate-limit" }), came({ fails: "server" }), came({ fails: "server" }), notCalled, came({ tokens: null })]);
  expect(level).toMatchObject({
    calls: 5,
    answered: 2,
    rateLimited: 1,
    failed: 2,
    notCalled: 1,
    uncounted: 1,
    failedBecause: [{ why: "server: no", calls: 2 }, { why: "rate-limit: no", calls: 1 }],
    notCalledBecause: [{ why: "the cost cap is reached", calls: 1 }],
    errorRate: { value: 0.4 },
    rateLimitRate: { value: 0.2 },
    ttftMs: { n: 2 },
    tpotMs: { n: 1 },
    outputTokens: { n: 1 },
    outputTokensPerSecond: null,
  });
  // Wilson, 2 of 5: the published figures of the score interval.
  expect(level.errorRate?.ci?.[0]).toBeCloseTo(0.1176, 3);
  expect(level.errorRate?.ci?.[1]).toBeCloseTo(0.7693, 3);
  expect(shippedProfileSchema.parse(probedProfile(level, [level], probed, "free"))).toMatchObject({ errorRate: 0.4, rateLimitRate: 0.2, price: { inputUsdPer1M: 0, outputUsdPer1M: 0, source: "free, as the config says" } });
});

test("of nothing there is no rate, no quantile and no profile", async () => {
  const level = await levelOf([{ called: false, why: "not called", tries: [] }]);
  expect(level).toMatchObject({ calls: 0, errorRate: null, rateLimitRate: null, ttftMs: null, tpotMs: null, outputTokens: null, callsPerSecond: null, outputTokensPerSecond: null, lagMs: null, lateKept: false });
  expect(probedProfile(level, [level], probed, undefined)).toBeNull();
});

test("the prompts are of several lengths, and a mark stands before anything else", () => {
  const lengths = PROBE_PROMPTS.map((text) => text.length);
  expect(new Set(PROBE_PROMPTS).size).toBe(20);
  expect(Math.min(...lengths)).toBeLessThan(40);
  expect(Math.max(...lengths)).toBeGreaterThan(600);
  const [first, second] = marked([{ role: "system", content: "be brief" }, { role: "user", content: "hi" }], "abc-1");
  expect(first?.content).toMatch(/^\(Call abc-1; .*\)\n\nbe brief$/);
  expect(second?.content).toBe("hi");
});
