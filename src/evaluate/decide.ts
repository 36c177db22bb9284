import { valueHash } from "../lib/hash.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { StoredDecisions } from "../outcomes/store.ts";
import type { DecidedPolicy } from "../report/input.ts";
import type { Report } from "../model/report.ts";
import type { SignalReadings } from "../model/signal.ts";
import type { Repriced } from "../pool/replaced-prices.ts";
import type { Policy } from "../router/index.ts";
import { withTokens } from "../signals/tokens.ts";
import { failedCalls, throughCache } from "./cached.ts";
import { columnsUnder, promptsAgain } from "./gather.ts";
import { calledBy } from "./called-by.ts";
import { copiesFor, decideCopies } from "./copies.ts";
import { decideLearned, isFitted, noLongerStored } from "./decide-learned.ts";
import { readsTokens } from "./facts-read.ts";
import { decideOnline, isOnline } from "./decide-online.ts";
import { liveHash } from "./live-findings.ts";
import { liveModels } from "./live-models.ts";
import { promptReader, type PromptReader } from "./read-signals.ts";
import { stopIfAsked } from "./interrupt.ts";
import type { LearningParts, Parts } from "./parts.ts";
import { takeDecisions } from "./take-decisions.ts";
import type { Deciding } from "./through-session.ts";

/** A decided policy with the rule behind each decision, where it gives one. */
export type ExplainedPolicy = DecidedPolicy & { readonly rules: Pick<StoredDecisions, "rule" | "rules" | "notes"> | null };

/** A policy's decisions over a workload. `keys` are what the store knows them by; none where they are not stored. */
export interface Decided {
  readonly explained: ExplainedPolicy;
  readonly reused: boolean;
  readonly keys: readonly string[];
  /** What the store knows its choices on perturbed copies by. */
  readonly copyKeys?: readonly string[];
  /** What deciding took, where it was measured now. */
  readonly overhead?: NonNullable<Report["timing"]["overhead"]>[number];
}

const NO_RULES = new Int32Array(0);

type DecidingParts = Pick<Parts, "store" | "workload" | "settings" | "wrpVersion" | "fresh" | "signal" | "withContent" | "tokens" | "signalModels" | "clockMs"> & { readonly learning?: LearningParts | undefined; readonly trainedLive?: string | null | undefined; readonly repriced: readonly Repriced[]; readonly perturbing?: boolean };

/** Policies over the workload: from the store, over columns, or prompt by prompt, all of these in one pass, so that what several ask of a prompt is computed once. */
export async function* decideAll(policies: readonly Policy[], columns: OutcomeColumns, parts: DecidingParts): AsyncGenerator<Deciding, ReadonlyMap<Policy, Decided>> {
  const { store, workload } = parts;
  const decided = new Map<Policy, Decided>();
  const asked = new Map<Policy, string>();
  const keys = new Map<Policy, string>();
  for (const policy of policies) {
    await stopIfAsked(parts.signal);
    const key = keyOf(policy, columns, parts);
    keys.set(policy, key);
    const ready = isOnline(policy) ? null : withoutPrompts(policy, key, columns, parts);
    if (ready) decided.set(policy, ready);
    else asked.set(policy, key);
  }
  for (const [policy, { decisions, keys: ofOrders, reused, notes }] of yield* decideOnline(new Map([...asked].flatMap(([one, key]) => (isOnline(one) ? [[one, key] as const] : []))), columns, parts)) {
    asked.delete(policy);
    decided.set(policy, { explained: { ...shown(policy), decisions, rules: { rule: NO_RULES, rules: [], notes } }, reused, keys: ofOrders });
  }
  const copies = await copiesFor(parts.perturbing ? policies : [], keys, columns, parts);
  const open = [...new Set([...asked.keys(), ...copies.lacking])];
  const [fitted, others] = [open.filter(isFitted), open.filter((policy) => !isFitted(policy))];
  const { learning } = parts;
  const lost = (learning ? undefined : fitted[0]) ?? (parts.settings.signals && !parts.signalModels ? others.find(({ reads, caches }) => reads || caches?.compares) : undefined);
  if (lost) throw noLongerStored(lost.name, lost.learned ? "made its vectors" : "its signals were read with");
  const reader = promptReader(others, parts.signalModels);
  const each = yield* decideEach(others.filter((policy) => asked.has(policy)), reader, columns, parts);
  const learned = learning && fitted.length > 0 ? yield* decideLearned(fitted, columns, { ...parts, learning }, copies.prompts) : null;
  const stored = new Map([...each, ...[...(learned ?? [])].map(([policy, one]) => [policy, one.stored] as const)]);
  for (const [policy, key] of asked) {
    const decisions = stored.get(policy) as StoredDecisions;
    store.saveDecisions(key, workload.hash, decisions);
    decided.set(policy, { explained: { ...shown(policy), decisions: { form: "choice", model: decisions.model }, rules: decisions, ...(decisions.expectation ? { expectation: decisions.expectation } : {}) }, reused: false, keys: [key] });
  }
  const undecided = (policy: Policy, i: number) => {
    const decisions = decided.get(policy)?.explained.decisions;
    return decisions?.form === "choice" && (decisions.model[i] as number) < 0;
  };
  const onCopies = await decideCopies(others.filter((policy) => copies.lacking.has(policy)), copies, undecided, reader, columns, parts.signal);
  for (const policy of copies.lacking) copies.keep(policy, learned?.get(policy)?.copies ?? onCopies.get(policy) ?? []);
  for (const [policy, { perturbed, keys: copyKeys }] of copies.known) {
    const one = decided.get(policy) as Decided;
    decided.set(policy, { ...one, explained: { ...one.explained, perturbed }, copyKeys });
  }
  for (const [policy, { overhead }] of learned ?? []) decided.set(policy, { ...(decided.get(policy) as Decided), overhead });
  return marked(decided, reader, asked, parts);
}

/**
 * Policies of which wrp's own models read signals say so, whether they decided now or before.
 *
 * @param reader what read signals for those that were asked now: the others' are compiled for the question alone
 */
function marked(decided: ReadonlyMap<Policy, Decided>, reader: PromptReader, asked: ReadonlyMap<Policy, string>, { signalModels }: DecidingParts): ReadonlyMap<Policy, Decided> {
  if (!signalModels) return decided;
  const before = promptReader([...decided.keys()].filter((policy) => !asked.has(policy)), signalModels);
  const surrogatesOf = (policy: Policy) => (asked.has(policy) ? reader : before).surrogatesOf(policy);
  return new Map([...decided].map(([policy, one]) => [policy, { ...one, explained: { ...one.explained, surrogates: [...surrogatesOf(policy), ...(policy.caches?.compares && signalModels.encoder?.surrogate ? ["response_cache"] : [])] } }]));
}

/** What stored decisions hang on. What looks at outcomes depends on their prices and on the rule for failed calls, too; what is simulated, on the seed; what is live grows. A cache keeps no failed call. */
function keyOf({ kind, content, hindsight, reads, caches, learned, online, trained }: Policy, columns: OutcomeColumns, { settings, wrpVersion, trainedLive = null }: DecidingParts): string {
  const looks = hindsight || (learned !== undefined && !trained) || online !== undefined;
  const drawn = settings.models.some((model) => model.simulated !== undefined);
  const live = looks ? liveHash(columns, liveModels(settings).map(({ name }) => name)) : null;
  const replaced = looks || trained ? settings.replaced : undefined;
  const outcomes = looks ? { ...(live === null ? {} : { live }), models: settings.models, missing: settings.missing, ...(drawn ? { seed: settings.seed } : {}) } : null;
  const fit = learned ? { ...settings.learning, seed: settings.seed, curve: true, ...(trainedLive === null ? {} : { trainedLive }) } : undefined;
  const drawnBy = online ? { seed: settings.seed, ...(online.dimensions === null ? {} : { encoder: settings.learning?.encoder }) } : undefined;
  const signals = ((reads || caches?.compares) && settings.signals) || [];
  return valueHash({ kind, content, models: columns.models, outcomes, wrpVersion, ...(signals.length > 0 ? { signals } : {}), ...(caches ? { failed: failedCalls(columns) } : {}), ...(fit ? { fit } : {}), ...(drawnBy ? { drawnBy } : {}), ...(replaced ? { replaced } : {}) });
}

/** What needs no look at a prompt; null where prompts have to be asked about. */
function withoutPrompts(policy: Policy, key: string, columns: OutcomeColumns, { store, workload, settings, fresh }: DecidingParts): Decided | null {
  // What it does is played over the columns that the report stands on (`withPaths`).
  if (policy.plays) return { explained: { ...shown(policy), decisions: { form: "choice", model: new Int32Array(columns.n).fill(-1) }, rules: null }, reused: false, keys: [] };
  if (policy.volatile && policy.replay) return { explained: { ...shown(policy), decisions: policy.replay(columns), rules: null }, reused: false, keys: [] };
  const known = fresh ? null : store.findDecisions(key, workload.hash);
  if (known) return { explained: explainedBy(policy, known, columns), reused: true, keys: [key] };
  if (!policy.replay) return null;
  const decisions = policy.replay(policy.hindsight ? columnsUnder(settings.missing, columns) : columns);
  if (decisions.form === "choice")
    store.saveDecisions(key, workload.hash, { models: columns.models, model: decisions.model, rule: new Int32Array(columns.n).fill(-1), rules: [], notes: [] });
  return { explained: { ...shown(policy), decisions, rules: null }, reused: false, keys: decisions.form === "choice" ? [key] : [] };
}

/** A policy with decisions as they are stored, over these columns. */
export function explainedBy(policy: Policy, known: StoredDecisions, columns: OutcomeColumns): ExplainedPolicy {
  const position = known.models.map((model) => columns.models.indexOf(model));
  const placed = (model: Int32Array) => model.map((m) => (m < 0 ? -1 : (position[m] as number)));
  const { quality = [], choices = null } = known.expectation ?? {};
  const expectation = { quality: columns.models.map((model) => quality[known.models.indexOf(model)] ?? new Float32Array(columns.n).fill(NaN)), choices: choices && { ...choices, model: choices.model.map(placed) } };
  return { ...shown(policy), decisions: { form: "choice", model: placed(known.model) }, rules: known.rules.length > 0 ? known : null, ...(known.expectation ? { expectation } : {}) };
}

function shown({ name, kind, control, hindsight, description, sweep }: Policy): Omit<ExplainedPolicy, "decisions" | "rules"> {
  return { name, kind, control, hindsight, description, ...(sweep ? { sweep } : {}) };
}

async function* decideEach(policies: readonly Policy[], reader: PromptReader, columns: OutcomeColumns, parts: DecidingParts): AsyncGenerator<Deciding, ReadonlyMap<Policy, StoredDecisions>> {
  if (policies.length === 0) return new Map();
  const { n, models } = columns;
  const tokens = readsTokens(parts.settings.policies);
  const taken = policies.map((policy) => ({ policy, take: takeDecisions(n, models), cache: policy.caches ? throughCache(policy.caches, columns, parts.signalModels?.encoder ?? null) : null }));
  const name = policies.length === 1 ? (policies[0] as Policy).name : `${policies.length} policies`;
  let i = 0;
  for await (const batch of promptsAgain(parts)) {
    await stopIfAsked(parts.signal);
    const prompts = tokens ? await withTokens(batch, parts.tokens) : batch;
    const readings = await reader.read(prompts);
    for (const { policy, take, cache } of taken) {
      const own = readings.get(policy);
      const decisions = prompts.map((prompt, k) => policy.decide?.({ prompt, signals: {}, ...(own ? { readings: own[k] as SignalReadings } : {}) }));
      const answered = cache ? await cache.answer(i, prompts, decisions) : decisions;
      for (const [k, decision] of answered.entries()) if (decision) take.add(i + k, ...calledBy(decision));
    }
    i += prompts.length;
    if (i < n) yield { type: "deciding", policy: name, prompts: i, of: n };
  }
  return new Map(taken.map(({ policy, take, cache }) => [policy, { ...take.stored, notes: [...surrogateNotes(reader.surrogatesOf(policy)), ...(policy.notes?.() ?? []), ...(cache?.notes() ?? [])] }]));
}

function surrogateNotes(types: readonly string[]): string[] {
  return types.length === 0 ? [] : [`${types.join(", ")} read by wrp's own surrogates (--surrogate), not by the router's models: it may decide otherwise`];
}
