import { DEFAULT_MAX_OUTPUT_TOKENS, type Config, type ConfigBackend, type ConfigModel, type LiveSpec } from "../model/config.ts";
import { unknownName, WrpError, type Place } from "../model/errors.ts";
import { checkEndpoint } from "../pool/endpoint.ts";
import { protocolOf } from "../pool/protocols/index.ts";

/** A live model's backend with everything that the model changes of it. */
export interface ModelBackend extends ConfigBackend {
  readonly url: string;
  readonly protocol: string;
  /** As the backend calls it. */
  readonly model: string;
}

const DEFAULT_PROTOCOL = "openai-chat";

/** The backend of a live model. Throws WrpError where it names an unknown one, or its address or protocol is none. @param check throws WrpError on a protocol that cannot be used */
export function backendOf({ name, live }: Pick<ConfigModel, "name" | "live">, backends: Config["backends"] & object, place: Place | undefined, check: (protocol: string, place?: Place) => unknown = protocolOf): ModelBackend {
  const { backend, model = name, ...own } = typeof live === "string" ? { backend: live } : (live ?? {});
  const base = backend === undefined ? undefined : Object.hasOwn(backends, backend) ? backends[backend] : null;
  if (base === null) throw unknownName("backend", backend ?? "", Object.keys(backends), place);
  const url = own.url ?? base?.url;
  if (url === undefined) throw new WrpError(`live model "${name}" has no url`, { hint: "live: {url: http://localhost:8000/v1}, or the name of a backend", ...at(place) });
  const settings = { ...base?.settings, ...own.settings, ...(base?.settings?.body || own.settings?.body ? { body: { ...base?.settings?.body, ...own.settings?.body } } : {}) };
  const whole = { ...base, ...own, url, protocol: own.protocol ?? base?.protocol ?? DEFAULT_PROTOCOL, model, settings };
  checkEndpoint(url, whole.allowInsecure === true, place);
  check(whole.protocol, place);
  checkHeaders(whole.headers ?? {}, place);
  return whole;
}

/** What a run keeps of it: what changes an answer, and where it is from. */
export function liveSpecOf({ url, protocol, model, settings }: ModelBackend): LiveSpec {
  return { url, protocol, model, settings: { maxOutputTokens: DEFAULT_MAX_OUTPUT_TOKENS, ...(settings as LiveSpec["settings"]) } };
}

export function at(place: Place | undefined): { place?: Place } {
  return place ? { place } : {};
}

/** Whatever a gateway calls it. */
const KEY_HEADER = /auth|cookie|api-?key|token$|secret|credential|passw/i;
/** These belong to the connection, not to the user. */
const CONNECTION_HEADER = /^(connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;
/** RFC 9110, sections 5.1 and 5.5. */
const [HEADER_NAME, HEADER_VALUE] = [/^[\w!#$%&'*+.^`|~-]+$/, /^[\t\x20-\x7e\x80-\xff]*$/];

/** A config is committed: a key has no place in it. What no request can have is told before any is made. */
function checkHeaders(headers: Readonly<Record<string, string>>, place: Place | undefined): void {
  for (const [name, value] of Object.entries(headers))
    if (!HEADER_NAME.test(name) || CONNECTION_HEADER.test(name) || !HEADER_VALUE.test(value)) throw new WrpError(`headers: ${JSON.stringify(name)} is no header that can be sent, or its value is none`, at(place));
  const secret = Object.keys(headers).find((name) => KEY_HEADER.test(name));
  if (secret !== undefined) throw new WrpError(`a key does not belong into a config (headers.${secret})`, { hint: "name the environment variable that holds it: apiKeyEnv: OPENAI_API_KEY", ...at(place) });
}
