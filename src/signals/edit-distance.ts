/** Whether two texts are at most `edits` insertions, deletions or changes of a rune apart. Takes time in the shorter one's length times `edits`. */
export function within(one: string, other: string, edits: number): boolean {
  if (edits < 0) return false;
  if (one === other) return true;
  // A text has at most as many runes as units, and at least half as many.
  if (one.length > 2 * (other.length + edits) || other.length > 2 * (one.length + edits)) return false;
  const [a, b] = [runesOf(one), runesOf(other)];
  if (Math.abs(a.length - b.length) > edits) return false;
  if (a.length === 0 || b.length === 0) return true;
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    // Outside of this band, more edits than allowed were needed already.
    const [from, to] = [Math.max(1, i - edits), Math.min(b.length, i + edits)];
    const row = Array.from({ length: b.length + 1 }, () => edits + 1);
    if (i <= edits) row[0] = i;
    let least = row[0] as number;
    for (let j = from; j <= to; j++) {
      const change = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(change, (above[j] as number) + 1, (row[j - 1] as number) + 1);
      least = Math.min(least, row[j] as number);
    }
    if (least > edits) return false;
    above = row;
  }
  return (above[b.length] as number) <= edits;
}

function runesOf(text: string): readonly string[] {
  return [...text];
}
