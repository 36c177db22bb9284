import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessSystem } from "../../lib/line-process.ts";
import { runBounded, type BoundedEnd } from "../../lib/run-bounded.ts";
import { quoted, right, ungraded, wrong, type Grade, type Grader } from "../grader.ts";
import { fencedBlocks } from "../json-value.ts";

/** What running a model's code needs. */
export interface CodeNeeds {
  readonly system: ProcessSystem;
  /** Run it also where it cannot be cut off from the network. */
  readonly allowNetwork?: boolean;
}

const TIME_MS = 10_000;
const MEMORY_MB = 512;
const OUTPUT_BYTES = 64 * 1024;
const PROCESSES = 64;
const FILE_BYTES = 64 * 1024 * 1024;
/** With this exit code the test says that it came to its end. Code that ends the process early, also with 0, does not say so. */
const PASSED = 83;

/**
 * Runs the answer's code (its fenced blocks of the language, else blocks of none, else all of it), then the reference, which raises where
 * the code is wrong. Python, or JavaScript where the reference is written in it. Cut off from the network and from other processes by
 * Linux namespaces, with an empty environment, in a folder that is removed afterwards; 10 s, 512 MB, 64 processes, 64 KiB of output.
 * The file system is not cut off: what the user may read, the code may read. Where no network namespace can be had nothing is run.
 */
export function code({ system, allowNetwork = false }: CodeNeeds): Grader {
  const programs = new Map<string, Promise<string | null>>();
  const found = (program: string) => {
    const path = programs.get(program) ?? executable(program, system);
    programs.set(program, path);
    return path;
  };
  let confinement: Promise<readonly string[] | null> | undefined;
  return {
    name: "code",
    version: 1,
    reference: "needed",
    check: (reference) => (reference.trim() === "" ? "is empty, and any code passes it" : null),
    async grade(text, { reference }) {
      const test = reference ?? "";
      if (test.trim() === "") return ungraded("it has no test");
      const language = isJavaScript(test) ? JAVASCRIPT : PYTHON;
      const program = await found(language.program);
      if (program === null) return ungraded(`there is no ${language.program} here to run it`);
      const confined = await (confinement ??= confinedBy(system));
      if (confined === null && !allowNetwork) return ungraded("code is not run where it cannot be cut off from the network (unshare -n)");
      return run(language, program, confined ?? [], blocksOf(text, language.labels), test, system);
    },
  };
}

interface Language {
  readonly program: string;
  readonly labels: readonly string[];
  /** Files to write, and the arguments to run them with. */
  readonly files: (blocks: readonly string[], test: string) => Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Of address space, MB; null where the program reserves more than it uses. */
  readonly addressMb: number | null;
}

const PYTHON: Language = {
  program: "python3",
  labels: ["python", "py", "python3"],
  files: (blocks, test) => ({ "run.py": PYTHON_DRIVER, "blocks.json": JSON.stringify(blocks), "test.py": test }),
  args: ["-I", "-B", "run.py"],
  addressMb: MEMORY_MB,
};

/** Blocks run in order in one module; the test decides, so that an example which fails, or an input() that nobody answers, does not. */
const PYTHON_DRIVER = `import json, os, sys, traceback, types
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (${MEMORY_MB} << 20, ${MEMORY_MB} << 20))
except Exception:
    pass
with open("blocks.json", encoding="utf-8") as file:
    blocks = json.load(file)
with open("test.py", encoding="utf-8") as file:
    test = file.read()
answer = types.ModuleType("answer")
sys.modules["answer"] = answer
for block in blocks:
    try:
        exec(compile(block, "answer.py", "exec", dont_inherit=True), answer.__dict__)
    except BaseException:
        traceback.print_exc()
try:
    exec(compile(test, "test.py", "exec", dont_inherit=True), answer.__dict__)
except BaseException as problem:
    print(type(problem).__name__ + (": " + str(problem) if str(problem) else ""), file=sys.stderr, flush=True)
    os._exit(1)
os._exit(${PASSED})
`;

const JAVASCRIPT: Language = {
  program: "node",
  labels: ["javascript", "js", "mjs", "cjs", "node"],
  files: (blocks, test) => {
    const all = [...blocks, test].join("\n;\n");
    const isModule = /^\s*(?:import\s[^(]|export\s|await\s)/m.test(all);
    return { "run.cjs": `import("./answer.${isModule ? "mjs" : "cjs"}").catch((error) => { console.error(String(error)); process.exit(1); });`, [`answer.${isModule ? "mjs" : "cjs"}`]: `${all}\n;process.exitCode = ${PASSED};\n` };
  },
  args: ["--max-old-space-size=384", "run.cjs"],
  addressMb: null,
};

const isJavaScript = (test: string): boolean => /^\s*(?:const|let|var|import .* from|function|\/\/)\s|\brequire\(|=>|===|\bassert\.\w+\(|\bconsole\.assert\(|\bassert\(.*\);/m.test(test);

function blocksOf(text: string, labels: readonly string[]): string[] {
  const blocks = fencedBlocks(text);
  const labelled = blocks.filter(({ language }) => labels.includes(language.replaceAll(/[{}.]/g, "")));
  const plain = blocks.filter(({ language }) => language === "");
  const chosen = labelled.length > 0 ? labelled : plain;
  return chosen.length > 0 ? chosen.map(({ code: block }) => block) : [text];
}

async function run(language: Language, program: string, confined: readonly string[], blocks: readonly string[], test: string, system: ProcessSystem): Promise<Grade> {
  const folder = await mkdtemp(join(tmpdir(), "wrp-code-"));
  try {
    for (const [name, content] of Object.entries(language.files(blocks, test))) await writeFile(join(folder, name), content);
    const limits = confined.length > 0 ? ["prlimit", "--core=0", `--fsize=${FILE_BYTES}`, `--nproc=${PROCESSES}`, ...(language.addressMb === null ? [] : [`--as=${language.addressMb * 1024 * 1024}`]), "--"] : [];
    const ended = await runBounded(
      {
        command: [...confined, ...limits, program, ...language.args],
        cwd: folder,
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: folder, TMPDIR: folder, LANG: "C.UTF-8" },
        timeMs: TIME_MS,
        outputBytes: OUTPUT_BYTES,
        memoryMb: MEMORY_MB,
        processes: PROCESSES,
      },
      system,
    );
    return gradeOf(ended);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

function gradeOf({ why, code: exit, stderr }: BoundedEnd): Grade {
  if (why === "not started") return ungraded(`it could not be run: ${stderr}`);
  if (why === "time") return wrong(`it took more than ${TIME_MS / 1000} s`);
  if (why === "memory") return wrong(`it took more than ${MEMORY_MB} MB`);
  if (why === "processes") return wrong(`it started more than ${PROCESSES} processes`);
  if (exit === PASSED) return right;
  const lines = stderr.trimEnd().split("\n");
  const said = lines.findLast((line) => /^\s*(?:\w*Error|AssertionError|\w*Exception|KeyboardInterrupt|SystemExit)/.test(line)) ?? lines.at(-1) ?? "";
  return wrong(said.trim() === "" ? "it ended before its test did" : quoted(said).slice(1, -1));
}

/** The program's own path: what stands on the PATH may be a shim that needs an environment. Null where there is none. */
async function executable(program: string, system: ProcessSystem): Promise<string | null> {
  const args = program === "node" ? ["-p", "process.execPath"] : ["-I", "-c", "import sys; print(sys.executable)"];
  const { code: exit, stdout } = await tried([program, ...args], system);
  return exit === 0 && stdout.trim() !== "" ? stdout.trim() : null;
}

/**
 * What puts a program into namespaces without a network: with a user namespace, then (for root where there are none) without. In a PID
 * namespace nothing that it starts outlives it. Null where neither can be had.
 */
async function confinedBy(system: ProcessSystem): Promise<readonly string[] | null> {
  for (const flags of [["-r", "-n", "-p", "-f", "--kill-child"], ["-n", "-p", "-f", "--kill-child"], ["-r", "-n"], ["-n"]]) {
    // The shell is the first process of the namespace, and takes its end for all others with it.
    const command = ["unshare", ...flags, "--", "sh", "-c", '"$@"; exit $?', "sh"];
    if ((await tried([...command, "prlimit", "--core=0", "--", "true"], system)).code === 0) return command;
  }
  return null;
}

const tried = (command: readonly string[], system: ProcessSystem): Promise<BoundedEnd> =>
  runBounded({ command, cwd: tmpdir(), env: system.env, timeMs: TIME_MS, outputBytes: OUTPUT_BYTES, memoryMb: MEMORY_MB, processes: PROCESSES }, system);
