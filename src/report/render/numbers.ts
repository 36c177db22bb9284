import type { Interval } from "../../model/report.ts";

/** What stands where there is no number. A gap is never a zero. */
export const GAP = "–";

// Numbers hold together over line ends: spaces inside them are no-break (U+00A0).

/** Quality to 4 digits: 0.8794. */
export function quality(value: number | null | undefined): string {
  return fixed(value, 4);
}

/** Calls per prompt: 1.37. */
export function calls(value: number | null | undefined): string {
  return fixed(value, 2);
}

/** USD with `$`, to 4 significant digits, 3 below ten cents: $5.015, $0.0813, $0.00123, $1 235. */
export function usd(value: number | null | undefined): string {
  if (missing(value)) return GAP;
  return `${value < 0 ? "−" : ""}$${fixed(Math.abs(value), costDecimals(value))}`;
}

/** A cost without its sign, for a column that names the unit. */
export function cost(value: number | null | undefined, decimals = costDecimals(value ?? 0)): string {
  return fixed(value, decimals);
}

/** Decimals that give a cost 4 significant digits; below ten cents 3, where a fourth would claim too much. */
export function costDecimals(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(size)) return 4;
  const exponent = Math.floor(Math.log10(size));
  const most = exponent < -2 ? Math.min(12, 2 - exponent) : 4;
  return Math.max(0, Math.min(most, 3 - exponent));
}

/** Milliseconds: 0.42 ms, 830 ms, 1.94 s, 125 s. */
export function milliseconds(value: number | null | undefined): string {
  if (missing(value)) return GAP;
  const size = Math.abs(value);
  if (size < 10) return `${fixed(value, 2)}\u00A0ms`;
  if (size < 1000) return `${fixed(value, 0)}\u00A0ms`;
  return `${fixed(value / 1000, size < 10_000 ? 2 : size < 100_000 ? 1 : 0)}\u00A0s`;
}

/** A share in [0,1] as percent: 42.1 %; tiny ones keep two significant digits, so that they do not read as 0. */
export function percent(share: number | null | undefined): string {
  if (missing(share)) return GAP;
  const value = share * 100;
  const size = Math.abs(value);
  if (size === 0 || size === 100) return `${value}\u00A0%`;
  if (size < 0.1) return `${size < 1e-6 ? "<0.000001" : minus(Number(value.toPrecision(2)).toString())}\u00A0%`;
  // 99.97 % must not read as 100.0 %.
  return `${fixed(value, size > 99.9 && size < 100 ? 3 : 1)}\u00A0%`;
}

/** A count, grouped: 1 234 567 (no-break spaces). */
export function count(value: number | null | undefined): string {
  if (missing(value)) return GAP;
  return fixed(value, Number.isInteger(value) ? 0 : 1);
}

/** A count with its noun: 1 prompt, 36 497 prompts. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A signed number: +0.0123, −0.0034, 0.0000. */
export function signed(value: number | null | undefined, format: (v: number) => string = quality): string {
  if (missing(value)) return GAP;
  const text = format(value);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** An interval, unbreakable: [0.8760, 0.8828]; nothing where none can be given. */
export function interval(ci: Interval | undefined, format: (v: number) => string = quality): string {
  return ci ? `[${format(ci[0])},\u00A0${format(ci[1])}]` : "";
}

/** A number with its interval behind it, where there is one. */
export function withInterval(
  value: number | null | undefined,
  ci: Interval | undefined,
  format: (v: number) => string = quality,
): string {
  if (missing(value)) return GAP;
  return ci ? `${format(value)} ${interval(ci, format)}` : format(value);
}

/** A number of whatever size, to 4 significant digits. */
export function plain(value: number | null | undefined): string {
  if (missing(value)) return GAP;
  if (Number.isInteger(value)) return fixed(value, 0);
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-6) return minus(value.toPrecision(4));
  return fixed(value, Math.max(0, 3 - Math.floor(Math.log10(size))));
}

function fixed(value: number | null | undefined, decimals: number): string {
  if (missing(value)) return GAP;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const text = value.toFixed(decimals);
  if (!/[1-9]/.test(text)) return text.replace("-", "");
  const [whole = "", fraction] = text.split(".");
  const grouped = /\d{4}/.test(whole) ? whole.replace(/\B(?=(\d{3})+$)/g, "\u00A0") : whole;
  return minus(fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

function minus(text: string): string {
  return text.replace("-", "−");
}

function missing(value: number | null | undefined): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}
