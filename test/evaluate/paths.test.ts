import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExplainedPolicy } from "../../src/evaluate/decide.ts";
import { withPaths } from "../../src/evaluate/paths.ts";
import { givenBy, type OutcomeColumns } from "../../src/model/columns.ts";
import { calledAt, giverAt } from "../../src/model/path.ts";
import { promptFigures } from "../../src/report/prompt-figures.ts";
import { buildPolicy } from "../../src/router/index.ts";

const MODELS = ["small", "mid", "big"];
/** A call: grade, USD, ms, ms to the first token; null is a gap, "failed" no answer. */
type Call = readonly [quality: number | null, costUsd: number | null, latencyMs: number | null, ttftMs: number | null] | "failed";
type Row = { readonly calls: readonly Call[]; readonly pii?: boolean };

function columnsOf(rows: readonly Row[]): OutcomeColumns {
  const n = rows.length;
  const table = (k: number) => MODELS.map((_, m) => Float64Array.from(rows, ({ calls }) => (calls[m] === "failed" ? NaN : (calls[m]?.[k] ?? NaN)) as number));
  return {
    n,
    models: MODELS,
    ids: rows.map((_, i) => `p${i}`),
    promptHash: BigUint64Array.from(rows, (_, i) => BigInt(i + 1) * 0x9e3779b97f4a7c1n),
    quality: table(0),
    costUsd: table(1),
    latencyMs: table(2),
    ttftMs: table(3),
    failed: MODELS.map((_, m) => Uint8Array.from(rows, ({ calls }) => (calls[m] === "failed" ? 1 : 0))),
    declined: [],
    deserved: new Uint8Array(n),
    cluster: Int32Array.from(rows, (_, i) => i),
    clusters: n,
    stratum: new Int32Array(n),
    datasets: ["d"],
    facts: new Map(),
    labels: new Map([["tag:pii", { values: ["yes"], index: Int32Array.from(rows, ({ pii }) => (pii ? 0 : -1)) }]]),
    chosen: new Int32Array(n).fill(-1),
  };
}

/** What a cascade over all models in their order comes to. @param trusted names of models */
function played(rows: readonly Row[], spec: { readonly stop?: "grader" | "judge" | "always" | "never"; readonly [key: string]: unknown }, trusted: readonly string[] = [], missing: "gap" | "failure-is-refusal" = "gap") {
  const { policy, nothing, before } = asked(rows, spec);
  const { columns, decided } = withPaths(before, [policy], [nothing], { missing, seed: 1 });
  const [own] = decided as [(typeof decided)[number]];
  const infos = MODELS.map((name) => ({ name, priceSource: "", trusted: trusted.includes(name), guarded: null, simulated: null }));
  const figures = promptFigures(own.decisions, columns, { models: infos, slo: null, missing });
  const places = own.decisions.form === "choice" ? [...own.decisions.model] : [];
  return { figures, gives: places.map((m) => (m < 0 ? null : MODELS[giverAt(columns, m)])), calls: places.map((m) => (m < 0 ? [] : calledAt(columns, m).map((one) => MODELS[one]))), notes: own.rules?.notes };
}

/** A policy over all models in their order, before it is played. */
function asked(rows: readonly Row[], spec: object) {
  const before = columnsOf(rows);
  const models = MODELS.map((name) => ({ name, quality: NaN, costUsdPer1k: NaN }));
  const policy = buildPolicy({ kind: "cascade", models: MODELS, ...spec } as never, { models, weak: null, strong: null, factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } });
  const nothing: ExplainedPolicy = { name: policy.name, kind: policy.kind, control: false, hindsight: policy.hindsight, description: "", decisions: { form: "choice", model: new Int32Array(rows.length).fill(-1) }, rules: null };
  return { policy, nothing, before };
}

describe("a cascade on a small table", () => {
  const rows: Row[] = [
    { calls: [[1, 1, 100, 10], [1, 10, 200, 20], [1, 100, 400, 40]] },
    { calls: [[0, 1, 100, 10], [1, 10, 200, 20], [0, 100, 400, 40]], pii: true },
    { calls: [[0, 1, 100, 10], [0, 10, 200, 20], [1, 100, 400, 40]], pii: true },
    { calls: [[0, 1, 100, 10], [0, 10, 200, 20], [0, 100, 400, 40]] },
  ];

  test("costs and latencies add up, quality is that of the answer that is given, and all that were asked saw the prompt", () => {
    const { figures, gives, calls } = played(rows, { stop: "grader" }, ["mid", "big"]);
    expect(gives).toEqual(["small", "mid", "big", "big"]);
    expect(calls[2]).toEqual(["small", "mid", "big"]);
    expect([...figures.q]).toEqual([1, 1, 1, 0]);
    expect([...figures.c]).toEqual([1, 11, 111, 111]);
    expect([...figures.l]).toEqual([100, 300, 700, 700]);
    // Only the last model's answer is passed on as it comes: the others wait until it is known that they are kept.
    expect([...figures.t]).toEqual([100, 300, 340, 340]);
    expect([...played(rows, { stop: "always" }).figures.t]).toEqual([10, 10, 10, 10]);
    expect([...figures.x]).toEqual([NaN, 1, 1, NaN]);
    expect([...played(rows, { stop: "grader" }, MODELS).figures.x]).toEqual([NaN, 0, 0, NaN]);
  });

  test("a judge's looks are paid and waited for, once an answer that it looks at, and answers wait for its verdict", () => {
    const { figures, gives } = played(rows, { stop: "judge", errorRate: 0, judgeCostUsd: 0.5, judgeLatencyMs: 7 });
    expect(gives).toEqual(["small", "mid", "big", "big"]);
    expect([...figures.c]).toEqual([1.5, 12, 112, 112]);
    expect([...figures.l]).toEqual([107, 314, 714, 714]);
    expect([...figures.t]).toEqual([107, 314, 354, 354]);
  });

  test("a judge who is always wrong keeps what is not good enough", () => {
    expect(played(rows, { stop: "judge", errorRate: 1 }).gives).toEqual(["big", "small", "small", "small"]);
  });

  test("each model may have a threshold of its own", () => {
    const graded: Row[] = [{ calls: [[0.6, 1, 1, 1], [0.6, 1, 1, 1], [0.6, 1, 1, 1]] }];
    expect(played(graded, { stop: "grader", threshold: [0.7, 0.6] }).gives).toEqual(["mid"]);
    expect(played(graded, { stop: "grader", threshold: [0.6, 0.7] }).gives).toEqual(["small"]);
    expect(played(graded, { stop: "grader", threshold: 0.7 }).gives).toEqual(["big"]);
  });
});

describe("what is not known", () => {
  const known = [1, 1, 1, 1] as const;

  test("a grade that is not there leaves the prompt undecided, and is told", () => {
    const { gives, figures, notes } = played([{ calls: [[null, 1, 1, 1], known, known] }, { calls: [[0, 1, 1, 1], known, [null, 1, 1, 1]] }], { stop: "grader" });
    expect(gives).toEqual([null, "mid"]);
    expect(figures.c).toEqual(Float64Array.of(NaN, 2));
    expect(notes).toEqual(["1 of 2 prompts are not decided: the grade of an answer on the way is not known"]);
  });

  test("a cost or a latency of any call that is not known makes the sum a gap, never a part of it", () => {
    const { figures } = played([{ calls: [[0, null, 5, 1], known, known] }, { calls: [[0, 5, null, 1], known, known] }, { calls: [known, [1, null, null, null], known] }], { stop: "grader" });
    expect([...figures.c]).toEqual([NaN, 6, 1]);
    expect([...figures.l]).toEqual([6, NaN, 1]);
    expect([...figures.q]).toEqual([1, 1, 1]);
  });

  test("a failed call is no answer: the next is asked, and the judge has nothing to look at", () => {
    const rows: Row[] = [{ calls: ["failed", known, known] }, { calls: [[0, 1, 1, 1], [0, 1, 1, 1], "failed"] }];
    for (const missing of ["gap", "failure-is-refusal"] as const) {
      const { gives, figures } = played(rows, { stop: "judge", errorRate: 0, judgeCostUsd: 1 }, [], missing);
      expect(gives).toEqual(["mid", "mid"]);
      expect([...figures.e]).toEqual([0, 0]);
      expect([...figures.q]).toEqual([1, 0]);
      expect([...figures.c]).toEqual([NaN, NaN]); // what failed calls cost is not known
    }
  });

  test("where all calls fail, there is no answer", () => {
    const { gives, calls, figures } = played([{ calls: ["failed", "failed", "failed"] }], { stop: "grader" }, [], "failure-is-refusal");
    expect([gives, calls]).toEqual([["big"], [MODELS]]);
    expect([...figures.e, ...figures.q]).toEqual([1, 0]);
  });
});

describe("the best of several answers", () => {
  const best = (rows: readonly Row[], more: object, trusted: readonly string[] = []) => played(rows, { kind: "best-of", ...more }, trusted);
  const rows: Row[] = [
    { calls: [[0.4, 1, 100, 10], [0.9, 10, 300, 20], [0.9, 100, 200, 40]], pii: true },
    { calls: [[0.8, 1, 100, 10], "failed", [0.2, 100, 200, 40]] },
    { calls: ["failed", "failed", "failed"] },
    { calls: [[1, 1, 1, 1], [null, 1, 1, 1], [1, 1, 1, 1]] },
  ];

  test("all are paid, the slowest is waited for, and the highest grade wins, the first of equals", () => {
    const { figures, gives, calls, notes } = best(rows, { pick: "grader" }, ["small", "mid"]);
    expect(gives).toEqual(["mid", "small", "small", null]);
    expect(calls.slice(0, 3)).toEqual([MODELS, MODELS, MODELS]);
    expect([...figures.q]).toEqual([0.9, 0.8, NaN, NaN]);
    expect([...figures.c]).toEqual([111, NaN, NaN, NaN]);
    expect([...figures.l]).toEqual([300, NaN, NaN, NaN]);
    expect([...figures.t]).toEqual([300, NaN, NaN, NaN]);
    expect([...figures.e]).toEqual([0, 0, 1, NaN]);
    expect(figures.x[0]).toBe(1);
    expect(notes).toEqual(["1 of 4 prompts are not decided: the grade of an answer is not known"]);
  });

  test("a judge's looks at all answers are paid; the first that is called good is given, else the first that came", () => {
    const judged = (errorRate: number, threshold: number) => best(rows.slice(0, 2), { pick: "judge", errorRate, threshold, judgeCostUsd: 0.5, judgeLatencyMs: 1 });
    expect(judged(0, 0.5).gives).toEqual(["mid", "small"]);
    expect(judged(1, 0.5).gives).toEqual(["small", "big"]);
    expect(judged(0, 0.95).gives).toEqual(["small", "small"]);
    expect([judged(0, 0.5).figures.c[0], judged(0, 0.5).figures.l[0]]).toEqual([112.5, 303]);
  });

  test("never does worse by the grader than any of its models, and costs what they cost together", () => {
    fc.assert(
      fc.property(table, (of) => {
        const { figures } = best(of, { pick: "grader" });
        return of.every(({ calls }, i) => figures.q[i] === Math.max(...calls.map(([grade]) => grade)) && close(figures.c[i] as number, calls.reduce((sum, [, cost]) => sum + cost, 0)) && figures.l[i] === Math.max(...calls.map(([, , ms]) => ms)));
      }),
    );
  });
});

describe("several answers to a prompt", () => {
  type Sample = readonly [quality: number, costUsd: number, latencyMs: number, answer: number] | "failed" | "missing";
  /** [prompt][model] its samples, or null: it was asked once. */
  const sampled = (rows: readonly (readonly (readonly Sample[] | null)[])[], perPrompt: number, once: readonly Row[]): OutcomeColumns => {
    const of = (m: number, pick: (sample: Sample) => number) => rows.flatMap((row) => (row[m] as readonly Sample[]).map(pick));
    const figure = (m: number, k: 0 | 1 | 2) => Float64Array.from(of(m, (one) => (typeof one === "string" ? NaN : one[k])));
    const states = { failed: 2, missing: 0 };
    return {
      ...columnsOf(once),
      samples: { perPrompt, models: MODELS.map((_, m) => (rows[0]?.[m] ? { state: Uint8Array.from(of(m, (one) => (typeof one === "string" ? states[one] : 1))), quality: figure(m, 0), costUsd: figure(m, 1), latencyMs: figure(m, 2), ttftMs: figure(m, 2), answer: Int32Array.from(of(m, (one) => (typeof one === "string" ? -1 : one[3]))) } : null)) },
    };
  };
  const playedOver = (columns: OutcomeColumns, spec: object, lenient = false) => {
    const { policy, nothing } = asked([{ calls: [] }], { kind: "cascade", ...spec });
    const { columns: after, decided } = withPaths(columns, [policy], [nothing], { missing: "gap", seed: 1 }, lenient);
    const [own] = decided as [(typeof decided)[number]];
    const figures = promptFigures(own.decisions, after, { models: MODELS.map((name) => ({ name, priceSource: "", trusted: false, guarded: null, simulated: null })), slo: { latencyMs: 150 }, missing: "gap" });
    return { figures, notes: own.rules?.notes, shares: MODELS.map((_, m) => givenBy(after, own.decisions, m, 0)) };
  };
  const big: Row = { calls: [[NaN, 1, 1, 1], [0.5, 10, 200, 20], [1, 100, 400, 40]] };

  test("a call gets one of them, each as likely, and an answer's grade decides about that answer alone", () => {
    const columns = sampled([[[[1, 1, 100, 0], [0, 3, 200, 1]], null, null]], 2, [big]);
    const { figures, shares } = playedOver(columns, { models: ["small", "big"], stop: "grader" });
    expect(shares).toEqual([0.5, 0, 0.5]);
    expect([figures.q[0], figures.c[0], figures.l[0], figures.g[0]]).toEqual([1, (1 + 103) / 2, (100 + 600) / 2, 0.5]);
    // What is kept is right, whatever the mean: of the first, half the answers are.
    expect(playedOver(columns, { models: ["small", "mid"], stop: "grader", threshold: 1 }).figures.q[0]).toBe(0.75);
  });

  test("a sample that is missing does not count, one that failed is no answer", () => {
    const columns = sampled([[[[1, 1, 100, 0], "missing", "failed"], null, null]], 3, [big]);
    const { figures, shares } = playedOver(columns, { models: ["small", "mid"], stop: "always" });
    // Of three worlds, the missing sample's has a way too: always asks about nothing, and its figures are not known.
    expect(shares).toEqual([1 / 3 + 1 / 3, 1 / 3, 0]);
    expect([figures.q[0], figures.e[0]]).toEqual([NaN, 0]);
    // Where grades tell, it has none.
    const graded = playedOver(columns, { models: ["small", "mid"], stop: "grader" });
    expect([graded.shares, graded.figures.q[0]]).toEqual([[0.5, 0.5, 0], 0.75]);
  });

  test("self-consistency pays for all, waits for the slowest, and gives what most of them say", () => {
    const columns = sampled([[[[1, 1, 100, 0], [0, 2, 300, 1], [1, 4, 200, 0]], null, null]], 3, [big]);
    const kept = playedOver(columns, { models: ["small", "big"], stop: "selfConsistency", threshold: 0.6 });
    expect([kept.figures.q[0], kept.figures.c[0], kept.figures.l[0], kept.shares]).toEqual([1, 7, 300, [1, 0, 0]]);
    const asksOn = playedOver(columns, { models: ["small", "mid"], stop: "selfConsistency", threshold: 0.7 });
    expect([asksOn.figures.q[0], asksOn.figures.c[0], asksOn.figures.l[0]]).toEqual([0.5, 17, 500]);
  });

  test("failed samples agree with none; where all failed the next is asked; where one is missing nothing is known", () => {
    const once = [big, big, big];
    const columns = sampled([[["failed", [0.25, 1, 1, 0], [0.25, 1, 1, 0]], null, null], [["failed", "failed", "failed"], null, null], [[[1, 1, 1, 0], "missing", [1, 1, 1, 0]], null, null]], 3, once);
    const { figures, notes } = playedOver(columns, { models: ["small", "mid"], stop: "selfConsistency", threshold: 0.6 });
    expect([...figures.q]).toEqual([0.25, 0.5, NaN]);
    expect(notes).toEqual(["1 of 3 prompts are not decided: whether the answers of a model agree on the way is not known"]);
    expect([...playedOver(columns, { models: ["small", "mid"], stop: "selfConsistency", threshold: 0.7 }).figures.q]).toEqual([0.5, 0.5, NaN]);
  });

  test("without several answers, or their texts, nothing agrees; after calls were made, that is told and no error", () => {
    const spec = { models: ["small", "mid"], stop: "selfConsistency", threshold: 0.6 };
    expect(() => playedOver(columnsOf([big]), spec)).toThrow(/goes by how many answers agree, and small has one answer to each prompt here/);
    expect(() => playedOver(sampled([[[[1, 1, 1, -1], [1, 1, 1, -1]], null, null]], 2, [big]), spec)).toThrow(/no text of small's answers is known/);
    expect(playedOver(columnsOf([big]), spec, true).notes).toEqual([expect.stringContaining("small has one answer to each prompt")]);
  });
});

const call = fc.tuple(fc.constantFrom(0, 0.25, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 5000 }), fc.constant(1));
const table = fc.array(fc.record({ calls: fc.tuple(call, call, call), pii: fc.boolean() }), { minLength: 1, maxLength: 20 });
const close = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a), Math.abs(b));

describe("whatever the outcomes are", () => {
  test("never to stop costs the sum of all and gives the last answer; always to, the first alone", () => {
    fc.assert(
      fc.property(table, (rows) => {
        const [never, always] = [played(rows, { stop: "never" }), played(rows, { stop: "always" })];
        return rows.every(({ calls }, i) => {
          const sum = (k: 1 | 2) => calls.reduce((total, one) => total + one[k], 0);
          return close(never.figures.c[i] as number, sum(1)) && close(never.figures.l[i] as number, sum(2)) && never.figures.q[i] === calls[2][0] && close(always.figures.c[i] as number, calls[0][1]) && always.figures.q[i] === calls[0][0] && always.figures.l[i] === calls[0][2];
        });
      }),
    );
  });

  test("a leak is a leak wherever on the way it happens, and a longer way never leaks less", () => {
    fc.assert(
      fc.property(table, fc.subarray(MODELS), fc.constantFrom("grader", "never", "always"), (rows, trusted, stop) => {
        const { figures, calls } = played(rows, { stop }, trusted);
        const never = played(rows, { stop: "never" }, trusted).figures;
        return rows.every(({ pii }, i) => {
          const leaks = (calls[i] as string[]).some((name) => !trusted.includes(name)) ? 1 : 0;
          return pii ? figures.x[i] === leaks && leaks <= (never.x[i] as number) : Number.isNaN(figures.x[i] as number);
        });
      }),
    );
  });

  test("a perfect judge who is asked for nothing plays as the grader does", () => {
    fc.assert(fc.property(table, (rows) => void expect(played(rows, { stop: "judge", errorRate: 0 }).figures).toEqual(played(rows, { stop: "grader" }).figures)));
  });

  test.each(["cascade", "best-of"] as const)("under a judge who errs, a %s has the figures of all that the judge may say, weighed by how likely that is", (kind) => {
    const rate = 0.3;
    /** [verdict on each model's answer] */
    const hearings = Array.from({ length: 2 ** MODELS.length }, (_, bits) => MODELS.map((__, k) => (bits >> k) % 2 === 1));
    const said = (calls: readonly (readonly [number, number, number, number])[], wrong: readonly boolean[]) => {
      const good = calls.map(([grade], k) => (grade >= 0.5) !== wrong[k]);
      const first = kind === "cascade" ? good.slice(0, -1).indexOf(true) : good.indexOf(true);
      const gives = first >= 0 ? first : kind === "cascade" ? calls.length - 1 : 0;
      const made = kind === "cascade" ? calls.slice(0, gives + 1) : calls;
      const looks = kind === "cascade" ? Math.min(made.length, calls.length - 1) : calls.length;
      const ms = made.map(([, , own]) => own);
      const waited = (kind === "cascade" ? ms.reduce((sum, one) => sum + one, 0) : Math.max(...ms)) + 7 * looks;
      return { q: calls[gives]?.[0] ?? NaN, c: made.reduce((sum, [, cost]) => sum + cost, 0.5 * looks), l: waited, x: made.length > 1 ? 1 : 0 };
    };
    fc.assert(
      fc.property(table, (rows) => {
        const { figures } = played(rows, { ...(kind === "cascade" ? { stop: "judge" } : { kind, pick: "judge" }), errorRate: rate, judgeCostUsd: 0.5, judgeLatencyMs: 7 }, ["small"]);
        for (const [i, { calls, pii }] of rows.entries()) {
          const expected = (of: "q" | "c" | "l" | "x") => hearings.reduce((sum, wrong) => sum + wrong.reduce((p, one) => p * (one ? rate : 1 - rate), 1) * said(calls, wrong)[of], 0);
          for (const figure of ["q", "c", "l", "x"] as const) if (figure !== "x" || pii) expect(close(figures[figure][i] as number, expected(figure)), `${figure} of prompt ${i}`).toBe(true);
        }
      }),
    );
  });
});

test("where it is not known whether an answer is kept that a prompt may come to, the prompt has no figures; where it never comes to it, that is no matter", () => {
  const rows: Row[] = [{ calls: [[1, 1, 1, 1], [null, 1, 1, 1], [1, 1, 1, 1]] }];
  const judged = played(rows, { stop: "judge", errorRate: 0.1 });
  expect([...judged.figures.q, ...judged.figures.c]).toEqual([NaN, NaN]);
  expect(judged.notes?.[0]).toContain("is played by the recorded grades");
  expect(judged.notes?.[1]).toBe("1 of 1 prompts are not decided: the grade of an answer on the way is not known");
  expect([...played(rows, { stop: "judge", errorRate: 0 }).figures.q]).toEqual([1]);
});

test("a failed call has no verdict: the ways under a judge who errs go on past it", () => {
  const rows: Row[] = [{ calls: [[1, 1, 1, 1], "failed", [0.2, 1, 1, 1]] }, { calls: [[1, 1, 1, 1], "failed", "failed"] }];
  const { figures } = played(rows, { stop: "judge", errorRate: 0.25 });
  expect([...figures.q]).toEqual([0.8, 1]);
  expect([...figures.e]).toEqual([0, 0]);
  expect([...played(rows, { kind: "best-of", pick: "judge", errorRate: 0.25 }).figures.q]).toEqual([0.95, 1]); // 1 - 0.25 · 0.25 · 0.8
});
