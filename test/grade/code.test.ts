import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { code } from "../../src/grade/graders/code.ts";
import { readSources } from "../../scripts/mixed/sources.ts";
import { hasPython } from "../datasets/python-tests.ts";

const system = { env: process.env, kill: (pid: number, signal: NodeJS.Signals) => void process.kill(pid, signal) };
const grader = code({ system });
const grade = async (text: string, reference: string) => grader.grade(text, { reference });
const canConfine = spawnSync("unshare", ["-rn", "true"]).status === 0 || spawnSync("unshare", ["-n", "true"]).status === 0;
const able = hasPython() && canConfine;

describe.skipIf(!able)(`code${able ? "" : " (skipped: no python3 of 3.10, or no network namespaces here)"}`, () => {
  test.each([
    ["```python\ndef f(x): return x + 1\n```", "assert f(1) == 2", 1, null],
    ["Here:\n```py\ndef f(x):\n    return x + 1\n```\nUse it:\n```python\nprint(f(undefined))\n```\n```sh\npip install x\n```", "assert f(1) == 2", 1, null],
    ["def f(x): return x + 2", "assert f(1) == 2", 0, "AssertionError"],
    ["def f(x): return (", "assert f(1) == 2", 0, "NameError: name 'f' is not defined"],
    ["", "assert f(1) == 2", 0, "NameError: name 'f' is not defined"],
    ["import sys\ndef f(x): sys.exit(0)", "assert f(1) == 2", 0, "SystemExit: 0"],
    ["import os\nos._exit(0)", "assert f(1) == 2", 0, "it ended before its test did"],
    ["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nif __name__ == '__main__': input()", "assert P(1).x == 1", 1, null],
    ["def f(): return bytearray(2 << 30)", "f()", 0, "MemoryError"],
    ["def f():\n    while True: print('x' * 10000)\nimport signal\nsignal.alarm(1)", "f()", 0, expect.any(String)],
    ["import socket\ndef f(): socket.create_connection(('127.0.0.1', 9), 1)", "f()", 0, expect.stringMatching(/unreachable/)],
    ["import os", "assert set(os.environ) <= {'PATH', 'HOME', 'TMPDIR', 'LANG', 'PWD', 'OLDPWD', 'SHLVL', '_', 'LC_CTYPE'}, os.environ", 1, null],
    ["import os\ndef f():\n    while True: os.fork()", "f()", 0, expect.any(String)],
    ["```js\nfunction f(x) { return x + 1 }\n```", "const assert = require('assert');\nassert.strictEqual(f(1), 2);", 1, null],
    ["```js\nfunction f(x) { return x + 2 }\n```", "const assert = require('assert');\nassert.strictEqual(f(1), 2);", 0, expect.stringContaining("AssertionError")],
    ["```js\nfunction f() { process.exit(0) }\n```", "const assert = require('assert');\nassert.strictEqual(f(1), 2);", 0, "it ended before its test did"],
    ["```javascript\nexport async function f(x) { return x + 1 }\n```", "import assert from 'node:assert';\nassert.equal(await f(1), 2);", 1, null],
  ] as const)("%j, %j: %d", async (text, reference, quality, why) => {
    expect(await grade(text, reference)).toEqual({ quality, why });
  });

  test("what takes too long is ended, and what it started with it", async () => {
    const name = `wrp-left-${process.pid}`;
    const start = `import os, subprocess, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execvp("sh", ["sh", "-c", "sleep 300 # ${name}; true"])\n    os._exit(0)\ntime.sleep(1)`;
    expect(await grade(`${start}\ndef f(): return 1`, "assert f() == 1")).toEqual({ quality: 1, why: null });
    expect(await grade(`${start}\ndef f():\n    while True: pass`, "f()")).toEqual({ quality: 0, why: "it took more than 10 s" });
    expect(commands().filter((line) => line.includes(name))).toEqual([]);
    expect(readdirSync(tmpdir()).filter((entry) => entry.startsWith("wrp-code-"))).toEqual([]);
  });

  test("the solutions of mixed.jsonl pass, and what always returns None does not", async () => {
    const cases = readSources().flatMap(({ entries }) => entries).filter(({ checks }) => checks.solution !== undefined);
    expect(cases.length).toBeGreaterThanOrEqual(25);
    for (const { row, checks } of cases) {
      const solution = checks.solution as string;
      const [, name] = /^(?:def|class) (\w+)/m.exec(solution) as unknown as [string, string];
      expect(await grade(`Sure:\n\n\`\`\`python\n${solution}\n\`\`\`\n`, row.reference as string), row.id).toEqual({ quality: 1, why: null });
      expect(await grade(`def ${name}(*a, **k):\n    return None`, row.reference as string), row.id).toMatchObject({ quality: 0 });
    }
  });
});

describe.skipIf(!hasPython())("where there is no unshare", () => {
  const bare = mkdtempSync(join(tmpdir(), "wrp-bare-"));
  const python = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).stdout.trim();
  symlinkSync(python, join(bare, "python3"));
  const without = { ...system, env: { PATH: bare } };

  test("nothing is run, and nothing graded, unless that is allowed", async () => {
    expect(await code({ system: without }).grade("x = 1", { reference: "assert x == 1" })).toEqual({ quality: null, why: "code is not run where it cannot be cut off from the network (unshare -n)" });
    const allowed = code({ system: without, allowNetwork: true });
    expect(await allowed.grade("x = 1", { reference: "assert x == 1" })).toEqual({ quality: 1, why: null });
    expect(await allowed.grade("x = 2", { reference: "assert x == 1" })).toMatchObject({ quality: 0 });
    expect(await allowed.grade("let x = 1", { reference: "const assert = require('assert');\nassert(x === 1);" })).toEqual({ quality: null, why: "there is no node here to run it" });
    rmSync(bare, { recursive: true });
  });
});

const commands = (): string[] =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1");
    } catch {
      return "";
    }
  });
