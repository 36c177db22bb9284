import type { StoredText } from "./schema.ts";

/**
 * A string for the store. SQLite keeps text as UTF-8, which has no half surrogate pairs, yet answers that were cut in the
 * middle of an emoji have them: such a string is kept as UTF-16 bytes, so that it comes back as it was.
 */
export function storedText(text: string | null): StoredText | null {
  return text === null || text.isWellFormed() ? text : Buffer.from(text, "utf16le");
}

export function textOf(stored: StoredText): string;
export function textOf(stored: StoredText | null): string | null;
export function textOf(stored: StoredText | null): string | null {
  return stored === null || typeof stored === "string" ? stored : stored.toString("utf16le");
}
