import type { ReportPolicy } from "../../model/report.ts";
import type { Fact } from "./facts.ts";
import { count, interval, percent, quality } from "./numbers.ts";

const MOST_NAMES = 6;

/** Who served a live router's prompts, and what it decided by, in a line each; null of any other policy. */
export function remoteFact({ name, share, remote }: ReportPolicy): Fact | null {
  if (!remote) return null;
  const served = Object.entries(share).sort(([, a], [, b]) => b.mean - a.mean);
  const parts = [
    `a live router${served.length > 0 ? `, served by ${some(served.map(([model, { mean, ci }]) => `${model} ${[percent(mean), interval(ci, percent)].join(" ").trim()}`))}` : ", which does not say who served"}`,
    ...(remote.decisions.length > 0 ? [`by its decision: ${some(remote.decisions.map((one) => `${one.name} ${percent(one.share.mean)} (quality ${quality(one.quality.mean)})`))}`] : []),
  ];
  return { label: name, text: parts.join("; ") };
}

function some(parts: readonly string[]): string {
  const rest = parts.length - MOST_NAMES;
  return `${parts.slice(0, MOST_NAMES).join(", ")}${rest > 0 ? ` and ${count(rest)} more` : ""}`;
}
