import type { Try } from "../../../src/model/live.ts";
import { budget } from "../../../src/pool/flow/budget.ts";
import { flow, FLOW_DEFAULTS, type Flow, type FlowEvent, type FlowOptions, type FlowParts, type Task } from "../../../src/pool/flow/flow.ts";
import { overall } from "../../../src/pool/flow/overall.ts";
import { random } from "../../../src/stats/random.ts";
import { aTry } from "./try.ts";
import { virtualClock } from "./virtual-clock.ts";

/** A flow in virtual time, and what it did. */
export function bench(options: Partial<FlowOptions> = {}, parts: Partial<FlowParts> = {}) {
  const clock = virtualClock();
  const stop = new AbortController();
  const kill = new AbortController();
  const events: FlowEvent[] = [];
  const money = budget(null);
  const world: FlowParts = {
    clockMs: clock.nowMs, sleep: clock.sleep, overall: overall(1_000_000), budget: money, onChange: (event) => void events.push(event),
    random: random(7, "flow").next, kill: kill.signal, ...parts,
  };
  const under: Flow = flow({ ...FLOW_DEFAULTS, ...options }, world);
  return { ...clock, world, stop, kill, events, flow: under, run: (task: Partial<Task>) => under.run(completed(task), stop.signal) };
}

function completed(task: Partial<Task>): Task {
  return { tokens: 1, reserveUsd: null, attempt: async () => aTry(), costUsdOf: () => null, ...task };
}

/** An attempt that takes so long, then comes to that; its signal ends it as aborted. */
export function after(sleep: FlowParts["sleep"], ms: number, ended: () => Try = () => aTry()): Task["attempt"] {
  return async (_, signal) => {
    await sleep(ms, signal);
    return signal.aborted ? aTry("aborted") : ended();
  };
}
