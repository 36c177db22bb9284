/** Headers that say how a call was routed, where it ran and what is left of rate limits. */
const KEPT =
  /^(x-vsr-.+|target-pod|x-target-pod|x-litellm-.+|llm_provider-.+|x-ratelimit-.+|ratelimit(-.+)?|anthropic-ratelimit-.+|retry-after(-ms)?|x-request-id|request-id|x-session-id|openai-(processing-ms|version)|x-envoy-(upstream-service-time|decorator-operation)|x-ai-eg-.+|x-aigw-.+|x-aibrix-.+|x-gateway-.+|x-higress-.+|routing-strategy|x-routing-.+|x-router-.+|x-selected-.+|x-inference-.+|x-went-into-.+|x-model(-.+)?|x-served-by|x-provider(-.+)?|x-openrouter-.+|ngrok-aig-model|x-cache(-.+)?|cf-ray|server|server-timing|via)$/;
/** Whatever a gateway calls them. */
const NEVER = /cookie|auth|api-?key|token$|secret|credential/;
const MOST = 64;
const LONGEST = 256;

/** Whether a header by this name may hold a secret: such are never stored. */
export function isSecretHeader(name: string): boolean {
  return NEVER.test(name.toLowerCase());
}

/**
 * The headers of a response that are worth storing, names in lower case: at most 64, each value at most 256 characters.
 *
 * @param wanted one more that the user asked for, in lower case
 */
export function keptHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>, mask: (value: string) => string, wanted?: string): Record<string, string> {
  const kept: Record<string, string> = {};
  let left = MOST;
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (value === undefined || left === 0 || (!KEPT.test(key) && key !== wanted) || NEVER.test(key)) continue;
    kept[key] = mask((typeof value === "string" ? value : value.join(", ")).slice(0, LONGEST));
    left--;
  }
  return kept;
}
