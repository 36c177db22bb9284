import { z } from "zod";
import { celScope } from "../../lib/cel.ts";
import type { Decision } from "../../model/decision.ts";
import { call, type PromptView, type Undecided } from "../policy.ts";

/** Version of what is said between wrp and a command; `wrp help command` prints it. */
export const PROTOCOL = 1;

/** A model as a command is told of it. Unknown figures are left out. */
export interface ToldModel {
  readonly name: string;
  readonly qualityMean?: number;
  readonly costUsdPer1k?: number;
}

/** The first line that a command gets. */
export function helloLine(policy: string, models: readonly ToldModel[]): string {
  return JSON.stringify({ type: "hello", protocol: PROTOCOL, models, policy });
}

/** A question. What is not known of a prompt is left out; texts come last, so that a shell finds the rest soon. */
export function routeLine(id: string, { prompt, signals }: PromptView): string {
  const { prompt: seen, meta } = celScope(prompt, signals);
  const { text, messages, ...rest } = seen;
  return JSON.stringify({ type: "route", id, prompt: { ...rest, text, messages }, meta, signals });
}

const factValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const answerSchema = z.object({
  model: z.string().nullish(),
  error: z.string().nullish(),
  alternatives: z.array(z.object({ model: z.string(), probability: z.number().min(0).max(1) })).min(1).nullish(),
  rule: z.string().nullish(),
  facts: z.union([z.array(z.object({ name: z.string(), value: factValue })), z.record(z.string(), factValue)]).nullish(),
});

/** An answer as it is understood; `wrong` says what is not as the protocol has it. */
export type Answer = { readonly decision: Decision | Undecided } | { readonly unknownModel: string } | { readonly wrong: string };

const MOST_FACTS = 100;
const LONGEST_TEXT = 500;
const OFF_BY = 1e-6;

/** What an answer says, beside its id. */
export function answerOf(line: Readonly<Record<string, unknown>>, models: ReadonlySet<string>): Answer {
  const parsed = answerSchema.safeParse(line);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { wrong: `"${issue?.path.join(".")}": ${issue?.message}` };
  }
  const { model, error, alternatives, rule, facts } = parsed.data;
  if (typeof error === "string") return { decision: { undecided: cut(`error: ${error}`) } };
  if (alternatives) return mixture(alternatives, models, rule ?? "a choice by chance", factsOf(facts));
  if (model === undefined) return { wrong: 'it has neither "model" nor "alternatives" nor "error"' };
  if (model === null) return { decision: { undecided: cut(rule ?? "it gave no model") } };
  if (!models.has(model)) return { unknownModel: model };
  return { decision: call(model, cut(rule ?? "as the command answered"), factsOf(facts)) };
}

function mixture(alternatives: readonly { readonly model: string; readonly probability: number }[], models: ReadonlySet<string>, rule: string, facts: Decision["facts"]): Answer {
  const unknown = alternatives.find(({ model }) => !models.has(model));
  if (unknown) return { unknownModel: unknown.model };
  const total = alternatives.reduce((sum, { probability }) => sum + probability, 0);
  if (Math.abs(total - 1) > OFF_BY) return { wrong: `its probabilities sum to ${total}, not to 1` };
  const possible = alternatives.filter(({ probability }) => probability > 0);
  return { decision: { alternatives: possible.map(({ model, probability }) => ({ steps: [{ do: "call", model }], probability: probability / total })), rule: cut(rule), facts } };
}

function factsOf(facts: z.infer<typeof answerSchema>["facts"]): Decision["facts"] {
  const list = Array.isArray(facts) ? facts : Object.entries(facts ?? {}).map(([name, value]) => ({ name, value }));
  return list.slice(0, MOST_FACTS).map(({ name, value }) => ({ name: cut(name), value: typeof value === "string" ? cut(value) : value }));
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
