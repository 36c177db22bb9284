import { expect, test } from "vitest";
import type { FailureKind } from "../../../src/model/live.ts";
import { budget } from "../../../src/pool/flow/budget.ts";
import { flow, FLOW_DEFAULTS, type Flowed, type Task } from "../../../src/pool/flow/flow.ts";
import { overall } from "../../../src/pool/flow/overall.ts";
import { Turns } from "../../../src/pool/flow/turns.ts";
import { after, bench } from "./bench.ts";
import { aTry } from "./try.ts";

const outcomes = (flowed: readonly Flowed[]) => flowed.map(({ outcome }) => outcome);
const kinds = (flowed: Flowed) => flowed.tries.map((one) => one.try.failure?.kind ?? "well");

/** Attempts that come to one thing after the other, each at once. */
function script(...come: (FailureKind | null)[]): Task["attempt"] {
  return async (n) => aTry(come[n - 1] ?? null);
}

test("first come, first served, no more at once than the limit", async () => {
  const b = bench({ concurrency: 3 });
  const began: [number, number][] = [];
  let [now, most] = [0, 0];
  const runs = Array.from({ length: 10 }, (_, i) => b.run({ async attempt(_n, signal) {
    began.push([i, b.nowMs()]);
    most = Math.max(most, ++now);
    await b.sleep(100, signal);
    now--;
    return aTry();
  } }));
  expect(b.flow.state()).toMatchObject({ waiting: 10, inFlight: 0, limit: 3, circuit: null, pausedUntilMs: null });
  const flowed = await b.until(Promise.all(runs));
  expect(most).toBe(3);
  expect(began).toEqual(Array.from({ length: 10 }, (_, i) => [i, Math.floor(i / 3) * 100]));
  expect(flowed[9]).toMatchObject({ outcome: "answered", stopped: null, queueMs: 300, backoffMs: 0, workMs: 100, tries: [{ queuedMs: 300, costUsd: null }] });
  expect(flowed[9]).not.toHaveProperty("why");
  expect(b.flow.state()).toMatchObject({ waiting: 0, inFlight: 0 });
});

test("all models together keep to the overall limit, and none is starved", async () => {
  const b = bench();
  const together = overall(4);
  const flows = Array.from({ length: 3 }, () => flow({ ...FLOW_DEFAULTS, concurrency: 3 }, { ...b.world, overall: together }));
  let [now, most] = [0, 0];
  const ends: number[] = [];
  const runs = flows.flatMap((one, model) => Array.from({ length: 20 }, () => one.run({ tokens: 1, reserveUsd: null, costUsdOf: () => null, async attempt(_, signal) {
    most = Math.max(most, ++now);
    await b.sleep(100, signal);
    now--;
    ends.push(model);
    return aTry();
  } }, b.stop.signal)));
  await b.until(Promise.all(runs));
  expect(most).toBe(4);
  expect(b.nowMs()).toBe(1500);
  for (let model = 0; model < 3; model++) expect(ends.slice(0, 30).filter((m) => m === model).length).toBeGreaterThanOrEqual(8);
});

test("a paused model holds no place of another", async () => {
  const b = bench();
  const together = overall(1);
  const [paused, free] = [0, 0].map(() => flow({ ...FLOW_DEFAULTS, concurrency: 5 }, { ...b.world, overall: together })) as [ReturnType<typeof flow>, ReturnType<typeof flow>];
  const task = (attempt: Task["attempt"]): Task => ({ tokens: 1, reserveUsd: null, costUsdOf: () => null, attempt });
  let ended = 0;
  const first = [0, 1, 2].map(() => paused.run(task(async (n) => aTry(n === 1 ? "rate-limit" : null, { retryAfterMs: 50_000 })), b.stop.signal));
  const second = Array.from({ length: 20 }, () => free.run(task(after(b.sleep, 100)), b.stop.signal).then(() => (ended = b.nowMs())));
  await b.until(Promise.all([...first, ...second]));
  expect(ended).toBe(2000);
  expect(b.nowMs()).toBeGreaterThanOrEqual(50_000);
});

test.each(["rate-limit", "overloaded", "server", "connect", "disconnect", "timeout"] as const)("%s is tried again, as often as retries allow", async (kind) => {
  const b = bench({ retries: 3 });
  const [well, never] = await b.until(Promise.all([b.run({ attempt: script(kind, kind, kind, null) }), b.run({ attempt: async () => aTry(kind) })]));
  expect(well.outcome).toBe("answered");
  expect(kinds(well)).toEqual([kind, kind, kind, "well"]);
  expect(never).toMatchObject({ outcome: "failed", stopped: null, why: `given up after 4 tries; the last: it was ${kind}` });
  expect(never.tries).toHaveLength(4);
});

test("malformed is tried three times, what is not worth it once", async () => {
  const b = bench();
  const malformed = await b.until(b.run({ attempt: async () => aTry("malformed") }));
  expect(malformed.tries).toHaveLength(3);
  for (const kind of ["refused", "not-found", "request", "too-large", "aborted"] as const) {
    expect(await b.until(b.run({ attempt: async () => aTry(kind) }))).toMatchObject({ outcome: "failed", why: `it was ${kind}`, stopped: null, tries: [{}] });
  }
});

test("waits between tries are within full jitter's bounds, the same for the same seed, and all time is accounted for", async () => {
  const waits = async () => {
    const b = bench({ retries: 6, backoff: { baseMs: 100, capMs: 1000 }, concurrency: 2 });
    const starts: number[][] = [];
    const runs = Array.from({ length: 20 }, (_, i) => b.run({ async attempt(n, signal) {
      (starts[i] ??= []).push(b.nowMs());
      await b.sleep(30, signal);
      return aTry(n < 7 ? "server" : null);
    } }).then((flowed) => ({ flowed, endMs: b.nowMs() })));
    const flowed = await b.until(Promise.all(runs));
    return { flowed, starts };
  };
  const [one, other] = [await waits(), await waits()];
  expect(one).toEqual(other);
  const first: number[] = [];
  one.flowed.forEach(({ flowed, endMs }, i) => {
    expect(flowed.queueMs + flowed.backoffMs + flowed.workMs).toBeCloseTo(endMs, 6);
    expect(flowed.workMs).toBeCloseTo(7 * 30, 6);
    expect(flowed.tries.reduce((sum, { queuedMs }) => sum + queuedMs, 0)).toBeCloseTo(flowed.queueMs, 6);
    const begun = one.starts[i] as number[];
    for (let n = 1; n < 7; n++) {
      const waited = (begun[n] as number) - (begun[n - 1] as number) - 30 - (flowed.tries[n]?.queuedMs as number);
      expect(waited).toBeGreaterThanOrEqual(0);
      expect(waited).toBeLessThanOrEqual(Math.min(1000, 100 * 2 ** (n - 1)));
      if (n === 1) first.push(waited);
    }
  });
  expect(Math.max(...first)).toBeGreaterThan(70);
  expect(Math.min(...first)).toBeLessThan(30);
});

test("who comes again goes before who is new", async () => {
  const b = bench({ concurrency: 1, backoff: { baseMs: 1, capMs: 1 } });
  const order: string[] = [];
  const runs = Array.from({ length: 5 }, (_, i) => b.run({ async attempt(n, signal) {
    order.push(`${i}.${n}`);
    await b.sleep(10, signal);
    return aTry(i === 0 && n === 1 ? "server" : null);
  } }));
  await b.until(Promise.all(runs));
  expect(order).toEqual(["0.1", "1.1", "0.2", "2.1", "3.1", "4.1"]);
});

test("Retry-After stops the whole model for that long", async () => {
  const b = bench({ concurrency: 2 });
  const begun: number[] = [];
  const runs = Array.from({ length: 6 }, (_, i) => b.run({ async attempt(n, signal) {
    begun.push(b.nowMs());
    await b.sleep(100 + 50 * i, signal);
    return i === 0 && n === 1 ? aTry("rate-limit", { retryAfterMs: 7000 }) : aTry();
  } }));
  const flowed = await b.until(Promise.all(runs));
  expect(begun.slice(0, 3)).toEqual([0, 0, 7100]);
  expect(begun.slice(2).every((ms) => ms >= 7100)).toBe(true);
  expect(flowed[0]).toMatchObject({ outcome: "answered", backoffMs: 7000 });
  expect(b.events).toContainEqual({ type: "paused", ms: 7000, why: "the backend asks to wait" });
});

test("a pause is seen in the state, and a shorter one does not shorten it", async () => {
  const b = bench({ concurrency: 2 });
  const run = (retryAfterMs: number, ms: number) => b.run({ attempt: async (n, signal) => (await b.sleep(ms, signal), n === 1 ? aTry("overloaded", { retryAfterMs }) : aTry()) });
  const runs = Promise.all([run(5000, 100), run(1000, 200)]);
  await b.until(b.sleep(300, b.stop.signal));
  expect(b.flow.state().pausedUntilMs).toBe(5100);
  await b.until(runs);
  expect(b.events).toEqual([{ type: "paused", ms: 5000, why: "the backend asks to wait" }]);
  expect(b.flow.state().pausedUntilMs).toBeNull();
});

test("asked to wait past its deadline, an outcome fails at once and says so; the others wait", async () => {
  const b = bench({ concurrency: 1, deadlineMs: 10_000, longestPauseMs: 60_000 });
  const first = b.run({ attempt: async () => aTry("rate-limit", { retryAfterMs: 20_000 }) }).then((flowed) => ({ flowed, ms: b.nowMs() }));
  const second = b.run({ attempt: script(null) });
  expect(await b.until(first)).toMatchObject({ ms: 0, flowed: { outcome: "failed", why: "no answer within 10 s: the backend asks to wait 20 s; the last: it was rate-limit" } });
  expect(await b.until(second)).toMatchObject({ outcome: "answered", queueMs: 20_000 });
});

test("asked to wait longer than a pause may last, the model is out of service until then", async () => {
  const b = bench({ concurrency: 1, longestPauseMs: 60_000 });
  const runs = [b.run({ attempt: async () => aTry("rate-limit", { retryAfterMs: 3_600_000 }) }), b.run({ attempt: script(null) })];
  const flowed = await b.until(Promise.all(runs));
  expect(b.nowMs()).toBe(0);
  expect(flowed[1]).toMatchObject({ outcome: "not-called", stopped: "circuit", why: "not called, since it asks to wait 3600 s, longer than 60 s: it was rate-limit", tries: [] });
  expect(flowed[0]).toMatchObject({ outcome: "failed", tries: [{}] });
  await b.until(b.sleep(3_600_000, b.stop.signal));
  expect(await b.until(b.run({ attempt: script(null) }))).toMatchObject({ outcome: "answered" });
  expect(b.flow.state().circuit).toBeNull();
});

test("a reply that says nothing is left of its rate limit stops the model until it is reset", async () => {
  const b = bench({ concurrency: 1 });
  const headers = { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5s" };
  const [first, second] = await b.until(Promise.all([b.run({ attempt: async () => aTry(null, { headers }) }), b.run({ attempt: script(null) })]));
  expect(first.outcome).toBe("answered");
  expect(second.queueMs).toBe(1500);
  expect(b.events).toEqual([{ type: "paused", ms: 1500, why: "nothing is left of its rate limit" }]);
});

test("the deadline counts from the first try: it ends a try, a wait and a queue", async () => {
  const b = bench({ concurrency: 1, deadlineMs: 1000, backoff: { baseMs: 400, capMs: 400 }, retries: 99 });
  const hanging = b.run({ attempt: after(b.sleep, 5000) });
  const waiting = b.run({ attempt: after(b.sleep, 500) });
  const failing = b.run({ attempt: after(b.sleep, 50, () => aTry("server")) }).then((flowed) => ({ flowed, ms: b.nowMs() }));
  expect(await b.until(hanging)).toMatchObject({ outcome: "failed", stopped: null, why: "no answer within 1 s; the last: it was aborted", workMs: 1000 });
  expect(await b.until(waiting)).toMatchObject({ outcome: "answered", queueMs: 1000, workMs: 500 });
  const { flowed, ms } = await b.until(failing);
  expect(flowed.outcome).toBe("failed");
  expect(flowed.why).toMatch(/^no answer within 1 s; the last: it was (server|aborted)$/);
  expect(flowed.tries.length).toBeGreaterThan(2);
  expect(ms).toBeLessThanOrEqual(2500);
});

test("the deadline ends who waits for another turn", async () => {
  const b = bench({ concurrency: 1, deadlineMs: 1000, backoff: { baseMs: 1, capMs: 1 } });
  const failing = b.run({ attempt: after(b.sleep, 50, () => aTry("server")) }).then((flowed) => ({ flowed, ms: b.nowMs() }));
  const long = b.run({ attempt: after(b.sleep, 990) });
  expect(await b.until(failing)).toMatchObject({ ms: 1000, flowed: { outcome: "failed", why: "no turn before the deadline; the last: it was server", stopped: null } });
  expect(await b.until(long)).toMatchObject({ outcome: "answered" });
});

test("no minute begins with more requests or tokens than allowed", async () => {
  const b = bench({ concurrency: 50, requestsPerMinute: 7, tokensPerMinute: 40 });
  const begun: { ms: number; tokens: number }[] = [];
  const runs = Array.from({ length: 60 }, (_, i) => b.run({ tokens: 1 + ((i * 7) % 13), async attempt(_n, signal) {
    begun.push({ ms: b.nowMs(), tokens: 1 + ((i * 7) % 13) });
    await b.sleep(1000 + 997 * (i % 5), signal);
    return aTry();
  } }));
  expect(new Set(outcomes(await b.until(Promise.all(runs))))).toEqual(new Set(["answered"]));
  for (const { ms } of begun) {
    const minute = begun.filter((one) => one.ms >= ms && one.ms < ms + 60_000);
    expect(minute.length).toBeLessThanOrEqual(7);
    expect(minute.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(40);
  }
  expect(begun.map(({ ms }) => ms)).toEqual(begun.map(({ ms }) => ms).sort((x, y) => x - y));
  // One over the limit is let through alone.
  expect(await b.until(b.run({ tokens: 1000 }))).toMatchObject({ outcome: "answered" });
});

test("tokens that turned out to be more count as more", async () => {
  const b = bench({ concurrency: 1, tokensPerMinute: 100 });
  const [, second] = await b.until(Promise.all([b.run({ tokens: 10, attempt: async () => aTry(null, { tokens: 95 }) }), b.run({ tokens: 10 })]));
  expect(second.queueMs).toBe(60_000);
});

test("a try waits for money that may come back; none is made without", async () => {
  const book = budget(1);
  const b = bench({ concurrency: 10 }, { budget: book });
  const begun: number[] = [];
  const run = (reserveUsd: number, actualUsd: number | null, ms: number) => b.run({ reserveUsd, costUsdOf: () => actualUsd, attempt: (n, signal) => (begun.push(b.nowMs()), after(b.sleep, ms)(n, signal)) });
  const flowed = await b.until(Promise.all([run(0.6, 0.2, 100), run(0.3, 0.3, 200), run(0.4, null, 300), run(0.4, 0.1, 300), run(0.3, 0.1, 100), run(0.1, 0.05, 10)]));
  // 0.6 and 0.3 are held; at 100 there is room for 0.4 (0.2 + 0.3 + 0.4); 0.4 more never fits once 0.9 is spent.
  expect(begun).toEqual([0, 0, 100, 400]);
  expect(outcomes(flowed)).toEqual(["answered", "answered", "answered", "not-called", "not-called", "answered"]);
  expect(flowed[3]).toMatchObject({ why: "the cost cap is reached", stopped: "cost-cap", tries: [] });
  expect(flowed.map(({ tries }) => tries[0]?.costUsd)).toEqual([0.2, 0.3, null, undefined, undefined, 0.05]);
  expect(book.state()).toEqual({ spentUsd: 0.95, reservedUsd: 0, capUsd: 1 });
});

test("money that another model gives back is money for this one", async () => {
  const book = budget(1);
  const b = bench({}, { budget: book });
  const other = flow(FLOW_DEFAULTS, b.world);
  const rich = other.run({ tokens: 1, reserveUsd: 0.9, costUsdOf: () => 0.1, attempt: after(b.sleep, 5000) }, b.stop.signal);
  const poor = b.run({ reserveUsd: 0.5, costUsdOf: () => 0.5, attempt: after(b.sleep, 10) });
  expect(await b.until(poor)).toMatchObject({ outcome: "answered", queueMs: 5000 });
  await rich;
});

test("every try is paid for; the cap ends an outcome between its tries", async () => {
  const book = budget(0.5);
  const b = bench({}, { budget: book });
  const flowed = await b.until(b.run({ reserveUsd: 0.2, costUsdOf: () => 0.2, attempt: async () => aTry("disconnect") }));
  expect(flowed).toMatchObject({ outcome: "failed", stopped: "cost-cap", why: "the cost cap is reached; the last: it was disconnect", tries: [{ costUsd: 0.2 }, { costUsd: 0.2 }] });
  expect(book.state().spentUsd).toBe(0.4);
});

test("unpriced, nothing is held", async () => {
  const book = budget(1);
  const b = bench({ concurrency: 5 }, { budget: book });
  expect(outcomes(await b.until(Promise.all([1, 2, 3].map(() => b.run({ attempt: after(b.sleep, 5) })))))).toEqual(["answered", "answered", "answered"]);
  expect(book.state().spentUsd).toBe(0);
});

test("told to stop: who waits ends at once, who is in flight has the grace time, and is not tried again", async () => {
  const b = bench({ concurrency: 3, graceMs: 1000 });
  const ended: [number, number][] = [];
  const run = (i: number, attempt: Task["attempt"]) => b.run({ attempt }).then((flowed) => (ended.push([i, b.nowMs()]), flowed));
  const runs = Promise.all([
    run(0, after(b.sleep, 900)),
    run(1, after(b.sleep, 500, () => aTry("server"))),
    run(2, after(b.sleep, 50_000)),
    run(3, after(b.sleep, 10)),
    run(4, after(b.sleep, 10)),
  ]);
  await b.until(b.sleep(400, b.kill.signal));
  b.stop.abort();
  const flowed = await b.until(runs);
  expect(ended.sort(([x], [y]) => x - y)).toEqual([[0, 900], [1, 500], [2, 1400], [3, 400], [4, 400]]);
  expect(flowed.map(({ outcome, stopped }) => [outcome, stopped])).toEqual([["answered", null], ["failed", "signal"], ["failed", "signal"], ["not-called", "signal"], ["not-called", "signal"]]);
  expect(flowed[2]?.why).toBe("stopped; the last: it was aborted");
  expect(await b.until(b.run({}))).toMatchObject({ outcome: "not-called", why: "stopped" });
  expect(b.flow.state()).toMatchObject({ inFlight: 0, waiting: 0 });
});

test("told to stop between two tries: ends at once", async () => {
  const b = bench({ backoff: { baseMs: 1e5, capMs: 1e5 } });
  const run = b.run({ attempt: script("server", null) });
  await b.until(b.sleep(1, b.kill.signal));
  b.stop.abort();
  expect(await b.until(run)).toMatchObject({ outcome: "failed", stopped: "signal", backoffMs: 1, tries: [{}] });
  expect(b.nowMs()).toBe(1);
});

test("the second signal ends those in flight, and nothing is called after it", async () => {
  const b = bench({ concurrency: 1, graceMs: 1e6 });
  const runs = Promise.all([b.run({ attempt: after(b.sleep, 1e5) }), b.run({ attempt: async () => expect.unreachable() })]);
  await b.until(b.sleep(300, AbortSignal.any([])));
  b.kill.abort();
  const flowed = await b.until(runs);
  expect(b.nowMs()).toBe(300);
  expect(flowed.map(({ outcome, stopped }) => [outcome, stopped])).toEqual([["failed", "signal"], ["not-called", "signal"]]);
});

test("a bug comes out, and gives back its place but not its money", async () => {
  const book = budget(1);
  const b = bench({ concurrency: 1 }, { budget: book });
  const broken = b.run({ reserveUsd: 0.7, attempt: () => Promise.reject(new TypeError("a bug")) });
  const next = b.run({ reserveUsd: 0.1, costUsdOf: () => 0.1 });
  await expect(b.until(broken)).rejects.toThrow("a bug");
  expect(await b.until(next)).toMatchObject({ outcome: "answered" });
  expect(book.state()).toEqual({ spentUsd: 0.8, reservedUsd: 0, capUsd: 1 });
  await expect(b.run({ tokens: NaN })).rejects.toThrow("not a task");
  await expect(b.run({ reserveUsd: -1 })).rejects.toThrow("not a task");
});

test("a dead backend: the circuit opens, the run hears of it, and a probe finds it again", async () => {
  const b = bench({ concurrency: 1, circuit: { after: 3, quietMs: 1e6, coolDownMs: 10_000 } });
  let dead = true;
  const called: number[] = [];
  const attempt: Task["attempt"] = async (_, signal) => {
    called.push(b.nowMs());
    await b.sleep(10, signal);
    return aTry(dead ? "connect" : null);
  };
  const flowed = await b.until(Promise.all(Array.from({ length: 50 }, () => b.run({ attempt }))));
  expect(called).toHaveLength(3);
  expect(flowed.filter(({ outcome }) => outcome === "not-called").length).toBeGreaterThanOrEqual(47);
  expect(flowed[49]).toMatchObject({ stopped: "circuit", why: "not called, since 3 tries in a row failed: it was connect" });
  expect(b.flow.state().circuit).toBe("3 tries in a row failed: it was connect");
  const openedAt = b.nowMs();
  expect(openedAt).toBeLessThan(2000);
  expect(await b.until(b.run({ attempt }))).toMatchObject({ outcome: "not-called" });
  // The probe fails: those who waited for it are sent away.
  await b.until(b.sleep(10_000, b.kill.signal));
  expect(outcomes(await b.until(Promise.all([1, 2, 3].map(() => b.run({ attempt })))))).toEqual(["failed", "not-called", "not-called"]);
  expect(called).toHaveLength(4);
  await b.until(b.sleep(10_000, b.kill.signal));
  dead = false;
  expect(outcomes(await b.until(Promise.all([1, 2, 3].map(() => b.run({ attempt })))))).toEqual(["answered", "answered", "answered"]);
  expect(b.events.map((event) => (event.type === "circuit" ? event.to : event.type))).toEqual(["open", "half-open", "open", "half-open", "closed"]);
});

test("while a probe is out, nobody else is called", async () => {
  const b = bench({ concurrency: 10, circuit: { after: 1, quietMs: 1e6, coolDownMs: 1000 } });
  await b.until(b.run({ attempt: async () => aTry("connect") }));
  await b.until(b.sleep(1000, b.kill.signal));
  const begun: number[] = [];
  const from = b.nowMs();
  const attempt: Task["attempt"] = (n, signal) => (begun.push(b.nowMs() - from), after(b.sleep, 70)(n, signal));
  await b.until(Promise.all([1, 2, 3].map(() => b.run({ attempt }))));
  expect(begun).toEqual([0, 70, 70]);
});

test("a key that is refused from the first call on: no more calls, ever", async () => {
  const b = bench({ concurrency: 2, circuit: { after: 2, quietMs: 1e6, coolDownMs: 10 } });
  const flowed = await b.until(Promise.all(Array.from({ length: 9 }, () => b.run({ attempt: async () => aTry("refused") }))));
  expect(outcomes(flowed)).toEqual(["failed", "failed", ...Array.from({ length: 7 }, () => "not-called")]);
  await b.until(b.sleep(1e9, b.kill.signal));
  expect(await b.until(b.run({}))).toMatchObject({ outcome: "not-called" });
  expect(b.events).toEqual([{ type: "circuit", to: "open", reason: "2 tries in a row failed: it was refused", forGood: true }]);
});

test("the circuit opening wakes who is between two tries", async () => {
  const b = bench({ concurrency: 1, backoff: { baseMs: 1e5, capMs: 1e5 }, circuit: { after: 2, quietMs: 1e6, coolDownMs: 1e7 } });
  const flowed = await b.until(Promise.all([0, 1].map(() => b.run({ attempt: after(b.sleep, 10, () => aTry("connect")) }))));
  expect(b.nowMs()).toBe(20);
  expect(flowed).toMatchObject([{ outcome: "failed", stopped: "circuit" }, { outcome: "failed", stopped: "circuit" }]);
});

test("when the first in line leaves, the next is looked at", async () => {
  const b = bench({ concurrency: 5, tokensPerMinute: 100 });
  const task = (tokens: number): Task => ({ tokens, reserveUsd: null, costUsdOf: () => null, attempt: script(null) });
  const leaving = new AbortController();
  await b.until(b.flow.run(task(60), b.stop.signal));
  const large = b.flow.run(task(60), leaving.signal);
  const small = b.flow.run(task(30), b.stop.signal);
  await b.until(b.sleep(1000, b.kill.signal));
  leaving.abort();
  expect(await b.until(large)).toMatchObject({ outcome: "not-called", queueMs: 1000 });
  expect(await b.until(small)).toMatchObject({ outcome: "answered", queueMs: 1000 });
});

test("waiting that was asked for does not open the circuit", async () => {
  const b = bench({ circuit: { after: 2, quietMs: 4000, coolDownMs: 10 } });
  const flowed = await b.until(b.run({ attempt: async (n) => aTry(n < 4 ? "rate-limit" : null, { retryAfterMs: 5000 }) }));
  expect(flowed).toMatchObject({ outcome: "answered", backoffMs: 15_000 });
});

test("a turn that is given back leaves a probe, a place and its money to the next", async () => {
  const book = budget(1);
  const b = bench({}, { budget: book });
  const turns = new Turns({ ...FLOW_DEFAULTS, concurrency: 1, circuit: { after: 1, quietMs: 1e6, coolDownMs: 10 } }, b.world);
  const asking = { tokens: 1, reserveUsd: 1, again: false, deadlineAtMs: null, signal: b.stop.signal };
  const granted = async () => {
    const turn = await b.until(turns.take(asking));
    if (!turn.granted) throw new Error(turn.why);
    return turn;
  };
  (await granted()).end(aTry("connect"), 0);
  await b.until(b.sleep(10, b.kill.signal));
  (await granted()).unused();
  (await granted()).end(aTry(), 1);
  expect(turns.state()).toMatchObject({ inFlight: 0, circuit: null });
  expect(book.state()).toEqual({ spentUsd: 1, reservedUsd: 0, capUsd: 1 });
});
