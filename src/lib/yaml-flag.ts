const WORDS: ReadonlyMap<unknown, boolean> = new Map([...["y", "yes", "on"].flatMap((word) => spellings(word, true)), ...["n", "no", "off"].flatMap((word) => spellings(word, false))]);

/** YAML 1.1's other words for true and false, where a flag stands, as Go's yaml.v2 takes them; anything else as it is. */
export function yamlFlag(value: unknown): unknown {
  return WORDS.get(value) ?? value;
}

function spellings(word: string, means: boolean): [string, boolean][] {
  return [word, word.toUpperCase(), word.slice(0, 1).toUpperCase() + word.slice(1)].map((spelling) => [spelling, means]);
}
