/**
 * How sure a pattern is. These are five steps with a meaning, not measured rates: what they come to on labelled sentences is in
 * docs/models/pii-patterns.md.
 */

/** A check digit or checksum holds: a random number of the same shape passes once in ten (Luhn) to once in 97 (IBAN) or less. */
export const CHECKED = 0.99;
/** Nothing else is written like this: an email address, a URL, a MAC address, 123-45-6789. */
export const SHAPED = 0.9;
/** Words beside it say what it is: "passport", "call me at", "my name is". */
export const NAMED = 0.8;
/** It is on a list (names, countries, cities) or carries a word of one ("… Street", "… Inc"). */
export const LISTED = 0.7;
/** Its shape alone speaks for it, and much else has that shape. */
export const GUESSED = 0.5;
