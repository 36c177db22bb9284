import type { FailureKind, Try } from "../../../src/model/live.ts";

/** A try that went well, or failed of something. */
export function aTry(kind: FailureKind | null = null, { retryAfterMs = null as number | null, headers = {} as Record<string, string>, tokens = null as number | null } = {}): Try {
  return {
    startedAt: "2026-01-02T03:04:05.000Z",
    status: kind === null ? 200 : null,
    times: { connectMs: null, headersMs: null, firstByteMs: null, firstTokenMs: null, lastTokenMs: null, endMs: 1000 },
    usage: { inputTokens: tokens, cachedInputTokens: null, cacheWriteTokens: null, outputTokens: null, reasoningTokens: null },
    text: kind === null ? "yes" : null,
    toolCalls: null,
    finishReason: null,
    servedModel: null,
    headers,
    failure: kind === null ? null : { kind, message: `it was ${kind}`, retryAfterMs },
    lagMs: 0,
  };
}
