import type { Online } from "./online.ts";

/** What a policy that learns as it goes says of itself behind what it does. */
export function inWords(doing: string, { delay, feedbackRate, shuffles, lambda }: Omit<Online, "start">): string {
  const late = delay === 0 ? "" : `, ${delay} prompts late`;
  const some = feedbackRate === 1 ? "" : `, grades of ${round(100 * feedbackRate)} % of prompts only`;
  const orders = shuffles === 0 ? "the workload's own order" : `mean over ${shuffles} random orders`;
  return `${doing}; reward quality${lambda === 0 ? "" : ` - ${lambda} · cost in USD`}; learns from the outcomes of its own choices alone${late}${some}, from the first prompt on (${orders})`;
}

function round(value: number): number {
  return Number(value.toFixed(6));
}
