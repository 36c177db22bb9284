/**
 * Kinds as VSR's PII model names them (17, after Presidio's), Presidio's that patterns can check besides, and MAC_ADDRESS, of neither.
 * `pii_types_allowed` of a VSR config names the first.
 */
export const VSR_KINDS = ["AGE", "CREDIT_CARD", "DATE_TIME", "DOMAIN_NAME", "EMAIL_ADDRESS", "GPE", "IBAN_CODE", "IP_ADDRESS", "NRP", "ORGANIZATION", "PERSON", "PHONE_NUMBER", "STREET_ADDRESS", "TITLE", "US_DRIVER_LICENSE", "US_SSN", "ZIP_CODE"] as const;

/** Other label sets' names for the same kinds: Presidio's, spaCy's, and those of common token classifiers. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  URL: "DOMAIN_NAME", LOCATION: "GPE", LOC: "GPE", ADDRESS: "STREET_ADDRESS", STREET: "STREET_ADDRESS", PER: "PERSON", NAME: "PERSON", ORG: "ORGANIZATION",
  DATE: "DATE_TIME", TIME: "DATE_TIME", EMAIL: "EMAIL_ADDRESS", PHONE: "PHONE_NUMBER", SSN: "US_SSN", IBAN: "IBAN_CODE", IP: "IP_ADDRESS", ZIPCODE: "ZIP_CODE", CREDITCARD: "CREDIT_CARD", PREFIX: "TITLE",
};

/** A label of any of these sets (`B-` or `I-` before it, any case) as VSR names the kind; itself where none knows it. */
export function kindOfLabel(label: string): string {
  const name = label.toUpperCase().replace(/^[BIELSU]-/, "");
  return OTHER_NAMES[name] ?? name;
}
