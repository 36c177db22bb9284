import type { Garbage } from "../outcomes/store.ts";

/** 1 prompt, 36,497 prompts. */
export function amount(n: number, noun: string): string {
  return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}

/** 812 bytes, 4.5 kB, 12.3 MB: powers of 1,000. */
export function bytesInWords(n: number): string {
  const units = ["kB", "MB", "GB", "TB"];
  if (n < 1000) return amount(n, "byte");
  const power = Math.min(units.length, Math.floor(Math.log10(n) / 3));
  return `${(n / 1000 ** power).toFixed(1)} ${units[power - 1] as string}`;
}

/** What garbage there is, by kind; "nothing" where there is none. */
export function garbageInWords({ reports, decisions, workloads, prompts, answers, grades, outputs }: Garbage): string {
  const parts = [
    [reports, "report"],
    [decisions, "policy decision"],
    [workloads, "workload"],
    [prompts, "prompt"],
    [answers, "answer"],
    [grades, "grade"],
    [outputs, "model output"],
  ] as const;
  return parts.flatMap(([n, noun]) => (n > 0 ? [amount(n, noun)] : [])).join(", ") || "nothing";
}

/** US dollars, to two digits that count. */
export function usd(amountUsd: number): string {
  return `$${amountUsd === 0 || amountUsd >= 10 ? amountUsd.toFixed(2) : Number(amountUsd.toPrecision(2)).toString()}`;
}
