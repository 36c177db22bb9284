import { withoutKeyLike } from "./key-like.ts";

const MASK = "***";
/** So many characters of a secret in a row are a secret. */
const PART = 8;
/** A shorter secret is hidden in an answer by nothing, or answers would be full of holes. */
const SHORTEST = 4;
/** What backends that want no key are sent all the same: no secrets, and words that an answer may well have. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  "empty", "none", "null", "nokey", "no-key", "no_key", "no-key-required", "sk-no-key-required", "not-needed", "not-required", "unused", "ignored", "dummy", "dummy-key", "fake", "placeholder",
  "test", "testing", "local", "localhost", "anything", "whatever", "ollama", "lm-studio", "lmstudio", "vllm", "sglang", "llama.cpp", "token-abc123", "xxx", "xxxx",
]);

/** Replaces secrets, in whole or in parts of at least 8 characters (shorter ones where they stand as a word), and whatever looks like a key. For messages and headers. */
export function masked(text: string, secrets: readonly string[]): string {
  const hidden = new Uint8Array(text.length);
  for (const secret of secrets.flatMap(forms)) {
    if (secret.length < PART) hide(text, secret, hidden, true);
    for (let from = 0; from + PART <= secret.length; from++) hide(text, secret.slice(from, from + PART), hidden, false);
  }
  return withoutKeyLike(shown(text, hidden), MASK);
}

/** Replaces whole secrets of at least 4 characters (those below 8 where they stand as a word), and nothing else. For what a model wrote. */
export function maskedAnswer(text: string | null, secrets: readonly string[]): string | null {
  if (text === null) return null;
  const hidden = new Uint8Array(text.length);
  for (const secret of secrets.flatMap(forms)) if (secret.length >= SHORTEST) hide(text, secret, hidden, secret.length < PART);
  return shown(text, hidden);
}

function shown(text: string, hidden: Uint8Array): string {
  let out = "";
  let from = 0;
  for (let at = hidden.indexOf(1); at >= 0; at = hidden.indexOf(1, from)) {
    out += `${text.slice(from, at)}${MASK}`;
    from = hidden.indexOf(0, at);
    if (from < 0) return out;
  }
  return out + text.slice(from);
}

function forms(secret: string): string[] {
  if (secret === "" || PLACEHOLDERS.has(secret.toLowerCase())) return [];
  return [...new Set([secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("base64")])];
}

function hide(text: string, part: string, hidden: Uint8Array, asWord: boolean): void {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const end = at + part.length;
    if (!asWord || !(/\w/.test(text[at - 1] ?? "") || /\w/.test(text[end] ?? ""))) hidden.fill(1, at, end);
  }
}
