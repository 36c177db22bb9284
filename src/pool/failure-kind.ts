import type { StreamError } from "./protocol.ts";

type Reported = StreamError["kind"];

/** What an HTTP status that is not a success means for the call. A redirect is not followed: the address is another one. */
export function kindOfStatus(status: number): Reported {
  if (status === 429) return "rate-limit";
  if (status === 503 || status === 529) return "overloaded";
  if (status >= 500) return "server";
  if (status === 401 || status === 402 || status === 403) return "refused";
  if (status === 404 || (status >= 300 && status < 400)) return "not-found";
  return "request";
}

/** Names of errors, as the backends of all protocols give them in `type`, `code` or `status`. The first that is found in a name holds. */
const NAMES: readonly (readonly [RegExp, Reported])[] = [
  [/insufficient_quota|billing|credit/i, "refused"], // OpenAI sends it with 429; no waiting helps
  [/rate.?limit|resource_exhausted|too_many_requests/i, "rate-limit"],
  [/overloaded|unavailable|engine_overload/i, "overloaded"],
  [/authentication|unauthenticated|permission|invalid_api_key|unauthorized/i, "refused"],
  [/not.?found/i, "not-found"],
  [/invalid|bad_?request|context_length|content_filter|content_policy|moderation|too_large|failed_precondition/i, "request"],
];

/** What an error that the backend reports means, by its numbers and names; by `status` where they say nothing. */
export function kindOfReport(report: unknown, status: number | null): Reported {
  const names = namesIn(report);
  // A key that is good for other prompts: OpenRouter answers 403 to a prompt that a moderator flagged.
  if (status === 403 && names.some((name) => /moderat|flagged|content_/i.test(name))) return "request";
  if (names.some((name) => NAMES[0]?.[0].test(name)) && (status === null || status === 429)) return "refused";
  if (status !== null) return kindOfStatus(status);
  const number = names.map(Number).find((value) => Number.isInteger(value) && value >= 400 && value < 600);
  if (number !== undefined) return kindOfStatus(number);
  for (const [pattern, kind] of NAMES) if (names.some((name) => pattern.test(name))) return kind;
  return "server";
}

/** Keys of an error's `metadata` count as names too. */
function namesIn(report: unknown): string[] {
  if (typeof report !== "object" || report === null) return [];
  const { type, code, status, metadata } = report as Record<string, unknown>;
  const named = [type, code, status].filter((value) => typeof value === "string" || typeof value === "number").map(String);
  return typeof metadata === "object" && metadata !== null ? [...named, ...Object.keys(metadata)] : named;
}
