import { randomBytes } from "node:crypto";
import type { LiveEstimate } from "../evaluate/estimate.ts";
import { marked, PROBE_PROMPTS } from "../evaluate/probe-prompts.ts";
import { tokenCounter } from "../lib/tokens.ts";
import type { LiveSpec, ModelSpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import { mostUsd } from "../pool/live.ts";
import { costOfTokens } from "../pool/priced.ts";
import { priceBook } from "../pool/price-book.ts";
import { openWorkload } from "../workload/index.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

export type ProbedModel = ModelSpec & { readonly live: LiveSpec };

/** What one call asks. */
export type Question = Pick<Prompt, "messages" | "inputTokens">;

/** What is asked: wrp's own prompts, or a sample of those of files. Throws WrpError where those have no texts. */
export async function probePrompts({ prompts: inputs, seed }: { readonly prompts?: readonly string[]; readonly seed?: number }, calls: number, { config }: LoadedConfig, { cwd }: World): Promise<Prompt["messages"][]> {
  if (!inputs) return PROBE_PROMPTS.map((content) => [{ role: "user", content }]);
  const workload = await openWorkload({ inputs, cwd, seed: seed ?? config.seed ?? 1, sample: calls });
  const found: Prompt["messages"][] = [];
  for await (const batch of workload.batches()) found.push(...batch.flatMap(({ messages }) => (messages && messages.length > 0 ? [messages] : [])));
  if (found.length === 0) throw new WrpError("has no prompt texts to ask with, only figures", { place: { file: inputs.join(", ") }, hint: "use data with prompt or messages" });
  return found;
}

/**
 * For each level so many calls, the same prompts at each, from the first again where there are fewer. Marks differ between probes too: a cache
 * may remember the last one.
 */
export async function probeQuestions(prompts: readonly Prompt["messages"][], { levels, calls }: { readonly levels: number; readonly calls: number }, cached: boolean): Promise<Question[][]> {
  const count = await tokenCounter();
  const probe = randomBytes(4).toString("hex");
  return Array.from({ length: levels }, (_level, l) =>
    Array.from({ length: calls }, (_call, k) => {
      const asked = prompts[k % prompts.length] as NonNullable<Prompt["messages"]>;
      const messages = cached ? asked : marked(asked, `${probe}-${l * calls + k + 1}`);
      return { messages, inputTokens: count(messages.map(({ content }) => content).join("\n")) };
    }),
  );
}

/** What they would take, if every answer were as long as it may be. */
export function probeEstimate(model: ProbedModel, questions: readonly Question[]): LiveEstimate {
  const { name, live, price } = model;
  const sum = (of: (question: Question) => number) => questions.reduce((total, question) => total + of(question), 0);
  const inputTokens = sum((question) => question.inputTokens ?? 0);
  const longest = live.settings.maxOutputTokens ?? 0;
  const outputTokens = questions.length * longest;
  const cost = (priced: (at: Exclude<typeof price, "free" | undefined>) => number) => (price === undefined ? null : price === "free" ? 0 : priced(price));
  return {
    model: name,
    calls: questions.length,
    stored: 0,
    withoutText: 0,
    inputTokens,
    outputTokens,
    outputTokensFrom: `${longest} an answer, the most`,
    costUsd: cost((at) => costOfTokens(at, inputTokens, outputTokens)),
    mostUsd: cost((at) => sum((question) => mostUsd(at, question.inputTokens ?? 0, live.settings))),
    mostUsdACall: cost((at) => Math.max(...questions.map((question) => mostUsd(at, question.inputTokens ?? 0, live.settings)))),
    priceSource: priceBook([model]).sourceOf(name, price !== undefined),
  };
}
