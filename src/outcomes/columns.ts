import type { Answer } from "../model/answer.ts";
import { MOST_SLICE_VALUES, type LabelColumn, type OutcomeColumns } from "../model/columns.ts";
import type { Prompt } from "../model/prompt.ts";
import { Components } from "../stats/clusters.ts";

/** The grader of a prompt whose file names none. */
const RECORDED = "recorded";

/** A numeric fact to keep as a column. */
export interface FactColumn {
  readonly name: string;
  read(prompt: Prompt): number | null;
}

/** Gathers prompts, answers and grades into columns, batch by batch, in workload order. Texts are not kept. */
export class ColumnsBuilder {
  readonly #models: ModelColumns[] = [];
  readonly #index = new Map<string, number>();
  readonly #facts: { source: FactColumn; values: Growing<Float64Array> }[];
  readonly #labels = new Map<string, GrowingLabels>();
  readonly #components = new Components();
  readonly #datasets = new GrowingLabels(Infinity);
  readonly #chosen = new GrowingLabels(Infinity);
  readonly #ids: string[] = [];
  readonly #promptHash = new Growing((length) => new BigUint64Array(length), 0n);
  readonly #graders = new Map<string, number>();
  readonly #hashes = new Set<string>();
  #duplicates = 0;

  readonly #counted: ReadonlySet<string>;

  /** @param counted models whose costs follow from their output tokens once all are there: what their answers say of cost does not count */
  constructor(facts: readonly FactColumn[], counted: ReadonlySet<string> = new Set()) {
    this.#counted = counted;
    this.#facts = facts.map((source) => ({ source, values: floats() }));
  }

  /** Prompts seen so far. */
  get size(): number {
    return this.#ids.length;
  }

  /** Prompts whose content an earlier prompt has. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Prompts by the grader that their file states. */
  graders(): Record<string, number> {
    return Object.fromEntries([...this.#graders].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Adds the facts and labels of prompts; call before `addAnswers` of the same prompts. */
  addPrompts(prompts: readonly Prompt[]): void {
    for (const prompt of prompts) {
      const at = this.#ids.push(prompt.id) - 1;
      if (this.#hashes.has(prompt.hash)) this.#duplicates++;
      else this.#hashes.add(prompt.hash);
      this.#components.add(prompt.session === null ? [prompt.hash] : [prompt.hash, `session:${prompt.dataset}:${prompt.session}`]);
      this.#promptHash.set(at, BigInt(`0x${prompt.hash.slice(0, 16)}`));
      this.#graders.set(prompt.grader ?? RECORDED, (this.#graders.get(prompt.grader ?? RECORDED) ?? 0) + 1);
      this.#datasets.set(at, prompt.dataset);
      if (prompt.chosen !== null) this.#chosen.set(at, prompt.chosen);
      for (const { source, values } of this.#facts) values.set(at, source.read(prompt) ?? NaN);
      for (const tag of prompt.tags) this.#label(`tag:${tag}`).set(at, "yes");
      for (const key in prompt.meta) {
        const value = prompt.meta[key];
        if (typeof value === "string" || typeof value === "boolean") this.#label(`meta.${key}`).set(at, String(value));
      }
    }
  }

  /** Adds one model's answers and grades to the prompts from position `from` on. */
  addAnswers(model: string, from: number, answers: readonly (Answer | null)[], grades: readonly (number | null)[]): void {
    const columns = this.#model(model);
    for (let k = 0; k < answers.length; k++) {
      const answer = answers[k];
      if (!answer) continue;
      const at = from + k;
      const grade = grades[k];
      if (grade !== null && grade !== undefined) columns.quality.set(at, grade);
      if (this.#counted.has(model)) {
        if (answer.outputTokens !== null && answer.error === null) columns.outputTokens.set(at, answer.outputTokens);
      } else if (answer.costUsd !== null) columns.costUsd.set(at, answer.costUsd);
      if (answer.latencyMs !== null) columns.latencyMs.set(at, answer.latencyMs);
      if (answer.ttftMs !== null) columns.ttftMs.set(at, answer.ttftMs);
      if (answer.error !== null) columns.failed.set(at, 1);
    }
  }

  /**
   * The finished columns, and what a live router chose, by name: also models without an outcome.
   *
   * @param free models whose cost 0 is a price, as the config says; another model that costs 0 everywhere is unpriced
   * @param usdPerToken what an output token costs, of models whose tokens are counted; one that is not in it is unpriced
   */
  finish(free: ReadonlySet<string>, usdPerToken: ReadonlyMap<string, number> = new Map()): { columns: OutcomeColumns; zeroCost: string[]; chosen: LabelColumn } {
    const n = this.size;
    const models = [...this.#index.keys()];
    const zeroCost: string[] = [];
    const costUsd = this.#models.map((m, k) => {
      const name = models[k] as string;
      const cost = this.#counted.has(name) ? m.outputTokens.finish(n).map((tokens) => tokens * (usdPerToken.get(name) ?? NaN)) : m.costUsd.finish(n);
      if (free.has(name)) return cost.map((c, i) => (Number.isNaN(c) && m.answered(i) ? 0 : c));
      if (m.costUsd.used && cost.every((c) => c === 0 || Number.isNaN(c))) {
        zeroCost.push(name);
        return cost.fill(NaN);
      }
      return cost;
    });
    const optional = (pick: (m: ModelColumns) => Growing<Float64Array>): Float64Array[] =>
      this.#models.some((m) => pick(m).used) ? this.#models.map((m) => pick(m).finish(n)) : [];
    const datasets = this.#datasets.finish(n);
    const chosen = this.#chosen.finish(n);
    const modelOf = Int32Array.from(chosen.values, (name) => models.indexOf(name));
    const columns: OutcomeColumns = {
      n,
      models,
      ids: this.#ids,
      promptHash: this.#promptHash.finish(n),
      quality: this.#models.map((m) => m.quality.finish(n)),
      costUsd,
      latencyMs: optional((m) => m.latencyMs),
      ttftMs: optional((m) => m.ttftMs),
      failed: this.#models.map((m) => m.failed.finish(n)),
      ...this.#components.labels(),
      stratum: datasets.index,
      datasets: datasets.values,
      facts: new Map(this.#facts.map(({ source, values }) => [source.name, values.finish(n)])),
      labels: new Map(
        [...this.#labels].filter(([, labels]) => !labels.overflowed).map(([name, labels]) => [name, labels.finish(n)]),
      ),
      chosen: chosen.index.map((k) => (k === -1 ? -1 : (modelOf[k] as number))),
    };
    return { columns, zeroCost, chosen };
  }

  #model(name: string): ModelColumns {
    let at = this.#index.get(name);
    if (at === undefined) {
      at = this.#models.push(new ModelColumns()) - 1;
      this.#index.set(name, at);
    }
    return this.#models[at] as ModelColumns;
  }

  #label(name: string): GrowingLabels {
    let labels = this.#labels.get(name);
    if (!labels) {
      labels = new GrowingLabels(MOST_SLICE_VALUES);
      this.#labels.set(name, labels);
    }
    return labels;
  }
}

class ModelColumns {
  readonly quality = floats();
  readonly costUsd = floats();
  readonly outputTokens = floats();
  readonly latencyMs = floats();
  readonly ttftMs = floats();
  readonly failed = new Growing((length) => new Uint8Array(length), 0);

  /** True where the model has any outcome for this prompt. */
  answered(at: number): boolean {
    return !Number.isNaN(this.quality.get(at)) || this.failed.get(at) === 1;
  }
}

/** A typed array that grows as positions are set; what is never set holds `gap`. */
class Growing<T extends Float64Array | Int32Array | Uint8Array | BigUint64Array> {
  readonly #make: (length: number) => T;
  readonly #gap: T[number];
  #values: T;
  used = false;

  constructor(make: (length: number) => T, gap: T[number]) {
    this.#make = make;
    this.#gap = gap;
    this.#values = make(0);
  }

  set(at: number, value: T[number]): void {
    if (at >= this.#values.length) this.#values = this.#copy(Math.max(1024, 2 ** Math.ceil(Math.log2(at + 1))));
    this.#values[at] = value;
    this.used = true;
  }

  get(at: number): T[number] {
    return at < this.#values.length ? (this.#values[at] as T[number]) : this.#gap;
  }

  finish(n: number): T {
    this.#values = this.#copy(n);
    return this.#values;
  }

  #copy(length: number): T {
    const copy = this.#make(length);
    copy.fill(this.#gap as never);
    copy.set(this.#values.subarray(0, length) as never);
    return copy;
  }
}

const floats = () => new Growing((length) => new Float64Array(length), NaN);

/** Texts by position, held as an index into the distinct ones; -1 is a gap. Gives up beyond `most` distinct values. */
class GrowingLabels {
  readonly #most: number;
  readonly #values = new Map<string, number>();
  readonly #index = new Growing((length) => new Int32Array(length), -1);
  overflowed = false;

  constructor(most: number) {
    this.#most = most;
  }

  set(at: number, value: string): void {
    if (this.overflowed) return;
    let k = this.#values.get(value);
    if (k === undefined) {
      k = this.#values.size;
      if (k >= this.#most) {
        this.overflowed = true;
        this.#index.finish(0);
        this.#values.clear();
        return;
      }
      this.#values.set(value, k);
    }
    this.#index.set(at, k);
  }

  finish(n: number): LabelColumn {
    return { values: [...this.#values.keys()], index: this.#index.finish(n) };
  }
}
