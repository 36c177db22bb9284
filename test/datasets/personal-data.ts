/** Which made-up personal data can belong to nobody: the ranges and numbers that their keepers publish for tests and fiction. */

/** RFC 2606 and RFC 6761. */
export function isReservedHost(host: string): boolean {
  return /(^|\.)(example\.(com|org|net)|example|invalid|test|localhost)$/i.test(host);
}

/**
 * Numbers for fiction: North America 555-0100 to 0199; Ofcom's for drama (the United Kingdom); Bundesnetzagentur's for Berlin and
 * Munich; ARCEP's 06 39 98. Where a country has none: a subscriber number of zeros.
 */
export function isFictionalPhone(phone: string): boolean {
  const digits = phone.replaceAll(/\D/g, "");
  return [
    /^\d{3}55501\d\d$/,
    /^02079460\d{3}$/,
    /^07700900\d{3}$/,
    /^01632960\d{3}$/,
    /^01(13|14|15|16|17|18|21|31|41|51|61)4960\d{3}$/,
    /^03023125\d{3}$/,
    /^08999998\d{3}$/,
    /^063998\d{4}$/,
    /^\d{2}90{8}$/,
  ].some((range) => range.test(digits));
}

/** The numbers that the card networks and payment services publish for tests. */
const TEST_CARDS = new Set([
  "4111111111111111",
  "4242424242424242",
  "4012888888881881",
  "4000056655665556",
  "5555555555554444",
  "5105105105105100",
  "378282246310005",
  "6011111111111117",
  "30569309025904",
]);

export function isTestCard(card: string): boolean {
  const digits = card.replaceAll(/\D/g, "");
  return TEST_CARDS.has(digits) && luhn(digits);
}

/** The example of each country in the SWIFT IBAN registry, or its bank association's. */
const EXAMPLE_IBANS = new Set([
  "GB82WEST12345698765432",
  "DE89370400440532013000",
  "NL91ABNA0417164300",
  "SE4550000000058398257466",
  "FR1420041010050500013M02606",
  "AT611904300234573201",
]);

export function isExampleIban(iban: string): boolean {
  const plain = iban.replaceAll(/\s/g, "");
  return EXAMPLE_IBANS.has(plain) && mod97(plain) === 1;
}

/** RFC 5737. */
export function isDocumentationAddress(ip: string): boolean {
  return /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}$/.test(ip);
}

/** All that looks like an e-mail address, a card, an IBAN, a telephone number or an IPv4 address. */
export function looksPersonal(text: string): { email: string[]; card: string[]; iban: string[]; phone: string[]; ip: string[] } {
  const all = (pattern: RegExp, within: string) => [...new Set(within.match(pattern) ?? [])];
  const without = (within: string, data: readonly string[]) => data.reduce((left, datum) => left.replaceAll(datum, "#"), within);
  const iban = all(/\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b/g, text);
  const noIban = without(text, iban);
  const card = all(/(?<![\dA-Za-z])\d(?:[ -]?\d){12,18}(?!\d)/g, noIban).filter((digits) => luhn(digits.replaceAll(/\D/g, "")));
  return {
    email: all(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, text),
    card,
    iban,
    phone: all(/\(\d{2,4}\) ?\d{3,5}-\d{4}|(?<![\d.,:-])0\d{1,4}(?: \d{2,5}){2,4}(?!\d)|(?<![\d.,:-])0\d{4} \d{6}(?!\d)|\+\d{1,3}(?:[ -]?\d{2,5}){2,5}/g, without(noIban, card)),
    ip: all(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, text),
  };
}

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function mod97(iban: string): number {
  const digits = [...`${iban.slice(4)}${iban.slice(0, 4)}`].map((c) => Number.parseInt(c, 36)).join("");
  return Number(BigInt(digits) % 97n);
}
