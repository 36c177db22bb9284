/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna 2018, "Scrambled linear pseudorandom number generators"),
 * its state filled by hashing the seed and a path of names, so that an extra draw in one stage disturbs no other.
 */
export interface Random {
  /** Uniform in [0,1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound); bound in 1…2^32. */
  below(bound: number): number;
  /** An independent generator, named. */
  fork(name: string | number): Random;
}

/** A generator for `seed`; `path` names the stage (and the prompt) that draws. */
export function random(seed: number, ...path: (string | number)[]): Random {
  const key = `${seed}/${path.join("/")}`;
  let a = fnv1a(key, 0x811c9dc5);
  let b = fnv1a(key, a ^ 0x9e3779b9);
  let c = fnv1a(key, b ^ 0x85ebca6b);
  let d = fnv1a(key, c ^ 0xc2b2ae35) | 1;

  function uint32(): number {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }
  for (let i = 0; i < 8; i++) uint32();

  return {
    next: () => uint32() / 4294967296,
    below: (bound) => Math.floor((uint32() / 4294967296) * bound),
    fork: (name) => random(seed, ...path, name),
  };
}

/** The places from 0 up to `count` in random order, by Fisher and Yates. */
export function shuffled(count: number, draws: Random): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = draws.below(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

/** FNV-1a over UTF-16 units with a final avalanche (murmur3's), 32 bits. */
function fnv1a(text: string, start: number): number {
  let h = start;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
