/** A count as a sentence shows it: 12,345. */
export function counted(n: number): string {
  return n.toLocaleString("en-US");
}
