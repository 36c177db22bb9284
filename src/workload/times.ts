import { isGap, shown } from "./outcome.ts";
import type { Notes } from "./notes.ts";

/** A duration longer than this, in milliseconds, is no call but a clock gone wrong. */
const LONGEST_MS = 24 * 60 * 60 * 1000;
const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2100, 0);

/** Where a time stands, for the warning that counts those which cannot be. */
interface Place {
  readonly notes: Notes;
  readonly where: string;
}

/**
 * A point in time as logs write it, in milliseconds since 1970 (with fractions): ISO 8601 or SQL text with up to nine
 * decimals (UTC where it names no zone), a count of seconds, milli-, micro- or nanoseconds (told apart by size), or
 * OpenTelemetry's [seconds, nanoseconds]. Blank is null; what is no time between 2000 and 2100 is null too, and noted.
 */
export function timeOf(value: unknown, { notes, where }: Place): number | null {
  if (isGap(value)) return null;
  const time = Array.isArray(value) ? pair(value) : typeof value === "number" ? scaled(value) : typeof value === "string" ? fromText(value) : null;
  if (time !== null && time >= EARLIEST_MS && time < LATEST_MS) return time;
  notes.add("bad-time", `${shown(value)} in ${where}`);
  return null;
}

/** The milliseconds between two times, to the microsecond; null where one is not known. Negative or longer than a day: null, and noted. */
export function between(from: number | null, to: number | null, place: Place): number | null {
  return from === null || to === null ? null : duration(to - from, place);
}

/** A duration in milliseconds, to the microsecond. Blank is null; negative, not a number or longer than a day: null, and noted. */
export function duration(value: unknown, { notes, where }: Place, unitMs = 1): number | null {
  if (isGap(value)) return null;
  const ms = typeof value === "number" || typeof value === "string" ? Math.round(Number(value) * unitMs * 1000) / 1000 : Number.NaN;
  if (ms >= 0 && ms <= LONGEST_MS) return ms;
  notes.add("bad-time", `${shown(value)} in ${where}`);
  return null;
}

/** ISO text, UTC, to the millisecond. */
export function isoText(time: number | null): string | null {
  return time === null ? null : new Date(Math.floor(time)).toISOString();
}

/** The sizes of today's counts of seconds, milli-, micro- and nanoseconds do not overlap. */
function scaled(count: number): number {
  if (count >= 1e17) return count / 1e6;
  if (count >= 1e14) return count / 1e3;
  return count >= 1e11 ? count : count * 1e3;
}

function pair([seconds, nanoseconds]: readonly unknown[]): number | null {
  return typeof seconds === "number" && typeof nanoseconds === "number" ? seconds * 1e3 + nanoseconds / 1e6 : null;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

function fromText(text: string): number | null {
  const trimmed = text.trim();
  // Nanoseconds have more digits than a number holds.
  if (/^\d{17,19}$/.test(trimmed)) return Number(trimmed.slice(0, -6)) + Number(trimmed.slice(-6)) / 1e6;
  if (/^\d+(\.\d+)?$/.test(trimmed)) return scaled(Number(trimmed));
  const parts = ISO.exec(trimmed);
  if (!parts) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "0", zone = "Z"] = parts as unknown as readonly [string, ...string[]];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)));
  // A 13th month or a 32nd day runs over into the next.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  return date.getTime() + Number(`0.${fraction}`) * 1e3 - offsetMs(zone);
}

function offsetMs(zone: string): number {
  const digits = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!digits) return 0;
  return (digits[1] === "-" ? -1 : 1) * (Number(digits[2]) * 60 + Number(digits[3] ?? 0)) * 60_000;
}
