import { promptReader } from "../evaluate/read-signals.ts";
import type { Prompt } from "../model/prompt.ts";
import type { SignalModels } from "../model/signal-models.ts";
import type { SignalReadings, SignalSpecs } from "../model/signal.ts";
import { joined } from "../signals/index.ts";

/** Readings of one type that are kept at a time: a search moves among few. */
const KEPT = 12;

/**
 * The readings of all prompts, kept by type of signal and all that its signals say: where a trial changes the threshold of one type, that type
 * is read anew, and the others are not. (The signals of one type are read together, since they may see each other.)
 */
export class SignalMemory {
  readonly #prompts: readonly Prompt[];
  readonly #models: SignalModels | null;
  readonly #byType = new Map<string, readonly SignalReadings[]>();
  #last: { readonly key: string; readonly readings: readonly SignalReadings[] } | null = null;

  constructor(prompts: readonly Prompt[], models: SignalModels | null) {
    this.#prompts = prompts;
    this.#models = models;
  }

  /** [prompt] what these signals read. */
  async read(specs: SignalSpecs): Promise<readonly SignalReadings[]> {
    const keys = [...specs].map(([type, some]) => JSON.stringify([type, some.map(({ name, fields, settings }) => [name, fields, settings])]));
    const key = keys.join("\n");
    if (this.#last?.key === key) return this.#last.readings;
    const parts: (readonly SignalReadings[])[] = [];
    for (const [k, [type, some]] of [...specs].entries()) parts.push(await this.#ofType(keys[k] as string, new Map([[type, some]])));
    const readings = parts.length === 0 ? (await this.#ofType("", specs)) : this.#prompts.map((_, i) => joined(parts.map((part) => part[i] as SignalReadings)));
    this.#last = { key, readings };
    return readings;
  }

  async #ofType(key: string, reads: SignalSpecs): Promise<readonly SignalReadings[]> {
    const known = this.#byType.get(key);
    // What was asked for last goes last.
    this.#byType.delete(key);
    const asked = { reads };
    const readings = known ?? ((await promptReader([asked], this.#models).read(this.#prompts)).get(asked) as readonly SignalReadings[]);
    this.#byType.set(key, readings);
    if (this.#byType.size > KEPT) this.#byType.delete(this.#byType.keys().next().value as string);
    return readings;
  }
}
