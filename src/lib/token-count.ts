const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1000, M: 1_000_000 };

/** Tokens as vLLM Semantic Router's configs write them: "8000", "8K" is 8000, "1.5M" 1,500,000; parts of a token are cut off. Null where it is none. */
export function tokenCount(written: string): number | null {
  const [, digits, unit = ""] = /^\+?((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([km]?)$/i.exec(written) ?? [];
  if (digits === undefined) return null;
  const tokens = Math.trunc(Number(digits) * (UNITS[unit.toUpperCase()] as number));
  return Number.isSafeInteger(tokens) ? tokens : null;
}

/** A number of tokens in the form of `like`: with its unit where that says it exactly, in tenths at most, else in digits. */
export function writtenTokens(tokens: number, like: string): string {
  const unit = /[km]$/i.exec(like)?.[0] ?? "";
  const inUnits = `${Number((tokens / (UNITS[unit.toUpperCase()] as number)).toFixed(1))}${unit}`;
  return tokenCount(inUnits) === tokens ? inUnits : String(tokens);
}
