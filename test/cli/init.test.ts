import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { desk } from "../desk.ts";
import { folder, jsonl, policy, type Folder } from "../wrp.ts";

const { run } = (await import("../../dist/cli/main.js" as string)) as typeof import("../../src/cli/main.ts");

/** The made-up files that a config can be made of, with names that YAML would take for something else. */
const ODD_NAMES = ["true", "null", "3.5", "a: b # c", "it's \"quoted\"\nand broken", "模型", "by-length"];
const twoModels = (a: string, b: string) => jsonl(desk(40).map(({ prompt, outcomes }) => ({ prompt, outcomes: { [a]: outcomes["wren"], [b]: outcomes["condor"] } })));

async function works(at: Folder): Promise<void> {
  const check = await at.inside("check");
  expect(check.code, check.stdout).toBe(0);
  const evaluated = await at.inside("eval", "--json", "-q", "--resamples", "200");
  expect(evaluated.code, evaluated.stderr).toBe(0);
}

describe("without a terminal", () => {
  test("in an empty folder: made-up prompts and a config that works at once, nothing asked", async () => {
    const at = folder();
    expect(await at.wrp("init")).toEqual(
      expect.objectContaining({ code: 0, stdout: "", stderr: "wrote prompts.jsonl: made-up prompts with made-up outcomes, to try things out\nwrote wrp.yaml\nnext: wrp eval\n" }),
    );
    expect(readdirSync(at.path).toSorted()).toEqual(["prompts.jsonl", "wrp.yaml"]);
    expect(await at.inside("check", "--strict")).toMatchObject({ code: 0, stdout: "0 errors, 0 warnings in 2 files\n" });
    const report = (await at.inside("eval", "--json", "-q")).json();
    expect(report.objectives).toEqual(["cost", "quality", "latency", "privacy", "safety"]);
    expect(policy(report, "by-rules").privacy?.leakRate.mean).toBe(0);
    expect(policy(report, "by-length").kind).toBe("threshold");
    for (const line of at.read("prompts.jsonl").trimEnd().split("\n")) expect(JSON.parse(line).meta.source).toBe("made up by wrp init");
    expect((await at.inside("route", "My name is Ida Example.", "--tag", "pii", "--policy", "by-rules", "--json")).json<{ decisions: { model: string }[] }>().decisions[0]?.model).toBe("tiny-local");
  });

  test("its gates work when they are uncommented", async () => {
    const at = folder();
    await at.inside("init");
    at.put("wrp.yaml", at.read("wrp.yaml").replace(/^# (?=gates:)|^#(?= {3}- )/gm, ""));
    expect(parse(at.read("wrp.yaml")).gates).toHaveLength(3);
    expect(await at.inside("check")).toMatchObject({ code: 0, stdout: expect.stringContaining("no baseline yet") });
    expect((await at.inside("eval", "--bless", "-q")).stderr).toBe("");
    expect(await at.inside("check", "--strict")).toMatchObject({ code: 0 });
    const report = (await at.inside("eval", "--json", "-q")).json();
    expect(report.gates.length).toBeGreaterThanOrEqual(3);
    expect(report.verdict).not.toBe("none");
  });

  test("never writes over a file: exit 2 and a hint; --force writes over wrp.yaml alone", async () => {
    const at = folder({ "wrp.yaml": "name: mine\n", "prompts.jsonl": jsonl(desk(40)) });
    expect(await at.inside("init")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^error: wrp.yaml: is there already\nhint: .*--force/) });
    expect(at.read("wrp.yaml")).toBe("name: mine\n");
    expect((await at.inside("init", "--force")).stderr).toBe("wrote wrp.yaml\nnext: wrp eval\n");
    expect(at.read("prompts.jsonl")).toBe(jsonl(desk(40)));
    expect(parse(at.read("wrp.yaml"))).toMatchObject({ datasets: ["prompts.jsonl"], models: [{ name: "wren" }, { name: "heron" }, { name: "condor" }] });
    const taken = folder({ "prompts.jsonl": '{"prompt":"no outcomes"}\n' });
    expect(await taken.inside("init")).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: prompts.jsonl: is there already[^]*\nhint: wrp check prompts.jsonl/) });
    expect(taken.read("prompts.jsonl")).toBe('{"prompt":"no outcomes"}\n');
    expect(readdirSync(taken.path)).toEqual(["prompts.jsonl"]);
  });

  test.each<[string, Record<string, string>]>([
    ["a log with tags", { "desk.jsonl": jsonl(desk(40)) }],
    ["RouteLLM's form", { "mmlu_x.csv": `prompt,weak,strong\n${Array.from({ length: 40 }, (_, i) => `what is ${i}?,${i % 2 ? "True" : "False"},True`).join("\n")}\n` }],
    ["figures only", { "f.jsonl": jsonl(desk(40).map(({ id, outcomes }) => ({ id, outcomes }))) }],
    ["one model", { "one.jsonl": jsonl(desk(40).map(({ prompt, outcomes }) => ({ prompt, outcomes: { only: outcomes["wren"] } }))) }],
    ["a folder named data", { "data/desk.jsonl": jsonl(desk(40)) }],
    ["a file name that YAML would cut short", { "data #1: mine.jsonl": jsonl(desk(40)) }],
    ...ODD_NAMES.map((name): [string, Record<string, string>] => [`a model named ${JSON.stringify(name)}`, { "m.jsonl": twoModels(name, "plain") }]),
  ])("%s: the config that it makes works", async (_, files) => {
    const at = folder(files);
    expect((await at.inside("init")).code).toBe(0);
    expect(parse(at.read("wrp.yaml")).datasets).toEqual(Object.keys(files));
    await works(at);
  });

  test("files that cannot be compared with the rest, or are no data, are left out and told of", async () => {
    const at = folder({
      "a.jsonl": jsonl(desk(40)),
      "b.jsonl": twoModels("other", "another"),
      "apart.jsonl": jsonl(desk(40).map(({ prompt, outcomes }, i) => ({ prompt, outcomes: i % 2 ? { wren: outcomes["wren"] } : { heron: outcomes["heron"] } }))),
      "broken.jsonl": `${JSON.stringify(desk(1)[0])}\n{"prompt":7}\n`,
      "bare.jsonl": '{"prompt":"x"}\n',
      "package.json": '{"name":"x"}',
      "table.csv": "a,b\n1,2\n",
    });
    const { code, stderr } = await at.inside("init");
    expect(code).toBe(0);
    expect(stderr).toBe('left out apart.jsonl: no prompt has a grade for every model\nleft out bare.jsonl: its prompts have no recorded outcomes\nleft out broken.jsonl:2: "prompt" must be a string (got 7)\nwrote wrp.yaml\nnext: wrp eval\n');
    expect(parse(at.read("wrp.yaml")).datasets).toEqual(["a.jsonl"]);
    expect(at.read("wrp.yaml")).toContain("# - b.jsonl # outcomes of other models: other, another");
    await works(at);
  });

  test("the strong model is the best, the weak one the cheapest, and what is dearer than the strong one is in no policy", async () => {
    const figures = { best: [1, 0.01], dear: [0.9, 0.5], middling: [0.7, 0.005], cheap: [0.4, 0.001] };
    const at = folder({ "d.jsonl": jsonl(desk(40).map(({ prompt }) => ({ prompt, outcomes: Object.fromEntries(Object.entries(figures).map(([name, [quality, costUsd]]) => [name, { quality, costUsd }])) }))) });
    await at.inside("init");
    expect(parse(at.read("wrp.yaml")).policies).toMatchObject([{ strong: "best", weak: "cheap" }, { rules: [{ model: "best" }], default: "middling" }]);
  });

  test("many files of one ending are written as a glob", async () => {
    const at = folder(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`part-${i}.jsonl`, jsonl(desk(6, i))])));
    await at.inside("init", "--yes", "-q");
    expect(parse(at.read("wrp.yaml")).datasets).toEqual(["*.jsonl"]);
    await works(at);
  });

  test("the editor's schema is named where the package is installed", async () => {
    const at = folder();
    mkdirSync(join(at.path, "node_modules/wrp/schemas"), { recursive: true });
    writeFileSync(join(at.path, "node_modules/wrp/schemas/config.schema.json"), "{}");
    await at.inside("init");
    expect(at.read("wrp.yaml").split("\n")[0]).toBe("# yaml-language-server: $schema=./node_modules/wrp/schemas/config.schema.json");
    const without = folder();
    await without.inside("init");
    expect(without.read("wrp.yaml")).not.toContain("$schema");
  });
});

/** Runs `wrp init` before somebody who types these lines; null at the end: they stay silent until interrupted. */
async function asked(at: Folder, lines: readonly (string | null)[], ...args: string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const abort = new AbortController();
  let stderr = "";
  let stdout = "";
  const answers = [...lines];
  const code = await run({
    argv: ["init", ...args],
    env: {},
    cwd: at.path,
    stdin,
    stdout: { write: (text) => void (stdout += text), isTTY: true, columns: 80, color: false },
    stderr: {
      write(text) {
        stderr += text;
        if (!text.endsWith("] ")) return;
        const answer = answers.shift();
        if (answer === undefined) stdin.end();
        else if (answer === null) abort.abort();
        else stdin.write(`${answer}\n`);
      },
      isTTY: true,
      columns: 80,
      color: false,
    },
    newId: () => "0",
    now: () => new Date(),
    clockMs: () => 0,
    kill: () => undefined,
    signal: abort.signal,
  });
  return { code, stdout, stderr };
}

describe("on a terminal", () => {
  test("Enter takes the defaults, which are those of --yes", async () => {
    const [typed, silent] = [folder({ "desk.jsonl": jsonl(desk(40)) }), folder({ "desk.jsonl": jsonl(desk(40)) })];
    const { code, stdout, stderr } = await asked(typed, ["", "", ""]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr.match(/\? \[/g)).toHaveLength(3);
    expect((await asked(silent, [], "--yes")).stderr).toBe("wrote wrp.yaml\nnext: wrp eval\n");
    expect(typed.read("wrp.yaml")).toBe(silent.read("wrp.yaml"));
  });

  test("answers go into the config; what is not known is said and asked again", async () => {
    const at = folder({ "desk.jsonl": jsonl(desk(40)), "else.jsonl": twoModels("wren", "swift") });
    const { code, stderr } = await asked(at, ["nowhere.jsonl", "else.jsonl", "heron", "wren, swift", "rules"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('no such file or folder: "nowhere.jsonl"\n');
    expect(stderr).toContain('unknown model "heron"; known: wren, swift\n');
    const config = parse(at.read("wrp.yaml"));
    expect(config).toMatchObject({ datasets: ["else.jsonl"], models: [{ name: "wren", trusted: true }, { name: "swift", trusted: true }] });
    expect(config.policies.map(({ kind }: { kind: string }) => kind)).toEqual(["rules"]);
    await works(at);
  });

  test("none: made-up prompts in place of the data that is there", async () => {
    const at = folder({ "desk.jsonl": jsonl(desk(40)) });
    expect((await asked(at, ["none", "", ""])).code).toBe(0);
    expect(parse(at.read("wrp.yaml")).datasets).toEqual(["prompts.jsonl"]);
    await works(at);
  });

  test.each([["the end of the input", []], ["the end of the input, later", ["", ""]], ["Ctrl-C", ["", null]]])("%s: 130, and nothing is written", async (_, lines) => {
    const at = folder({ "desk.jsonl": jsonl(desk(40)) });
    const { code, stderr } = await asked(at, lines);
    expect(code).toBe(130);
    expect(stderr).toContain("left off: nothing was written");
    expect(readdirSync(at.path)).toEqual(["desk.jsonl"]);
  });
});
