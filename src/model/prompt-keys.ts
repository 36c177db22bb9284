import type { OutcomeColumns } from "./columns.ts";

/** What names each prompt across runs: 64 bits of its hash, and from its first repetition on which one it is. */
export function promptKeys({ promptHash }: OutcomeColumns): string[] {
  const times = new Map<bigint, number>();
  return Array.from(promptHash, (hash) => {
    const before = times.get(hash) ?? 0;
    times.set(hash, before + 1);
    const name = hash.toString(16).padStart(16, "0");
    return before === 0 ? name : `${name}-${before + 1}`;
  });
}
