/** The fact of a prompt that holds, as JSON, what a live router's log says its signals found. */
export const LOGGED_SIGNALS = "loggedSignals";

/** Most of it that is kept, in UTF-16 units. */
const MOST = 16_384;

/** Names that matched, by type; confidences and values by `type:name`. */
export interface LoggedSignals {
  readonly matched: Readonly<Record<string, readonly string[]>>;
  readonly confidences: Readonly<Record<string, number>>;
  readonly values: Readonly<Record<string, number>>;
}

/** Null where it is more than is kept. */
export function writeLoggedSignals(logged: LoggedSignals): string | null {
  const text = JSON.stringify(logged);
  return text.length <= MOST ? text : null;
}

/** What the fact says; null where there is none, or it was not written by wrp. */
export function readLoggedSignals(fact: unknown): LoggedSignals | null {
  if (typeof fact !== "string") return null;
  try {
    const value = JSON.parse(fact) as Partial<LoggedSignals> | null;
    return value?.matched && value.confidences && value.values ? { matched: value.matched, confidences: value.confidences, values: value.values } : null;
  } catch {
    return null;
  }
}
