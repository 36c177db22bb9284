import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FailureKind } from "../../../src/model/live.ts";
import { budget } from "../../../src/pool/flow/budget.ts";
import { flow, FLOW_DEFAULTS, type FlowEvent } from "../../../src/pool/flow/flow.ts";
import { overall } from "../../../src/pool/flow/overall.ts";
import { generator } from "../../desk.ts";
import { bench } from "./bench.ts";
import { aTry } from "./try.ts";

const KINDS: FailureKind[] = ["connect", "timeout", "rate-limit", "overloaded", "server", "refused", "not-found", "request", "disconnect", "malformed", "too-large"];

const world = fc.record({
  models: fc.array(
    fc.record({
      width: fc.integer({ min: 1, max: 8 }),
      adaptive: fc.boolean(),
      requestsPerMinute: fc.option(fc.integer({ min: 3, max: 30 })),
      tokensPerMinute: fc.option(fc.integer({ min: 20, max: 200 })),
      tasks: fc.integer({ min: 1, max: 25 }),
      circuitAfter: fc.constantFrom(2, 5, 1000),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  places: fc.integer({ min: 1, max: 12 }),
  capUsd: fc.option(fc.integer({ min: 0, max: 40 })),
  faults: fc.double({ min: 0, max: 0.9, noNaN: true }),
  stopAtMs: fc.option(fc.integer({ min: 0, max: 60_000 })),
  killAfterMs: fc.option(fc.integer({ min: 0, max: 5000 })),
  seed: fc.nat(),
});

test("whatever happens: every outcome ends once, no limit is passed at any moment, all time and money is accounted for", async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ models, places, capUsd, faults, stopAtMs, killAfterMs, seed }) => {
      const draw = generator(seed);
      const book = budget(capUsd);
      const b = bench({}, { budget: book, random: draw });
      const together = overall(places);
      let all = 0;
      let paid = 0;
      const stop = new AbortController();
      if (stopAtMs !== null) void b.sleep(stopAtMs, new AbortController().signal).then(() => stop.abort());
      if (stopAtMs !== null && killAfterMs !== null) void b.sleep(stopAtMs + killAfterMs, new AbortController().signal).then(() => b.kill.abort());

      const runs = models.flatMap(({ width, adaptive, requestsPerMinute, tokensPerMinute, tasks, circuitAfter }) => {
        const begun: { ms: number; tokens: number }[] = [];
        let now = 0;
        let limit = width;
        const under = flow(
          {
            ...FLOW_DEFAULTS, concurrency: adaptive ? { start: width, max: 2 * width } : width, requestsPerMinute, tokensPerMinute, deadlineMs: 90_000, graceMs: 2000,
            circuit: { after: circuitAfter, quietMs: 20_000, coolDownMs: 3000 },
          },
          {
            ...b.world,
            overall: together,
            onChange(event: FlowEvent) {
              if (event.type === "limit") limit = event.to;
            },
          },
        );
        return Array.from({ length: tasks }, async () => {
          const tokens = 1 + Math.floor(draw() * 19);
          const reserveUsd = Math.floor(draw() * 5);
          let last = 0;
          let called = 0;
          await b.sleep(draw() < 0.5 ? 0 : draw() * 20_000, new AbortController().signal);
          const cameMs = b.nowMs();
          const flowed = await under.run({
            tokens, reserveUsd,
            async attempt(n, signal) {
              expect(n).toBe(++last);
              called++;
              expect(stop.signal.aborted).toBe(false);
              begun.push({ ms: b.nowMs(), tokens });
              expect(++now).toBeLessThanOrEqual(limit);
              expect(++all).toBeLessThanOrEqual(places);
              expect(under.state().inFlight).toBe(now);
              const minute = begun.filter(({ ms }) => ms > b.nowMs() - 60_000);
              if (requestsPerMinute !== null) expect(minute.length).toBeLessThanOrEqual(requestsPerMinute);
              if (tokensPerMinute !== null) expect(minute.reduce((sum, one) => sum + one.tokens, 0)).toBeLessThanOrEqual(tokensPerMinute);
              await b.sleep(draw() * 10_000, signal);
              now--;
              all--;
              if (signal.aborted) return aTry("aborted");
              return draw() < faults ? aTry(KINDS[Math.floor(draw() * KINDS.length)], { retryAfterMs: draw() < 0.3 ? draw() * 30_000 : null }) : aTry();
            },
            costUsdOf: () => (draw() < 0.2 ? null : draw() * reserveUsd),
          }, stop.signal);
          paid += flowed.tries.reduce((sum, { costUsd }) => sum + (costUsd ?? reserveUsd), 0);
          expect(flowed.tries).toHaveLength(called);
          expect(called).toBeLessThanOrEqual(6);
          const lastFailure = flowed.tries.at(-1)?.try.failure;
          expect(flowed.outcome).toBe(lastFailure === undefined ? "not-called" : lastFailure === null ? "answered" : "failed");
          expect(flowed.why === undefined).toBe(flowed.outcome === "answered");
          expect(flowed.queueMs + flowed.backoffMs + flowed.workMs).toBeCloseTo(b.nowMs() - cameMs, 6);
          if (capUsd !== null) expect(book.state().spentUsd).toBeLessThanOrEqual(capUsd);
          return under;
        });
      });
      const flows = await b.until(Promise.all(runs));
      for (const under of flows) expect(under.state()).toMatchObject({ inFlight: 0, waiting: 0 });
      expect(book.state().reservedUsd).toBe(0);
      expect(book.state().spentUsd).toBeCloseTo(paid, 6);
    }),
    { numRuns: 150 },
  );
});
