import * as fc from "fast-check";
import { expect, test } from "vitest";
import { budget, type Reservation } from "../../../src/pool/flow/budget.ts";

const usd = fc.oneof(fc.integer({ min: 0, max: 500 }).map((cents) => cents / 1000), fc.double({ min: 0, max: 1, noNaN: true }));
const step = fc.oneof(
  fc.record({ do: fc.constant("reserve" as const), usd }),
  fc.record({ do: fc.constantFrom("settle" as const, "unknown" as const, "release" as const), which: fc.nat(), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

test("for any interleaving: never more spent than the cap, nor more held than there is, and what is held is no more than what fits", () => {
  fc.assert(
    fc.property(usd, fc.array(step, { maxLength: 60 }), (cap, steps) => {
      const book = budget(cap);
      const held: { reservation: Reservation; usd: number }[] = [];
      let spent = 0;
      for (const one of steps) {
        if (one.do === "reserve") {
          const open = held.reduce((sum, { usd: amount }) => sum + amount, 0);
          const reservation = book.reserve(one.usd);
          if (spent + open + one.usd > cap + 1e-9) expect(reservation).toBeNull();
          if (spent + open + one.usd < cap - 1e-9) expect(reservation).not.toBeNull();
          if (reservation) held.push({ reservation, usd: one.usd });
        } else if (held.length > 0) {
          const [{ reservation, usd: amount }] = held.splice(one.which % held.length, 1) as [(typeof held)[0]];
          const actual = one.do === "settle" ? amount * one.share : one.do === "unknown" ? amount : 0;
          if (one.do === "release") reservation.release();
          else reservation.settle(one.do === "settle" ? actual : null);
          spent += actual;
          expect(() => reservation.settle(0)).toThrow("over");
          expect(() => reservation.release()).toThrow("over");
        }
        const state = book.state();
        expect(state.spentUsd).toBeLessThanOrEqual(cap + 1e-12);
        expect(state.spentUsd + state.reservedUsd).toBeLessThanOrEqual(cap + 2e-12);
        expect(state.spentUsd).toBeCloseTo(spent, 9);
        expect(state.reservedUsd).toBeCloseTo(held.reduce((sum, { usd: amount }) => sum + amount, 0), 9);
      }
    }),
  );
});

test("sums do not drift: ten dimes are a dollar, and a million small prices their sum", () => {
  const dimes = budget(1);
  for (let i = 0; i < 10; i++) dimes.reserve(0.1)?.settle(0.1);
  expect(dimes.state()).toEqual({ spentUsd: 1, reservedUsd: 0, capUsd: 1 });
  expect(dimes.reserve(1e-9)).toBeNull();
  const many = budget(null);
  for (let i = 0; i < 1_000_000; i++) many.reserve(1)?.settle(0.000_003_1);
  expect(many.state()).toEqual({ spentUsd: 3.1, reservedUsd: 0, capUsd: null });
});

test("what may still fit is what is not spent; each reservation that is over is told", () => {
  const book = budget(1);
  let freed = 0;
  book.onFreed(() => freed++);
  const held = book.reserve(0.8);
  expect([book.fits(0.5), book.mayFit(0.5), book.mayFit(1), book.mayFit(1.1)]).toEqual([false, true, true, false]);
  held?.settle(0.6);
  expect([freed, book.fits(0.4), book.mayFit(0.5)]).toEqual([1, true, false]);
});

test("one that cost more than was held is counted in full", () => {
  const book = budget(1);
  book.reserve(0.1)?.settle(5);
  expect(book.state().spentUsd).toBe(5);
  expect(book.reserve(0)).toBeNull();
});

test.each([-1, NaN, Infinity])("%s is no amount of money", (amount) => {
  expect(() => budget(null).reserve(amount)?.settle(0)).toThrow("not an amount of money");
  expect(() => budget(amount)).toThrow("not an amount of money");
});
