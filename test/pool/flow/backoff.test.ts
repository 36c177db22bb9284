import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FailureKind } from "../../../src/model/live.ts";
import { fullJitter, worthAnother } from "../../../src/pool/flow/backoff.ts";

test("full jitter is spread over 0 to the doubled base, up to the cap", () => {
  const backoff = { baseMs: 100, capMs: 1000 };
  expect([1, 2, 3, 4, 5, 50].map((n) => fullJitter(n, backoff, 1))).toEqual([100, 200, 400, 800, 1000, 1000]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, draw) => {
      const ms = fullJitter(n, backoff, draw);
      expect(ms).toBe(draw * Math.min(1000, 100 * 2 ** (n - 1)));
    }),
  );
});

test("what may go well another time is tried again, what comes malformed twice more", () => {
  const all: FailureKind[] = ["connect", "timeout", "rate-limit", "overloaded", "server", "refused", "not-found", "request", "disconnect", "malformed", "too-large", "aborted"];
  expect(all.filter((kind) => worthAnother(kind, 1))).toEqual(["connect", "timeout", "rate-limit", "overloaded", "server", "disconnect", "malformed"]);
  expect([1, 2, 3].map((n) => worthAnother("malformed", n))).toEqual([true, true, false]);
});
