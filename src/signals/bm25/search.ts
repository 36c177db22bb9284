import { termsOf } from "./tokens.ts";

const K1 = Math.fround(1.2);
const B = 0.75;
/** Where no document has a term. */
const FALLBACK_LENGTH = 256;
const f32 = Math.fround;

/**
 * BM25 of short documents (Robertson & Zaragoza 2009, eq. 3.15, with ln(1 + (N - n + 0.5) / (n + 0.5)) for rarity) in single precision, as the
 * `bm25` crate (2.3.2) adds it up: a term that a query repeats counts each time.
 *
 * @returns for a query, the score of each document; null of one that shares no term with it
 */
export function bm25(documents: readonly string[]): (query: string) => readonly (number | null)[] {
  const terms = documents.map(termsOf);
  const length = f32(terms.reduce((sum, some) => sum + some.length, 0) / documents.length);
  const weights = terms.map((some) => new Map(weightsOf(some, length).map((weight, i) => [some[i] as string, weight])));
  const rarity = new Map<string, number>();
  for (const term of new Set(terms.flat())) {
    const n = weights.filter((one) => one.has(term)).length;
    rarity.set(term, f32(Math.log(f32(1 + f32(f32(documents.length - n + 0.5) / f32(n + 0.5))))));
  }
  return (query) => {
    const asked = termsOf(query).filter((term) => rarity.has(term));
    return weights.map((weight) => (asked.some((term) => weight.has(term)) ? asked.reduce((sum, term) => f32(sum + f32((rarity.get(term) as number) * (weight.get(term) ?? 0))), 0) : null));
  };
}

/** The weight of each term of a document where documents are so long on average. */
export function weightsOf(terms: readonly string[], averageLength: number): readonly number[] {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const long = f32(terms.length / (averageLength > 0 ? averageLength : FALLBACK_LENGTH));
  return terms.map((term) => {
    const count = counts.get(term) as number;
    return f32(f32(count * f32(K1 + 1)) / f32(count + f32(K1 * f32(f32(1 - B) + f32(B * long)))));
  });
}
