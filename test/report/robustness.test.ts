import { expect, test } from "vitest";
import type { Compared } from "../../src/report/compared.ts";
import type { DecidedPolicy } from "../../src/report/input.ts";
import { Ledger } from "../../src/report/ledger.ts";
import { pendingRobustness } from "../../src/report/robustness.ts";
import { design } from "../../src/stats/design.ts";
import { resampling, type Mean } from "../../src/stats/means.ts";
import { random } from "../../src/stats/random.ts";

const N = 8;
const column = (values: readonly number[]) => Float64Array.from(values);

/** Two models and a live router behind them; the prompts compared are the workload's from place 2 on. */
const compared: Compared = {
  n: N,
  models: 2,
  at: Uint32Array.from({ length: N }, (_, k) => k + 2),
  quality: [column(Array(N).fill(1)), column([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, NaN])],
  priced: [true, true],
  costUsdPer1k: [column(Array(N).fill(4)), column(Array(N).fill(1))],
  latencyMs: [],
  ttftMs: [],
  warnings: [],
};

function rowOf(model: readonly number[], at: readonly number[], copies: readonly number[], priced: readonly boolean[] = [true, true]) {
  const ledger = new Ledger({ ...compared, priced }, 2);
  const policy: DecidedPolicy = { name: "p", kind: "rules", control: false, hindsight: false, description: "", decisions: { form: "choice", model: Int32Array.from(model) }, perturbed: [{ kind: "case", perturbation: "upper case", at: Uint32Array.from(at), model: Int32Array.from(copies) }] };
  const pending = pendingRobustness(policy, { ...compared, priced }, ledger);
  const units = design(Int32Array.from({ length: N }, (_, k) => k), N, new Int32Array(N), random(1, "units"));
  const steps = resampling(units, ledger.columns, 200, random(1, "resample"), []);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return pending?.finish(step.value as readonly Mean[])[0];
}

const ALL_FIRST = Array(N + 2).fill(0) as number[];
const PLACES = Array.from({ length: N + 2 }, (_, i) => i);

test("copies that go elsewhere change quality and cost by what the other model is recorded to do; prompts that are not compared have no part", () => {
  const row = rowOf(ALL_FIRST, PLACES, [1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
  expect(row?.unchanged).toMatchObject({ mean: 6 / 8, n: 8 });
  expect(row?.quality).toMatchObject({ mean: expect.closeTo(-0.5 / 7, 12), n: 7 }); // of one nobody knows the grade
  expect(row?.costUsdPer1k).toMatchObject({ mean: -6 / 8, n: 8 });
});

test("a copy without a model is changed, and its figures are not known; a prompt without one has no part, nor one that a live router answers", () => {
  const row = rowOf([0, 0, -1, 2, 0, 0, 0, 0, 0, 0], PLACES, [0, 0, 1, 1, -1, 0, 0, 0, 0, 0]);
  expect(row?.unchanged).toMatchObject({ mean: 5 / 6, n: 6 });
  expect(row?.quality).toMatchObject({ mean: 0, n: 5 });
});

test("of a sample, only its prompts count; where all stay, nothing changes, for sure", () => {
  const row = rowOf(ALL_FIRST, [2, 5, 9], [0, 0, 0]);
  expect(row).toMatchObject({ unchanged: { mean: 1, n: 3 }, quality: { mean: 0, ci: [0, 0], n: 3 }, costUsdPer1k: { mean: 0, ci: [0, 0], n: 3 } });
});

test("what moves to a model that nobody priced has no change in cost", () => {
  const moved = rowOf(ALL_FIRST, [2, 5, 9], [0, 1, 0], [true, false]);
  expect(moved?.costUsdPer1k).toBeNull();
  expect(moved?.quality?.n).toBe(3);
  expect(rowOf(ALL_FIRST, [2, 5, 9], [0, 0, 0], [true, false])?.costUsdPer1k).not.toBeNull();
});

test("who was asked about no copy has no figures", () => {
  const ledger = new Ledger(compared, 2);
  expect(pendingRobustness({ name: "p", kind: "always", control: false, hindsight: false, description: "", decisions: { form: "choice", model: Int32Array.from(ALL_FIRST) } }, compared, ledger)).toBeNull();
});
