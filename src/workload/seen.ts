/**
 * A map from content hashes to small integers for millions of keys: open addressing over the first 64 bits of each hash
 * (a clash among a million keys has a chance of about 3e-8), 12 bytes a slot.
 */
export interface Seen {
  /** The value of a hash (hex digits); undefined where it is new. */
  get(hash: string): number | undefined;
  set(hash: string, value: number): void;
}

export function newSeen(): Seen {
  let capacity = 16_384;
  let used = 0;
  let keys = new Uint32Array(capacity * 2);
  let values = new Int32Array(capacity);
  let taken = new Uint8Array(capacity);

  /** The slot of a key, or the free one where it belongs. */
  function slotOf(high: number, low: number): number {
    let slot = low & (capacity - 1);
    while (taken[slot] === 1 && (keys[slot * 2] !== high || keys[slot * 2 + 1] !== low)) slot = (slot + 1) & (capacity - 1);
    return slot;
  }

  function grow(): void {
    const [oldKeys, oldValues, oldTaken] = [keys, values, taken];
    capacity *= 2;
    keys = new Uint32Array(capacity * 2);
    values = new Int32Array(capacity);
    taken = new Uint8Array(capacity);
    for (let slot = 0; slot < oldTaken.length; slot++)
      if (oldTaken[slot] === 1) put(oldKeys[slot * 2] as number, oldKeys[slot * 2 + 1] as number, oldValues[slot] as number);
  }

  function put(high: number, low: number, value: number): boolean {
    const slot = slotOf(high, low);
    const isNew = taken[slot] === 0;
    keys[slot * 2] = high;
    keys[slot * 2 + 1] = low;
    values[slot] = value;
    taken[slot] = 1;
    return isNew;
  }

  return {
    get(hash) {
      const slot = slotOf(Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8, 16), 16));
      return taken[slot] === 1 ? values[slot] : undefined;
    },
    set(hash, value) {
      if (used * 2 >= capacity) grow();
      if (put(Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8, 16), 16), value)) used++;
    },
  };
}
