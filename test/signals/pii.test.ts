import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHeldOut, hasLabelled, labelledSentences } from "../../scripts/pii/labelled.ts";
import { scores } from "../../scripts/pii/scores.ts";
import { rowOf } from "../../scripts/pii/table.ts";
import { findPii } from "../../src/signals/pii/index.ts";
import { kindOfLabel, PII_KINDS } from "../../src/signals/pii/kinds.ts";
import { SHARED_DATA } from "../wrp.ts";

/** What is found, as `KIND text`. */
function found(text: string): readonly string[] {
  return findPii(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);
}

describe("numbers with a check digit", () => {
  const digits = (length: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((some) => some.join(""));

  /** Luhn's check digit, by the definition: doubled digits from the right, the sum a multiple of ten. */
  function luhnDigit(body: string): number {
    const sum = [...body].toReversed().reduce((total, c, i) => total + (i % 2 === 0 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(c)] as number : Number(c)), 0);
    return (10 - (sum % 10)) % 10;
  }

  test("a card number is found, bare or in groups, and no longer once one digit is another", () => {
    fc.assert(
      fc.property(digits(14), fc.integer({ min: 0, max: 15 }), fc.integer({ min: 1, max: 9 }), (middle, at, shift) => {
        const body = `4${middle}`;
        const card = `${body}${luhnDigit(body)}`;
        expect(found(`paid with ${card} today`)).toContain(`CREDIT_CARD ${card}`);
        const grouped = (card.match(/.{4}/g) as string[]).join(" ");
        expect(found(`paid with ${grouped}.`)).toContain(`CREDIT_CARD ${grouped}`);
        const damaged = [...card];
        damaged[at] = String((Number(damaged[at]) + shift) % 10);
        expect(found(`paid with ${damaged.join("")} today`).join()).not.toContain("CREDIT_CARD");
      }),
    );
  });

  test("a card of no issuer's range or length is none", () => {
    for (const card of ["9111111111111111", "411111111111111116", "0000000000000000", "4242 4242-4242 4242"]) expect(found(`card ${card}`).join(), card).not.toContain("CREDIT_CARD");
    for (const card of ["4242424242424242", "378282246310005", "6011 1111 1111 1117", "5555-5555-5555-4444", "30569309025904"]) expect(found(`card ${card}`), card).toEqual([`CREDIT_CARD ${card}`]);
  });

  /** ISO 13616: the check digits make the rearranged number 1 by 97. */
  function ibanOf(country: string, rest: string): string {
    const spelled = `${rest}${country}00`.replace(/[A-Z]/g, (c) => String(c.charCodeAt(0) - 55));
    return `${country}${String(98n - (BigInt(spelled) % 97n)).padStart(2, "0")}${rest}`;
  }

  test("an IBAN of its country's length is found, and none that is damaged, cut or longer", () => {
    fc.assert(
      fc.property(digits(18), fc.integer({ min: 4, max: 21 }), fc.integer({ min: 1, max: 9 }), (rest, at, shift) => {
        const iban = ibanOf("DE", rest);
        expect(found(`send it to ${iban}, please`)).toContain(`IBAN_CODE ${iban}`);
        const grouped = (iban.match(/.{1,4}/g) as string[]).join(" ");
        expect(found(`IBAN: ${grouped}`)).toContain(`IBAN_CODE ${grouped}`);
        const damaged = [...iban];
        damaged[at] = String((Number(damaged[at]) + shift) % 10);
        for (const wrong of [damaged.join(""), iban.slice(0, -1), `${iban}0`]) expect(found(`send it to ${wrong}`).join(), wrong).not.toContain("IBAN_CODE");
      }),
    );
    expect(found("GB82 WEST 1234 5698 7654 32")).toEqual(["IBAN_CODE GB82 WEST 1234 5698 7654 32"]);
  });

  test("social security numbers of areas, groups and serials that are given out", () => {
    expect(found("SSN 536-22-4417")).toEqual(["US_SSN 536-22-4417"]);
    expect(found("her social security number is 536 22 4417")).toEqual(["US_SSN 536 22 4417"]);
    for (const wrong of ["000-22-4417", "666-22-4417", "912-22-4417", "536-00-4417", "536-22-0000"]) expect(found(`SSN ${wrong}`).join(), wrong).not.toContain("US_SSN");
  });

  test("national numbers, crypto addresses and routing numbers", () => {
    expect(found("My NHS number is 943 476 5919")).toEqual(["UK_NHS 943 476 5919"]);
    expect(found("My NHS number is 943 476 5918").join()).not.toContain("UK_NHS");
    expect(found("DNI 12345678Z")).toEqual(["ES_NIF 12345678Z"]);
    expect(found("DNI 12345678A")).toEqual([]);
    expect(found("CPF 529.982.247-25")).toEqual(["BR_CPF 529.982.247-25"]);
    expect(found("pay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")).toEqual(["CRYPTO 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]);
    expect(found("pay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")).toEqual([]);
    // BIP 173 and BIP 350, test vectors.
    for (const address of ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"]) expect(found(`to ${address}`)).toEqual([`CRYPTO ${address}`]);
    expect(found("to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5")).toEqual([]);
    expect(found("routing number 021000021")).toEqual(["US_BANK_ROUTING 021000021"]);
    expect(found("routing number 021000022").join()).not.toContain("US_BANK_ROUTING");
  });
});

describe("what has a form of its own", () => {
  test.each<[text: string, ...spans: string[]]>([
    ["Write to o'neil.j+home@mail.example.co.uk.", "EMAIL_ADDRESS o'neil.j+home@mail.example.co.uk"],
    ["not one@ nor @two nor a@b"],
    ["See https://shop.example.com/cart?id=3, thanks", "DOMAIN_NAME https://shop.example.com/cart?id=3"],
    ["ping 203.0.113.7 now", "IP_ADDRESS 203.0.113.7"],
    ["we run version 10.4.2.1, or 300.1.1.1, or 1.2.3.4.5"],
    ["from 2001:db8::8a2e:370:7334", "IP_ADDRESS 2001:db8::8a2e:370:7334"],
    ["std::vector and a::b"],
    ["its MAC is 0a:1B:2c:3D:4e:5F", "MAC_ADDRESS 0a:1B:2c:3D:4e:5F"],
    ["Call +44 20 7946 0958", "PHONE_NUMBER +44 20 7946 0958"],
    ["Call (555) 234-5678 x12", "PHONE_NUMBER (555) 234-5678 x12"],
    ["reach us at 030 123 45678", "PHONE_NUMBER 030 123 45678"],
    ["it costs 1 000 000 and 1234567 more"],
    ["the years 1998-2004"],
    ["due on 2024-02-29 at 14:30", "DATE_TIME 2024-02-29", "DATE_TIME 14:30"],
    ["on March 3rd, 2021 or 3 March", "DATE_TIME March 3rd, 2021", "DATE_TIME 3 March"],
    ["sold 1998 units, may be in stock"],
    ["founded in 1998", "DATE_TIME 1998"],
    ["She is 42 years old", "AGE 42"],
    ["he just turned 9.", "AGE 9"],
    ["I am 5 minutes late"],
    ["12 Baker Street, Apt. 4", "STREET_ADDRESS 12 Baker Street, Apt. 4"],
    ["lives in Hauptstraße 5", "STREET_ADDRESS Hauptstraße 5"],
    ["ship to P.O. Box 99", "STREET_ADDRESS P.O. Box 99"],
    ["investigate 12 cases during 1999", "DATE_TIME 1999"],
    ["zip code: 90210", "ZIP_CODE 90210"],
    ["passport number X1234567", "US_PASSPORT X1234567"],
    ["my driver's license is D1234567", "US_DRIVER_LICENSE D1234567"],
  ])("%s", (text, ...spans) => {
    expect(found(text)).toEqual(spans);
  });
});

describe("names", () => {
  test.each<[text: string, ...spans: string[]]>([
    ["Dear Dr. Okonkwo, thank you", "TITLE Dr.", "PERSON Okonkwo"],
    ["My name is Ingrid Solberg-Lie.", "PERSON Ingrid Solberg-Lie"],
    ["Laura's report, and what Laura said", "PERSON Laura", "PERSON Laura"],
    ["Will May rise in April? Mark my words, Grace is art."],
    ["It was Tomasz Wiśniewski who called; Wiśniewski is late.", "PERSON Tomasz Wiśniewski", "PERSON Wiśniewski"],
    ["Acme Widgets Ltd. of Lisbon", "ORGANIZATION Acme Widgets Ltd.", "GPE Lisbon"],
    ["She works for Brightwater in New Zealand", "ORGANIZATION Brightwater", "GPE New Zealand"],
    ["a Norwegian in PORTUGAL", "NRP Norwegian", "GPE PORTUGAL"],
    ["Explain the quick sort algorithm in Python. Monday is fine.", "DATE_TIME Monday"],
    ["RESIDENTIAL LEASE AGREEMENT and Das Geschäftsjahr"],
  ])("%s", (text, ...spans) => {
    expect(found(text)).toEqual(spans);
  });

  test("labels of other sets are called as VSR calls them", () => {
    expect(["B-PER", "URL", "LOCATION", "email", "CREDIT_CARD", "MAC_ADDRESS"].map(kindOfLabel)).toEqual(["PERSON", "DOMAIN_NAME", "GPE", "EMAIL_ADDRESS", "CREDIT_CARD", "MAC_ADDRESS"]);
  });
});

test("spans lie within the text, in order, none over another, each with a confidence", () => {
  const piece = fc.constantFrom("Anna", "O'Brien", "Dr. ", "12 ", "Main ", "Street", "😀", "İ", "é", "4242424242424242", "DE89370400440532013000", "@", ".com", "a", "+1 ", "555-", "0000", " ", "\n", ", ", "in 1999", "Paris", "::", "0a:", "1", "-", "/", "Ltd", "my name is ");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }).map((parts) => parts.join("")), (text) => {
      let last = 0;
      for (const { kind, start, end, confidence } of findPii(text)) {
        expect(PII_KINDS).toContain(kind);
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
        last = end;
      }
    }),
    { numRuns: 1000 },
  );
});

test.skipIf(!hasLabelled(SHARED_DATA))("on labelled sentences that were held out, it is as good as its model card says", () => {
  const card = readFileSync(resolve(import.meta.dirname, "../../docs/models/pii-patterns.md"), "utf8");
  const held = scores(labelledSentences(SHARED_DATA).filter(isHeldOut), findPii, "overlapping");
  for (const one of held) expect(card).toContain(`\n${rowOf(one)}\n`);
  const least = { AGE: 1, CREDIT_CARD: 1, DATE_TIME: 0.85, DOMAIN_NAME: 1, EMAIL_ADDRESS: 1, GPE: 0.45, IBAN_CODE: 1, IP_ADDRESS: 1, NRP: 0.7, ORGANIZATION: 0.45, PERSON: 0.7, PHONE_NUMBER: 0.9, STREET_ADDRESS: 0.9, TITLE: 0.7, US_DRIVER_LICENSE: 1, US_SSN: 1 };
  for (const [kind, f1] of Object.entries(least)) expect(held.find((one) => one.kind === kind)?.f1, kind).toBeGreaterThanOrEqual(f1);
}, 120_000);
