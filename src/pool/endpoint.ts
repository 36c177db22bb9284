import { WrpError, type Place } from "../model/errors.ts";
import type { Protocol } from "./protocol.ts";

/** Where a backend is, and what it is told besides the request. */
export interface Endpoint {
  readonly url: URL;
  readonly apiKey: string | null;
  /** Sent over what the protocol would send. Their values are held to be secret, but of names that say where to route. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The base URL, read. Throws WrpError where it is none, is not http(s), holds credentials, or is plain http to another machine and that is not allowed.
 */
export function checkEndpoint(url: string, allowInsecure: boolean, place?: Place): URL {
  const at = place ? { place } : {};
  const read = URL.parse(url.trim());
  if (!read || read.hostname === "" || (read.protocol !== "http:" && read.protocol !== "https:"))
    throw new WrpError(`"${withoutCredentials(url)}" is not a URL of a backend`, { hint: "such as https://api.openai.com/v1 or http://localhost:8000/v1", code: "bad-url", ...at });
  if (read.username !== "" || read.password !== "")
    throw new WrpError(`the URL of a backend holds a user or password: ${read.protocol}//***@${read.host}${read.pathname}`, {
      hint: "name the environment variable that holds the key, and take it out of the URL",
      code: "credentials-in-url",
      ...at,
    });
  if (read.protocol === "http:" && !allowInsecure && !isLoopback(read.hostname))
    throw new WrpError(`${read.origin} is plain http: prompts, answers and the key would go over the network unencrypted`, {
      hint: "use https, or state allowInsecure: true",
      code: "insecure-url",
      ...at,
    });
  read.hash = "";
  return read;
}

/** The address of a request: below the base URL, whether or not that has a slash at its end, the version, or the whole path already. */
export function addressOf<R>(protocol: Protocol<R>, base: URL, request: R): URL {
  const [path = "", query = ""] = protocol.path(request).split("?");
  const unversioned = path.replace(/^\/v\d\w*/, "");
  const below = base.pathname.replace(/\/+$/, "");
  const address = new URL(base);
  if (below.endsWith(unversioned)) address.pathname = below;
  else if (below === "") address.pathname = path;
  else address.pathname = below + (protocol.versionInBase || /\/v\d\w*$/.test(below) ? unversioned : path);
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value);
  return address;
}

/** Where the backend lists its models, by the address of a request; null where that cannot be told. */
export function modelsAddress<R>(protocol: Protocol<R>, base: URL, request: R): URL | null {
  const address = addressOf(protocol, base, request);
  const end = (protocol.path(request).split("?")[0] ?? "").replace(/^\/v\d\w*/, "");
  if (!address.pathname.endsWith(end)) return null;
  address.pathname = `${address.pathname.slice(0, -end.length)}/models`;
  address.search = "";
  return address;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function withoutCredentials(url: string): string {
  return url.replace(/[^/@\s]*@/, "***@");
}
