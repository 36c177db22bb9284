import { nearest } from "./nearest.ts";

/** Exit codes of every command (DESIGN: command line contract). When several apply: 130, then 2, 1, 3, 0. */
export const EXIT = { ok: 0, gateFailed: 1, couldNotRun: 2, inconclusive: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where in the user's own files something is wrong. `line` and `column` (in UTF-16 units) are 1-based. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

interface WrpErrorOptions {
  readonly hint?: string;
  readonly place?: Place;
  readonly exitCode?: ExitCode;
  readonly code?: string;
  readonly all?: readonly WrpError[];
  readonly unlisted?: number;
  readonly cause?: unknown;
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
  /** A short name of what is wrong, for machines: `bad-row`. */
  readonly code: string | undefined;
  /** Each problem by itself, where this one error stands for several. */
  readonly all: readonly WrpError[] | undefined;
  /** How many more there are than `all` holds. */
  readonly unlisted: number;

  constructor(message: string, options: WrpErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.place = options.place;
    this.exitCode = options.exitCode ?? EXIT.couldNotRun;
    this.code = options.code;
    this.all = options.all;
    this.unlisted = options.unlisted ?? 0;
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
  const near = nearest(name, names);
  return new WrpError(`unknown ${what} "${name}"`, {
    hint: names.length > 0 ? `${near === null ? "" : `did you mean "${near}"? `}known: ${names.join(", ")}` : `there is no ${what} to choose from`,
    code: `unknown-${what.replaceAll(" ", "-")}`,
    ...(place ? { place } : {}),
  });
}

/** Is told of an error: `raise` ends the work with it; a list keeps it, and the work goes on with the rest. */
export type Tell = (error: WrpError) => void;

export function raise(error: WrpError): never {
  throw error;
}

/** Runs `work` and tells of the WrpError that ends it, with a place where it has none; the result is undefined then. An interrupt ends it all. */
export function telling<T>(tell: Tell, work: () => T, place?: Place): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WrpError) || error.exitCode === EXIT.interrupted) throw error;
    tell(placed(error, place));
    return undefined;
  }
}

/** `telling` for work that takes time. */
export async function tellingLater<T>(tell: Tell, work: () => Promise<T>, place?: Place): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WrpError) || error.exitCode === EXIT.interrupted) throw error;
    tell(placed(error, place));
    return undefined;
  }
}

/** The same error at `place`, unless it has a place of its own. */
export function placed(error: WrpError, place: Place | undefined): WrpError {
  if (error.place || !place) return error;
  const { message, hint, exitCode, code, all, unlisted } = error;
  return new WrpError(message, { place, exitCode, unlisted, cause: error, ...(hint === undefined ? {} : { hint }), ...(code === undefined ? {} : { code }), ...(all ? { all } : {}) });
}
