import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { styleText } from "node:util";
import { z } from "zod";
import { redecide } from "../../evaluate.ts";
import { promptHash } from "../../lib/hash.ts";
import { tokenCounter } from "../../lib/tokens.ts";
import type { PolicySpec } from "../../model/config.ts";
import type { Decision } from "../../model/decision.ts";
import { EXIT, WrpError } from "../../model/errors.ts";
import type { Message, MetaValue, Prompt } from "../../model/prompt.ts";
import { withPolicyPrices } from "../../evaluate/policy-prices.ts";
import { promptReader } from "../../evaluate/read-signals.ts";
import type { SignalReadings } from "../../model/signal.ts";
import { assemble } from "../../router/assemble.ts";
import { artefactCard } from "../../router/learned/artefact.ts";
import { call, modelsNamed, policyName, type ModelFigures, type Policy, type Undecided, type VsrTrace } from "../../router/index.ts";
import { expectations, type Expectation, type Grounds, type RunFigures } from "../expectations.ts";
import { loadConfig, type LoadedConfig } from "../load-config.ts";
import { modelsOf } from "../models.ts";
import { policyFromFlag, statesPolicy } from "../policy-flag.ts";
import { requestFile } from "../request-file.ts";
import { isFittedBefore, routeFitted } from "../route-fitted.ts";
import { sessionHost } from "../session-host.ts";
import { openExisting, storeFile } from "../store-file.ts";
import { localModels } from "../local-models.ts";
import { signalModels } from "../signal-models.ts";
import { readTextFile } from "../text-file.ts";
import { signalFacts, unreadFacts } from "../signal-facts.ts";
import { traceInWords } from "../vsr-trace-words.ts";
import type { World } from "../world.ts";

interface RouteFlags {
  readonly config?: string;
  readonly messages?: string;
  /** A file with a whole chat request. */
  readonly request?: string;
  readonly meta?: string[];
  readonly tag?: string[];
  readonly run: string;
  readonly policy?: string;
  readonly surrogate?: boolean;
  readonly all?: boolean;
  /** A file of given signal readings. */
  readonly signals?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly store?: string;
}

/** One policy's answer for the prompt. */
interface Routed {
  readonly policy: string;
  readonly kind: string;
  readonly control: boolean;
  /** The model, where the choice is certain; null too where none is called (`alternatives` is empty then). */
  readonly model: string | null;
  readonly alternatives: readonly { readonly model: string; readonly probability: number }[];
  readonly rule: string;
  readonly facts: Decision["facts"];
  /** Types of signal that wrp's own models read, in place of the router's. */
  readonly surrogates?: readonly string[];
  /** The models that may be called for the answer, in this order, where there may be several calls. */
  readonly path?: readonly string[];
  /** They are all called, at the same time. */
  readonly together?: true;
  /** All that led to it, where the policy can tell. */
  readonly trace?: VsrTrace;
  readonly expectedCostUsd: Expectation;
  readonly expectedLatencyMs: Expectation;
  /** The dearest model of the policy's config, which vLLM Semantic Router counts savings against. */
  readonly baseline?: { readonly model: string; readonly expectedCostUsd: Expectation };
}

export async function routeCommand(given: string | undefined, flags: RouteFlags, world: World): Promise<number> {
  const loaded = loadConfig(flags.config, world.cwd);
  if (flags.request !== undefined && (given !== undefined || flags.messages !== undefined)) throw new WrpError("a prompt, --messages or --request: give one");
  const request = flags.request === undefined ? null : requestFile(flags.request, world.cwd);
  const prompt = await promptOf(request?.messages ?? (await messagesOf(given, flags, world)), flags, request);
  const run = await runFigures(flags, loaded, world);
  const { policies, specs, stored, asked: name, known } = await candidates(flags, loaded, run);
  const models = withPolicyPrices(modelsOf(loaded), specs);
  const wanted = chosenPolicies(policies, specs, name, flags);
  const facts = flags.signals === undefined ? null : signalFacts(flags.signals, world.cwd);
  if (facts && !wanted.some(({ reads }) => reads)) throw new WrpError("--signals: no policy asked reads any", { hint: "give one that does: --policy vsr:config.yaml" });
  if (facts && !flags.quiet) for (const unread of unreadFacts(facts, wanted.flatMap(({ reads }) => (reads ? [reads] : [])))) world.stderr.write(`warning: ${flags.signals}: ${unread}\n`);
  const readers = facts || !wanted.some(({ reads }) => reads) ? undefined : await signalModels(localModels(loaded, world), flags, loaded, world);
  const decided: Routed[] = [];
  const undecided: { policy: string; reason: string }[] = [];
  for (const policy of wanted) {
    const asked = policy.open && !stored.has(policy.name) ? await askedOnce(policy, prompt, loaded, world) : null; // what goes wrong there is not about this prompt
    try {
      if (policy.open && !asked) throw notStarted(policy, run);
      const reader = promptReader([policy], readers);
      const read = facts ?? (await reader.read([prompt])).get(policy)?.[0];
      const surrogates = facts ? [] : reader.surrogatesOf(policy);
      const routed = await route(policy, asked ?? remoteChoice(policy, prompt, run) ?? (isFittedBefore(policy) ? await routeFitted(policy, specs, known, prompt, loaded, world) : null) ?? decisionOf(policy, prompt, read), { prompt, models, run, now: world.now() }, read && policy.trace?.(read));
      decided.push(surrogates.length > 0 ? { ...routed, surrogates } : routed);
    } catch (error) {
      if (!(error instanceof WrpError) || flags.policy !== undefined) throw error;
      undecided.push({ policy: policy.name, reason: error.message });
    }
  }
  const [first] = undecided;
  if (decided.length === 0 && first) throw new WrpError(`no policy can route this prompt: ${first.reason}`, { hint: "wrp route --all tries every policy" });
  const { lengthCodePoints, inputTokens: tokens, hash, tags, meta } = prompt;
  const document = { schemaVersion: 1, run: run?.id ?? null, prompt: { hash, lengthCodePoints, tokens, tags, meta }, decisions: decided, undecided };
  world.stdout.write(flags.json ? `${JSON.stringify(document, null, 2)}\n` : words(document, specs.length > 0 || flags.policy !== undefined, world.stdout.color));
  return 0;
}

/** What a prompt costs where an algorithm leaves the model open, or calls hang on answers: bounds in words; a number where all are called. */
async function costAmong({ calls, models }: Pick<NonNullable<NonNullable<VsrTrace["outcome"]>["open"]>, "calls" | "models">, on: Grounds): Promise<Expectation> {
  const each = await Promise.all(models.map(async (model) => (await expectations([{ model, probability: 1 }], on)).costUsd));
  const unknown = each.find(({ value }) => value === null);
  if (calls === "several") return { value: null, source: "undetermined: how often which model is called is not known" };
  if (unknown) return unknown;
  const costs = each.map(({ value }) => value as number);
  const sum = costs.reduce((a, b) => a + b, 0);
  const from = [...new Set(each.map(({ source }) => source))].join("; ");
  if (calls === "all") return { value: sum, source: `all of ${models.join(", ")} are called; ${from}` };
  const [low, high] = calls === "one" ? [Math.min(...costs), Math.max(...costs)] : [costs[0] as number, sum];
  return { value: null, source: `undetermined: $${low.toPrecision(4)} to $${high.toPrecision(4)}; ${from}` };
}

const ANSWERED_ITSELF = { costUsd: { value: 0, source: "nothing is called" }, latencyMs: { value: null, source: "not known: the policy answers itself" } };

async function route(policy: Policy, decision: Decision | Undecided, on: Grounds, trace?: VsrTrace): Promise<Routed> {
  // What can say why it did not decide has answered.
  if ("undecided" in decision && !trace) throw new WrpError(`policy "${policy.name}" did not decide: ${decision.undecided}`);
  const { alternatives, rule, facts } = "undecided" in decision ? { alternatives: [], rule: decision.undecided, facts: [] } : decision;
  const calls = alternatives.flatMap(({ steps, probability }) => steps.flatMap((step) => (step.do === "call" ? [{ model: step.model, probability }] : [])));
  // What is called after the first hangs on answers.
  const path = alternatives.length === 1 && calls.length > 1 ? calls.map(({ model }) => model) : null;
  const together = path !== null && alternatives[0]?.steps.slice(1).every((step) => step.do === "call" && step.together) === true;
  const itself = alternatives.some(({ steps }) => steps[0]?.do === "answer");
  const open = trace?.outcome?.open;
  const { costUsd, latencyMs } = itself ? ANSWERED_ITSELF : path ? { costUsd: await costAmong({ calls: together ? "all" : "some", models: path }, on), latencyMs: { value: null, source: "how many calls are made hangs on the answers" } } : open ? { costUsd: await costAmong(open, on), latencyMs: { value: null, source: "the model is undetermined" } } : await expectations(calls, on);
  const baseline = trace?.baseline && (await expectations([{ model: trace.baseline, probability: 1 }], on));
  return {
    policy: policy.name,
    kind: policy.kind,
    control: policy.control,
    model: calls.length === 1 ? (calls[0]?.model ?? null) : null,
    alternatives: path ? [] : calls,
    rule,
    facts,
    expectedCostUsd: costUsd,
    expectedLatencyMs: latencyMs,
    ...(path ? { path, ...(together ? { together } : {}) } : {}),
    ...(trace ? { trace } : {}),
    ...(trace?.baseline && baseline ? { baseline: { model: trace.baseline, expectedCostUsd: baseline.costUsd } } : {}),
  };
}

function decisionOf(policy: Policy, prompt: Prompt, readings: SignalReadings | undefined): Decision | Undecided {
  if (policy.online) throw new WrpError(`policy "${policy.name}" learns from outcomes as prompts go by, inside wrp eval: it has no state to route a new prompt from`);
  if (policy.learned) throw new WrpError(`policy "${policy.name}" is fitted inside wrp eval: it cannot route a new prompt`, { hint: `wrp train ${policy.kind} DATA -o FILE, then --policy ${policy.kind}:FILE` });
  if (policy.plays && !policy.decide) throw new WrpError(`policy "${policy.name}" is fitted inside wrp eval: it cannot route a new prompt`, { hint: "the report's notes say which cascades it found: give one as a policy of kind cascade" });
  if (!policy.decide) throw new WrpError(`policy "${policy.name}" looks at outcomes: it cannot route a new prompt`);
  return policy.decide({ prompt, signals: {}, ...(readings ? { readings } : {}) });
}

/** What a live router chose for this very prompt, where the run asked it; null of other policies, and where nothing is known. */
function remoteChoice(policy: Policy, prompt: Prompt, run: RunFigures | null): Decision | null {
  if (policy.kind !== "remote" || !run) return null;
  const { columns } = run;
  const chosen = policy.replay?.(columns);
  const i = columns.promptHash.indexOf(BigInt(`0x${prompt.hash.slice(0, 16)}`));
  const served = chosen?.form === "choice" ? chosen.served : undefined;
  const model = served?.names.values[served.names.index[i] ?? -1];
  if (!served || model === undefined) return null;
  const by = served.decision.values[served.decision.index[i] ?? -1];
  return call(model, `what the live router answered with in run ${run.id}${by === undefined ? "" : `, by its decision ${by}`}`);
}

/** What a policy that decides elsewhere says; its process is gone afterwards. */
async function askedOnce(policy: Policy, prompt: Prompt, loaded: LoadedConfig, world: World): Promise<Decision | Undecided | null> {
  const session = await policy.open?.(sessionHost(loaded, world));
  const interrupt = () => void session?.kill();
  world.signal.addEventListener("abort", interrupt);
  try {
    const decisions = await session?.decide([{ prompt, signals: {} }]);
    await session?.end();
    return decisions?.[0] ?? null;
  } catch (error) {
    if (world.signal.aborted) throw new WrpError("interrupted", { exitCode: EXIT.interrupted, cause: error });
    throw error;
  } finally {
    world.signal.removeEventListener("abort", interrupt);
    await session?.kill();
  }
}

/** A store may come from anywhere: what it says is not started. */
function notStarted(policy: Policy, run: RunFigures | null): WrpError {
  return new WrpError(`policy "${policy.name}" is a command of run ${run?.id}: wrp route starts only those that wrp.yaml or --policy gives`);
}

/** The figures of the run asked for; null where there is no store yet and no run was named. */
async function runFigures(flags: RouteFlags, loaded: LoadedConfig, world: World): Promise<RunFigures | null> {
  const file = storeFile(flags.store, loaded, world.cwd);
  if (flags.store === undefined && flags.run === "latest" && !existsSync(resolve(world.cwd, file))) return null;
  const store = await openExisting(file, world.cwd);
  try {
    // What failed has no figures: that is as if there were no run yet.
    if (flags.run === "latest" && !store.listRuns().some(({ status }) => status === "complete")) return null;
    const run = store.findRun(flags.run);
    return { id: run.id, ...(await redecide(run, { store, clockMs: world.clockMs, signal: world.signal })) };
  } finally {
    store.close();
  }
}

/** Policies of the config and flag, else those of the run (named in `stored`); over the run's models, else the config's. `asked`: the name of the one that the flag names or states. */
async function candidates(
  flags: RouteFlags,
  { config, placeOf, cwd }: LoadedConfig,
  run: RunFigures | null,
): Promise<{ policies: readonly Policy[]; specs: readonly PolicySpec[]; stored: ReadonlySet<string>; asked: string | undefined; known: readonly string[] }> {
  const known: ModelFigures[] = run ? [...run.figures] : [];
  for (const { name } of config.models ?? []) if (!known.some((m) => m.name === name)) known.push({ name, quality: NaN, costUsdPer1k: NaN });
  const flag = flags.policy !== undefined && statesPolicy(flags.policy) ? [policyFromFlag(flags.policy, cwd)] : [];
  // A config of another router says itself which models there are, and what scores models; what is trained, what it was trained on.
  const ofFiles = [...(config.policies ?? []), ...flag].flatMap((spec) => (spec.kind === "vsr" || spec.kind === "onnx" ? modelsNamed(spec).map(({ model }) => model) : spec.kind === "trained" ? artefactCard(spec).models.map((model) => model.name) : []));
  for (const model of ofFiles) if (!known.some(({ name }) => name === model)) known.push({ name: model, quality: NaN, costUsdPer1k: NaN });
  if (known.length === 0)
    throw new WrpError("no models are known", { hint: "run wrp eval DATA first, or list models and policies in wrp.yaml" });
  const ofRun = config.policies ? [] : (run?.settings.policies ?? []).filter((spec) => policyName(spec) !== flag[0]?.name);
  const specs = [...(config.policies ?? ofRun), ...flag];
  const { policies } = assemble(known, specs, run?.columns.facts ?? new Map(), false, placeOf);
  return { policies, specs, stored: new Set(ofRun.map(policyName)), asked: flag[0] ? policyName(flag[0]) : flags.policy, known: known.map((model) => model.name) };
}

function chosenPolicies(policies: readonly Policy[], specs: readonly PolicySpec[], name: string | undefined, flags: RouteFlags): readonly Policy[] {
  if (name !== undefined) {
    const found = policies.filter((p) => p.name === name);
    if (found.length === 0) throw new WrpError(`no policy is named "${name}"`, { hint: `policies: ${policies.map((p) => p.name).join(", ")}` });
    return found;
  }
  if (flags.all) return policies;
  const own = policies.filter((p) => !p.control && p.kind !== "always");
  const fallback = policies.filter((p) => p.control && (p.name === "best-single" || p.name === "length"));
  return specs.length > 0 && own.length > 0 ? own : fallback.length > 0 ? fallback : policies.slice(0, 1);
}

async function messagesOf(given: string | undefined, flags: RouteFlags, world: World): Promise<Message[]> {
  if (flags.messages !== undefined) {
    if (given !== undefined) throw new WrpError("a prompt and --messages: give one");
    return chatOf(flags.messages, world.cwd);
  }
  if (given !== undefined && given.trim() === "") throw new WrpError("the prompt is empty");
  if (given !== undefined) return [{ role: "user", content: given }];
  if (world.stdin.isTTY) throw new WrpError("no prompt", { hint: 'wrp route "…", or pipe one: cat prompt.txt | wrp route' });
  const piped = await readAll(world.stdin as NodeJS.ReadableStream as never);
  if (piped.trim() === "") throw new WrpError("the prompt on stdin is empty");
  return [{ role: "user", content: piped.replace(/\r?\n$/, "") }];
}

const CHAT_FORM = "--messages takes a list of {role, content}, or {messages: [...]}, as JSON";
const MAX_CHAT_BYTES = 64 * 1024 * 1024;

const chatSchema = z.array(z.object({ role: z.string(), content: z.string() })).min(1);

function chatOf(file: string, cwd: string): Message[] {
  const text = readTextFile(file, cwd, MAX_CHAT_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const line = at === undefined ? text.split("\n").length : text.slice(0, Number(at)).split("\n").length;
    throw new WrpError(`is not JSON: ${(error as Error).message}`, { place: { file, line }, hint: CHAT_FORM, cause: error });
  }
  const messages = Array.isArray(value) ? value : (value as { messages?: unknown } | null)?.messages;
  const parsed = chatSchema.safeParse(messages);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new WrpError(`is no chat: ${issue?.path.length ? `message ${issue.path.join(".")}: ` : ""}${issue?.message}`, { place: { file }, hint: CHAT_FORM });
}

async function promptOf(messages: readonly Message[], flags: RouteFlags, of: ReturnType<typeof requestFile> | null): Promise<Prompt> {
  const text = messages.map((m) => m.content).join("\n");
  let lengthCodePoints = 0;
  for (const _ of text) lengthCodePoints++;
  return {
    ordinal: 0,
    id: "prompt",
    hash: promptHash(messages),
    messages,
    dataset: "",
    file: "",
    row: 0,
    lengthCodePoints,
    inputTokens: (await tokenCounter())(text),
    session: null,
    turn: null,
    tags: flags.tag ?? [],
    meta: Object.fromEntries((flags.meta ?? []).map(metaOf)),
    ...(of ? { request: of.request } : {}),
    reference: null,
    grader: null,
    chosen: null,
    outcomes: [],
  };
}

function metaOf(pair: string): [string, MetaValue] {
  const at = pair.indexOf("=");
  if (at <= 0) throw new WrpError(`--meta takes key=value (got "${pair}")`);
  const text = pair.slice(at + 1);
  const number = Number(text);
  return [pair.slice(0, at), text === "true" ? true : text === "false" ? false : text.trim() !== "" && Number.isFinite(number) ? number : text];
}

interface Document {
  readonly prompt: { readonly lengthCodePoints: number | null; readonly tokens: number | null };
  readonly decisions: readonly Routed[];
  readonly undecided: readonly { readonly policy: string; readonly reason: string }[];
}

function words({ prompt, decisions, undecided }: Document, configured: boolean, color: boolean): string {
  const bold = (text: string) => (color ? styleText("bold", text, { validateStream: false }) : text);
  const lines = [`prompt: ${prompt.lengthCodePoints} code points, ${prompt.tokens} tokens (o200k)`];
  if (!configured) lines.push("no policy is configured: these are controls");
  for (const d of decisions) {
    const answered = typeof d.trace?.outcome?.answer === "string";
    const open = (d.trace?.outcome?.open ?? null) !== null;
    const nothing = answered ? "no model: answered by the policy" : d.trace?.outcome && !open ? "no model" : "undetermined";
    const target = d.path ? d.path.join(d.together ? " + " : " → ") : d.alternatives.length === 0 ? nothing : d.model ?? d.alternatives.map((a) => `${(100 * a.probability).toFixed(1)} % ${a.model}`).join(", ");
    lines.push("", `${bold(target)}   by ${d.policy}${d.control ? " (control)" : ""}`, `  rule     ${d.rule}`);
    for (const fact of d.facts) lines.push(`  fact     ${fact.name} = ${typeof fact.value === "number" ? Number(fact.value.toPrecision(6)) : String(fact.value)}`);
    if (d.alternatives.length > 0 || d.path || answered || open) lines.push(`  cost     ${inUsd(d.expectedCostUsd)} (${d.expectedCostUsd.source})`);
    if (d.alternatives.length > 0 || d.path || answered) lines.push(`  latency  ${d.expectedLatencyMs.value === null ? "unknown" : `${d.expectedLatencyMs.value.toFixed(0)} ms expected`} (${d.expectedLatencyMs.source})`);
    if (d.baseline) lines.push(`  baseline ${inUsd(d.baseline.expectedCostUsd)} by ${d.baseline.model}, the dearest of the config (${d.baseline.expectedCostUsd.source})`);
    if (d.surrogates) lines.push(`  surrogate ${d.surrogates.join(", ")} read by wrp's own models, not by the router's: it may decide otherwise`);
    if (d.trace) lines.push(...traceInWords(d.trace));
  }
  for (const { policy, reason } of undecided) lines.push("", `${policy}: ${reason}`);
  return `${lines.join("\n")}\n`;
}

function inUsd({ value }: Expectation): string {
  return value === null ? "unknown" : `$${value.toPrecision(4)} expected`;
}
