import { table } from "../../lib/table.ts";

/**
 * Kinds as VSR's PII model names them (17, after Presidio's), Presidio's that patterns can check besides, and MAC_ADDRESS, of neither.
 * `pii_types_allowed` of a VSR config names the first.
 */
export const VSR_KINDS = ["AGE", "CREDIT_CARD", "DATE_TIME", "DOMAIN_NAME", "EMAIL_ADDRESS", "GPE", "IBAN_CODE", "IP_ADDRESS", "NRP", "ORGANIZATION", "PERSON", "PHONE_NUMBER", "STREET_ADDRESS", "TITLE", "US_DRIVER_LICENSE", "US_SSN", "ZIP_CODE"] as const;

/** Kinds that VSR's model does not know. */
const OTHER_KINDS = ["AU_TFN", "BR_CPF", "CA_SIN", "CRYPTO", "ES_NIF", "FR_NIR", "MAC_ADDRESS", "PL_PESEL", "SWIFT_CODE", "UK_NHS", "US_BANK_NUMBER", "US_BANK_ROUTING", "US_PASSPORT"] as const;

/** All that the patterns find. */
export const PII_KINDS: readonly string[] = [...VSR_KINDS, ...OTHER_KINDS].sort();

/** Kinds that say something of a person by themselves: dates, places, organizations and the like are in most harmless prompts. */
const COMMON = new Set(["AGE", "DATE_TIME", "DOMAIN_NAME", "GPE", "NRP", "ORGANIZATION", "TITLE"]);
export const SENSITIVE_KINDS: readonly string[] = PII_KINDS.filter((kind) => !COMMON.has(kind));

/** Other label sets' names for the same kinds: Presidio's, spaCy's, and those of common token classifiers. */
const OTHER_NAMES: Readonly<Record<string, string>> = table({
  URL: "DOMAIN_NAME", LOCATION: "GPE", LOC: "GPE", ADDRESS: "STREET_ADDRESS", STREET: "STREET_ADDRESS", PER: "PERSON", NAME: "PERSON", ORG: "ORGANIZATION",
  DATE: "DATE_TIME", TIME: "DATE_TIME", EMAIL: "EMAIL_ADDRESS", PHONE: "PHONE_NUMBER", SSN: "US_SSN", IBAN: "IBAN_CODE", IP: "IP_ADDRESS", ZIPCODE: "ZIP_CODE", CREDITCARD: "CREDIT_CARD", PREFIX: "TITLE",
});

/** A label of any of these sets (`B-` or `I-` before it, any case) as VSR names the kind; itself where none knows it. */
export function kindOfLabel(label: string): string {
  const name = label.toUpperCase().replace(/^[BIELSU]-/, "");
  return OTHER_NAMES[name] ?? name;
}
