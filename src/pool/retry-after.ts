type Headers = Readonly<Record<string, string | undefined>>;

/** What a limit counts in the headers of OpenAI and Anthropic, and how these are named. */
const COUNTED: readonly ((what: "remaining" | "reset") => string)[] = [
  (what) => `x-ratelimit-${what}-requests`,
  (what) => `x-ratelimit-${what}-tokens`,
  (what) => `anthropic-ratelimit-requests-${what}`,
  (what) => `anthropic-ratelimit-tokens-${what}`,
  (what) => `anthropic-ratelimit-input-tokens-${what}`,
  (what) => `anthropic-ratelimit-output-tokens-${what}`,
  (what) => `x-ratelimit-${what}`,
  (what) => `ratelimit-${what}`,
];

/**
 * How long the backend asks to wait, milliseconds; null where it does not say. `retry-after-ms`, then `Retry-After` (seconds or an HTTP date),
 * then Google's RetryInfo in the body, then the resets of the limits that are used up; where none says it is, the soonest reset of all.
 *
 * @param now the time that dates are measured from, where the response has no `Date`
 */
export function retryAfterMs(headers: Headers, body: string, now: Date): number | null {
  const from = dateMs(headers["date"] ?? "") ?? now.getTime();
  const stated = figure(headers["retry-after-ms"]) ?? retryAfter(headers["retry-after"], from);
  if (stated !== null) return Math.max(0, stated);
  const info = /"retryDelay"\s*:\s*"([\d.]+s)"/.exec(body)?.[1];
  if (info !== undefined) return durationMs(info);
  const resets = COUNTED.flatMap((name) => {
    const ms = resetMs(headers[name("reset")], from);
    return ms === null ? [] : [{ ms: Math.max(0, ms), usedUp: figure(headers[name("remaining")]) === 0 }];
  });
  const usedUp = resets.filter((reset) => reset.usedUp).map(({ ms }) => ms);
  if (usedUp.length > 0) return Math.max(...usedUp);
  return resets.length > 0 ? Math.min(...resets.map(({ ms }) => ms)) : null;
}

function retryAfter(value: string | undefined, from: number): number | null {
  if (value === undefined) return null;
  const seconds = figure(value);
  if (seconds !== null) return seconds * 1000;
  const duration = durationMs(value);
  if (duration !== null) return duration;
  const at = dateMs(value);
  return at === null ? null : at - from;
}

/** A duration ("6m0s"), a date, a time since 1970 in seconds or milliseconds (OpenRouter), or plain seconds (Envoy). */
function resetMs(value: string | undefined, from: number): number | null {
  if (value === undefined) return null;
  const number = figure(value);
  if (number === null) return retryAfter(value, from);
  if (number > 1e11) return number - from;
  return number > 1e8 ? number * 1000 - from : number * 1000;
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 };

/** A Go duration, "1h2m3.5s"; null where it is none. */
function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|us|µs|ns|d|h|m|s))+$/.test(text)) return null;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit as string] as number), 0);
}

function figure(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

function dateMs(text: string): number | null {
  // The parser of dates takes almost anything that has a number in it.
  const ms = /\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
