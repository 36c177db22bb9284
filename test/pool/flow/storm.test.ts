import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { FailureKind } from "../../../src/model/live.ts";
import { budget } from "../../../src/pool/flow/budget.ts";
import { overall } from "../../../src/pool/flow/overall.ts";
import { generator } from "../../desk.ts";
import { after, bench } from "./bench.ts";
import { aTry } from "./try.ts";

const CALLS = 10_000;

test("10,000 calls with a fifth of faults at 200 at once: all end, once, and each try is paid for once", async () => {
  const book = budget(1000);
  const b = bench({ concurrency: 200, backoff: { baseMs: 200, capMs: 5000 } }, { budget: book, overall: overall(150) });
  const draw = generator(3);
  const faults: FailureKind[] = ["server", "disconnect", "timeout", "malformed", "rate-limit", "overloaded", "request"];
  let [now, most, made, ended] = [0, 0, 0, 0];
  const attempt = async (_: number, signal: AbortSignal) => {
    most = Math.max(most, ++now);
    made++;
    await b.sleep(200 + 800 * draw(), signal);
    now--;
    return draw() < 0.2 ? aTry(faults[Math.floor(draw() * faults.length)]) : aTry();
  };
  const tally = { answered: 0, failed: 0, "not-called": 0 };
  let tries = 0;
  await b.until(
    Promise.all(
      Array.from({ length: CALLS }, async () => {
        const flowed = await b.run({ reserveUsd: 0.01, costUsdOf: () => 0.001, attempt });
        ended++;
        tally[flowed.outcome]++;
        tries += flowed.tries.length;
      }),
    ),
  );
  expect(ended).toBe(CALLS);
  expect(most).toBe(150);
  expect(tries).toBe(made);
  expect(tally["not-called"]).toBe(0);
  expect(tally.answered).toBeGreaterThan(9500);
  expect(tally.failed).toBeGreaterThan(100);
  expect(book.state()).toEqual({ spentUsd: made / 1000, reservedUsd: 0, capUsd: 1000 });
  expect(b.flow.state()).toEqual({ inFlight: 0, waiting: 0, limit: 200, pausedUntilMs: null, circuit: null });
});

test.each([[null, 20], [500, 20], [null, 5], [null, 80]])("a storm of 429 (Retry-After %s ms): the limit settles by what the server takes (%i), and all is answered", async (retryAfterMs, capacity) => {
  const b = bench({ concurrency: { start: 20, max: 100 } });
  let [now, most, late] = [0, 0, 0];
  const limits: number[] = [];
  const attempt = async (_: number, signal: AbortSignal) => {
    most = Math.max(most, now + 1);
    if (now >= capacity) return aTry("rate-limit", { retryAfterMs });
    now++;
    await b.sleep(90 + 20 * b.world.random(), signal);
    now--;
    if (++late > 2000) limits.push(b.flow.state().limit);
    return aTry();
  };
  const flowed = await b.until(Promise.all(Array.from({ length: CALLS }, () => b.run({ attempt }))));
  expect(flowed.filter(({ outcome }) => outcome !== "answered")).toHaveLength(0);
  const sorted = limits.sort((x, y) => x - y);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeGreaterThanOrEqual(0.75 * capacity);
  expect(sorted.at(-1)).toBeLessThanOrEqual(1.25 * capacity + 2);
  expect(most).toBeLessThanOrEqual(100);
  // Within a third of what the server can do.
  if (retryAfterMs === null) expect(b.nowMs()).toBeLessThan(((CALLS / capacity) * 100) / 0.66);
});

test.each(["connect", "refused", "not-found"] as const)("a dead backend (%s): 10,000 outcomes end after few calls", async (kind) => {
  const b = bench({ concurrency: 50 });
  let called = 0;
  const flowed = await b.until(Promise.all(Array.from({ length: CALLS }, () => b.run({ attempt: (n, signal) => (called++, after(b.sleep, 5, () => aTry(kind))(n, signal)) }))));
  expect(called).toBeLessThanOrEqual(60);
  expect(b.nowMs()).toBeLessThan(100);
  expect(flowed.filter(({ outcome }) => outcome === "not-called").length).toBeGreaterThan(CALLS - 60);
  expect(b.events.filter(({ type }) => type === "circuit")).toHaveLength(1);
});

test("a backend that only fails is given up after its time, not after each outcome's", async () => {
  const b = bench({ concurrency: 20 });
  const flowed = await b.until(Promise.all(Array.from({ length: CALLS }, () => b.run({ attempt: after(b.sleep, 1000, () => aTry("server")) }))));
  expect(b.nowMs()).toBeGreaterThanOrEqual(120_000);
  expect(b.nowMs()).toBeLessThan(125_000);
  expect(flowed.filter(({ outcome }) => outcome === "not-called").length).toBeGreaterThan(CALLS / 2);
});

test("10,000 who wait are told to stop: all end at once", async () => {
  const b = bench({ concurrency: 10, graceMs: 50 });
  const runs = Promise.all(Array.from({ length: CALLS }, () => b.run({ attempt: after(b.sleep, 1e6) })));
  await b.until(b.sleep(10, b.kill.signal));
  b.stop.abort();
  const flowed = await b.until(runs);
  expect(b.nowMs()).toBe(60);
  expect(flowed.filter(({ outcome }) => outcome === "not-called")).toHaveLength(CALLS - 10);
});

test("what has ended is let go: nothing of a task is held after its outcome", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const b = bench({ concurrency: 20, requestsPerMinute: 500, backoff: { baseMs: 10, capMs: 10 } });
  const seen: WeakRef<object>[] = [];
  const wave = async (faulty: number) => {
    await b.until(
      Promise.all(
        Array.from({ length: 500 }, async (_, i) => {
          const ended = aTry();
          seen.push(new WeakRef(ended));
          const attempt = async (n: number, signal: AbortSignal) => (await b.sleep(10, signal), n === 1 && i % faulty === 0 ? aTry("server") : ended);
          await b.run({ attempt });
        }),
      ),
    );
    await b.until(b.sleep(700_000, b.kill.signal)); // until no timer of a deadline is left, which is the clock's to hold
  };
  for (let i = 0; i < 4; i++) await wave(3);
  collect();
  expect(seen).toHaveLength(2000);
  expect(seen.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(20);
});
