/** Check digits. Each takes the digits (and letters) alone, without separators. */

/** Luhn's check (ISO/IEC 7812-1, annex B). */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const weighed = i % 2 === 1 ? 2 * digit : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** The remainder by 97 of what digits and letters (A is 10) spell (ISO 7064, as IBANs are checked by ISO 13616). */
export function mod97(text: string): number {
  let rest = 0;
  for (const c of text) {
    const value = Number.parseInt(c, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** The sum of the digits by their weights. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (digits.charCodeAt(i) - 48), 0);
}

/** Whether all of its characters are one: no number anyone is given. */
export function isOneDigit(digits: string): boolean {
  return digits.split(digits[0] as string).join("") === "";
}
