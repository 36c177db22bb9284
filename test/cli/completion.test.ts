import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { desk } from "../desk.ts";
import { folder, jsonl } from "../wrp.ts";

const BIN = resolve(import.meta.dirname, "../../bin/wrp.js");
/** Runs a command on a terminal of its own (util-linux). */
const TERMINAL = "script";
const has = (command: string) => spawnSync(command, ["--version"]).status === 0;

/** Names that a shell would take apart, expand or run. */
const NAMES = ["coin", "qwen3:8b", "qwen3:14b", "with space", "it's", "mix(weights={a: 1})", "$(touch pwned) `touch pwned` $HOME *"];
const at = folder({
  "desk.jsonl": jsonl(desk(40)),
  "a file.jsonl": "",
  "wrp.yaml": `datasets: [desk.jsonl]\npolicies:\n${NAMES.map((name) => `  - { kind: random, name: ${JSON.stringify(name)} }\n`).join("")}`,
  "pool.yaml": "models:\n  - { name: small, live: { url: http://localhost:1 } }\n",
  "bin/wrp": "",
  "else/.keep": "",
});
let run = "";
beforeAll(async () => {
  writeFileSync(join(at.path, "bin/wrp"), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  chmodSync(join(at.path, "bin/wrp"), 0o755);
  for (const name of ["bash", "zsh", "fish"]) at.put(`completion.${name}`, (await at.inside("completion", name)).stdout);
  run = (await at.inside("eval", "-q", "--json", "--resamples", "200")).json().run.id;
});

const environment = { ...process.env, PATH: `${join(at.path, "bin")}:${process.env["PATH"]}`, NO_COLOR: "1" };

/** What a shell prints. */
function shell(command: string, ...args: string[]): string[] {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd: at.path, encoding: "utf8", env: environment });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The words before and at the cursor, and what is offered there. The same in every shell. */
const OFFERS: [string[], string[]][] = [
  [["ev"], ["eval"]],
  [["eval", "--spl"], ["--split"]],
  [["eval", "--split", ""], ["train", "test"]],
  [["eval", "-o", "x.html", "--missing", "f"], ["failure-is-refusal"]],
  [["eval", "des"], ["desk.jsonl"]],
  [["eval", "-c", "wr"], ["wrp.yaml"]],
  [["check", "--format", "git"], ["github"]],
  [["export", "--policy", "coi"], ["coin"]],
  [["schema", ""], ["report", "config", "dataset", "check"]],
  [["help", "exi"], ["exit-codes"]],
  [["help", "compl"], ["completion"]],
  [["eval", "--color", "al"], ["always"]],
  [["eval", "--reference", "coi"], ["coin"]],
  [["route", "--policy", "best"], ["best-single"]], // a control: known from the newest run
  [["compare", "coi"], ["coin"]],
  [["runs", "sh"], ["show"]],
  [["runs", "export", "--no-c"], ["--no-content"]],
  [["pool", "probe", "-c", "pool.yaml", "sma"], ["small"]],
  [["pool", "pr"], ["probe"]],
  [["compare", "coin", "zero-r"], ["zero-router"]],
  [["eval", "--seed", ""], []],
  [["eval", "--no-config", "--reference", "nobody"], []],
];

describe("bash", () => {
  /** `pieces` as readline splits a line. */
  const complete = (...pieces: string[]) =>
    shell("bash", "--norc", "-uc", `source completion.bash; COMP_WORDS=(wrp ${pieces.map(quoted).join(" ")}); COMP_CWORD=${pieces.length}; _wrp; printf '%s\\n' \${COMPREPLY[@]+"\${COMPREPLY[@]}"}`);

  test.each(OFFERS)("%j: %j", (words, offered) => expect(complete(...words).toSorted()).toEqual(offered.toSorted()));

  test("every command and every option of a command is offered, hidden ones are not", async () => {
    expect(complete("")).toEqual(expect.arrayContaining(["eval", "check", "init", "completion", "help"]));
    expect(complete("_")).toEqual([]);
    const help = (await at.inside("eval", "--help")).stdout;
    const flags = [...new Set([...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((match) => match[1]))];
    expect(flags.length).toBeGreaterThan(25);
    expect(complete("eval", "--").toSorted()).toEqual(flags.toSorted());
  });

  test("the script can be sourced as the help says", () => {
    expect(shell("bash", "--norc", "-c", "source <(wrp completion bash); complete -p wrp")).toEqual(["complete -F _wrp wrp"]);
  });

  test("runs", () => {
    expect(complete("report", run.slice(0, 3))).toEqual([run]);
    expect(complete("compare", "coin", run.slice(0, 3))).toEqual([run]);
    expect(complete("runs", "show", run.slice(0, 3))).toEqual([run]);
  });

  test("values behind = and names with colons, as readline splits them and as it does not", () => {
    expect(complete("eval", "--split", "=", "te")).toEqual(["test"]);
    expect(complete("eval", "--split", "=")).toEqual(["train", "test"]);
    expect(complete("eval", "--split=te")).toEqual(["--split=test"]);
    expect(complete("eval", "--reference", "qwen3", ":", "1")).toEqual(["14b"]);
    expect(complete("eval", "--reference", "=", "qwen3", ":")).toEqual(["8b", "14b"]);
    expect(complete("eval", "--config=wr")).toEqual(["--config=wrp.yaml"]);
  });

  test("a name is never expanded or run, and is quoted so that it comes back as it is", () => {
    for (const name of NAMES.filter((one) => !one.includes(":"))) {
      const [reply = ""] = complete("eval", "--reference", name);
      expect(shell("bash", "--norc", "-c", `printf '%s\\n' ${reply}`)).toEqual([name]);
    }
    expect(existsSync(join(at.path, "pwned"))).toBe(false);
    expect(complete("eval", "--reference", '"with')).toEqual(["with space"]);
  });

  test.skipIf(!has(TERMINAL))("readline completes with it", () => {
    const keys = "source completion.bash\nwrp eval --spl\ttr\ta\\ f\t--reference qwen3:1\t\x01echo \x05> typed\nexit\n";
    spawnSync(TERMINAL, ["-qec", "bash --norc --noprofile -i", "/dev/null"], { cwd: at.path, input: keys, env: { ...environment, TERM: "dumb" } });
    expect(at.read("typed")).toBe("wrp eval --split train a file.jsonl --reference qwen3:14b\n");
  });
});

describe.skipIf(!has("zsh"))("zsh", () => {
  /** The completion functions of zsh replaced by ones that print what they are given. */
  const STUBS = `
    compdef() { : }
    compset() { words[CURRENT]="\${words[CURRENT]#*=}" }
    compadd() { shift; print -rl -- "\${(@M)@:#\${words[CURRENT]}*}" }
    _describe() { local -a all; all=("\${(@P)2}"); for one in "\${(@)all}"; do print -r -- "\${\${one//\\\\:/}%%:*}"; done | while read -r one; do [[ $one == \${words[CURRENT]}* ]] && print -r -- $one; done; true }
    _files() { print -rl -- \${words[CURRENT]}*(N) }`;
  const complete = (...words: string[]) => shell("zsh", "-fc", `${STUBS}\nsource completion.zsh\nwords=(wrp ${words.map(quoted).join(" ")}); CURRENT=${words.length + 1}; _wrp`);

  test.each(OFFERS)("%j: %j", (words, offered) => expect(complete(...words).toSorted()).toEqual(offered.toSorted()));

  test("runs, names of any kind, values behind =", () => {
    expect(complete("report", run.slice(0, 3))).toEqual([run]);
    expect(complete("eval", "--reference", "").slice(0, NAMES.length)).toEqual(NAMES);
    expect(complete("eval", "--split=te")).toEqual(["test"]);
    expect(existsSync(join(at.path, "pwned"))).toBe(false);
  });
});

describe.skipIf(!has("fish"))("fish", () => {
  const complete = (...words: string[]) =>
    shell("fish", "--no-config", "-c", `source completion.fish; complete -C ${quoted(["wrp", ...words].join(" "))}`).map((line) => line.replace(/\t.*/, ""));

  test.each(OFFERS)("%j: %j", (words, offered) => expect(complete(...words).toSorted()).toEqual(offered.toSorted()));

  test("runs, values behind =", () => {
    expect(complete("report", run.slice(0, 3))).toEqual([run]);
    expect(complete("runs", "show", run.slice(0, 3))).toEqual([run]);
    expect(complete("eval", "--split=te")).toEqual(["--split=test"]);
    expect(existsSync(join(at.path, "pwned"))).toBe(false);
  });
});

describe("what the scripts ask for", () => {
  test.each(["policies", "runs", "names", "nonsense", ""])("%s: nothing, and no complaint, where there is no config and no store, or broken ones", async (what) => {
    const nothing = { code: 0, stdout: "", stderr: "" };
    expect(await folder().inside("__complete", what)).toMatchObject(nothing);
    const broken = folder({ "wrp.yaml": "policies: [3, null, {name: 4}]\nstore: [1]\nmodels: {", ".wrp/wrp.db": "not a database" });
    expect(await broken.inside("__complete", what, "--", "wrp", "eval", "--version", "-c")).toMatchObject(nothing);
  });

  test("the config and store that the line names are the ones looked into", async () => {
    at.put("else/other.yaml", "policies: [{ kind: always, model: wren }, { kind: oracle }]\nstore: ../.wrp/wrp.db\n");
    expect((await at.inside("__complete", "policies", "--", "wrp", "eval", "--config=else/other.yaml")).stdout.split("\n").slice(0, 2)).toEqual(["wren", "oracle"]);
    expect((await at.inside("__complete", "runs", "--", "wrp", "report", "-c", "else/other.yaml")).stdout).toMatch(new RegExp(`^${run}\t\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\n$`));
    expect((await at.inside("__complete", "runs", "--", "wrp", "report", "--store", "gone.db")).stdout).toBe("");
    expect(existsSync(join(at.path, "gone.db"))).toBe(false);
  });

  test("it is not in the help, and an unknown shell is told", async () => {
    expect((await at.inside("--help")).stdout).not.toContain("__complete");
    expect(await at.inside("completion", "powershell")).toMatchObject({ code: 2, stdout: "", stderr: 'error: unknown shell "powershell"\nhint: known: bash, zsh, fish\n' });
  });
});
