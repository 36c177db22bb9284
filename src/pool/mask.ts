const MASK = "***";
/** So many characters of a secret in a row are a secret. */
const PART = 8;
/** A shorter secret ("EMPTY", "none") may stand in an answer by chance. */
const UNMISTAKABLE = 16;
/** What looks like a key or a token, whoever's it is; backends quote keys with stars in the middle. */
const KEY_LIKE = /\b(?:sk|pk|rk|gsk|xai|hf|pplx|nvapi|key|ak)[-_][\w*.-]{6,}|\bAIza[\w*-]{6,}|\b(Bearer|Basic)\s+[^\s"',]+/gi;

/** Replaces secrets, in whole or in parts of at least 8 characters (shorter ones where they stand as a word), and whatever looks like a key. For messages and headers. */
export function masked(text: string, secrets: readonly string[]): string {
  const hidden = new Uint8Array(text.length);
  for (const secret of secrets.flatMap(forms)) {
    if (secret.length < PART) hide(text, secret, hidden, true);
    for (let from = 0; from + PART <= secret.length; from++) hide(text, secret.slice(from, from + PART), hidden, false);
  }
  let out = "";
  for (let i = 0; i < text.length; i++) {
    if (!hidden[i]) out += text[i];
    else if (!hidden[i - 1]) out += MASK;
  }
  return out.replace(KEY_LIKE, (_, scheme: string | undefined) => (scheme === undefined ? MASK : `${scheme} ${MASK}`));
}

/** Replaces whole secrets that are too long to be there by chance, and nothing else. For what a model wrote. */
export function maskedAnswer(text: string | null, secrets: readonly string[]): string | null {
  if (text === null) return null;
  return secrets.filter((secret) => secret.length >= UNMISTAKABLE).reduce((left, secret) => left.replaceAll(secret, MASK), text);
}

function forms(secret: string): string[] {
  if (secret === "") return [];
  return [...new Set([secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("base64")])];
}

function hide(text: string, part: string, hidden: Uint8Array, asWord: boolean): void {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const end = at + part.length;
    if (!asWord || !(/\w/.test(text[at - 1] ?? "") || /\w/.test(text[end] ?? ""))) hidden.fill(1, at, end);
  }
}
