/**
 * The name nearest to `wanted` by spelling, null where none is near: at most two edits, or a quarter of the letters, and fewer than
 * half of the longer name. Ties go to the first.
 */
export function nearest(wanted: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(wanted.length / 4)) + 1;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) >= least) continue;
    const steps = distance(wanted, name);
    if (steps < least && steps * 2 < Math.max(wanted.length, name.length)) [best, least] = [name, steps];
  }
  return best;
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const line = [i];
    for (let j = 1; j <= b.length; j++)
      line.push(Math.min((above[j] as number) + 1, (line[j - 1] as number) + 1, (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    above = line;
  }
  return above[b.length] as number;
}
