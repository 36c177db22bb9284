/** Text safe inside HTML or SVG, in elements and quoted attributes. Names and prompts are hostile input. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** The same for a text whose line breaks matter: a prompt. */
export function escapeHtmlLines(text: string): string {
  return text
    .split(/\r\n|[\n\r]/)
    .map(escapeHtml)
    .join("\n");
}

/** Text safe inside a GitHub Markdown table cell or sentence: no markup, no raw HTML, no mention, one line. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]#|~!]/g, (c) => `\\${c}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/(^|[^\w])@(?=\w)/g, "$1@<!-- -->")
    .replace(/(https?|ftp):(?=\/\/)/gi, "$1<!-- -->:")
    .replace(/\bwww\./gi, "www<!-- -->.");
}

/** JSON for a `<script>` element: no `</script>`, no `<!--`, and still the same JSON value. */
export function escapeScriptJson(json: string): string {
  return escapeJson(json).replace(/[<>&]/g, unicodeEscape);
}

/** The same JSON value without raw control characters and direction overrides, which a terminal or editor would obey. */
export function escapeJson(json: string): string {
  return json.replace(/[\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g, unicodeEscape);
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Text on one line with nothing that acts: line breaks become spaces; control characters (a terminal would obey them,
 * XML forbids them), text direction overrides and broken surrogates become U+FFFD.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n|[\n\r\t\u2028\u2029]/g, " ")
    .replace(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]/gu, "\uFFFD");
}
