import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import type { PolicySpec } from "../../src/model/config.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import type { PromptView } from "../../src/router/policy.ts";
import { amount, built, duration, paired, time, type Figure } from "./measure.ts";

export const name = "command";
/** Asking through a policy does more than echoing lines: it writes a prompt, times it, reads and checks the answer. */
export const aim = { atLeast: 0.3 };

const PROMPTS = 5000;
const ROUNDS = 5;

/** Takes the id out of a request and answers, as quickly as Node can. */
const ROUTER = `
  const answer = (line) => { const at = line.indexOf('"id":"') + 6; process.stdout.write('{"id":"' + line.slice(at, line.indexOf('"', at)) + '","model":"small"}\\n'); };
  let held = "";
  process.stdin.setEncoding("utf8").on("data", (text) => {
    const lines = (held + text).split("\\n");
    held = lines.pop();
    for (const line of lines) if (!line.startsWith('{"type":"hello"')) answer(line);
  });`;
const COMMAND = [process.execPath, "-e", ROUTER];

/** Decisions a second through a `command` policy, one and 64 in flight, over a bare loop that writes lines to the same program and waits for as many back. */
export async function bench(): Promise<Figure[]> {
  const { buildPolicy } = await built<typeof import("../../src/router/index.ts")>("router/index.js");
  const { startLineProcess } = await built<typeof import("../../src/lib/line-process.ts")>("lib/line-process.js");
  const models = ["small", "large"].map((model) => ({ name: model, quality: 0.5, costUsdPer1k: 1 }));
  const context = { models, weak: "small", strong: "large", factValues: () => null, pool: { health: new Map<string, boolean>(), queueDepth: new Map<string, number>() } };
  const views = Array.from({ length: PROMPTS }, (_, i) => viewOf(i));

  const figures: Figure[] = [];
  for (const inFlight of [1, 64]) {
    const spec: PolicySpec = { kind: "command", command: COMMAND, timeoutMs: 10_000, startTimeoutMs: 60_000, memoryMb: 2048, inFlight };
    const session = await buildPolicy(spec, context).open?.({
      start: (launch, onLine) => startLineProcess(launch, onLine, { env: process.env, kill: (pid, signal) => void process.kill(pid, signal) }),
      folderOf: () => tmpdir(),
      placeOf: () => undefined,
      clockMs: () => performance.now(),
    });
    if (!session) throw new Error("a command opens a session");
    const bare = bareLoop(inFlight);
    const { ratio, a, b } = await paired(ROUNDS, () => time(() => bare.echo(PROMPTS)), () => time(async () => session.decide(views)));
    bare.end();
    await session.end();
    const rate = (ms: number) => amount((PROMPTS / ms) * 1000);
    figures.push({
      name: `command policy, ${inFlight} in flight: decisions a second over echoes a second`,
      ratio,
      detail: `${rate(b)} decisions/s (${duration(b / PROMPTS)} each) against ${rate(a)} echoes/s of a bare child process`,
    });
  }
  return figures;
}

/** Lines of the same size there, answers back, nothing else. */
function bareLoop(inFlight: number) {
  const child = spawn(COMMAND[0] as string, COMMAND.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  const line = `${JSON.stringify({ type: "route", id: "0", ...viewOf(0) })}\n`;
  let onAnswer: () => void = () => undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) onAnswer();
  });
  return {
    echo: (count: number) =>
      new Promise<void>((done) => {
        let asked = Math.min(inFlight, count);
        let answered = 0;
        onAnswer = () => {
          if (++answered === count) done();
          else if (asked < count) {
            asked++;
            child.stdin.write(line);
          }
        };
        for (let i = 0; i < asked; i++) child.stdin.write(line);
      }),
    end: () => child.stdin.end(),
  };
}

function viewOf(i: number): PromptView {
  const text = `Question ${i}: ${"which of these words comes first in the dictionary? ".repeat(8)}`;
  const prompt: Prompt = {
    ordinal: i,
    id: `q${i}`,
    hash: String(i),
    messages: [{ role: "user", content: text }],
    dataset: "made-up",
    file: "made-up.jsonl",
    row: i,
    lengthCodePoints: text.length,
    inputTokens: 90,
    session: null,
    turn: null,
    tags: [],
    meta: {},
    reference: null,
    grader: null,
    chosen: null,
    outcomes: [],
  };
  return { prompt, signals: {} };
}
