import type { SignalReadings } from "../../model/signal.ts";
import { signalNameOf } from "./signal-kinds.ts";
import { ANY_CONFIDENCE, ANY_NUMBER, exactly, type Span, type Truth } from "./span.ts";

/** What is assumed of facts that nobody knows, by `type:name`. */
export type Assumed = ReadonlyMap<string, boolean>;

/**
 * What signals say, as the pipeline changes it: partitions and top-k take matches away, projections add some. What nobody knows is
 * null, or what `assumed` says of it.
 */
export class ReadingState {
  readonly readings: SignalReadings;
  readonly assumed: Assumed;
  readonly #matches = new Map<string, Truth>();
  readonly #confidences = new Map<string, Span>();
  /** Names by type that match or may match; what the readings say first, in their order. */
  readonly #named = new Map<string, Set<string>>();

  constructor(readings: SignalReadings, assumed: Assumed) {
    this.readings = readings;
    this.assumed = assumed;
    for (const [type, names] of readings.matched) {
      this.#named.set(type, new Set(names));
      for (const name of names) if (!this.unknown(type, name)) this.#matches.set(`${type}:${name}`, true);
    }
  }

  /** Whether nobody could compute the signal. */
  unknown(type: string, name: string): boolean {
    const { unknown } = this.readings;
    return unknown.size > 0 && (unknown.has(`${type}:${name}`) || unknown.has(`${type}:${signalNameOf(type, name)}`));
  }

  /** Whether the signal matched, before anything is assumed. */
  read(type: string, name: string): Truth {
    const known = this.#matches.get(`${type}:${name}`);
    return known !== undefined ? known : this.unknown(type, name) ? null : false;
  }

  match(type: string, name: string): Truth {
    const truth = this.read(type, name);
    return truth === null ? (this.assumed.get(`${type}:${name}`) ?? null) : truth;
  }

  set(type: string, name: string, truth: Truth, confidence?: Span): void {
    const key = `${type}:${name}`;
    this.#matches.set(key, truth);
    if (confidence) this.#confidences.set(key, confidence);
    const named = this.#named.get(type);
    if (named) named.add(name);
    else this.#named.set(type, new Set([name]));
  }

  /** The confidence stated for a signal; null where it states none (unless nobody knows). */
  confidence(type: string, name: string): Span | null {
    const key = `${type}:${name}`;
    const set = this.#confidences.get(key);
    if (set) return set;
    if (this.unknown(type, name)) return ANY_CONFIDENCE;
    const value = this.readings.confidences.get(key);
    return value === undefined ? null : exactly(value);
  }

  /** What was measured under `type:name` or `type:name:label`; null where nothing was. */
  value(type: string, name: string, label = ""): Span | null {
    if (this.unknown(type, name)) return ANY_NUMBER;
    const value = this.readings.values.get(label === "" ? `${type}:${name}` : `${type}:${name}:${label}`);
    return value === undefined ? null : exactly(value);
  }

  /** Names of a type that match, or may. */
  names(type: string): readonly string[] {
    return [...(this.#named.get(type) ?? [])].filter((name) => this.match(type, name) !== false);
  }

  /** All confidences that are known and stated, as they stand. */
  stated(): Map<string, Span> {
    const stated = new Map([...this.readings.confidences].map(([key, value]) => [key, exactly(value)] as [string, Span]));
    for (const [key, span] of this.#confidences) stated.set(key, span);
    return stated;
  }
}
