import { expect, test } from "vitest";
import { allowanceWaitMs } from "../../../src/pool/flow/allowance.ts";
import { aTry } from "./try.ts";

// The reply came at 03:04:06.000Z, 1767323046 s of Unix time.
test.each<[number, Record<string, string>]>([
  [0, {}],
  [0, { "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "20s" }],
  [0, { "x-ratelimit-remaining-requests": "0" }],
  [0, { "x-ratelimit-reset-requests": "20s" }],
  [0, { "x-ratelimit-remaining-requests": "", "x-ratelimit-reset-requests": "20s" }],
  [0, { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon" }],
  [20_000, { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s" }],
  [20, { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms" }],
  [7660, { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "7.66s" }],
  [1_500, { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5" }],
  [60_000, { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" }],
  [60_000, { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h2m3s" }],
  [9000, { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "3s", "x-ratelimit-remaining-tokens": "-4", "x-ratelimit-reset-tokens": "9s" }],
  [5000, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767323051000" }],
  [5000, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767323051" }],
  [0, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767323040" }],
  [4000, { "anthropic-ratelimit-output-tokens-remaining": "0", "anthropic-ratelimit-output-tokens-reset": "2026-01-02T03:04:10Z" }],
  [0, { "anthropic-ratelimit-output-tokens-remaining": "0", "anthropic-ratelimit-output-tokens-reset": "2026-01-02T03:04:00Z" }],
])("%i ms for %o", (ms, headers) => {
  expect(allowanceWaitMs(aTry(null, { headers }))).toBeCloseTo(ms, 6);
});
