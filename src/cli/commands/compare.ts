import { redecide } from "../../evaluate.ts";
import { comparisonSchema, type PolicyComparison } from "../../model/comparison.ts";
import { WrpError } from "../../model/errors.ts";
import type { OutcomeStore, RunRecord } from "../../outcomes/store.ts";
import { comparePolicies, type Side } from "../../report/compare.ts";
import { comparisonRenderers, formatOfComparison } from "../../report/render/compare/index.ts";
import { checkWritable, isStdout, writeWhole } from "../files.ts";
import { loadConfig } from "../load-config.ts";
import { limits } from "../settings.ts";
import { openExisting, storeFile } from "../store-file.ts";
import type { World } from "../world.ts";

interface CompareFlags {
  readonly run: string;
  readonly policy?: string;
  readonly margin?: string[];
  readonly seed?: number;
  readonly resamples?: number;
  readonly prompts?: number;
  readonly json?: boolean;
  readonly output?: string[];
  readonly withContent?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

const DEFAULT_RESAMPLES = 2000;
const DEFAULT_PROMPTS = 50;

type Decided = Awaited<ReturnType<typeof redecide>>;

export async function compareCommand(first: string, second: string, flags: CompareFlags, world: World): Promise<number> {
  const files = flags.output ?? [];
  for (const file of files) {
    formatOfComparison(file);
    checkWritable(file, world.cwd);
  }
  const margins = flags.margin ? limits(flags.margin, "--margin", ["quality", "costUsdPer1k", "latencyMs"]) : {};
  const resamples = flags.resamples ?? DEFAULT_RESAMPLES;
  if (resamples < 200) throw new WrpError(`--resamples must be at least 200 (got ${resamples})`);
  const loaded = loadConfig(undefined, world.cwd);
  const store = await openExisting(flags.store ?? storeFile(undefined, loaded, world.cwd), world.cwd);
  try {
    const runs = decidedRuns(store, world);
    const [a, b] = [await sideOf(first, flags, store, runs), await sideOf(second, flags, store, runs)];
    const seed = flags.seed ?? runs.recordOf(a.run).seed;
    const computed = comparePolicies(a, b, labelsOf(a, b), { seed, resamples, margins, most: flags.prompts ?? DEFAULT_PROMPTS });
    const content = flags.withContent === true || !world.env["CI"];
    const comparison = comparisonSchema.parse(content ? withTexts(computed, runs.recordOf(a.run).workloadHash, store) : computed);
    if (flags.json) world.stdout.write(await comparisonRenderers.json(comparison, {}));
    else if (!files.some(isStdout)) world.stdout.write(await comparisonRenderers.terminal(comparison, { width: world.stdout.isTTY ? Math.max(80, world.stdout.columns) : 80, color: world.stdout.color }));
    for (const file of files) {
      const text = await comparisonRenderers[formatOfComparison(file)](comparison, {});
      if (isStdout(file)) world.stdout.write(text);
      else {
        await writeWhole(file, world.cwd, [text]);
        if (!flags.quiet) world.stderr.write(`wrote ${file}\n`);
      }
    }
    return 0;
  } finally {
    store.close();
  }
}

/** Each run is decided again once, from the store alone. */
function decidedRuns(store: OutcomeStore, { clockMs, signal }: World) {
  const known = new Map<string, { record: RunRecord; decided: Decided }>();
  const recordOf = (id: string) => (known.get(id) as { record: RunRecord }).record;
  return {
    recordOf,
    async of(record: RunRecord): Promise<Decided> {
      const held = known.get(record.id);
      if (held) return held.decided;
      const decided = await redecide(record, { store, clockMs, signal });
      known.set(record.id, { record, decided });
      return decided;
    },
  };
}

/** A side by its name: a policy of `--run`, a run, or RUN:POLICY. Throws WrpError naming what there is. */
async function sideOf(name: string, flags: CompareFlags, store: OutcomeStore, runs: ReturnType<typeof decidedRuns>): Promise<Side> {
  const here = tryRun(store, flags.run);
  if (here) {
    const decided = await runs.of(here);
    if (decided.policies.some((p) => p.name === name)) return side(here, decided, name);
  }
  for (let colon = name.indexOf(":"); colon > 0; colon = name.indexOf(":", colon + 1)) {
    const run = tryRun(store, name.slice(0, colon));
    if (!run) continue;
    return side(run, await runs.of(run), name.slice(colon + 1));
  }
  const run = tryRun(store, name);
  if (run) {
    const decided = await runs.of(run);
    return side(run, decided, flags.policy ?? underTest(decided));
  }
  const policies = here ? (await runs.of(here)).policies.map((p) => p.name).join(", ") : "none";
  throw new WrpError(`"${name}" is neither a policy of run ${here?.id ?? flags.run} nor a run`, { hint: `policies there: ${policies}; wrp runs list shows the runs; RUN:POLICY names both` });
}

function side(run: RunRecord, decided: Decided, name: string): Side {
  const policy = decided.policies.find((p) => p.name === name);
  if (!policy) throw new WrpError(`run ${run.id} has no policy "${name}"`, { hint: `it has ${decided.policies.map((p) => p.name).join(", ")}` });
  const { columns, basis, settings, models, workload } = decided;
  return { run: run.id, createdAt: run.createdAt, workload, basis, columns, policy, notes: policy.rules?.notes ?? [], models, missing: settings.missing, slo: settings.slo ?? null };
}

/** Of a run, its first configured policy; without one, its best single model or first policy. */
function underTest({ policies }: Decided): string {
  const own = policies.find((p) => !p.control && p.kind !== "always" && p.kind !== "recorded") ?? policies.find((p) => p.kind === "recorded");
  return (own ?? policies.find((p) => p.kind === "best-single") ?? policies[0])?.name as string;
}

function tryRun(store: OutcomeStore, name: string): RunRecord | null {
  try {
    return store.findRun(name);
  } catch (error) {
    if (error instanceof WrpError && !error.message.includes("is the beginning of")) return null;
    throw error;
  }
}

/** Names by which the two are told apart. */
function labelsOf(a: Side, b: Side): [string, string] {
  if (a.run === b.run || a.policy.name !== b.policy.name) return [a.policy.name, b.policy.name];
  return [`${a.policy.name}@${a.run}`, `${b.policy.name}@${b.run}`];
}

function withTexts(comparison: PolicyComparison, workloadHash: string, store: OutcomeStore): PolicyComparison {
  const texts = store.readTexts(workloadHash, comparison.changed.prompts.map((p) => p.ordinal));
  const prompts = comparison.changed.prompts.map((p) => {
    const text = texts.get(p.ordinal);
    return typeof text === "string" ? { ...p, text } : p;
  });
  return { ...comparison, changed: { ...comparison.changed, prompts } };
}
