import { randomBytes } from "node:crypto";
import { liveEstimate, type LiveEstimate } from "../evaluate/estimate.ts";
import type { LiveModelSpec } from "../evaluate/live-models.ts";
import { marked, PROBE_PROMPTS } from "../evaluate/probe-prompts.ts";
import { tokenCounter } from "../lib/tokens.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import { mostUsd } from "../pool/live.ts";
import { openWorkload } from "../workload/index.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

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
export function probeEstimate(model: LiveModelSpec, questions: readonly Question[]): LiveEstimate {
  const { settings } = model.live;
  const inputTokens = questions.reduce((sum, question) => sum + (question.inputTokens ?? 0), 0);
  const longest = settings.maxOutputTokens ?? 0;
  const counts = { calls: questions.length, stored: 0, withoutText: 0, inputTokens, outputTokens: questions.length * longest, outputTokensFrom: `${longest} an answer, the most` };
  return liveEstimate(model, counts, (rates) => {
    const each = questions.map((question) => mostUsd(rates, question.inputTokens ?? 0, settings));
    return { all: each.reduce((sum, usd) => sum + usd, 0), aCall: each.reduce((most, usd) => Math.max(most, usd), 0) };
  });
}
