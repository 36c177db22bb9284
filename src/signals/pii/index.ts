import type { Span } from "../../model/encoder.ts";
import { address, corner, zipCode } from "./address.ts";
import { age } from "./age.ts";
import { bank } from "./bank.ts";
import { CHECKED } from "./confidence.ts";
import { creditCard } from "./credit-card.ts";
import { crypto } from "./crypto.ts";
import { dates } from "./dates.ts";
import { documents } from "./documents.ts";
import { email } from "./email.ts";
import { together } from "./finder.ts";
import { iban } from "./iban.ts";
import { ip } from "./ip.ts";
import { nationalities } from "./listed.ts";
import { mac } from "./mac.ts";
import { nationalIds } from "./national-ids.ts";
import { organization } from "./organization.ts";
import { person } from "./person.ts";
import { phone } from "./phone.ts";
import { place } from "./place.ts";
import { ssn } from "./ssn.ts";
import { url } from "./url.ts";

/** Families of which every form has a digit: most prompts have none. */
const withDigits = together(creditCard, iban, crypto, nationalIds, ssn, bank, documents, ip, phone, address, zipCode, age);
const others = together(email, url, mac, dates, corner, person, organization, place, nationalities);

/**
 * Personal data in a text by patterns, check digits and lists, in order, none over another: where two meet, one whose check holds comes
 * first, then the longer, then the surer. English above all; docs/models/pii-patterns.md says how well and where it fails. Time is linear.
 */
export function findPii(text: string): readonly Span[] {
  const found = [...(/\d/.test(text) ? withDigits(text) : []), ...others(text)].sort((a, b) => Number(b.confidence >= CHECKED) - Number(a.confidence >= CHECKED) || b.end - b.start - (a.end - a.start) || b.confidence - a.confidence);
  const taken = new Uint8Array(text.length);
  const kept: Span[] = [];
  for (const span of found) {
    if (taken.subarray(span.start, span.end).includes(1)) continue;
    taken.fill(1, span.start, span.end);
    kept.push(span);
  }
  return kept.sort((a, b) => a.start - b.start);
}
