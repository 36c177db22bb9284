/** A number of tokens as a config writes it ("8K" is 8000, "1M" a million, 512 itself); null where it is none. */
export function writtenTokens(written: string): number | null {
  const [, digits, unit] = /^\+?((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([km]?)$/i.exec(written) ?? [];
  if (digits === undefined) return null;
  const tokens = Math.trunc(Number(digits) * (unit === "" ? 1 : unit?.toUpperCase() === "K" ? 1000 : 1_000_000));
  return Number.isSafeInteger(tokens) ? tokens : null;
}
