import { spawnSync } from "node:child_process";

/** What is asked of Python: code whose end-of-run assertions are in `test`. */
export interface PythonCase {
  readonly id: string;
  readonly code: string;
  readonly test: string;
}

export interface PythonResult {
  readonly id: string;
  /** null where code and test ran to their ends */
  readonly error: string | null;
  /** modules outside of the standard library that the test imports */
  readonly foreign: readonly string[];
}

export function hasPython(): boolean {
  return spawnSync("python3", ["-c", "import sys; assert sys.version_info >= (3, 10)"], { timeout: 20_000 }).status === 0;
}

/** Runs each case in a namespace of its own, bounded to five seconds each, all in one process. */
export function runPython(cases: readonly PythonCase[]): PythonResult[] {
  const ran = spawnSync("python3", ["-I", "-c", DRIVER], { input: JSON.stringify(cases), encoding: "utf8", timeout: 50_000, maxBuffer: 1 << 24 });
  if (ran.status !== 0) throw new Error(`python3 ended with ${ran.status ?? ran.signal}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as PythonResult[];
}

const DRIVER = `
import ast, json, signal, sys

def out_of_time(*_):
    raise TimeoutError("took more than five seconds")

signal.signal(signal.SIGALRM, out_of_time)
results = []
for case in json.load(sys.stdin):
    error = None
    signal.alarm(5)
    try:
        names = {"__name__": "answer"}
        exec(case["code"], names)
        exec(case["test"], names)
    except BaseException as problem:
        error = f"{type(problem).__name__}: {problem}"
    finally:
        signal.alarm(0)
    imported = set()
    for node in ast.walk(ast.parse(case["test"])):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or ".").split(".")[0])
    results.append({"id": case["id"], "error": error, "foreign": sorted(imported - sys.stdlib_module_names)})
json.dump(results, sys.stdout)
`;
