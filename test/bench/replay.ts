import type { OutcomeColumns } from "../../src/model/columns.ts";
import type { PolicySpec } from "../../src/model/config.ts";
import type { Policy, RouterContext } from "../../src/router/index.ts";
import { syntheticColumns } from "./columns.ts";
import { amount, built, cpuTime, duration, paired, runNode, type Aim, type Figure } from "./measure.ts";

const { buildPolicy } = await built<typeof import("../../src/router/index.ts")>("router/index.js");
const { modelFigures } = await built<typeof import("../../src/outcomes/figures.ts")>("outcomes/figures.js");

export const name = "replay";
/** Decisions a second on one core. */
export const aim: Aim = { atLeast: 1_000_000 };

const SIZES = [10_000, 100_000, 1_000_000] as const;
/** The size that the others are compared with. */
const BASE = SIZES[0];
const FLAT: Aim = { atMost: 1.3 };
const PEAK_MB: Aim = { atMost: 1000 };
const ROUNDS = 5;

const SPECS: readonly PolicySpec[] = [
  { kind: "always", model: "model-5" },
  { kind: "threshold", fact: "prompt.lengthCodePoints" },
  { kind: "random" },
  { kind: "mix", weights: { "model-1": 1, "model-9": 3 } },
  { kind: "best-single" },
  { kind: "cheapest" },
  { kind: "oracle" },
  { kind: "recorded" },
  { kind: "zero-router" },
];

/** What one process, holding one size, measured. */
interface Measured {
  /** Time a decision, all policies together: this size over the base size. */
  readonly growth: number;
  /** Milliseconds of a replay, by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Milliseconds to build all policies: a threshold finds its quantile. */
  readonly buildMs: number;
}

/**
 * Every kind of policy that replays over columns, one decision being one policy on one prompt of 11 models. Each size has a
 * process of its own, where it takes turns with the smallest size, in CPU time; the peak RSS is the whole process's.
 */
export async function bench(): Promise<Figure[]> {
  const all = SIZES.map((n) => ({ n, ran: runNode([import.meta.filename, String(n)], { peak: true }) }));
  return all.flatMap(({ n, ran }) => {
    const { kinds, growth, buildMs } = JSON.parse(ran.stdout) as Measured;
    const [slowest, ms] = Object.entries(kinds).reduce((worst, one) => (one[1] > worst[1] ? one : worst));
    const total = Object.values(kinds).reduce((sum, one) => sum + one, 0);
    const size = `${amount(n)} prompts`;
    const rate = (one: number) => (n / one) * 1000;
    const figures: Figure[] = [
      {
        name: `replay, ${size}: the slowest kind, ${slowest}`,
        ratio: rate(ms),
        unit: "decisions/s",
        detail: `${duration(ms)}; all ${SPECS.length} kinds ${duration(total)}, ${amount(rate(total / SPECS.length))} decisions/s; built in ${duration(buildMs)}`,
      },
    ];
    if (n !== BASE) figures.push({ name: `replay, ${size}: time a decision over that at ${amount(BASE)}`, ratio: growth, aim: FLAT, detail: `all kinds together, by turns in one process` });
    figures.push({ name: `replay, ${size}: peak RSS`, ratio: ran.peakMb, unit: "MB", aim: PEAK_MB, detail: `quality, cost and latency of 11 models and all decisions held` });
    return figures;
  });
}

async function measure(n: number): Promise<Measured> {
  const columns = await syntheticColumns(n);
  const base = n === BASE ? columns : await syntheticColumns(BASE);
  const policies = build(columns);
  const both = await paired(ROUNDS, () => cpuTime(() => replayAll(policies, columns)), () => cpuTime(() => replayAll(policies, base)));
  const kinds = Object.fromEntries(policies.map((policy) => [policy.kind, cpuTime(() => replayAll([policy], columns))]));
  return { growth: both.ratio / (n / BASE), kinds, buildMs: cpuTime(() => build(columns)) };
}

function replayAll(policies: readonly Policy[], columns: OutcomeColumns): void {
  const decisions = policies.map((policy) => policy.replay?.(columns));
  if (decisions.includes(undefined)) throw new Error("a policy does not replay");
}

function build(columns: OutcomeColumns): Policy[] {
  const context: RouterContext = {
    models: modelFigures(columns),
    weak: columns.models[0] as string,
    strong: columns.models[10] as string,
    factValues: (fact) => columns.facts.get(fact) ?? null,
    pool: { health: new Map(), queueDepth: new Map() },
  };
  return SPECS.map((spec) => buildPolicy(spec, context));
}

if (import.meta.main) process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))));
