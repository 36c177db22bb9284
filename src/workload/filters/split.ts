import { random } from "../../stats/random.ts";
import type { Draft } from "../draft.ts";
import { sessionKey } from "../../model/session-key.ts";

/** One side of a seeded split; duplicates and the turns of a session stay together. */
export interface Split {
  /** First pass: every prompt in order (only those with sessions matter). */
  link(prompt: Draft): void;
  /** Second pass: whether the prompt is on this side. */
  has(prompt: Draft): boolean;
}

/**
 * The side of a component is drawn from the seed and its smallest prompt hash, so it does not depend on file order.
 * Prompts without a session are components of their own text and need no memory.
 */
export function newSplit(side: "train" | "test", trainShare: number, seed: number): Split {
  const parent = new Map<string, string>();
  const ofSession = new Map<string, string>();

  /** The smallest hash of a component: roots are kept smallest. */
  function rootOf(hash: string): string {
    let root = hash;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    for (let at = hash; at !== root; ) {
      const up = parent.get(at) as string;
      parent.set(at, root);
      at = up;
    }
    return root;
  }

  return {
    link(prompt) {
      const { hash } = prompt;
      const key = sessionKey(prompt);
      if (key === null) return;
      const other = ofSession.get(key);
      if (!parent.has(hash)) parent.set(hash, hash);
      if (other === undefined) {
        ofSession.set(key, hash);
        return;
      }
      const [a, b] = [rootOf(hash), rootOf(other)];
      if (a < b) parent.set(b, a);
      else if (b < a) parent.set(a, b);
    },
    has: ({ hash }) => (random(seed, "split", rootOf(hash)).next() < trainShare) === (side === "train"),
  };
}
