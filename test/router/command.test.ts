import * as fc from "fast-check";
import { execFileSync, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { startLineProcess, type LineProcess, type Stop } from "../../src/lib/line-process.ts";
import { shellWords } from "../../src/lib/shell-words.ts";
import { policySpecSchema, type PolicySpec } from "../../src/model/config.ts";
import type { WrpError } from "../../src/model/errors.ts";
import { buildPolicy } from "../../src/router/index.ts";
import type { PolicySession, PromptView, SessionHost } from "../../src/router/policy.ts";
import { policySessionContract, viewOf } from "../contract/policy-session.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const COMMANDS = join(ROOT, "test/fixtures/commands");
const MODELS = [
  { name: "small", quality: 0.5, costUsdPer1k: 0.1 },
  { name: "large", quality: 0.8, costUsdPer1k: 4 },
  { name: "unknown", quality: NaN, costUsdPer1k: NaN },
];
const context = { models: MODELS, weak: "small", strong: "large", factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } };

const host = (start: SessionHost["start"] = (launch, onLine) => startLineProcess(launch, onLine, { env: process.env, kill: (pid, signal) => void process.kill(pid, signal) })): SessionHost => ({
  start,
  folderOf: () => COMMANDS,
  placeOf: () => ({ file: "wrp.yaml", line: 3 }),
  clockMs: () => performance.now(),
});

function opened(spec: object, on = host()): Promise<PolicySession> {
  const policy = buildPolicy(policySpecSchema.parse({ kind: "command", name: "mine", ...spec }) as PolicySpec, context);
  return policy.open?.(on) as Promise<PolicySession>;
}

describe("every command keeps the contract", () => {
  const PYTHON = spawnSync("python3", ["--version"]).status === 0;
  const by = (long: number, last: string) => ({ prompt }: PromptView) => ((prompt.lengthCodePoints ?? 0) >= long ? last : "small");
  for (const inFlight of [1, 16]) {
    if (PYTHON) policySessionContract(`router.py, ${inFlight} in flight`, () => opened({ command: ["python3", join(ROOT, "examples/router.py")], inFlight }), by(800, "large"));
    policySessionContract(`router.sh, ${inFlight} in flight`, () => opened({ command: ["sh", join(ROOT, "examples/router.sh")], inFlight }), by(600, "unknown"));
    policySessionContract(`good.js, ${inFlight} in flight`, () => opened({ command: [process.execPath, "good.js"], inFlight }), by(500, "unknown"));
    policySessionContract(`other-way.js, ${inFlight} in flight`, () => opened({ command: [process.execPath, "other-way.js"], inFlight }), by(500, "unknown"));
  }
});

test("10,000 prompts go through one process, and the memory of neither side grows", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // The router collects too, each 1,000 prompts, and says what is left.
  const router = `
    const lines = require("node:readline").createInterface({ input: process.stdin });
    let heap = 0, asked = 0;
    lines.on("line", (line) => {
      const { type, id } = JSON.parse(line);
      if (type === "hello") return;
      if (asked++ % 1000 === 0) { gc(); heap = process.memoryUsage().heapUsed; }
      console.log(JSON.stringify({ id, model: "small", facts: { pid: process.pid, heap } }));
    });`;
  const session = await opened({ command: [process.execPath, "--expose-gc", "-e", router], inFlight: 8 });
  const ours: number[] = [];
  const theirs: number[] = [];
  const pids = new Set<unknown>();
  for (let from = 0; from < 10_000; from += 1000) {
    for (const decision of await session.decide(Array.from({ length: 1000 }, (_, i) => viewOf(from + i)))) {
      if ("undecided" in decision) throw new Error(decision.undecided);
      const facts = Object.fromEntries(decision.facts.map(({ name, value }) => [name, value]));
      pids.add(facts["pid"]);
      theirs[from / 1000] = facts["heap"] as number;
    }
    collect();
    ours.push(process.memoryUsage().heapUsed);
  }
  expect(session.times().eachMs).toHaveLength(9999);
  await session.end();
  expect(pids.size).toBe(1);
  for (const heap of [ours, theirs]) expect((heap.at(-1) as number) - (heap[2] as number)).toBeLessThan(2 << 20);
});

describe("with a process that is handed in", () => {
  /** A process that answers as told and never dies of itself. */
  function told(answers: (line: string, answer: (text: string) => void) => void): { start: SessionHost["start"]; ended: () => boolean } {
    let ended = false;
    const start: SessionHost["start"] = (_, onLine) => {
      let stop!: (stop: Stop) => void;
      const stopped = new Promise<Stop>((done) => (stop = done));
      const die = (): Promise<Stop> => {
        ended = true;
        stop({ why: "killed" });
        return stopped;
      };
      return { write: (line) => answers(line, onLine), stopped, end: die, kill: die, stderr: () => ["last words"] } satisfies LineProcess;
    };
    return { start, ended: () => ended };
  }
  const problemOf = async (work: Promise<unknown>): Promise<WrpError> => {
    try {
      await work;
    } catch (error) {
      return error as WrpError;
    }
    throw new Error("nothing was thrown");
  };

  test("an answer before anything was asked", async () => {
    const eager = told((_, answer) => queueMicrotask(() => answer('{"id":"0","model":"small"}')));
    const session = await opened({ command: "eager" }, host(eager.start));
    const error = await problemOf(session.decide([viewOf(4)]));
    expect(error).toMatchObject({ name: "WrpError", exitCode: 2, place: { file: "wrp.yaml", line: 3 }, message: expect.stringContaining('the command eager answered before it was asked, got: {"id":"0","model":"small"}') });
    expect(error.message).toContain("\n  stderr: last words");
    expect(eager.ended()).toBe(true);
  });

  test("unknown figures are left out, never 0; the first line says the protocol", async () => {
    const lines: string[] = [];
    await opened({ command: "any" }, host(told((line) => lines.push(line)).start));
    expect(JSON.parse(lines[0] as string)).toEqual({
      type: "hello",
      protocol: 1,
      policy: "mine",
      models: [{ name: "small", qualityMean: 0.5, costUsdPer1k: 0.1 }, { name: "large", qualityMean: 0.8, costUsdPer1k: 4 }, { name: "unknown" }],
    });
  });

  test("never more in flight than said; what one answer frees, one question takes", async () => {
    const held: string[] = [];
    let most = 0;
    const slow = told((line, answer) => {
      const { type, id } = JSON.parse(line) as { type: string; id: string };
      if (type !== "route") return;
      most = Math.max(most, held.push(id));
      setTimeout(() => answer(JSON.stringify({ id: held.shift(), model: "large" })), 1);
    });
    const session = await opened({ command: "slow", inFlight: 5 }, host(slow.start));
    await session.decide(Array.from({ length: 40 }, (_, i) => viewOf(i)));
    expect(most).toBe(5);
  });

  test("a wait counts from the last answer: a line of them may take longer than one", async () => {
    const queue: string[] = [];
    const serial = told((line, answer) => {
      const { type, id } = JSON.parse(line) as { type: string; id: string };
      if (type !== "route" || queue.push(id) > 1) return;
      const next = () => {
        answer(JSON.stringify({ id: queue.shift(), model: "large" }));
        if (queue.length > 0) setTimeout(next, 130);
      };
      setTimeout(next, 130);
    });
    const session = await opened({ command: "serial", inFlight: 16, timeoutMs: 1000 }, host(serial.start));
    expect(await session.decide(Array.from({ length: 16 }, (_, i) => viewOf(i)))).toHaveLength(16);
  });

  test("the time between two batches is nobody's wait, and the next question has a bound again", async () => {
    const idle = told((line, answer) => {
      const { type, id } = JSON.parse(line) as { type: string; id: string };
      if (type === "route" && id !== "2") setTimeout(() => answer(JSON.stringify({ id, model: "large" })), id === "1" ? 300 : 0);
    });
    const session = await opened({ command: "idle", timeoutMs: 500 }, host(idle.start));
    await session.decide([viewOf(1)]);
    await new Promise((done) => setTimeout(done, 700));
    expect(await session.decide([viewOf(2)])).toHaveLength(1);
    await new Promise((done) => setTimeout(done, 700));
    expect((await problemOf(session.decide([viewOf(3)]))).message).toContain("gave no answer within 500 ms and was killed (at prompt q3)");
  });

  test("probabilities that are rounded are made to sum to 1", async () => {
    const rounded = told((line, answer) => line.includes('"route"') && answer(JSON.stringify({ id: "0", alternatives: MODELS.map(({ name: model }) => ({ model, probability: 0.3333333 })) })));
    const session = await opened({ command: "rounded" }, host(rounded.start));
    const [decision] = await session.decide([viewOf(1)]);
    if (!decision || "undecided" in decision) throw new Error("it decides");
    expect(decision.alternatives.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  test("what a router writes reaches the terminal as text", async () => {
    const rude = told((line, answer) => line.includes('"route"') && answer("\u001b[2J\u202Erude\u0007"));
    const session = await opened({ command: "rude" }, host(rude.start));
    const { message } = await problemOf(session.decide([viewOf(1)]));
    expect(message).toContain("rude");
    for (const acts of ["\u001b", "\u0007", "\u202E"]) expect(message).not.toContain(acts);
  });

  test("long rules, many and long facts are cut", async () => {
    const wordy = told((line, answer) => {
      const { type, id } = JSON.parse(line) as { type: string; id: string };
      if (type === "route") answer(JSON.stringify({ id, model: "small", rule: "r".repeat(9000), facts: Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`f${i}`, "v".repeat(900)])) }));
    });
    const session = await opened({ command: "wordy" }, host(wordy.start));
    const [decision] = await session.decide([viewOf(1)]);
    expect(decision).toMatchObject({ rule: `${"r".repeat(500)}…` });
    expect(JSON.stringify(decision).length).toBeLessThan(60_000);
  });
});

test("building a policy starts nothing", () => {
  const policy = buildPolicy(policySpecSchema.parse({ kind: "command", command: "no-such-program" }) as PolicySpec, context);
  expect(policy).toMatchObject({ name: "command", kind: "command", volatile: true, description: "decided by the command no-such-program" });
  expect(policy.decide).toBeUndefined();
});

test("what a versioned command decides by: its words however written, its environment, its version, and what it is told of the models", () => {
  const contentOf = (spec: object, models = MODELS) => JSON.stringify(buildPolicy(policySpecSchema.parse({ kind: "command", version: "1", ...spec }) as PolicySpec, { ...context, models }).content);
  const base = contentOf({ command: "python3 router.py" });
  expect(contentOf({ command: ["python3", "router.py"], inFlight: 8, timeoutMs: 5 })).toBe(base);
  for (const other of [{ command: "python3 other.py" }, { command: "python3 router.py", env: { A: 1 } }, { command: "python3 router.py", cwd: "x" }, { command: "python3 router.py", version: "2" }]) expect(contentOf(other)).not.toBe(base);
  expect(contentOf({ command: "python3 router.py" }, MODELS.map((m) => ({ ...m, costUsdPer1k: 2 })))).not.toBe(base);
});

test("the words of a command are those of a shell", () => {
  const line = `python3 "my router.py" --cut='a b' c\\ d "" 'it''s' "q\\"\\\\n" x"y"z '$HOME|&;'`;
  expect(shellWords(line)).toEqual(execFileSync("sh", ["-c", `for word in ${line}; do printf '%s\\n' "$word"; done`], { encoding: "utf8" }).split("\n").slice(0, -1));
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      expect(shellWords(words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" "))).toEqual(words);
    }),
  );
  for (const bad of ["a | b", "a && b", "a > b", "$HOME/x", "`x`", '"$(x)"', "a; b", "'open", '"open']) expect(() => shellWords(bad), bad).toThrow(/needs a shell|no closing/);
});
