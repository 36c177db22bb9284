import type { LiveEvent } from "../evaluate/ask-live.ts";
import type { BudgetState } from "../pool/flow/budget.ts";
import { usd } from "./amounts.ts";

/** So many of the last latencies tell the 95 % point. */
const WINDOW = 1000;

/** Follows live calls: done, in flight, failed, cost and cap (where any of them has a price), p95, time left. */
export function liveProgress(total: number, isPriced: boolean, clockMs: () => number): { add(event: LiveEvent): void; words(inFlight: number, budget: BudgetState): string } {
  const started = clockMs();
  const latencies: number[] = [];
  const counts = { answered: 0, failed: 0, "not-called": 0 };
  let measured = 0;
  return {
    add({ outcome, latencyMs }) {
      counts[outcome]++;
      if (outcome === "answered" && latencyMs !== null) latencies[measured++ % WINDOW] = latencyMs;
    },
    words(inFlight, { spentUsd, capUsd }) {
      const done = counts.answered + counts.failed + counts["not-called"];
      const p95 = latencies.toSorted((a, b) => a - b)[Math.ceil(0.95 * latencies.length) - 1];
      const leftMs = done > 0 ? ((clockMs() - started) / done) * (total - done) : null;
      return [
        `calling ${done.toLocaleString("en-US")}/${total.toLocaleString("en-US")}`,
        `${inFlight} in flight`,
        ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
        ...(counts["not-called"] > 0 ? [`${counts["not-called"]} not called`] : []),
        ...(isPriced ? [`${usd(spentUsd)}${capUsd === null ? "" : ` of ${usd(capUsd)}`}`] : []),
        ...(p95 === undefined ? [] : [`p95 ${(p95 / 1000).toFixed(1)} s`]),
        ...(leftMs === null ? [] : [`ETA ${inMinutes(leftMs)}`]),
      ].join(" · ");
    },
  };
}

function inMinutes(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  return seconds < 3600 ? `${minutes}:${rest}` : `${hours}:${minutes}:${rest}`;
}
