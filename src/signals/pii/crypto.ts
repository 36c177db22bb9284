import { createHash } from "node:crypto";
import { CHECKED, NAMED, SHAPED } from "./confidence.ts";
import { beside, matches, together } from "./finder.ts";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Bitcoin's addresses (Base58Check; Bech32 and Bech32m of BIP 173 and 350) and Ethereum's by shape, whose checksum most leave out. */
export const crypto = together(
  matches("CRYPTO", /(?<![\p{L}\p{N}])[13][1-9A-HJ-NP-Za-km-z]{25,34}(?![\p{L}\p{N}])/u, (value) => (isBase58Check(value) ? CHECKED : null)),
  matches("CRYPTO", /(?<![\p{L}\p{N}])(?:bc1|BC1|tb1|TB1)[02-9ac-hj-np-zAC-HJ-NP-Z]{11,87}(?![\p{L}\p{N}])/u, (value) => (isBech32(value) ? CHECKED : null)),
  matches("CRYPTO", /(?<![\p{L}\p{N}])0x[0-9a-fA-F]{40}(?![\p{L}\p{N}])/u, (_, text, start, end) => (beside(text, start, /\b(?:eth|ethereum|wallet|address|send|usdt|usdc)/i, { end }) ? SHAPED : NAMED)),
);

function isBase58Check(value: string): boolean {
  let number = 0n;
  for (const c of value) number = number * 58n + BigInt(BASE58.indexOf(c));
  const zeros = /^1*/.exec(value)?.[0].length ?? 0;
  const hex = number.toString(16);
  const bytes = Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, "hex")]);
  if (bytes.length !== 25) return false;
  const once = createHash("sha256").update(bytes.subarray(0, 21)).digest();
  return createHash("sha256").update(once).digest().subarray(0, 4).equals(bytes.subarray(21));
}

function isBech32(value: string): boolean {
  if (value !== value.toLowerCase() && value !== value.toUpperCase()) return false;
  const lower = value.toLowerCase();
  const prefix = Array.from(lower.slice(0, 2), (c) => c.charCodeAt(0));
  const data = Array.from(lower.slice(3), (c) => BECH32.indexOf(c));
  let sum = 1;
  for (const digit of [...prefix.map((c) => c >> 5), 0, ...prefix.map((c) => c & 31), ...data]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ digit;
    GENERATOR.forEach((one, i) => (top >> i) & 1 && (sum ^= one));
  }
  return sum === (data[0] === 0 ? 1 : 0x2bc830a3);
}
