import { expect, test } from "vitest";
import type { FailureKind } from "../../../src/model/live.ts";
import { Circuit, type CircuitEvent } from "../../../src/pool/flow/circuit.ts";
import { aTry } from "./try.ts";

function breaker() {
  const events: CircuitEvent[] = [];
  const circuit = new Circuit({ after: 3, quietMs: 1000, coolDownMs: 500 }, (event) => void events.push(event));
  let number = 0;
  /** A try from begin to end. */
  const tried = (kind: FailureKind | null, nowMs: number) => {
    circuit.begin(++number);
    circuit.ended(number, aTry(kind).failure, nowMs);
  };
  return { circuit, events, tried };
}

test.each<FailureKind>(["connect", "refused", "not-found"])("three tries in a row that are %s open it", (kind) => {
  const { circuit, events, tried } = breaker();
  for (const failure of [kind, kind, null, kind, kind, "request", kind, kind, "too-large", kind, "aborted", kind] as const) tried(failure, 0);
  expect(circuit.reason).toBeNull();
  tried(kind, 0);
  expect(circuit.reason).toBe(`3 tries in a row failed: it was ${kind}`);
  expect(events).toEqual([{ to: "open", reason: circuit.reason, forGood: false }]);
  expect([circuit.refuses(499), circuit.refuses(500)]).toEqual([true, false]);
});

test.each<FailureKind>(["refused", "not-found"])("%s from the first call on: open for good", (kind) => {
  const { circuit, events, tried } = breaker();
  for (let i = 0; i < 3; i++) tried(kind, i);
  expect(events).toMatchObject([{ to: "open", forGood: true }]);
  expect(circuit.refuses(1e15)).toBe(true);
});

test("no connection from the first call on: not for good", () => {
  const { circuit, events, tried } = breaker();
  for (let i = 0; i < 3; i++) tried("connect", i);
  expect(events).toMatchObject([{ to: "open", forGood: false }]);
  expect(circuit.refuses(1e6)).toBe(false);
});

test.each<FailureKind>(["server", "timeout", "disconnect", "malformed", "overloaded", "rate-limit"])("%s opens it when nothing else came for long, and no sooner", (kind) => {
  const { circuit, tried } = breaker();
  for (const at of [0, 100, 200, 999]) tried(kind, at);
  expect(circuit.reason).toBeNull();
  tried(null, 1000);
  for (const at of [5000, 5100, 5999]) tried(kind, at);
  expect(circuit.reason).toBeNull();
  tried(kind, 6000);
  expect(circuit.reason).toBe(`4 tries in a row failed, and none went well for 1 s: it was ${kind}`);
});

test("it takes as many tries, however long they take; a pause that was asked for is no silence", () => {
  const { circuit, tried } = breaker();
  tried("timeout", 0);
  tried("timeout", 50_000);
  expect(circuit.reason).toBeNull();
  circuit.excuse(99_500);
  tried("timeout", 100_000);
  expect(circuit.reason).toBeNull();
  tried("timeout", 100_500);
  expect(circuit.reason).not.toBeNull();
});

test("half open, one probe decides: it opens again, or closes", () => {
  const { circuit, events, tried } = breaker();
  for (let i = 0; i < 3; i++) tried("connect", 0);
  circuit.begin(100);
  expect([circuit.probing, circuit.refuses(600)]).toEqual([true, false]);
  circuit.ended(99, aTry("connect").failure, 600); // one that was in flight before says nothing
  expect(circuit.probing).toBe(true);
  circuit.ended(100, aTry("server").failure, 600);
  expect([circuit.reason, circuit.probing, circuit.refuses(1099), circuit.refuses(1100)]).toEqual(["it is not back: it was server", false, true, false]);
  circuit.begin(101);
  circuit.unused(101);
  expect([circuit.probing, circuit.refuses(1200)]).toEqual([false, false]);
  circuit.begin(102);
  circuit.ended(102, null, 1200);
  expect([circuit.reason, circuit.refuses(1200)]).toEqual([null, false]);
  expect(events.map(({ to }) => to)).toEqual(["open", "half-open", "open", "half-open", "half-open", "closed"]);
  tried("connect", 1300);
  expect(circuit.reason).toBeNull();
});
