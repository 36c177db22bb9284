/** A place in a line. */
export interface Standing<T> {
  readonly value: T;
  /** @internal */
  next: Standing<T> | null;
  /** @internal */
  gone: boolean;
}

interface Queue<T> {
  first: Standing<T> | null;
  last: Standing<T> | null;
}

/**
 * A waiting line: first come, first served; those who come again go before those who are new, since they came earlier. Whoever stands
 * anywhere can leave; the place is given up when the line gets there. All in constant time.
 */
export class Line<T> {
  readonly #again: Queue<T> = { first: null, last: null };
  readonly #fresh: Queue<T> = { first: null, last: null };
  #length = 0;

  get length(): number {
    return this.#length;
  }

  join(value: T, again: boolean): Standing<T> {
    const queue = again ? this.#again : this.#fresh;
    const standing: Standing<T> = { value, next: null, gone: false };
    if (queue.last) queue.last.next = standing;
    else queue.first = standing;
    queue.last = standing;
    this.#length++;
    return standing;
  }

  /** False where it had left before. */
  leave(standing: Standing<T>): boolean {
    if (standing.gone) return false;
    standing.gone = true;
    this.#length--;
    return true;
  }

  /** Whoever is first; null where nobody waits. */
  head(): Standing<T> | null {
    return headOf(this.#again) ?? headOf(this.#fresh);
  }
}

function headOf<T>(queue: Queue<T>): Standing<T> | null {
  for (let first = queue.first; first?.gone; first = queue.first) {
    queue.first = first.next;
    first.next = null; // or whoever still holds one that left would hold all who came after it
  }
  if (!queue.first) queue.last = null;
  return queue.first;
}
