import type { Try } from "../../model/live.ts";

/** Prefix and suffix around "remaining" and "reset" in the headers of a reply that tell what is left of an allowance. */
const HEADERS: readonly (readonly [before: string, after: string])[] = [
  // OpenAI, Groq, Azure, LiteLLM, vLLM's routers.
  ["x-ratelimit-", "-requests"],
  ["x-ratelimit-", "-tokens"],
  // OpenRouter and many gateways.
  ["x-ratelimit-", ""],
];
/** Anthropic names the kind before what it says of it. */
const ANTHROPIC = ["requests", "tokens", "input-tokens", "output-tokens"];
const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, "µs": 0.001, ns: 1e-6 };
/** A number above this is no span of seconds but a time of day, in seconds; above a thousand times as much, in milliseconds. */
const EPOCH_S = 1e9;
const EPOCH_MS = 1e12;
/**
 * The longest that a header makes us wait. It says when the allowance is whole again (OpenAI, "Rate limits"), and a part of it comes back
 * long before that; should it be too soon, a 429 says how long to wait.
 */
const LONGEST_MS = 60_000;

/** Milliseconds to wait until there is an allowance again, at most a minute; 0 where one is left, or the reply says nothing of it. */
export function allowanceWaitMs(reply: Try): number {
  const { headers } = reply;
  const pairs = [
    ...HEADERS.map(([before, after]) => [headers[`${before}remaining${after}`], headers[`${before}reset${after}`]]),
    ...ANTHROPIC.map((kind) => [headers[`anthropic-ratelimit-${kind}-remaining`], headers[`anthropic-ratelimit-${kind}-reset`]]),
  ];
  const cameAt = Date.parse(reply.startedAt) + reply.times.endMs;
  const waits = pairs.map(([remaining, reset]) => (remaining !== undefined && reset !== undefined && Number(remaining || NaN) <= 0 ? waitMs(reset, cameAt) : 0));
  return Math.min(LONGEST_MS, Math.max(...waits));
}

/** "6m0s", "20ms", "1.5" (seconds), a Unix time in seconds or milliseconds, or a date; 0 for what cannot be read. */
function waitMs(reset: string, cameAt: number): number {
  const text = reset.trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number < EPOCH_S) return number * 1000;
    return until((number < EPOCH_MS ? number * 1000 : number) - cameAt);
  }
  if (/^(\d+(\.\d+)?(h|ms|m|us|µs|ns|s))+$/.test(text)) {
    return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|us|µs|ns|s)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS_MS[unit as string] as number), 0);
  }
  return until(Date.parse(text) - cameAt);
}

function until(ms: number): number {
  return ms > 0 ? ms : 0;
}
