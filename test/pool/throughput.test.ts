import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ServedTry } from "../../src/model/live.ts";
import { throughputOf } from "../../src/pool/throughput.ts";

const one = (more: Partial<ServedTry> = {}): ServedTry => ({ startedMs: 0, durationMs: 1000, firstTokenMs: 100, outputTokens: 50, failure: null, ...more });

test("tokens of answers over the time in which anything went on", () => {
  expect(throughputOf([one(), one({ startedMs: 500 }), one({ startedMs: 60_000, durationMs: 500 })])).toEqual({ answers: 3, outputTokens: 150, busyMs: 2000, outputTokensPerSecond: 75, inFlight: 1.25 });
});

test("a try that broke off has its time in it, not its tokens; one that nobody worked on has neither", () => {
  expect(throughputOf([one(), one({ startedMs: 1000, failure: "disconnect", outputTokens: 20 })])).toMatchObject({ answers: 1, outputTokens: 50, busyMs: 2000 });
  expect(throughputOf([one(), one({ startedMs: 1000, failure: "timeout", firstTokenMs: null, outputTokens: null })])).toMatchObject({ busyMs: 2000 });
  for (const failure of ["connect", "rate-limit", "overloaded", "server", "request"] as const) expect(throughputOf([one(), one({ startedMs: 1000, failure, firstTokenMs: null, outputTokens: null })]), failure).toMatchObject({ busyMs: 1000 });
});

test("answers that the backend did not count are left out whole", () => {
  expect(throughputOf([one(), one({ startedMs: 1000, outputTokens: null })])).toMatchObject({ answers: 1, busyMs: 1000, outputTokensPerSecond: 50 });
  expect(throughputOf([])).toEqual({ answers: 0, outputTokens: 0, busyMs: 0, outputTokensPerSecond: null, inFlight: 0 });
});

test("what answers cost adds up to what the busy time costs, and no order changes it", () => {
  const tries = fc.array(fc.record({ startedMs: fc.integer({ min: 0, max: 1e5 }), durationMs: fc.integer({ min: 1, max: 1e4 }), firstTokenMs: fc.constant(1), outputTokens: fc.integer({ min: 1, max: 500 }), failure: fc.constantFrom(null, "disconnect" as const) }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(tries, (list) => {
      const { busyMs, outputTokens, outputTokensPerSecond, inFlight } = throughputOf(list);
      expect(throughputOf(list.toReversed())).toEqual(throughputOf(list));
      expect(inFlight).toBeGreaterThanOrEqual(1);
      if (outputTokens > 0) expect(outputTokens / (outputTokensPerSecond as number)).toBeCloseTo(busyMs / 1000, 6);
    }),
  );
});
