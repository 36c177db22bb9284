import type { Random } from "./random.ts";

/** Puts items in a random order, in place, every order as likely as another (Fisher & Yates; Durstenfeld 1964). */
export function shuffle(items: number[] | Int32Array, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j] as number, items[i] as number];
  }
}
