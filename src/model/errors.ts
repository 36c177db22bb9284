/** Exit codes of every command (DESIGN: command line contract). When several apply: 130, then 2, 1, 3, 0. */
export const EXIT = { ok: 0, gateFailed: 1, couldNotRun: 2, inconclusive: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where in the user's own files something is wrong. `line` is 1-based. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

/**
 * Something the user can act on: printed as `error: <file>:<line>: <message>` and `hint: …`, without a stack.
 * Anything else that is thrown is a bug and shows its stack.
 */
export class WrpError extends Error {
  override readonly name = "WrpError";
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, options: { hint?: string; place?: Place; exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.place = options.place;
    this.exitCode = options.exitCode ?? EXIT.couldNotRun;
  }

  /** The message with its place in front, as the terminal shows it. */
  get located(): string {
    if (!this.place) return this.message;
    const { file, line } = this.place;
    return line === undefined ? `${file}: ${this.message}` : `${file}:${line}: ${this.message}`;
  }
}

/** An unknown name, answered with the known ones. */
export function unknownName(what: string, name: string, known: Iterable<string>, place?: Place): WrpError {
  const names = [...known];
  return new WrpError(`unknown ${what} "${name}"`, {
    hint: names.length > 0 ? `known: ${names.join(", ")}` : `there is no ${what} to choose from`,
    ...(place ? { place } : {}),
  });
}
