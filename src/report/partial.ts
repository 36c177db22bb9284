import { isDecided } from "../model/columns.ts";
import type { ReportPolicy } from "../model/report.ts";
import type { Compared } from "./compared.ts";
import type { DecidedPolicy } from "./input.ts";

/** Figures of fewer of the compared prompts than this share are of another set of prompts: what was left out is seldom left out by chance. */
const COMPARABLE_SHARE = 0.95;

/** @param prompts those of the compared ones that a policy's figures stand on */
export function partOf(prompts: number, of: number): Pick<ReportPolicy, "partial"> {
  return prompts < COMPARABLE_SHARE * of ? { partial: { prompts, of } } : {};
}

/** How many of the compared prompts a policy decides. */
export function decidedOf({ decisions }: Pick<DecidedPolicy, "decisions">, { at, n }: Compared): number {
  if (decisions.form === "mixture") return n;
  let decided = 0;
  for (const i of at) if (isDecided(decisions, i)) decided++;
  return decided;
}
