import { CONFIDENCES, type Answer } from "../model/answer.ts";
import { MOST_SLICE_VALUES, SAMPLE_ANSWERED, SAMPLE_FAILED, type LabelColumn, type Measure, type ModelSamples, type OutcomeColumns, type RemoteOutcomes } from "../model/columns.ts";
import { DESERVED, type Deserved } from "../model/deserved.ts";
import type { Prompt } from "../model/prompt.ts";
import { Components } from "../stats/clusters.ts";

/** The grader of a prompt whose file names none. */
const RECORDED = "recorded";

/** A live router's answer, with who served it and what that was decided by, as far as it says so. */
export interface RemoteAnswer {
  readonly answer: Answer;
  readonly served: string | null;
  readonly decision: string | null;
}

/** A numeric fact to keep as a column. */
export interface FactColumn {
  readonly name: string;
  read(prompt: Prompt): number | null;
}

/** How answers become columns. */
interface Gathering {
  /** Answers to each prompt by models that are asked several times. */
  readonly samples: number;
  /** Of several, a failed one counts as quality 0 beside graded ones. */
  readonly failureIsZero: boolean;
  /** Whether the lengths of answers are measured. */
  readonly lengths?: boolean;
  /** What two answers to a prompt have in common that count as the same; absent where nobody asks. */
  readonly sameness?: ((text: string) => string) | undefined;
  /** Models whose costs follow from their output tokens once all are there: what their answers say of cost does not count. */
  readonly counted: ReadonlySet<string>;
}

/** Gathers prompts, answers and grades into columns, batch by batch, in workload order. Texts are not kept. */
export class ColumnsBuilder {
  readonly #models: ModelColumns[] = [];
  readonly #index = new Map<string, number>();
  readonly #remotes = new Map<string, { readonly columns: ModelColumns; readonly served: GrowingLabels; readonly decision: GrowingLabels }>();
  readonly #facts: { source: FactColumn; values: Growing<Float64Array> }[];
  readonly #labels = new Map<string, GrowingLabels>();
  readonly #components = new Components();
  readonly #datasets = new GrowingLabels(Infinity);
  readonly #chosen = new GrowingLabels(Infinity);
  readonly #ids: string[] = [];
  readonly #promptHash = new Growing((length) => new BigUint64Array(length), 0n);
  readonly #deserved = new Growing((length) => new Uint8Array(length), 0);
  readonly #entities = new Growing((length) => new Float64Array(length), 0);
  readonly #graders = new Map<string, number>();
  readonly #hashes = new Set<string>();
  #duplicates = 0;

  readonly #how: Gathering;

  constructor(facts: readonly FactColumn[], how: Gathering = { samples: 1, failureIsZero: false, counted: new Set() }) {
    this.#how = how;
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

  /** Adds one model's answers and grades to the prompts from position `from` on. @param sample which of several answers; null: its only one */
  addAnswers(model: string, from: number, answers: readonly (Answer | null)[], grades: readonly (number | null)[], sample: number | null = null): void {
    const columns = this.#model(model);
    const costOf = this.#how.counted.has(model) ? (answer: Answer) => (answer.error === null ? answer.outputTokens : null) : statedCost;
    if (sample !== null && this.#how.samples > 1) columns.addSamples(this.#how, costOf, sample, from, answers, grades);
    else columns.add(from, answers, grades, costOf, this.#how.lengths);
  }

  /** Adds a live router's answers and grades likewise; null where it was not asked. */
  addRemote(name: string, from: number, answers: readonly (RemoteAnswer | null)[], grades: readonly (number | null)[], declined: readonly (boolean | null)[] | null): void {
    let own = this.#remotes.get(name);
    if (!own) this.#remotes.set(name, (own = { columns: new ModelColumns(), served: new GrowingLabels(Infinity), decision: new GrowingLabels(Infinity) }));
    own.columns.add(from, answers.map((one) => one && one.answer), grades, statedCost);
    for (const [k, one] of declined?.entries() ?? []) if (one !== null) own.columns.addDeclined(from + k, one ? 1 : 0);
    for (const [k, one] of answers.entries()) {
      if (one && one.served !== null) own.served.set(from + k, one.served);
      if (one && one.decision !== null) own.decision.set(from + k, one.decision);
    }
  }

  /** Adds what prompts from position `from` on deserve. */
  addDeserved(from: number, deserved: readonly Deserved[]): void {
    for (const [k, one] of deserved.entries()) if (one !== null) this.#deserved.set(from + k, DESERVED[one]);
  }

  /** Adds how many pieces of personal data were found in the prompts from position `from` on: one with any counts as tagged pii. */
  addEntities(from: number, found: readonly (number | null)[]): void {
    for (const [k, one] of found.entries()) {
      if (!one) continue;
      this.#entities.set(from + k, one);
      this.#label("tag:pii").set(from + k, "yes");
    }
  }

  /** Adds whether one model's answers to the prompts from position `from` on declined; null is a gap. Of several answers it is the share. */
  addDeclined(model: string, from: number, declined: readonly (boolean | null)[]): void {
    const columns = this.#model(model);
    for (const [k, one] of declined.entries()) if (one !== null) columns.addDeclined(from + k, one ? 1 : 0);
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
    const samples = this.#models.map((m) => m.foldSamples(n, this.#how));
    const zeroCost: string[] = [];
    const costUsd = this.#models.map((m, k) => {
      const name = models[k] as string;
      const cost = m.costUsd.finish(n);
      if (this.#how.counted.has(name)) {
        const usd = usdPerToken.get(name) ?? NaN;
        for (const tokens of [cost, samples[k]?.costUsd ?? []] as Float64Array[]) for (let i = 0; i < tokens.length; i++) (tokens[i] as number) *= usd;
        return cost;
      }
      const several = samples[k];
      if (free.has(name)) several?.state.forEach((state, at) => void (state === SAMPLE_ANSWERED && Number.isNaN(several.costUsd[at] as number) && (several.costUsd[at] = 0)));
      if (free.has(name)) return cost.map((c, i) => (Number.isNaN(c) && m.answered(i) ? 0 : c));
      if (m.costUsd.used && cost.every((c) => c === 0 || Number.isNaN(c))) {
        zeroCost.push(name);
        samples[k]?.costUsd.fill(NaN);
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
      declined: optional((m) => m.declined),
      deserved: this.#deserved.finish(n),
      ...(this.#entities.used ? { entities: this.#entities.finish(n) } : {}),
      ...this.#components.labels(),
      stratum: datasets.index,
      datasets: datasets.values,
      facts: new Map(this.#facts.map(({ source, values }) => [source.name, values.finish(n)])),
      labels: new Map(
        [...this.#labels].filter(([, labels]) => !labels.overflowed).map(([name, labels]) => [name, labels.finish(n)]),
      ),
      chosen: chosen.index.map((k) => (k === -1 ? -1 : (modelOf[k] as number))),
      ...this.#measures(),
      ...(samples.some((own) => own) ? { samples: { perPrompt: this.#how.samples, models: samples } } : {}),
      ...(this.#remotes.size > 0 ? { remotes: this.#finishRemotes() } : {}),
    };
    return { columns, zeroCost, chosen };
  }

  #measures(): Pick<OutcomeColumns, "measures"> {
    const kinds = MEASURES.filter((kind) => this.#models.some(({ measures }) => measures.has(kind)));
    return kinds.length === 0 ? {} : { measures: new Map(kinds.map((kind) => [kind, this.#models.map(({ measures }) => (measures.get(kind) ?? floats()).finish(this.size))])) };
  }

  #finishRemotes(): RemoteOutcomes[] {
    const n = this.size;
    return [...this.#remotes].map(([name, { columns, served, decision }]) => ({
      name,
      quality: columns.quality.finish(n),
      costUsd: columns.costUsd.finish(n),
      latencyMs: columns.latencyMs.finish(n),
      ttftMs: columns.ttftMs.finish(n),
      failed: columns.failed.finish(n),
      declined: columns.declined.finish(n),
      served: served.finish(n),
      decision: decision.finish(n),
    }));
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

const MEASURES: readonly Measure[] = [...CONFIDENCES, "length"];

type Figures = { readonly [K in "quality" | "costUsd" | "latencyMs" | "ttftMs"]: Growing<Float64Array> };

/** Sets what is known of an answer. */
function put({ quality, costUsd, latencyMs, ttftMs }: Figures, at: number, answer: Answer, grade: number | null, cost: number | null): void {
  if (grade !== null) quality.set(at, grade);
  if (cost !== null) costUsd.set(at, cost);
  if (answer.latencyMs !== null) latencyMs.set(at, answer.latencyMs);
  if (answer.ttftMs !== null) ttftMs.set(at, answer.ttftMs);
}

function statedCost({ costUsd }: Answer): number | null {
  return costUsd;
}

class ModelColumns {
  readonly quality = floats();
  /** Output tokens, until the end, where costs follow from those. */
  readonly costUsd = floats();
  readonly latencyMs = floats();
  readonly ttftMs = floats();
  readonly failed = new Growing((length) => new Uint8Array(length), 0);
  readonly declined = floats();
  /** Of most there is none. */
  readonly measures = new Map<Measure, Growing<Float64Array>>();
  readonly #read = new Growing((length) => new Uint8Array(length), 0);
  #samples: { readonly [K in keyof Omit<ModelSamples, "answer">]: Growing<ModelSamples[K]> } | null = null;
  /** What samples say, by place, where somebody asks whether it is the same. */
  readonly #said = new Map<number, string>();

  addDeclined(at: number, value: number): void {
    const n = this.#read.get(at);
    this.declined.set(at, n === 0 ? value : (this.declined.get(at) * n + value) / (n + 1));
    this.#read.set(at, n + 1);
  }

  addSamples({ samples: perPrompt, sameness }: Gathering, costOf: (answer: Answer) => number | null, sample: number, from: number, answers: readonly (Answer | null)[], grades: readonly (number | null)[]): void {
    this.#samples ??= { state: new Growing((length) => new Uint8Array(length), 0), quality: floats(), costUsd: floats(), latencyMs: floats(), ttftMs: floats() };
    for (const [k, answer] of answers.entries()) {
      if (!answer) continue;
      const at = (from + k) * perPrompt + sample;
      this.#samples.state.set(at, answer.error === null ? SAMPLE_ANSWERED : SAMPLE_FAILED);
      put(this.#samples, at, answer, grades[k] ?? null, costOf(answer));
      if (sameness && answer.text !== null && answer.error === null) this.#said.set(at, sameness(answer.text));
    }
  }

  /** Makes each prompt's figures the means of its samples where they are known; a prompt has failed where all of its samples did. */
  foldSamples(n: number, { samples: perPrompt, failureIsZero, sameness }: Gathering): ModelSamples | null {
    if (!this.#samples) return null;
    const length = n * perPrompt;
    const { state, quality, costUsd, latencyMs, ttftMs } = this.#samples;
    const own = { state: state.finish(length), quality: quality.finish(length), costUsd: costUsd.finish(length), latencyMs: latencyMs.finish(length), ttftMs: ttftMs.finish(length) };
    for (let i = 0; i < n; i++) {
      const [from, to] = [i * perPrompt, (i + 1) * perPrompt];
      const states = own.state.subarray(from, to);
      const failures = states.reduce((count, one) => count + (one === SAMPLE_FAILED ? 1 : 0), 0);
      if (failures > 0 && !states.includes(SAMPLE_ANSWERED)) this.failed.set(i, 1);
      for (const figure of ["quality", "costUsd", "latencyMs", "ttftMs"] as const) {
        const known = own[figure].subarray(from, to).filter((value) => !Number.isNaN(value));
        const zeros = figure === "quality" && failureIsZero ? failures : 0;
        if (known.length > 0) this[figure].set(i, known.reduce((sum, value) => sum + value, 0) / (known.length + zeros));
      }
    }
    return sameness ? { ...own, answer: this.#numbered(n, perPrompt) } : own;
  }

  /** Each prompt's different answers in the order in which they first come. */
  #numbered(n: number, perPrompt: number): Int32Array {
    return Int32Array.from({ length: n * perPrompt }, (_, at) => {
      const first = at - (at % perPrompt);
      const said = Array.from({ length: perPrompt }, (__, k) => this.#said.get(first + k));
      const own = said[at - first];
      return own === undefined ? -1 : [...new Set(said.filter((one) => one !== undefined))].indexOf(own);
    });
  }

  add(from: number, answers: readonly (Answer | null)[], grades: readonly (number | null)[], costOf: (answer: Answer) => number | null, lengths = false): void {
    for (let k = 0; k < answers.length; k++) {
      const answer = answers[k];
      if (!answer) continue;
      const at = from + k;
      put(this, at, answer, grades[k] ?? null, costOf(answer));
      if (answer.error !== null) this.failed.set(at, 1);
      for (const kind of CONFIDENCES) if (answer.confidence?.[kind] !== undefined) this.#measure(kind).set(at, answer.confidence[kind]);
      if (lengths && answer.text !== null && answer.error === null) this.#measure("length").set(at, codePoints(answer.text));
    }
  }

  #measure(kind: Measure): Growing<Float64Array> {
    let values = this.measures.get(kind);
    if (!values) this.measures.set(kind, (values = floats()));
    return values;
  }

  /** True where the model has any outcome for this prompt. */
  answered(at: number): boolean {
    return !Number.isNaN(this.quality.get(at)) || this.failed.get(at) === 1;
  }
}

function codePoints(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
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
