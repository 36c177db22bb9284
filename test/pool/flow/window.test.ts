import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PerMinute } from "../../../src/pool/flow/window.ts";

const asks = fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 30_000 }), amount: fc.integer({ min: 1, max: 12 }), more: fc.integer({ min: -5, max: 3 }) }), { maxLength: 60 });

test("no 60 s hold more than the limit, and none waits longer than it must", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), asks, (limit, asked) => {
      const window = new PerMinute(limit);
      const taken: { atMs: number; amount: number; asked: number }[] = [];
      const heldAt = (ms: number) => taken.filter(({ atMs }) => atMs > ms - 60_000 && atMs <= ms).reduce((sum, { amount }) => sum + amount, 0);
      let now = 0;
      for (const { gapMs, amount, more } of asked) {
        now += gapMs;
        const at = window.freeAt(now, amount);
        expect(at).toBeGreaterThanOrEqual(now);
        if (at > now) expect(heldAt(at - 1) + amount).toBeGreaterThan(limit);
        now = at;
        expect(window.freeAt(now, amount)).toBe(now);
        const held = heldAt(now);
        if (held > 0) expect(held + amount).toBeLessThanOrEqual(limit);
        const raise = window.take(now, amount);
        const entry = { atMs: now, amount, asked: amount };
        taken.push(entry);
        if (more !== 0) raise(amount + more);
        entry.amount = Math.max(amount, amount + more);
      }
    }),
  );
});

test("what is found out after its minute is over changes nothing; hours go by", () => {
  const window = new PerMinute(10);
  const late = window.take(0, 5);
  expect(window.freeAt(60_000, 10)).toBe(60_000);
  window.take(60_000, 4);
  late(1000);
  expect(window.freeAt(60_001, 6)).toBe(60_001);
  window.take(60_001, 6);
  expect(window.freeAt(60_002, 1)).toBe(120_000);
  for (let ms = 120_001; ms < 20_000_000; ms += 6000) {
    expect(window.freeAt(ms, 1)).toBe(ms);
    window.take(ms, 1);
  }
});
