import type { SignalReadings } from "../../model/signal.ts";
import { signalKeyOf } from "./signal-kinds.ts";
import { ANY_CONFIDENCE, ANY_NUMBER, exactly, type Span, type Truth } from "./span.ts";

/** What is assumed of facts that nobody knows, by `type:name`. */
export type Assumed = ReadonlyMap<string, boolean>;

/**
 * What signals say, as the pipeline changes it: partitions and top-k take matches away, projections add some. What nobody knows is
 * null, or what `assumed` says of it. Signals go by their keys, `type:name`, which whoever asks often has made once.
 */
export class ReadingState {
  readonly readings: SignalReadings;
  readonly assumed: Assumed;
  /** In the order of their finding. */
  readonly #matches = new Map<string, Truth>();
  readonly #confidences = new Map<string, Span>();

  constructor(readings: SignalReadings, assumed: Assumed) {
    this.readings = readings;
    this.assumed = assumed;
    for (const [type, names] of readings.matched)
      for (const name of names) {
        const key = `${type}:${name}`;
        if (!this.unknown(key)) this.#matches.set(key, true);
      }
  }

  /** Whether nobody could compute the signal. */
  unknown(key: string): boolean {
    const { unknown } = this.readings;
    return unknown.size > 0 && (unknown.has(key) || unknown.has(signalKeyOf(key)));
  }

  /** Whether the signal matched, before anything is assumed. */
  read(key: string): Truth {
    const known = this.#matches.get(key);
    return known !== undefined ? known : this.unknown(key) ? null : false;
  }

  match(key: string): Truth {
    const truth = this.read(key);
    return truth === null ? (this.assumed.get(key) ?? null) : truth;
  }

  set(key: string, truth: Truth, confidence?: Span): void {
    this.#matches.set(key, truth);
    if (confidence) this.#confidences.set(key, confidence);
  }

  /** The confidence stated for a signal; null where it states none (unless nobody knows). */
  confidence(key: string): Span | null {
    const set = this.#confidences.size > 0 ? this.#confidences.get(key) : undefined;
    if (set) return set;
    if (this.unknown(key)) return ANY_CONFIDENCE;
    const value = this.readings.confidences.get(key);
    return value === undefined ? null : exactly(value);
  }

  /** What was measured under `type:name` or `type:name:label`; null where nothing was. */
  value(key: string, valueKey = key): Span | null {
    if (this.unknown(key)) return ANY_NUMBER;
    const value = this.readings.values.get(valueKey);
    return value === undefined ? null : exactly(value);
  }

  /** Names of a type that match, or may. */
  names(type: string): readonly string[] {
    const prefix = `${type}:`;
    const set = [...this.#matches.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    return [...new Set([...(this.readings.matched.get(type) ?? []), ...set])].filter((name) => this.match(`${prefix}${name}`) !== false);
  }

  /** All confidences that are known and stated, as they stand. */
  stated(): Map<string, Span> {
    const stated = new Map([...this.readings.confidences].map(([key, value]) => [key, exactly(value)] as [string, Span]));
    for (const [key, span] of this.#confidences) stated.set(key, span);
    return stated;
  }
}
