import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duration, median, runNode, type Figure, type Ran } from "./measure.ts";

export const name = "demo";
export const aim = null;

const ROUNDS = 3;

/**
 * The whole process `wrp eval` on the dataset that ships, into a store in memory; and a second such process on a store file
 * against the first that wrote it.
 */
export async function bench(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "wrp-bench-"));
  try {
    const memory: Ran[] = [];
    const first: Ran[] = [];
    const second: Ran[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const file = join(folder, `${round}.db`);
      memory.push(evaluate(":memory:"));
      first.push(evaluate(file));
      second.push(evaluate(file));
    }
    return [
      { name: "wrp eval of the dataset that ships", ratio: typicalMs(memory) / 1000, unit: "s", detail: `store in memory; ${peak(memory)}` },
      {
        name: "the same again / the first time, on one store file",
        ratio: median(second.map((run, i) => run.ms / (first[i] as Ran).ms)),
        detail: `${duration(typicalMs(second))}, ${peak(second)} against ${duration(typicalMs(first))}, ${peak(first)}`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function typicalMs(runs: readonly Ran[]): number {
  return median(runs.map((run) => run.ms));
}

function peak(runs: readonly Ran[]): string {
  return `${median(runs.map((run) => run.peakMb)).toFixed(0)} MB at its peak`;
}

function evaluate(store: string): Ran {
  return runNode(["bin/wrp.js", "eval", "datasets/routellm-mmlu.jsonl.gz", "--store", store], { peak: true });
}
