/**
 * Connected components of prompts that share any key (duplicate text, session): the units that are resampled together.
 * Feed keys in workload order; memory is one entry per distinct key.
 */
export class Components {
  readonly #byKey = new Map<string, number>();
  #parent = new Int32Array(1024);
  #size = 0;

  /** Adds the next prompt with its keys. */
  add(keys: readonly string[]): void {
    const node = this.#size++;
    if (node >= this.#parent.length) {
      const grown = new Int32Array(this.#parent.length * 2);
      grown.set(this.#parent);
      this.#parent = grown;
    }
    this.#parent[node] = node;
    for (const key of keys) {
      const other = this.#byKey.get(key);
      if (other === undefined) this.#byKey.set(key, node);
      else this.#join(other, node);
    }
  }

  /** Component of every prompt, numbered from 0 in order of first appearance. */
  labels(): { cluster: Int32Array; clusters: number } {
    const cluster = new Int32Array(this.#size);
    const number = new Int32Array(this.#size).fill(-1);
    let clusters = 0;
    for (let i = 0; i < this.#size; i++) {
      const root = this.#root(i);
      if (number[root] === -1) number[root] = clusters++;
      cluster[i] = number[root] as number;
    }
    return { cluster, clusters };
  }

  #root(node: number): number {
    let at = node;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at] as number] as number;
      at = this.#parent[at] as number;
    }
    return at;
  }

  #join(a: number, b: number): void {
    const ra = this.#root(a);
    const rb = this.#root(b);
    if (ra !== rb) this.#parent[Math.max(ra, rb)] = Math.min(ra, rb);
  }
}
