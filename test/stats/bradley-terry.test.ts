import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bradleyTerry } from "../../src/stats/bradley-terry.ts";

test("scores are those of scikit-learn's penalised logistic regression of the same games", () => {
  const { wins, players, scores } = JSON.parse(readFileSync(new URL("../fixtures/bradley-terry.json", import.meta.url), "utf8")) as { wins: number[]; players: number; scores: number[] };
  for (const [a, score] of bradleyTerry(Float64Array.from(wins), players).entries()) expect(score).toBeCloseTo(scores[a] as number, 5);
});

test("at the scores nothing pulls: what a player won is what was expected, but for the prior; whatever was played", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }).chain((players) => fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e4, noNaN: true })), { minLength: players * players, maxLength: players * players })), (table) => {
      const players = Math.sqrt(table.length);
      const wins = Float64Array.from(table, (won, k) => (k % (players + 1) === 0 ? 0 : won));
      const scores = bradleyTerry(wins, players);
      for (let a = 0; a < players; a++) {
        let pull = -(scores[a] as number);
        let games = 1;
        for (let b = 0; b < players; b++) {
          const [won, lost] = [wins[a * players + b] as number, wins[b * players + a] as number];
          pull += won - (won + lost) / (1 + Math.exp((scores[b] as number) - (scores[a] as number)));
          games += won + lost;
        }
        expect(Math.abs(pull) / games).toBeLessThan(1e-6);
      }
    }),
  );
});
