import { valueHash } from "../lib/hash.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { DecidedPolicy } from "../report/input.ts";
import type { Policy } from "../router/index.ts";
import { readsTokens, withTokens } from "../signals/tokens.ts";
import { columnsUnder, promptsAgain } from "./gather.ts";
import { liveHash } from "./live-findings.ts";
import { liveModels } from "./live-models.ts";
import { signalReader } from "./read-signals.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts } from "./parts.ts";

/** A decided policy with the rule behind each decision, where it gives one. */
export type ExplainedPolicy = DecidedPolicy & { readonly rules: Pick<StoredDecisions, "rule" | "rules" | "notes"> | null };

/** One policy over the workload: from the store, over columns, or prompt by prompt. `key` is what the store knows its decisions by. */
export async function decide(
  policy: Policy,
  columns: OutcomeColumns,
  parts: Pick<Parts, "store" | "workload" | "settings" | "wrpVersion" | "fresh" | "signal" | "withContent" | "tokens">,
): Promise<{ explained: ExplainedPolicy; reused: boolean; key: string | null }> {
  const { store, workload, settings } = parts;
  // What looks at outcomes depends on their prices and on the rule for failed calls, too; what is simulated, on the seed; what is live grows.
  const drawn = settings.models.some((model) => model.simulated !== undefined);
  const live = policy.hindsight ? liveHash(columns, liveModels(settings).map(({ name }) => name)) : null;
  const outcomes = policy.hindsight ? { ...(live === null ? {} : { live }), models: settings.models, missing: settings.missing, ...(drawn ? { seed: settings.seed } : {}) } : null;
  const key = valueHash({ kind: policy.kind, content: policy.content, models: columns.models, outcomes, wrpVersion: parts.wrpVersion });
  if (policy.volatile && policy.replay) return { explained: { ...shown(policy), decisions: policy.replay(columns), rules: null }, reused: false, key: null };
  const known = parts.fresh ? null : store.findDecisions(key, workload.hash);
  if (known) return { explained: explainedBy(policy, known, columns), reused: true, key };
  if (policy.replay) {
    const decisions = policy.replay(policy.hindsight ? columnsUnder(settings.missing, columns) : columns);
    if (decisions.form === "choice")
      store.saveDecisions(key, workload.hash, { models: columns.models, model: decisions.model, rule: new Int32Array(columns.n).fill(-1), rules: [], notes: [] });
    return { explained: { ...shown(policy), decisions, rules: null }, reused: false, key };
  }
  const stored = await decideEach(policy, columns, promptsAgain(parts), readsTokens(settings.policies) ? (prompts) => withTokens(prompts, parts.tokens) : null, parts.signal);
  store.saveDecisions(key, workload.hash, stored);
  return { explained: { ...shown(policy), decisions: { form: "choice", model: stored.model }, rules: stored }, reused: false, key };
}

/** A policy with decisions as they are stored, over these columns. */
export function explainedBy(policy: Policy, known: StoredDecisions, columns: OutcomeColumns): ExplainedPolicy {
  const position = known.models.map((model) => columns.models.indexOf(model));
  const model = known.model.map((m) => (m < 0 ? -1 : (position[m] as number)));
  return { ...shown(policy), decisions: { form: "choice", model }, rules: known.rules.length > 0 ? known : null };
}

function shown({ name, kind, control, hindsight, description, sweep }: Policy): Omit<ExplainedPolicy, "decisions" | "rules"> {
  return { name, kind, control, hindsight, description, ...(sweep ? { sweep } : {}) };
}

async function decideEach(policy: Policy, columns: OutcomeColumns, batches: ReturnType<typeof promptsAgain>, counted: typeof withTokens | null, signal: AbortSignal): Promise<StoredDecisions> {
  const model = new Int32Array(columns.n).fill(-1);
  const rule = new Int32Array(columns.n).fill(-1);
  const rules: string[] = [];
  const numbers = new Map<string, number>();
  const read = signalReader(policy);
  let i = 0;
  for await (const prompts of batches) {
    await stopIfAsked(signal);
    for (const prompt of counted ? await counted(prompts) : prompts) {
      const decision = policy.decide?.({ prompt, signals: {}, ...(read ? { readings: read(prompt) } : {}) });
      if (decision) {
        const step = "undecided" in decision ? undefined : decision.alternatives[0]?.steps[0];
        if (step?.do === "call") model[i] = columns.models.indexOf(step.model);
        const reason = "undecided" in decision ? decision.undecided : decision.rule;
        let number = numbers.get(reason);
        if (number === undefined) numbers.set(reason, (number = rules.push(reason) - 1));
        rule[i] = number;
      }
      i++;
    }
  }
  return { models: columns.models, model, rule, rules, notes: policy.notes?.() ?? [] };
}
