import { valueHash } from "../lib/hash.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { SignalReadings } from "../model/signal.ts";
import type { PerturbedChoices } from "../report/input.ts";
import type { Policy } from "../router/index.ts";
import { withTokens } from "../signals/tokens.ts";
import { readsTokens } from "./facts-read.ts";
import { calledBy } from "./called-by.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { Parts } from "./parts.ts";
import { perturbedPlaces, perturbedPrompts, type PerturbedPrompts } from "./perturbed-prompts.ts";
import { perturbationsOf, type Perturbation } from "./perturbations.ts";
import type { PromptReader } from "./read-signals.ts";

type CopyParts = Pick<Parts, "store" | "workload" | "settings" | "fresh" | "withContent">;

/** What policies decide on perturbed copies of prompts, and which of them have yet to be asked. */
export interface Copies {
  /** The copies; none where nobody has to be asked. */
  readonly prompts: readonly PerturbedPrompts[];
  readonly lacking: ReadonlySet<Policy>;
  /** Keeps what a policy that lacked it chose: [perturbation][copy] the model's place, -1 where none is called. */
  keep(policy: Policy, chosen: readonly Int32Array[]): void;
  /** By policy: its choices, and the keys that the store knows them by. */
  readonly known: ReadonlyMap<Policy, { readonly perturbed: readonly PerturbedChoices[]; readonly keys: readonly string[] }>;
}

/** Whether a policy decides by what a prompt's text says, each prompt for itself: a cache answers by what came before. */
export function decidesByText({ kind, learned, decide, caches }: Policy): boolean {
  return learned !== undefined || (decide !== undefined && !caches && ["rules", "threshold", "vsr"].includes(kind));
}

/**
 * Choices on copies are stored like decisions, a row a perturbation, over the whole workload. Copies are made only where some choices are
 * not there.
 *
 * @param decisionKeys by policy, what the store knows its decisions by
 */
export async function copiesFor(policies: readonly Policy[], decisionKeys: ReadonlyMap<Policy, string>, columns: OutcomeColumns, parts: CopyParts): Promise<Copies> {
  const { store, workload, settings, fresh } = parts;
  const perturbations = perturbationsOf(settings.perturb ?? []);
  const places = perturbations.length > 0 ? perturbedPlaces(columns.n, settings.seed) : [];
  const known = new Map<Policy, { readonly perturbed: readonly PerturbedChoices[]; readonly keys: readonly string[] }>();
  const lacking = new Set<Policy>();
  const keysOf = (policy: Policy) => perturbations.map(({ name }) => valueHash({ of: decisionKeys.get(policy), perturbation: name, seed: settings.seed, form: 1 }));
  for (const policy of perturbations.length > 0 ? policies.filter(decidesByText) : []) {
    const keys = keysOf(policy);
    const stored = keys.map((key) => (fresh ? null : store.findDecisions(key, workload.hash)));
    const perturbed = stored.flatMap((one, p) => {
      if (!one) return [];
      const at = places.filter((i) => one.rule[i] === 0); // the others have no text here
      const place = one.models.map((model) => columns.models.indexOf(model));
      return [choices(perturbations[p] as Perturbation, at, Int32Array.from(at, (i) => place[one.model[i] as number] ?? -1))];
    });
    if (perturbed.length === perturbations.length) known.set(policy, { perturbed, keys });
    else lacking.add(policy);
  }
  const prompts = lacking.size > 0 ? await perturbedPrompts(perturbations, places, readsTokens(settings.policies), parts) : [];
  return {
    prompts,
    lacking,
    known,
    keep(policy, chosen) {
      const keys = keysOf(policy);
      for (const [p, { at }] of prompts.entries()) {
        const [model, rule] = [new Int32Array(columns.n).fill(-1), new Int32Array(columns.n).fill(-1)];
        for (const [k, i] of at.entries()) {
          model[i] = chosen[p]?.[k] ?? -1;
          rule[i] = 0;
        }
        store.saveDecisions(keys[p] as string, workload.hash, { models: columns.models, model, rule, rules: ["a perturbed copy"], notes: [] });
      }
      known.set(policy, { perturbed: prompts.map(({ perturbation, at }, p) => choices(perturbation, at, chosen[p] as Int32Array)), keys });
    },
  };
}

/** Policies that decide prompt by prompt, on copies. A copy of a prompt that a policy leaves undecided is not asked about. */
export async function decideCopies(policies: readonly Policy[], { prompts }: Pick<Copies, "prompts">, undecided: (policy: Policy, at: number) => boolean, reader: PromptReader, { models }: OutcomeColumns, signal: Parts["signal"]): Promise<ReadonlyMap<Policy, readonly Int32Array[]>> {
  const chosen = new Map(policies.map((policy) => [policy, [] as Int32Array[]]));
  for (const { at, prompts: copies } of policies.length > 0 ? prompts : []) {
    await stopIfAsked(signal);
    const asked = await withTokens(copies);
    const readings = await reader.read(asked);
    for (const policy of policies) {
      const own = readings.get(policy);
      chosen.get(policy)?.push(
        Int32Array.from(asked, (prompt, k) => {
          const decision = undecided(policy, at[k] as number) ? undefined : policy.decide?.({ prompt, signals: {}, ...(own ? { readings: own[k] as SignalReadings } : {}) });
          return decision ? models.indexOf(calledBy(decision)[0]) : -1;
        }),
      );
    }
  }
  return chosen;
}

function choices({ kind, name }: Perturbation, at: readonly number[], model: Int32Array): PerturbedChoices {
  return { kind, perturbation: name, at: Uint32Array.from(at), model };
}
