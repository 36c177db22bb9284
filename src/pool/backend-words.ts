const LONGEST = 300;
const DEEPEST = 4;

/** What an error document says in words: OpenAI, Anthropic, Gemini, Ollama, FastAPI; null where it says none. */
export function wordsOf(document: unknown, depth = 0): string | null {
  if (depth > DEEPEST) return null;
  if (Array.isArray(document)) return wordsOf(document[0], depth + 1);
  if (typeof document === "string") return document;
  if (typeof document !== "object" || document === null) return null;
  const { error, message, detail, msg } = document as Record<string, unknown>;
  for (const said of [error, message, detail, msg]) {
    const words = wordsOf(said, depth + 1);
    if (words) return words;
  }
  return null;
}

/** A backend's words on one line, with nothing that a terminal would obey, cut to 300 characters. */
export function quoted(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu, "\uFFFD");
  return line.length > LONGEST ? `${line.slice(0, LONGEST).toWellFormed()}…` : line;
}
