/**
 * The text with each rune as its kind's one form under Unicode's simple case folding, so that two texts are the same here just where RE2's
 * `(?i)` takes one for the other. Every index stays where it is.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < text.length) {
      const folded = foldRune(text.codePointAt(i) as number);
      if (folded > 0xffff) {
        units[i++] = 0xd800 + ((folded - 0x10000) >> 10);
        units[i] = 0xdc00 + ((folded - 0x10000) & 0x3ff);
        continue;
      }
    }
    units[i] = (basic[unit] ??= foldRune(unit));
  }
  return UTF_16.decode(units);
}

const ASCII = /^\p{ASCII}*$/u;
const UTF_16 = new TextDecoder("utf-16le", { ignoreBOM: true });
/** Forms of the basic plane, found as they are met. */
const basic: number[] = [];
/** Folded together since Unicode 15.1, which Go does not know yet. */
const NEWER = new Set([0x1fd3, 0x1fe3, 0xfb05]);

function foldRune(rune: number): number {
  if (rune >= 0xd800 && rune <= 0xdfff) return rune;
  if (NEWER.has(rune)) return rune;
  const text = String.fromCodePoint(rune);
  const upper = text.toUpperCase();
  for (const form of [isOneRune(upper) ? upper.toLowerCase() : null, text.toLowerCase()])
    if (form !== null && isOneRune(form) && form !== text && sameFolded(form, text)) return form.codePointAt(0) as number;
  return rune;
}

function isOneRune(text: string): boolean {
  return text.length === ((text.codePointAt(0) as number) > 0xffff ? 2 : 1);
}

function sameFolded(a: string, b: string): boolean {
  return new RegExp(`^\\u{${(a.codePointAt(0) as number).toString(16)}}$`, "iu").test(b);
}
