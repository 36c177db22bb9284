/** √(ln t / n) of an arm with n of t outcomes (Auer, Cesa-Bianchi & Fischer 2002); 0 while t is at most 1. */
export function confidence(all: number, own: number): number {
  return Math.sqrt(Math.max(0, Math.log(all)) / own);
}
