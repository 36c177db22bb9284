import { isIPv6 } from "node:net";
import { SHAPED } from "./confidence.ts";
import { matches, together } from "./finder.ts";

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

/** Addresses of IPv4 (four bytes; not part of a longer row, and not after "version") and IPv6 (as Node reads them), without a netmask. */
export const ip = together(
  matches("IP_ADDRESS", new RegExp(`(?<![\\d.])(?<!\\bv)(?:${BYTE}\\.){3}${BYTE}(?!\\d|\\.\\d)`, "u"), (_, text, start) =>
    /(?:version|release|build|firmware|chrome\/|safari\/|[a-z]\/)\s?v?$/i.test(text.slice(Math.max(0, start - 12), start)) ? null : SHAPED,
  ),
  matches("IP_ADDRESS", /(?<![\p{L}\p{N}:.])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\p{L}\p{N}:])/iu, (value) => (value.length > 4 && /[0-9a-f]/i.test(value) && isIPv6(value) ? SHAPED : null)),
);
