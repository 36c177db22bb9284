/** How keywords are compared with words: `arity` runes a gram (at least 2), similar from `threshold` on. */
interface NgramOptions {
  readonly caseSensitive: boolean;
  readonly threshold: number;
  readonly arity: number;
}

interface Grams {
  readonly text: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
}

/** At most so many keywords are similar to one word. */
const MOST = 10;

/**
 * The keywords that are similar to a word of a text, or to all of it, in the order they are met, as upstream's ngram_classifier and the
 * ngrammatic crate find them: grams of the padded texts, (all² - different²) / all² in single precision. Where more than ten keywords are
 * equally similar to a word, upstream takes any ten, and the first ten stand here.
 */
export function ngramMatcher(keywords: readonly string[], options: NgramOptions): (text: string) => readonly string[] {
  const arity = Math.max(2, Math.trunc(options.arity));
  const threshold = Math.fround(options.threshold);
  const written = keywords.map((one) => cased(one, options));
  const corpus = [...new Set(written)].map((text) => gramsOf(text, arity));
  const byGram = new Map<string, Grams[]>();
  for (const grams of corpus) for (const gram of grams.counts.keys()) byGram.set(gram, [...(byGram.get(gram) ?? []), grams]);

  function similar(text: string): readonly string[] {
    const grams = gramsOf(text, arity);
    const candidates = new Set([...grams.counts.keys()].flatMap((gram) => byGram.get(gram) ?? []));
    return corpus
      .flatMap((one) => (candidates.has(one) ? [{ text: one.text, similarity: similarity(grams, one) }] : []))
      .filter((one) => one.similarity >= threshold)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, MOST)
      .map((one) => one.text);
  }

  return (text) => {
    const input = cased(text, options);
    const found = new Set<number>();
    const add = (some: readonly string[]) => {
      for (const one of some) written.forEach((keyword, i) => keyword === one && found.add(i));
    };
    for (const word of new Set(input.split(/[^\p{Alphabetic}\p{Nd}\p{Nl}\p{No}_-]+/u))) if (word !== "" && found.size < keywords.length) add(similar(word));
    if (found.size < keywords.length) add(similar(input));
    return [...found].map((i) => keywords[i] as string);
  };
}

function cased(text: string, { caseSensitive }: NgramOptions): string {
  return caseSensitive ? text : text.toLowerCase();
}

function gramsOf(text: string, arity: number): Grams {
  const pad = Array.from({ length: arity - 1 }, () => " ");
  const runes = [...pad, ...text, ...pad];
  const counts = new Map<string, number>();
  const total = runes.length - arity + 1;
  for (let i = 0; i < total; i++) {
    const gram = runes.slice(i, i + arity).join("");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return { text, counts, total };
}

function similarity(a: Grams, b: Grams): number {
  const [few, many] = a.counts.size < b.counts.size ? [a, b] : [b, a];
  let same = 0;
  for (const [gram, count] of few.counts) same += Math.min(count, many.counts.get(gram) ?? 0);
  const all = a.total + b.total - same;
  const square = Math.fround(all * all);
  return Math.fround(Math.fround(square - Math.fround((all - same) ** 2)) / square);
}
