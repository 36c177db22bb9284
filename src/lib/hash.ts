import { createHash, hash } from "node:crypto";
import { open } from "node:fs/promises";
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
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const room = Buffer.allocUnsafeSlow(Math.min(Math.max(size, 1), 1 << 20));
    for (;;) {
      const { bytesRead } = await handle.read(room, 0, room.length);
      if (bytesRead === 0) break;
      sha.update(room.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  return sha.digest("hex");
}
