import { contentHash } from "../../lib/hash.ts";
import type { Draft } from "../draft.ts";
import { newSeen } from "../seen.ts";

/** Exactly `size` prompts (all where there are fewer), chosen by seed and content rather than by place. */
export interface Sample {
  /** Considers a prompt that stands in the files with these indices. */
  add(prompt: Draft, files: readonly number[]): void;
  /** The chosen prompts in workload order. */
  take(): { readonly prompt: Draft; readonly files: readonly number[] }[];
}

interface Entry {
  readonly priority: string;
  readonly order: number;
  readonly prompt: Draft;
  readonly files: readonly number[];
}

/** Keeps the prompts of lowest priority, a hash of seed, text and how many times that text came before. */
export function newSample(size: number, seed: number): Sample {
  const times = newSeen();
  /** A heap with the highest priority at its root. */
  const heap: Entry[] = [];
  let order = 0;
  return {
    add(prompt, files) {
      const before = times.get(prompt.hash) ?? 0;
      times.set(prompt.hash, before + 1);
      const entry = { priority: contentHash(`${seed}/sample/${prompt.hash}/${before}`), order: order++, prompt, files };
      if (heap.length < size) {
        heap.push(entry);
        rise(heap, heap.length - 1);
      } else if (size > 0 && entry.priority < (heap[0] as Entry).priority) {
        heap[0] = entry;
        sink(heap, 0);
      }
    },
    take: () => heap.sort((a, b) => a.order - b.order),
  };
}

function rise(heap: Entry[], start: number): void {
  for (let at = start; at > 0; ) {
    const up = (at - 1) >> 1;
    if ((heap[up] as Entry).priority >= (heap[at] as Entry).priority) return;
    swap(heap, at, up);
    at = up;
  }
}

function sink(heap: Entry[], start: number): void {
  for (let at = start; ; ) {
    let largest = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && (heap[child] as Entry).priority > (heap[largest] as Entry).priority) largest = child;
    if (largest === at) return;
    swap(heap, at, largest);
    at = largest;
  }
}

function swap(heap: Entry[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b] as Entry, heap[a] as Entry];
}
