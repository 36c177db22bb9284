import { resolve } from "node:path";
import type { LineProcess, Stop } from "../../lib/line-process.ts";
import type { PolicySpec } from "../../model/config.ts";
import type { Decision } from "../../model/decision.ts";
import type { WrpError } from "../../model/errors.ts";
import type { PolicySession, PromptView, SessionHost, SessionTimes, Undecided } from "../policy.ts";
import { commandError, type Problem } from "./problem.ts";
import { answerOf, helloLine, PROTOCOL, routeLine, type ToldModel } from "./protocol.ts";

type CommandSpec = Extract<PolicySpec, { kind: "command" }>;

/** A command as its policy was built. */
interface Command extends Omit<CommandSpec, "name" | "env"> {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly models: readonly ToldModel[];
}

/** After the bell, what has come in meanwhile is still read: this process may have been the one that slept. */
const LAST_LOOK_MS = 20;

/** Starts the command and greets it. Throws WrpError where it cannot be started. */
export async function openCommand(command: Command, host: SessionHost, spec: PolicySpec): Promise<PolicySession> {
  const session = new CommandSession(command, host, spec);
  await session.started();
  return session;
}

/** A question that waits for its answer. */
interface Waiting {
  readonly prompt: string;
  readonly askedMs: number;
  readonly answered: (decision: Decision | Undecided) => void;
  readonly failed: (error: unknown) => void;
}

class CommandSession implements PolicySession {
  readonly #command: Command;
  readonly #host: SessionHost;
  readonly #spec: PolicySpec;
  readonly #cwd: string;
  readonly #process: LineProcess;
  readonly #models: ReadonlySet<string>;
  readonly #openedMs: number;
  /** In the order of asking. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #eachMs: number[] = [];
  readonly #errors = { count: 0, example: "" };
  readonly #after: string[] = [];
  #startMs: number | null = null;
  #asked = 0;
  #answers = 0;
  #bell: NodeJS.Timeout | undefined;
  /** What ended it, once the process is gone. The first one stands. */
  #problem: Promise<Problem> | null = null;
  #over = false;

  constructor(command: Command, host: SessionHost, spec: PolicySpec) {
    this.#command = command;
    this.#host = host;
    this.#spec = spec;
    this.#cwd = resolve(host.folderOf(spec), command.cwd ?? ".");
    this.#models = new Set(command.models.map(({ name }) => name));
    this.#openedMs = host.clockMs();
    const { words, env, memoryMb } = command;
    this.#process = host.start({ command: words, cwd: this.#cwd, env, memoryMb }, (line) => this.#read(line));
    this.#process.write(helloLine(command.name, command.models));
    void this.#process.stopped.then((stop) => this.#stopped(stop));
  }

  /** Throws where the system could not start it. What goes wrong later is the business of the question that waits. */
  async started(): Promise<void> {
    const turn = new Promise<null>((done) => setImmediate(done, null));
    const stop = await Promise.race([this.#process.stopped, turn]);
    if (stop?.why === "not started") throw this.#error(stop, null);
  }

  async decide(views: readonly PromptView[]): Promise<readonly (Decision | Undecided)[]> {
    const decisions: (Decision | Undecided)[] = [];
    let next = 0;
    const askOn = async () => {
      while (next < views.length) {
        const i = next++;
        decisions[i] = await this.#ask(views[i] as PromptView);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#command.inFlight, views.length) }, askOn));
    return decisions;
  }

  notes(): string[] {
    const { count, example } = this.#errors;
    return [...(count > 0 ? [`it answered ${count} prompt${count === 1 ? "" : "s"} with an error (${example})`] : []), ...this.#after];
  }

  times(): SessionTimes {
    return { startMs: this.#startMs, eachMs: this.#eachMs };
  }

  async end(): Promise<void> {
    this.#over = true;
    const stop = await this.#process.end();
    clearTimeout(this.#bell);
    if (this.#problem) throw this.#error(await this.#problem, null);
    if (stop.why === "exited" && stop.forced) this.#after.push("it did not end when its stdin was closed, and was told to");
    else if (stop.why === "exited" && stop.code !== 0) this.#after.push(`it ended ${stop.signal ? `by signal ${stop.signal}` : `with exit code ${stop.code}`} after its last answer`);
  }

  async kill(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#bell);
    await this.#process.kill();
    for (const { failed } of this.#waiting.values()) failed(this.#error({ why: "killed" }, null));
    this.#waiting.clear();
  }

  async #ask(view: PromptView): Promise<Decision | Undecided> {
    if (this.#problem) throw this.#error(await this.#problem, view.prompt.id);
    if (this.#over) throw new Error("a session that is over was asked");
    const askedMs = this.#host.clockMs();
    const id = String(this.#asked++);
    return new Promise((answered, failed) => {
      if (this.#bell === undefined) this.#ring(this.#command.startTimeoutMs);
      else if (this.#waiting.size === 0) this.#bell.refresh();
      this.#waiting.set(id, { prompt: view.prompt.id, askedMs, answered, failed });
      this.#process.write(routeLine(id, view));
    });
  }

  #read(text: string): void {
    if (this.#problem || text.trim() === "") return;
    const line = objectOf(text);
    if (!line) return this.#wrong("wrote a line that is no JSON object", text, "stdout is for answers alone: logs belong on stderr", null);
    if (line["type"] === "hello" && this.#answers === 0) return this.#greeted(line, text);
    const { id } = line;
    const key = typeof id === "number" ? String(id) : id;
    if (typeof key !== "string") return this.#wrong('wrote an answer without an "id"', text, "an answer has the id of its request", null);
    const waiting = this.#waiting.get(key);
    if (!waiting) return this.#unasked(key, text);
    const answer = answerOf(line, this.#models);
    if ("wrong" in answer) return this.#wrong(`wrote an answer that cannot be understood: ${answer.wrong}`, text, "wrp help command has the protocol", waiting.prompt);
    if ("unknownModel" in answer) return this.#wrong(`chose an unknown model "${answer.unknownModel}"`, text, `known: ${[...this.#models].join(", ")}`, waiting.prompt);
    this.#waiting.delete(key);
    this.#clocked(waiting.askedMs);
    const { decision } = answer;
    if ("undecided" in decision && typeof line["error"] === "string" && this.#errors.count++ === 0) this.#errors.example = `${waiting.prompt}: ${decision.undecided.slice("error: ".length)}`;
    waiting.answered(decision);
  }

  #greeted({ protocol }: Readonly<Record<string, unknown>>, text: string): void {
    if (protocol !== undefined && protocol !== PROTOCOL) this.#wrong(`speaks another protocol than ${PROTOCOL}`, text, "wrp help command has the protocol", null);
  }

  #unasked(id: string, text: string): void {
    const hint = "one answer for each request, with its id, after it";
    if (this.#asked === 0) return this.#wrong("answered before it was asked", text, hint, null);
    const known = /^(0|[1-9]\d*)$/.test(id) && Number(id) < this.#asked;
    this.#wrong(known ? `answered id "${id}" twice` : `answered an id that was never asked, "${id}"`, text, hint, known ? null : this.#oldest());
  }

  /** The first answer is the start's; those that follow are the overhead. */
  #clocked(askedMs: number): void {
    const now = this.#host.clockMs();
    this.#answers++;
    if (this.#startMs !== null) {
      this.#eachMs.push(now - askedMs);
      this.#bell?.refresh();
      return;
    }
    this.#startMs = now - this.#openedMs;
    clearTimeout(this.#bell);
    this.#ring(this.#command.timeoutMs);
  }

  #ring(ms: number): void {
    this.#bell = setTimeout(() => {
      const { size } = this.#waiting;
      const answers = this.#answers;
      if (size > 0) setTimeout(() => this.#answers === answers && this.#fail({ why: "no answer", ms, first: answers === 0 }, this.#oldest()), LAST_LOOK_MS);
    }, ms);
  }

  #stopped(stop: Stop): void {
    if (!this.#over || this.#waiting.size > 0) this.#fail(stop, this.#oldest());
  }

  #wrong(what: string, got: string, hint: string, prompt: string | null): void {
    this.#fail({ why: "wrong line", what, got, hint }, prompt);
  }

  /** Ends it all: the process is gone before anybody hears of it. */
  #fail(problem: Problem, prompt: string | null): void {
    if (this.#problem) return;
    clearTimeout(this.#bell);
    this.#problem = this.#process.kill().then(() => problem);
    void this.#problem.then(() => {
      const error = this.#error(problem, prompt);
      for (const { failed } of this.#waiting.values()) failed(error);
      this.#waiting.clear();
    });
  }

  #oldest(): string | null {
    const [first] = this.#waiting.values();
    return first?.prompt ?? null;
  }

  #error(problem: Problem, prompt: string | null): WrpError {
    const { name: policy, words, memoryMb } = this.#command;
    return commandError(problem, { policy, words, cwd: this.#cwd, memoryMb, prompt, stderr: this.#process.stderr(), place: this.#host.placeOf(this.#spec) });
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
