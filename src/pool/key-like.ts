/** How keys begin, whoever's they are, with what follows; backends quote keys with stars in the middle. */
const PREFIXED = /\b(sk|pk|rk|gsk|xai|hf|pplx|nvapi|key|ak|gh[opsur])[-_]([\w*.-]{6,})/gi;
/** What nothing but a key or a token looks like: Google's, AWS's, a JSON Web Token. */
const UNMISTAKABLE = /\bAIza[\w*-]{20,}|\bAIza[\w-]*\*{3,}[\w*-]*|\bAKIA[A-Z0-9]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g;
const SCHEME = /\b(Bearer|Basic)\s+([^\s"',]+)/gi;

/** Replaces what looks like somebody's key. Names of models begin like keys too (`xai-grok-4-fast-reasoning`), but are made of words. */
export function withoutKeyLike(text: string, mask: string): string {
  return text
    .replace(UNMISTAKABLE, mask)
    .replace(PREFIXED, (whole, prefix: string, rest: string) => (rest.includes("**") || isRandom(rest, /^sk$/i.test(prefix)) ? mask : whole))
    .replace(SCHEME, (whole, scheme: string, token: string) => (/^[a-z]+[.:;)]*$/.test(token) ? whole : `${scheme} ${mask}`));
}

/** A random part is at least so long, and changes between lower case, upper case and digits on at least so much of it. Random hex does on half. */
const [RANDOM_LENGTH, RANDOM_CHANGES] = [12, 0.25];
/** Nothing else begins with sk-: there, letters and digits together are enough. */
const MIXED_LENGTH = 6;

function isRandom(text: string, surely: boolean): boolean {
  return text.split(/[-_.]/).some((part) => {
    if (surely && part.length >= MIXED_LENGTH && /\d/.test(part) && /[a-z]/i.test(part)) return true;
    return part.length >= RANDOM_LENGTH && changes(part) >= RANDOM_CHANGES * part.length;
  });
}

function changes(part: string): number {
  const kinds = [...part].map((character) => (/\d/.test(character) ? "digit" : character === character.toUpperCase() ? "upper" : "lower"));
  return kinds.filter((kind, k) => k > 0 && kind !== kinds[k - 1]).length;
}
