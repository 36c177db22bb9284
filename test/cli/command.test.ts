import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { StartProcess } from "../../src/lib/line-process.ts";
import type { Report } from "../../src/model/report.ts";
import { desk, DESK_MODELS } from "../desk.ts";
import { folder, jsonl, policy, timeless, type Folder, type Ran } from "../wrp.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const COMMANDS = join(ROOT, "test/fixtures/commands");
const PYTHON = spawnSync("python3", ["--version"]).status === 0;
if (!PYTHON) console.warn("no python3 here: the Python example is not tested");

const rows = desk(40);
const long = (row: (typeof rows)[number], from = 500) => row.prompt.length >= from;

interface Spec {
  readonly [key: string]: unknown;
  readonly name?: string;
}

/** A folder with the desk's data and a config of these policies; JSON is YAML. */
function at(...policies: Spec[]): Folder {
  return folder({ "desk.jsonl": jsonl(rows), "wrp.yaml": `datasets: [desk.jsonl]\npolicies:\n${policies.map((p) => `  - ${JSON.stringify(p)}\n`).join("")}` });
}

/** A policy that runs one of the fixtures. */
function fixture(name: string, args: string[] = [], rest: Spec = {}): Spec {
  return { kind: "command", name: "mine", command: [process.execPath, join(COMMANDS, `${name}.js`), ...args], ...rest };
}

const FAST = ["--resamples", "200", "-q"];
const judged = async (here: Folder, ...flags: string[]): Promise<Report> => {
  const ran = await here.inside("eval", "--json", ...FAST, ...flags);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};

/** What a policy decided, prompt by prompt. */
async function decisionsOf(from: Folder, name = "mine", run = "latest"): Promise<{ model: string | null; rule: string | null; quality: number | null }[]> {
  const ran = await from.inside("report", run, "-o", "decisions.jsonl", "-q");
  expect(ran.code, ran.stderr).toBe(0);
  const all = from.read("decisions.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line) as { policy: string; model: string | null; rule: string | null; quality: number | null });
  return all.filter((row) => row.policy === name);
}

/** Processes that a fixture told of and that live. */
function living(pids: string): number[] {
  if (!existsSync(pids)) return [];
  const told = readFileSync(pids, "utf8").trim().split("\n").map(Number);
  return told.filter((pid) => {
    try {
      process.kill(pid, 0);
      // One that nobody waited for is a name without a process.
      return !existsSync("/proc/self/stat") || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
      return false;
    }
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !condition(); tries++) await new Promise((done) => setTimeout(done, 10));
}

describe("the examples", () => {
  const EXPECTED = {
    "router.py": (row: (typeof rows)[number]) => (row.prompt.length >= 800 ? "condor" : "wren"),
    "router.sh": (row: (typeof rows)[number]) => (row.prompt.length >= 600 ? "condor" : "wren"),
  };

  test.skipIf(!PYTHON).each([1, 16])("router.py, asked %i at a time", async (inFlight) => {
    const here = at({ kind: "command", name: "mine", command: ["python3", join(ROOT, "examples/router.py")], inFlight });
    await judged(here);
    const decided = await decisionsOf(here);
    expect(decided.map((d) => d.model)).toEqual(rows.map(EXPECTED["router.py"]));
    expect(new Set(decided.map((d) => d.rule))).toEqual(new Set(["long", "everything else"]));
  });

  test.each(["sh", "dash", "bash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0))("router.sh under %s, marks within texts", async (shell) => {
    const odd = { id: "odd", prompt: '{"id":"7","lengthCodePoints":99999} \\ "x" \u00fc\n'.repeat(3), outcomes: rows[0]?.outcomes };
    const here = at({ kind: "command", name: "mine", command: [shell, join(ROOT, "examples/router.sh")] });
    here.put("desk.jsonl", jsonl([odd, ...rows]));
    await judged(here);
    expect((await decisionsOf(here)).map((d) => d.model)).toEqual(["wren", ...rows.map(EXPECTED["router.sh"])]);
  });

  test.skipIf(!PYTHON)("command.wrp.yaml runs as it is shipped, in its own folder", async () => {
    const ran = await folder().wrp("eval", "-c", join(ROOT, "examples/command.wrp.yaml"), "--sample", "200", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    for (const name of ["python", "shell"]) expect(policy(report, name)).toMatchObject({ kind: "command", quality: { n: 200 } });
    expect(report.timing.overhead?.map((o) => o.policy)).toEqual(["python", "shell"]);
  });

  test("are in the package", () => {
    expect((JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: string[] }).files).toContain("examples");
  });
});

describe("what a command is given", () => {
  test("of the config: its folder, or one beneath it; the environment; prompt, metadata and tokens; models with their figures", async () => {
    const here = at(fixture("good", [], { cwd: "sub", env: { LONG: "700" } }));
    here.put("sub/x", "");
    const report = await judged(here);
    expect((await decisionsOf(here)).map((d) => d.model)).toEqual(rows.map((row) => (long(row, 700) ? "condor" : "wren")));
    expect(policy(report, "mine").description).toContain("good.js");
    const { facts } = (await here.inside("route", "hello", "--tag", "pii", "--meta", "topic=recipes", "--json")).json<{ decisions: { facts: { name: string; value: unknown }[] }[] }>().decisions[0] as { facts: { name: string; value: unknown }[] };
    expect(Object.fromEntries(facts.map((f) => [f.name, f.value]))).toEqual({ cwd: join(here.path, "sub"), text: "hello", tokens: 1, topic: "recipes", tags: "pii" });
  });

  test("on the command line: the working directory, and one text that is split like a shell's words", async () => {
    const here = folder({ "desk.jsonl": jsonl(rows), "my router/good.js": readFileSync(join(COMMANDS, "good.js")), "my router/serve.js": readFileSync(join(COMMANDS, "serve.js")), "other/wrp.yaml": "policies: []\n" });
    const flag = `command(command="${process.execPath} 'my router/good.js'", name=mine, env={LONG=600})`;
    const report = await judged(here, "desk.jsonl", "-c", "other/wrp.yaml", "--policy", flag);
    expect(policy(report, "mine").share["condor"]?.mean).toBeCloseTo(rows.filter((row) => long(row, 600)).length / 40, 12);
    const unnamed = await judged(here, "desk.jsonl", "--policy", `command(command=["${process.execPath}", "my router/good.js", "--cut=3"])`);
    expect(unnamed.policies.map((p) => p.name)).toContainEqual(expect.stringMatching(/^command\(command=\["[^"]+","my router\/good.js","--cut=3"\]\)$/));
  });

  test.each(["1", "3", "64"])("asked %s at a time, answers in whatever order: the same decisions", async (inFlight) => {
    const here = at(fixture("other-way", [], { inFlight: Number(inFlight) }));
    await judged(here);
    expect((await decisionsOf(here)).map((d) => d.model)).toEqual(rows.map((row) => (long(row) ? "condor" : "wren")));
  });

  test("with held-out prompts, the figures of the training part", async () => {
    const here = at({ kind: "command", name: "mine", command: ["sh", "-c", 'read -r hello; echo "$hello" > hello; while read -r line; do id=${line#*\\"id\\":\\"}; echo "{\\"id\\":\\"${id%%\\"*}\\",\\"model\\":\\"wren\\"}"; done'] });
    await judged(here, "--split", "test");
    const told = JSON.parse(here.read("hello")) as { type: string; protocol: number; policy: string; models: { name: string; qualityMean: number; costUsdPer1k: number }[] };
    const report = await judged(here, "--split", "train");
    expect(told).toMatchObject({ type: "hello", protocol: 1, policy: "mine" });
    expect(told.models.map((m) => m.name)).toEqual([...DESK_MODELS]);
    for (const { name, qualityMean, costUsdPer1k } of told.models) {
      expect(qualityMean).toBeCloseTo(policy(report, name).quality.mean as number, 12);
      expect(costUsdPer1k).toBeCloseTo(policy(report, name).costUsdPer1k?.mean as number, 9);
    }
  });
});

describe("what a command may answer", () => {
  test("no model, or an error: undecided, counted, a gap, and told", async () => {
    const here = at(fixture("undecided"));
    const report = await judged(here);
    const decided = await decisionsOf(here);
    const gaps = rows.map((_, i) => i % 5 === 0 || i % 3 === 0);
    expect(decided.map((d) => d.model)).toEqual(gaps.map((gap) => (gap ? null : "wren")));
    expect([decided[0]?.rule, decided[3]?.rule]).toEqual(["error: no index", "it gave no model"]);
    const n = gaps.filter((gap) => !gap).length;
    expect(policy(report, "mine").quality).toMatchObject({ n, mean: decided.reduce((sum, d) => sum + (d.quality ?? 0), 0) / n });
    expect(report.warnings).toContain(`mine decides on ${n} of 40 compared prompts: to the others it gave no model, or an error`);
    expect(report.warnings).toContain('policy "mine": it answered 8 prompts with an error (q1: no index)');
    const routed = await here.inside("route", "hello");
    expect(routed).toMatchObject({ code: 2, stderr: expect.stringContaining('policy "mine" did not decide: error: no index') });
  });

  test("a random choice: one drawn for each prompt by the run's seed; wrp route shows all", async () => {
    const here = at(fixture("by-chance"));
    const [one, again, two] = [await judged(here), await judged(here), await judged(here, "--seed", "2")];
    expect(timeless(again)).toEqual(timeless(one));
    const models = async (report: Report) => (await decisionsOf(here, "mine", report.run.id)).map((d) => d.model);
    expect(await models(two)).not.toEqual(await models(one));
    const drawn = (await models(one)).filter((model) => model === "heron").length;
    expect(drawn).toBeGreaterThan(2);
    expect(drawn).toBeLessThan(20);
    const routed = (await here.inside("route", "hello", "--json")).json<{ decisions: { model: string | null; alternatives: unknown; rule: string }[] }>();
    expect(routed.decisions[0]).toMatchObject({ model: null, rule: "explores", alternatives: [{ model: "wren", probability: 0.75 }, { model: "heron", probability: 0.25 }] });
  });

  test("wrp route shows rule and facts, and leaves no process", async () => {
    const here = at(fixture("good", [], { env: { PIDS: "pids" } }));
    await judged(here);
    const routed = await here.inside("route", "hello");
    expect(routed.stdout).toMatch(/wren {3}by mine\n +rule +short\n +fact +cwd = /);
    expect(here.read("pids").trim().split("\n")).toHaveLength(2);
    expect(living(join(here.path, "pids"))).toEqual([]);
  });

  test("a bad end after the last answer is a warning", async () => {
    const report = await judged(at(fixture("misbehaves", ["ends badly"])));
    expect(report.warnings).toContain('policy "mine": it ended with exit code 3 after its last answer');
  });

  test("one that ends neither with its stdin nor when told to is killed, and its decisions stand", async () => {
    const here = at(fixture("stubborn", [], { env: { PIDS: "pids" } }));
    const report = await judged(here);
    expect(report.warnings).toContain('policy "mine": it did not end when its stdin was closed, and was told to');
    expect(policy(report, "mine").share).toMatchObject({ wren: { mean: 1 } });
    expect(living(join(here.path, "pids"))).toEqual([]);
  });
});

describe("what a command does wrong: exit 2, the policy, the command, the prompt, what was got, what to do", () => {
  const quick = { timeoutMs: 500, startTimeoutMs: 5000, memoryMb: 256 };
  test.each<[string, Spec, RegExp]>([
    ["exits", quick, /ended with exit code 7 before it had answered \(at prompt q3\)\n {2}stderr: Traceback:\n {2}stderr: {3}KeyError: 'x'\nhint: it must read requests/],
    ["exits well", quick, /ended with exit code 0 before it had answered \(at prompt q1\)/],
    ["exits, but not all of it", quick, /ended with exit code 4 before it had answered \(at prompt q1\)/],
    ["is killed", quick, /ended by signal SIGSEGV before it had answered \(at prompt q3\)/],
    ["falls silent", quick, /gave no answer within 500 ms and was killed \(at prompt q3\)\n {2}stderr: thinking…\nhint: timeoutMs/],
    ["never speaks", { ...quick, startTimeoutMs: 400 }, /gave no first answer within 400 ms and was killed \(at prompt q1\)\nhint: startTimeoutMs/],
    ["hoards", { ...quick, startTimeoutMs: 20_000 }, /took \d+ MB of memory, more than 256 MB, and was killed \(at prompt q1\)\nhint: memoryMb/],
    ["hoards in a child", { ...quick, startTimeoutMs: 20_000 }, /took \d+ MB of memory, more than 256 MB/],
    ["chatters", quick, /wrote a line that is no JSON object, got: loading the model…\nhint: stdout is for answers alone/],
    ["answers a list", quick, /wrote a line that is no JSON object, got: \[1\]/],
    ["leaves the id out", quick, /wrote an answer without an "id", got: \{"model":"wren"\}/],
    ["says nothing of a model", quick, /neither "model" nor "alternatives" nor "error", got: \{"id":"0","choice":"wren"\} \(at prompt q1\)/],
    ["says it wrong", quick, /cannot be understood: "model": .*, got: \{"id":"0","model":7\} \(at prompt q1\)/],
    ["does not sum", quick, /its probabilities sum to 0\.5, not to 1/],
    ["invents a model", quick, /chose an unknown model "eagle", got: .* \(at prompt q3\)\nhint: known: wren, heron, condor/],
    ["invents an alternative", quick, /chose an unknown model "eagle"/],
    ["strays", quick, /answered an id that was never asked, "x9", got: .* \(at prompt q3\)/],
    ["hurries", quick, /answered an id that was never asked, "1"/],
    ["repeats", quick, /answered id "0" twice, got: \{"id":"0"/],
    ["repeats at the end", quick, /answered id "39" twice/],
    ["never ends a line", quick, /wrote more than 1 MiB without a line end and was killed, got: xxx/],
    ["ends a line too late", quick, /wrote more than 1 MiB without a line end/],
    ["closes its stdin", quick, /closed its stdin and was killed \(at prompt q2\)/],
    ["speaks another protocol", quick, /speaks another protocol than 1, got: \{"type":"hello","protocol":2\}/],
  ])("%s", async (way, rest, message) => {
    const here = at({ kind: "random", name: "coin" }, fixture("misbehaves", [way], { ...rest, env: { PIDS: "pids" } }));
    const ran = await here.inside("eval", ...FAST);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).toMatch(new RegExp(`^error: wrp.yaml:4: policy "mine": the command .*misbehaves.js ${way} `));
    expect(ran.stderr).not.toContain("    at ");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(living(join(here.path, "pids"))).toEqual([]);
    const routed = await here.inside("route", "hi", "--policy", "mine", "--run", "nope");
    expect(routed.code).toBe(2);
  });

  test.each<[string, Spec, RegExp]>([
    ["a program that is not there", { command: "no-such-router --fast" }, /the command no-such-router --fast was not found\nhint: a program is looked for on PATH/],
    ["a file that may not be executed", { command: "./data.sh" }, /could not be started: permission denied\nhint: is it executable\?/],
    ["a folder that is not there", { command: "sh", cwd: "nowhere" }, /could not be started: no such folder: .*nowhere/],
    ["no program", { command: [""] }, /wrp.yaml:3: policy "mine" names no program/],
    ["words for a shell", { command: "cat | router" }, /wrp.yaml:3: the command cat \| router has \|, which needs a shell: none runs\nhint: quote it, or ask for one: \[sh, -c,/],
    ["a quote that is not closed", { command: "sh 'x" }, /has no closing '/],
    ["nothing", {}, /"policies.0.command" must be a program with its arguments: a list, or one text \(got nothing\)/],
    ["a time that is none", { command: "sh", timeoutMs: 0 }, /"policies.0.timeoutMs" /],
    ["a list in the environment", { command: "sh", env: { PORTS: [80] } }, /"policies.0.env.PORTS" must be a text or a number \(got \[80\]\)/],
  ])("%s", async (_, spec, message) => {
    const here = at({ kind: "command", name: "mine", ...spec });
    here.put("data.sh", "exit");
    const ran = await here.inside("eval", ...FAST);
    expect(ran.stderr).toMatch(message);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
  });

  test("as a flag without its command, and as JSON", async () => {
    const ran = await folder().inside("eval", "desk.jsonl", "--policy", "command(name=mine)", "--json");
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { message: expect.stringContaining("--policy command(name=mine): command: must be a program") } });
    const told = await at(fixture("misbehaves", ["exits"])).inside("eval", "--json", ...FAST);
    expect(JSON.parse(told.stderr)).toMatchObject({ error: { file: "wrp.yaml", line: 3, exitCode: 2, message: expect.stringContaining("KeyError"), hint: expect.any(String) } });
  });

  test("wrp route says it too, whatever other policies would say", async () => {
    const here = at(fixture("misbehaves", ["exits well"]), { kind: "cheapest", name: "thrifty" });
    await here.inside("eval", "--policy", "random(name=coin)", "--no-config", "desk.jsonl", ...FAST);
    expect(await here.inside("route", "hi")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("wrp.yaml:3: policy \"mine\": the command") });
  });
});

describe("no process is left", () => {
  const pidsOf = (here: Folder) => join(here.path, "pids");
  const told = (here: Folder) => existsSync(pidsOf(here)) && readFileSync(pidsOf(here), "utf8").trim().split("\n").length >= 3;

  test.each([
    ["after a run", [], 0],
    ["after an error", ["wrong"], 2],
  ])("%s: neither the command nor what it started", async (_, args, code) => {
    const here = at(fixture("forks", args, { env: { PIDS: "pids" } }));
    expect((await here.inside("eval", ...FAST)).code).toBe(code);
    expect(told(here)).toBe(true);
    expect(living(pidsOf(here))).toEqual([]);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 130],
    ["SIGKILL", null],
  ] as const)("after %s", async (signal, code) => {
    const here = at(fixture("forks", ["silent"], { env: { PIDS: "pids" } }));
    const ran: Ran = await here.wrpWith({ started: (child) => void until(() => told(here)).then(() => child.kill(signal)) }, "eval", ...FAST);
    expect(ran.code).toBe(code);
    if (code !== null) expect(ran.stderr).toMatch(/^error: interrupted\nhint: .*the same command goes on/);
    if (code !== null) expect(living(pidsOf(here))).toEqual([]);
    // Killed, wrp can do nothing any more: the guard beside the command does.
    await until(() => living(pidsOf(here)).length === 0);
    expect(living(pidsOf(here))).toEqual([]);
  });

  test("a program that uses wrp and stops listening in the middle", async () => {
    const { evaluate, openStore, openWorkload } = (await import("../../dist/index.js" as string)) as typeof import("../../src/index.ts");
    const { startLineProcess } = (await import("../../dist/lib/line-process.js" as string)) as typeof import("../../src/lib/line-process.ts");
    const { runSettings } = (await import("../../dist/cli/settings.js" as string)) as typeof import("../../src/cli/settings.ts");
    const { loadConfig } = (await import("../../dist/cli/load-config.js" as string)) as typeof import("../../src/cli/load-config.ts");
    const here = at(fixture("forks", [], { env: { PIDS: "pids" } }));
    const clockMs = () => performance.now();
    const parts = {
      workload: await openWorkload({ inputs: ["desk.jsonl"], seed: 1, cwd: here.path }),
      trainedOn: null,
      baseline: null,
      blessed: [],
      store: await openStore(":memory:"),
      settings: runSettings({}, loadConfig(undefined, here.path)),
      runId: "stopped",
      wrpVersion: "0",
      fresh: false,
      concurrency: 1,
      now: () => new Date(),
      clockMs,
      signal: new AbortController().signal,
    };
    const start: StartProcess = (launch, onLine) => startLineProcess(launch, onLine, { env: process.env, kill: (pid, signal) => void process.kill(pid, signal) });
    for await (const event of evaluate({ ...parts, sessions: { start, folderOf: () => here.path, placeOf: () => undefined, clockMs } })) if (event.type === "deciding") break;
    expect(told(here)).toBe(true);
    expect(living(pidsOf(here))).toEqual([]);
    await expect(async () => {
      for await (const _ of evaluate({ ...parts, runId: "without" }));
    }).rejects.toThrow('policy "mine" decides through a command, and nothing here starts one');
    parts.store.close();
  });

  test("wrp route is interrupted", async () => {
    const here = at({ ...fixture("forks", ["silent"], { env: { PIDS: "pids" } }) });
    here.put("wrp.yaml", `models: [{name: wren}]\n${here.read("wrp.yaml")}`);
    const ran = await here.wrpWith({ started: (child) => void until(() => told(here)).then(() => child.kill("SIGINT")) }, "route", "hi");
    expect(ran).toMatchObject({ code: 130, stderr: expect.stringContaining("interrupted") });
    expect(living(pidsOf(here))).toEqual([]);
  });
});

describe("decisions are kept with their run, not taken for those of another", () => {
  const starts = (here: Folder) => here.read("pids").trim().split("\n").length;
  const withLong = (here: Folder, value: string) => here.put("router.env", value);
  /** Its code reads a file: the policy's words stay the same while it decides otherwise. */
  const changing = (rest: Spec = {}): Spec => ({ ...fixture("good", [], { env: { PIDS: "pids" }, ...rest }), command: ["sh", "-c", `LONG=$(cat router.env) exec '${process.execPath}' '${join(COMMANDS, "good.js")}'`] });

  test("without a version it is asked again; the report is used again only where it decided as before", async () => {
    const here = at(changing());
    withLong(here, "500");
    const first = await judged(here);
    const again = await judged(here);
    expect(again.timing.reused).toMatchObject({ report: true });
    expect(timeless(again)).toEqual(timeless(first));
    expect(starts(here)).toBe(2);

    withLong(here, "900");
    const other = await judged(here);
    expect(other.timing.reused.report).toBe(false);
    expect(other.run.configHash).toBe(first.run.configHash);
    expect(policy(other, "mine").share["condor"]?.mean).toBeLessThan(policy(first, "mine").share["condor"]?.mean as number);
    expect(timeless((await here.inside("report", first.run.id, "--json")).json())).toEqual(timeless(first));

    // Each run's own decisions, from the store: nothing is started.
    for (const [report, from] of [[first, 500], [again, 500], [other, 900]] as const) {
      const decided = await decisionsOf(here, "mine", report.run.id);
      expect(decided.map((d) => d.model)).toEqual(rows.map((row) => (long(row, from) ? "condor" : "wren")));
      expect(decided.map((d) => d.rule)).toEqual(rows.map((row) => (long(row, from) ? "long" : "short")));
    }
    expect((await here.inside("compare", `${first.run.id}:mine`, `${other.run.id}:mine`)).code).toBe(0);
    expect(starts(here)).toBe(3);
  });

  test("with a version it is asked once, until the version, the command or --fresh says otherwise", async () => {
    const here = at(changing({ version: "1" }));
    withLong(here, "500");
    const first = await judged(here);
    withLong(here, "900");
    const again = await judged(here);
    expect(starts(here)).toBe(1);
    expect(again.timing).toMatchObject({ reused: { report: true, decisions: expect.any(Number) } });
    expect(again.timing.overhead).toBeUndefined();
    expect(timeless(again)).toEqual(timeless(first));
    expect((await decisionsOf(here)).filter((d) => d.model === "condor")).toHaveLength(rows.filter((row) => long(row)).length);

    const fresh = await judged(here, "--fresh");
    expect(starts(here)).toBe(2);
    expect(policy(fresh, "mine").share).not.toEqual(policy(first, "mine").share);
    expect((await decisionsOf(here, "mine", fresh.run.id)).filter((d) => d.model === "condor")).toHaveLength(rows.filter((row) => long(row, 900)).length);

    here.put("wrp.yaml", here.read("wrp.yaml").replace('"version":"1"', '"version":"2"'));
    await judged(here);
    expect(starts(here)).toBe(3);
  });

  test("a rule in other words is another run's decision, where the models are the same", async () => {
    const here = at({ kind: "command", name: "mine", command: ["sh", "router.sh"] });
    const answering = (rule: string) => `while read -r line; do case $line in *'"route"'*) id=\${line#*\\"id\\":\\"}; echo "{\\"id\\":\\"\${id%%\\"*}\\",\\"model\\":\\"wren\\",\\"rule\\":\\"${rule}\\"}";; esac; done\n`;
    const told: [string, string][] = [];
    for (const rule of ["so", "thus"]) {
      here.put("router.sh", answering(rule));
      told.push([(await judged(here)).run.id, rule]);
    }
    for (const [run, rule] of told) expect((await decisionsOf(here, "mine", run)).every((d) => d.rule === rule)).toBe(true);
  });

  test("what was drawn with one seed is not taken for another's, with a version too", async () => {
    const here = at(fixture("by-chance", [], { version: "1", env: { PIDS: "pids" } }));
    const [one, two] = [await judged(here), await judged(here, "--seed", "2")];
    expect(starts(here)).toBe(2);
    expect((await decisionsOf(here, "mine", one.run.id)).map((d) => d.model)).not.toEqual((await decisionsOf(here, "mine", two.run.id)).map((d) => d.model));
  });

  test("wrp route does not start what only a stored run names", async () => {
    const here = folder({ "desk.jsonl": jsonl(rows), "wrp.yaml": "datasets: [desk.jsonl]\n" });
    const flag = `command(command=${JSON.stringify([process.execPath, join(COMMANDS, "good.js")])},name=mine,env={PIDS: pids})`;
    const report = await judged(here, "--policy", flag);
    for (const args of [[], ["--policy", "mine"]]) {
      const refused = await here.inside("route", "hi", ...args);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain(`policy "mine" is a command of run ${report.run.id}: wrp route starts only those that wrp.yaml or --policy gives`);
    }
    expect(starts(here)).toBe(1);
    expect((await here.inside("route", "hi", "--policy", flag, "--json")).json<{ decisions: { model: string }[] }>().decisions[0]?.model).toBe("wren");
    expect(starts(here)).toBe(2);
  });

  test("a run whose decisions are gone says so, and starts nothing", async () => {
    const here = at(fixture("good", [], { env: { PIDS: "pids" } }));
    const report = await judged(here);
    const { default: Database } = await import("better-sqlite3");
    const db = new Database(join(here.path, ".wrp/wrp.db"));
    db.exec("DELETE FROM policy_decisions");
    db.close();
    expect(await here.inside("report", report.run.id, "-o", "d.jsonl")).toMatchObject({ code: 2, stderr: expect.stringContaining(`run ${report.run.id} has no stored decisions of policy "mine"`) });
    expect(starts(here)).toBe(1);
  });
});

describe("the overhead", () => {
  test("is measured for each command, and told in one line by every renderer", async () => {
    const here = at(fixture("good"), fixture("good", ["b"], { name: "other", inFlight: 8 }));
    const ran = await here.inside("eval", "--json", ...FAST, "-o", "r.html", "-o", "r.md");
    const { timing } = ran.json();
    expect(timing.overhead?.map((o) => [o.policy, o.decisions])).toEqual([["mine", 40], ["other", 40]]);
    for (const { startMs, meanMs, p50Ms, p95Ms, p99Ms } of timing.overhead ?? []) {
      for (const ms of [startMs, meanMs, p50Ms]) expect(ms).toBeGreaterThan(0);
      expect(p95Ms).toBeGreaterThanOrEqual(p50Ms as number);
      expect(p99Ms).toBeGreaterThanOrEqual(p95Ms as number);
    }
    for (const text of [here.read("r.html"), here.read("r.md"), (await here.inside("report")).stdout.replace(/\s+/g, " ")])
      for (const name of ["mine", "other"]) expect(text).toMatch(new RegExp(`overhead.*${name}: [\\d.]+\\sm?s a decision \\(p50 [\\d.]+\\sm?s, p95 [\\d.]+\\sm?s, p99 [\\d.]+\\sm?s\\), [\\d.]+\\sm?s to its first answer; 40 decisions through its process`));
  });

  test("of one prompt there is only the start; without commands there is none", async () => {
    const here = at(fixture("good"));
    here.put("desk.jsonl", jsonl(rows.slice(0, 1)));
    expect((await judged(here)).timing.overhead).toEqual([{ policy: "mine", decisions: 1, startMs: expect.any(Number), meanMs: null, p50Ms: null, p95Ms: null, p99Ms: null }]);
    expect((await here.inside("report")).stdout).not.toContain("NaN");
    expect((await judged(here, "--no-config", "desk.jsonl")).timing).not.toHaveProperty("overhead");
  });
});

test("--jsonl tells how far it is", async () => {
  const ran = await at(fixture("good")).inside("eval", "--jsonl", ...FAST);
  expect(ran.stdout.split("\n").map((line) => (line ? (JSON.parse(line) as { type: string }) : null)).filter((event) => event?.type === "deciding")).toEqual([{ type: "deciding", policy: "mine", prompts: 40, of: 40 }]);
});

test("wrp check builds it and starts nothing; help's topic is named where another is asked for", async () => {
  const here = at(fixture("good", [], { env: { PIDS: "pids" } }));
  expect(await here.inside("check")).toMatchObject({ code: 0 });
  expect(existsSync(join(here.path, "pids"))).toBe(false);
  expect((await here.inside("help", "weather")).stderr).toMatch(/known: .*\bcommand\b/);
});

test("wrp help command prints the protocol, with examples that are answers", async () => {
  const { stdout } = await folder().inside("help", "command");
  const { answerOf } = await import("../../src/router/command/protocol.ts");
  const answers = stdout.split("\n").flatMap((line) => /^ {2}(\{"id":.*\})/.exec(line)?.[1] ?? []);
  expect(answers).toHaveLength(5);
  for (const answer of answers) expect(answerOf(JSON.parse(answer) as Record<string, unknown>, new Set(["small", "large"])), answer).toHaveProperty("decision");
  const { policySpecSchema } = await import("../../src/model/config.ts");
  const { parse } = await import("yaml");
  const yaml = /policies:\n([^]*?)\n\n/.exec(stdout)?.[0] as string;
  const [spec] = (parse(yaml.replace(/ {2,}(?=[a-z(][^\n]*$)(?<=\S {2,})[^\n]*/gm, "").replace(/^ {30,}.*$/gm, "")) as { policies: unknown[] }).policies;
  expect(policySpecSchema.parse(spec)).toMatchObject({ kind: "command", timeoutMs: 10_000, startTimeoutMs: 60_000, memoryMb: 2048, inFlight: 1 });
});
