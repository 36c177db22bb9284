import { expect, test } from "vitest";
import { arenaScore } from "../../src/stats/arena.ts";

test.each([
  // RouterArena's board, November 2025: MIRT-BERT 66.89, Azure 66.66, GPT-5 64.32; the last by hand
  [0.6688, 0.15, 0.66899],
  [0.6809, 0.54, 0.66668],
  [0.7396, 10.02, 0.64316],
  [0.7, 1, 0.67444],
])("accuracy %d at $%d is on the board", (accuracy, cost, score) => {
  const { clamped, unguarded, zeroWhenFree } = arenaScore(accuracy, cost);
  expect(clamped).toBeCloseTo(score, 5);
  expect(unguarded).toBe(clamped);
  expect(zeroWhenFree).toBe(clamped);
});

test("the three programs differ at the edges", () => {
  expect(arenaScore(0.7, 0)).toEqual({ clamped: NaN, unguarded: NaN, zeroWhenFree: 0 });
  // c = 1 at and below c_min: 1.1·.7 / 1.07
  expect(arenaScore(0.7, 0.0044).clamped).toBeCloseTo(0.77 / 1.07, 12);
  expect(arenaScore(0.7, 0.001).clamped).toBeCloseTo(0.77 / 1.07, 12);
  expect(arenaScore(0.7, 0.001).unguarded).toBeGreaterThan(0.77 / 1.07);
  // c = 0 at and beyond c_max
  expect(arenaScore(0.7, 200).clamped).toBe(0);
  expect(arenaScore(0.7, 900).clamped).toBe(0);
  expect(arenaScore(0.7, 900).unguarded).not.toBe(0);
  expect(arenaScore(0, 200).clamped).toBe(0);
});

test("what is unknown has no score", () => {
  expect(arenaScore(NaN, 1)).toEqual({ clamped: NaN, unguarded: NaN, zeroWhenFree: NaN });
  expect(arenaScore(0.5, NaN)).toEqual({ clamped: NaN, unguarded: NaN, zeroWhenFree: NaN });
});
