import { contentHash, promptHash, valueHash } from "../../../lib/hash.ts";
import type { MetaValue, Prompt } from "../../../model/prompt.ts";

/**
 * What a cache knows a prompt by, as upstream's pkg/cache/request_identity.go takes it from a request: all that it says, and all but the
 * user's last text, which alone is compared where other texts may be alike. Null: there is no text to compare.
 */
export function cacheIdentity({ hash, messages, request }: Pick<Prompt, "hash" | "messages" | "request">): { readonly exact: string; readonly alike: { readonly compatible: string; readonly text: string } | null } {
  // The user is in the partition; what a log does not tell is taken to be alike where all else is.
  const { user: _user, unknown: _unknown, ...rest } = request ?? {};
  const beside = Object.keys(rest).length > 0 ? valueHash(rest) : "";
  const last = messages?.findLastIndex(({ role }) => role === "user") ?? -1;
  const text = messages?.[last]?.content ?? "";
  const { messages: asSent, ...others } = rest as { messages?: readonly unknown[] };
  const sent = asSent && asSent.map((message, k) => (k === lastUser(asSent) ? { ...(message as object), content: "" } : message));
  const without = messages?.map((message, k) => (k === last ? { ...message, content: "" } : message));
  return {
    exact: contentHash(`${hash} ${beside}`),
    alike: without && text.trim() !== "" ? { compatible: contentHash(`${promptHash(without)} ${valueHash({ ...others, ...(sent ? { messages: sent } : {}) })}`), text } : null,
  };
}

/** Whom an answer is kept for; null where the prompt does not say, and so has no cache (semanticCacheEnabledForRequest in upstream's pkg/extproc). */
export function cacheOwner({ meta, request }: Pick<Prompt, "meta" | "request">, scope: string): string | null {
  const given = (value: MetaValue | undefined) => (value === undefined || value === null || String(value).trim() === "" ? null : String(value).trim());
  switch (scope) {
    case "global":
      return "";
    case "tenant":
      return given(meta["tenant"]);
    case "team":
      return given(meta["team"]) ?? given(String(meta["groups"] ?? "").split(",")[0]);
    default:
      return given(request?.user ?? meta["user"]);
  }
}

/** When a prompt came, milliseconds; null where it does not say. */
export function arrivalOf({ meta }: Pick<Prompt, "meta">): number | null {
  const { arrivalMs, startedAt } = meta;
  if (typeof arrivalMs === "number") return arrivalMs;
  const at = typeof startedAt === "string" ? Date.parse(startedAt) : NaN;
  return Number.isNaN(at) ? null : at;
}

function lastUser(messages: readonly unknown[]): number {
  return messages.findLastIndex((message) => (message as { role?: unknown }).role === "user");
}
