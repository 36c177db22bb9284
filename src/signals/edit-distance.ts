/** A word taken apart for comparing: its runes, and which letters it has, one bit for all runes that are the same modulo 32. */
export interface Spelled {
  readonly runes: readonly number[];
  readonly letters: number;
}

export function spelled(word: string): Spelled {
  const runes = Array.from(word, (rune) => rune.codePointAt(0) as number);
  return { runes, letters: runes.reduce((bits, rune) => bits | (1 << (rune & 31)), 0) };
}

/** Whether two words are at most `edits` insertions, deletions or changes of a rune apart. Takes time in one's length times `edits`. */
export function within(one: Spelled, other: Spelled, edits: number): boolean {
  const [a, b] = [one.runes, other.runes];
  if (edits < 0 || Math.abs(a.length - b.length) > edits) return false;
  // An edit gets rid of one letter that the other word lacks, at most.
  if (bitsOf(one.letters & ~other.letters) > edits || bitsOf(other.letters & ~one.letters) > edits) return false;
  let above: number[] = [];
  for (let j = 0; j <= b.length; j++) above.push(j);
  let row: number[] = above.map(() => edits + 1);
  for (let i = 1; i <= a.length; i++) {
    // Outside of this band, more edits than allowed were needed already.
    const [from, to] = [Math.max(1, i - edits), Math.min(b.length, i + edits)];
    row[from - 1] = from === 1 ? i : edits + 1;
    let least = row[from - 1] as number;
    for (let j = from; j <= to; j++) {
      const changed = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const edited = Math.min(changed, (above[j] as number) + 1, (row[j - 1] as number) + 1);
      row[j] = edited;
      if (edited < least) least = edited;
    }
    if (to < b.length) row[to + 1] = edits + 1;
    if (least > edits) return false;
    [above, row] = [row, above];
  }
  return (above[b.length] as number) <= edits;
}

function bitsOf(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
