import type { MeasuredQuantiles, MeasuredShare, ProbeLevel } from "../evaluate/probe.ts";
import { count, GAP, interval, milliseconds, percent } from "../report/render/numbers.ts";
import { plainTable } from "../report/render/plain-table.ts";

const HEAD = ["in flight", "calls", "TTFT p50", "p95", "TPOT p50", "p95", "tokens p50", "calls/s", "tokens/s", "failed", "429"];

/** What was measured, a line for each concurrency. */
export async function probeTable(levels: readonly ProbeLevel[]): Promise<string> {
  return `${await plainTable([HEAD, ...levels.map(rowOf)], HEAD.map(() => "right"))}\n`;
}

function rowOf({ concurrency, calls, ttftMs, tpotMs, outputTokens, callsPerSecond, outputTokensPerSecond, errorRate, rateLimitRate }: ProbeLevel): string[] {
  return [
    String(concurrency),
    String(calls),
    ...[ttftMs, tpotMs].flatMap((measured) => [0.5, 0.95].map((share) => milliseconds(at(measured, share)))),
    count(at(outputTokens, 0.5)),
    perSecond(callsPerSecond),
    perSecond(outputTokensPerSecond),
    shareInWords(errorRate),
    shareInWords(rateLimitRate),
  ];
}

function at(measured: MeasuredQuantiles | null, share: number): number | null {
  return measured?.quantiles.find(([p]) => p === share)?.[1] ?? null;
}

function perSecond(value: number | null): string {
  return value === null ? GAP : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function shareInWords(share: MeasuredShare | null): string {
  return share === null ? GAP : `${percent(share.value)} ${interval(share.ci ?? undefined, (v) => (v * 100).toFixed(1))}`.trimEnd();
}
