import { valueHash } from "../lib/hash.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Decision } from "../model/decision.ts";
import { WrpError } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Report } from "../model/report.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { Policy, PolicySession, Undecided } from "../router/index.ts";
import { withTokens } from "../signals/tokens.ts";
import { random } from "../stats/random.ts";
import { explainedBy, type ExplainedPolicy } from "./decide.ts";
import { promptsAgain } from "./gather.ts";
import { stopIfAsked } from "./interrupt.ts";
import { overheadOf } from "./overhead.ts";
import type { Parts } from "./parts.ts";
import { takeDecisions } from "./take-decisions.ts";

/** How far a session is. */
export interface Deciding {
  readonly type: "deciding";
  readonly policy: string;
  readonly prompts: number;
  readonly of: number;
}

type Overhead = NonNullable<Report["timing"]["overhead"]>[number];

/**
 * A policy that decides elsewhere, over the workload: asked once a prompt, or from the store where it says that it would decide the same
 * again. However this ends, so has the session.
 */
export async function* decideThrough(
  policy: Policy,
  columns: OutcomeColumns,
  parts: Parts,
): AsyncGenerator<Deciding, { explained: ExplainedPolicy; reused: boolean; keys: readonly string[]; overhead: Overhead | null }> {
  const { store, workload, settings, wrpVersion, signal } = parts;
  const key = valueHash({ kind: policy.kind, content: policy.content, models: columns.models, seed: settings.seed, wrpVersion });
  const known = parts.fresh || policy.volatile ? null : store.findDecisions(key, workload.hash);
  if (known) return { explained: explainedBy(policy, known, columns), reused: true, keys: [key], overhead: null };

  if (!policy.open || !parts.sessions) throw new WrpError(`policy "${policy.name}" decides through a command, and nothing here starts one`);
  const session = await policy.open(parts.sessions);
  const interrupt = () => void session.kill();
  signal.addEventListener("abort", interrupt);
  let ended = false;
  try {
    const stored = yield* askEach(policy, session, columns, parts);
    await session.end();
    ended = true;
    const decided = { ...stored, notes: session.notes() };
    if (!policy.volatile) store.saveDecisions(key, workload.hash, decided);
    return { explained: explainedBy(policy, decided, columns), reused: false, keys: policy.volatile ? [] : [key], overhead: overheadOf(policy.name, columns.n, session.times()) };
  } catch (error) {
    await stopIfAsked(signal); // an interrupt is what killed it, not its fault
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
    if (!ended) await session.kill();
  }
}

async function* askEach(policy: Policy, session: PolicySession, columns: OutcomeColumns, parts: Parts): AsyncGenerator<Deciding, Omit<StoredDecisions, "notes">> {
  const { settings, signal } = parts;
  const taken = takeDecisions(columns.n, columns.models);
  let i = 0;
  for await (const read of promptsAgain(parts)) {
    await stopIfAsked(signal);
    const prompts = await withTokens(read, parts.tokens);
    const decisions = await session.decide(prompts.map((prompt) => ({ prompt, signals: {} })));
    for (const [k, decision] of decisions.entries()) {
      const model = modelOf(decision, policy.name, prompts[k] as Prompt, settings.seed);
      taken.add(i++, model, "undecided" in decision ? decision.undecided : decision.rule);
    }
    yield { type: "deciding", policy: policy.name, prompts: i, of: columns.n };
  }
  return taken.stored;
}

/** The model that a decision calls; of a random choice, the one drawn for this prompt by the run's seed. Empty where it calls none. */
function modelOf(decision: Decision | Undecided, policy: string, prompt: Prompt, seed: number): string {
  if ("undecided" in decision) return "";
  const { alternatives } = decision;
  let left = alternatives.length > 1 ? random(seed, "alternatives", policy, prompt.hash, prompt.row).next() : 0;
  const drawn = alternatives.find(({ probability }) => (left -= probability) < 0) ?? alternatives.at(-1);
  const step = drawn?.steps[0];
  return step?.do === "call" ? step.model : "";
}
