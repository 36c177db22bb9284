import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Steering, type Moved } from "../../../src/pool/flow/steering.ts";

function steered(start: number, max: number) {
  const moves: [number, number, Moved][] = [];
  return { steering: new Steering({ start, max }, (...move) => void moves.push(move)), moves };
}

/** A round at the limit, all of which goes well. */
function round(steering: Steering): void {
  const width = steering.limit;
  const numbers = Array.from({ length: width }, (_, i) => steering.begin(i + 1));
  for (const number of numbers) steering.wentWell(number);
}

test("doubles each round until it is pushed back, then grows by a twentieth, at least one, to the most", () => {
  const { steering, moves } = steered(4, 70);
  for (let i = 0; i < 4; i++) round(steering);
  expect(moves).toEqual([[4, 8, "slow start"], [8, 16, "slow start"], [16, 32, "slow start"], [32, 64, "slow start"]]);
  steering.pushedBack(steering.begin(64), 64);
  expect(steering.limit).toBe(51);
  for (let i = 0; i < 3; i++) round(steering);
  expect(moves.slice(4)).toEqual([[64, 51, "pushed back"], [51, 54, "a round went well"], [54, 57, "a round went well"], [57, 60, "a round went well"]]);
  for (let i = 0; i < 9; i++) round(steering);
  expect(steering.limit).toBe(70);
});

test("is cut once a round trip: by the first of those that were in flight together", () => {
  const { steering, moves } = steered(10, 100);
  const together = Array.from({ length: 10 }, (_, i) => steering.begin(i + 1));
  together.forEach((number, i) => steering.pushedBack(number, 10 - i));
  expect(moves).toEqual([[10, 8, "pushed back"]]);
  steering.pushedBack(steering.begin(8), 8);
  expect(steering.limit).toBe(6);
});

test("the first to begin is pushed back: what counts is how many were in flight", () => {
  const { steering } = steered(50, 50);
  const first = steering.begin(1);
  for (let i = 2; i <= 50; i++) steering.begin(i);
  steering.pushedBack(first, 50);
  expect(steering.limit).toBe(40);
});

test("does not grow where the limit was not reached, nor by what began before it moved", () => {
  const { steering } = steered(4, 100);
  for (let i = 0; i < 20; i++) steering.wentWell(steering.begin(3));
  expect(steering.limit).toBe(4);
  const old = Array.from({ length: 4 }, (_, i) => steering.begin(i + 1));
  steering.pushedBack(steering.begin(4), 4);
  const cut = steering.limit;
  for (const number of old) steering.wentWell(number);
  expect(steering.limit).toBe(cut);
});

test("a fixed number stays; an adaptive limit stays within 1 and the most, whatever happens", () => {
  const step = fc.record({ well: fc.boolean(), inFlight: fc.nat(40), back: fc.nat(5) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(30), fc.array(step, { maxLength: 300 }), (start, more, steps) => {
      const adaptive = new Steering({ start, max: start + more }, (from, to) => expect(from).not.toBe(to));
      const fixed = new Steering(start, () => expect.unreachable());
      for (const { well, inFlight, back } of steps) {
        for (const steering of [adaptive, fixed]) {
          const number = Math.max(1, steering.begin(inFlight) - back);
          if (well) steering.wentWell(number);
          else steering.pushedBack(number, inFlight);
        }
        expect(fixed.limit).toBe(start);
        expect(adaptive.limit).toBeGreaterThanOrEqual(1);
        expect(adaptive.limit).toBeLessThanOrEqual(start + more);
        expect(Number.isInteger(adaptive.limit)).toBe(true);
      }
    }),
  );
});
