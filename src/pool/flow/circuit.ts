import type { Failure, FailureKind } from "../../model/live.ts";

/** When a backend is taken for dead. */
export interface CircuitOptions {
  /** So many tries in a row, 1 or more. */
  readonly after: number;
  /** And, of failures that a living backend may have too, all tries that ended over so long, milliseconds. */
  readonly quietMs: number;
  /** After so long, milliseconds, one try may see whether it is back. */
  readonly coolDownMs: number;
}

/** `reason` in words. `forGood`: no probe will be sent. */
export type CircuitEvent = { readonly to: "open"; readonly reason: string; readonly forGood: boolean } | { readonly to: "half-open" | "closed" };

/** Nobody is there, or nobody for us: as sure after a few tries as after many. */
const NOBODY: ReadonlySet<FailureKind> = new Set(["connect", "refused", "not-found"]);
/** The key or the address is wrong; waiting does not make it right. */
const WRONG: ReadonlySet<FailureKind> = new Set(["refused", "not-found"]);
/** Failures that an overloaded or a stumbling backend has as well: it is dead when nothing else comes for long. */
const SILENT: ReadonlySet<FailureKind> = new Set(["server", "timeout", "disconnect", "malformed", "overloaded", "rate-limit"]);

/**
 * A circuit breaker (Nygard 2007, "Release It!"). It opens after `after` tries in a row that found nobody (no connection, 401, 403, 404),
 * or after as many that failed in whatever way that is not the prompt's fault, with nothing going well between them, over `quietMs`. Open, nothing is
 * called; after `coolDownMs` it is half open: one try is let through, and closes it or opens it again. Where the key or the address was
 * wrong from the first call on it stays open. What failed because of the prompt (400, too large) shows that the backend lives.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  readonly #onChange: (event: CircuitEvent) => void;
  #reason: string | null = null;
  /** When a probe may be sent. */
  #until = 0;
  #probe: number | null = null;
  #nobody = 0;
  #silent = 0;
  /** The end of the first try of the row, or of a pause that was asked for since. */
  #silentFrom = 0;
  #everLived = false;

  constructor(options: CircuitOptions, onChange: (event: CircuitEvent) => void) {
    this.#options = options;
    this.#onChange = onChange;
  }

  /** Why nothing is called; null where calls go through. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Whether nothing is to wait for: open, and not yet time for a probe. */
  refuses(nowMs: number): boolean {
    return this.#reason !== null && this.#probe === null && nowMs < this.#until;
  }

  /** Whether a probe is under way, whose end decides. */
  get probing(): boolean {
    return this.#probe !== null;
  }

  /** A try begins, by its number. */
  begin(number: number): void {
    if (this.#reason === null) return;
    this.#probe = number;
    this.#onChange({ to: "half-open" });
  }

  /** A try was not made after all. */
  unused(number: number): void {
    if (this.#probe === number) this.#probe = null;
  }

  /** A try ended. */
  ended(number: number, failure: Failure | null, nowMs: number): void {
    const probed = this.#probe === number;
    if (probed) this.#probe = null;
    const kind = failure?.kind ?? null;
    if (kind === "aborted") return;
    if (kind === null || !(NOBODY.has(kind) || SILENT.has(kind))) return this.#lives();
    this.#nobody = NOBODY.has(kind) ? this.#nobody + 1 : 0;
    if (this.#silent++ === 0) this.#silentFrom = nowMs;
    if (this.#reason !== null && !probed) return;
    const { after, quietMs } = this.#options;
    const quiet = this.#silent >= after && nowMs - this.#silentFrom >= quietMs;
    if (!probed && this.#nobody < after && !quiet) return;
    const forGood = !this.#everLived && WRONG.has(kind) && this.#nobody >= after;
    const row = this.#nobody >= after ? this.#nobody : this.#silent;
    const since = this.#nobody >= after || probed ? "" : `, and none went well for ${seconds(nowMs - this.#silentFrom)}`;
    const why = probed ? "it is not back" : `${row} ${row === 1 ? "try" : "tries in a row"} failed${since}`;
    this.open(`${why}: ${(failure as Failure).message}`, forGood ? Infinity : nowMs + this.#options.coolDownMs);
  }

  /** Opens it until a time, milliseconds of the clock; Infinity: for good. */
  open(reason: string, untilMs: number): void {
    this.#reason = reason;
    this.#until = untilMs;
    this.#onChange({ to: "open", reason, forGood: untilMs === Infinity });
  }

  /** Waiting that was asked for is no silence. */
  excuse(untilMs: number): void {
    this.#silentFrom = Math.max(this.#silentFrom, untilMs);
  }

  #lives(): void {
    this.#nobody = 0;
    this.#silent = 0;
    this.#everLived = true;
    if (this.#reason === null) return;
    this.#reason = null;
    this.#onChange({ to: "closed" });
  }
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
