import { createHash, hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Message } from "../model/prompt.ts";

/** 32 hex digits (128 bits) of SHA-256: the name of a content. */
export function contentHash(text: string): string {
  return hash("sha256", text, "hex").slice(0, 32);
}

/** The content hash of a value's JSON, with object keys sorted so that their order does not matter. */
export function valueHash(value: unknown): string {
  return contentHash(canonicalJson(value));
}

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** A prompt's content: roles and texts of its messages. */
export function promptHash(messages: readonly Message[]): string {
  return contentHash(JSON.stringify(messages.map((m) => [m.role, m.content])));
}

/** SHA-256 of a file's bytes, hex, streamed. */
export async function fileHash(path: string): Promise<string> {
  const sha = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) sha.update(chunk as Buffer);
  return sha.digest("hex");
}
