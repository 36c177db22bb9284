import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse";
import type { Answer } from "../../src/model/answer.ts";
import { built, duration, paired, ROOT, time, type Aim, type Figure } from "./measure.ts";

export const name = "parse";
export const aim: Aim = { atMost: 1.5 };

const DATA = join(ROOT, "..", "shared", "data", "routerbench");
const ROUNDS = 11;

/**
 * RouterBench CSVs to outcome columns (openWorkload with its hashing, every batch poured into ColumnsBuilder as a run pours
 * it), against csv-parse streaming the same files into array records that nobody looks at. By turns in one process.
 */
export async function bench(): Promise<Figure[]> {
  const synthetic = existsSync(DATA) ? null : writeSynthetic();
  const folder = synthetic ?? DATA;
  const files = readdirSync(folder).filter((file) => file.endsWith(".csv")).map((file) => join(folder, file));
  try {
    const load = await ours(files);
    const both = await paired(ROUNDS, () => time(load), () => time(() => bare(files)));
    const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
    const source = synthetic ? `synthetic CSV of the same shape (${DATA} is absent)` : "RouterBench";
    const perSecond = (ms: number) => `${duration(ms)}, ${((megabytes / ms) * 1000).toFixed(0)} MB/s`;
    return [
      { name: "RouterBench CSV to columns / bare csv-parse pass", ratio: both.ratio, detail: `${perSecond(both.a)} against ${perSecond(both.b)} bare; ${megabytes.toFixed(1)} MB, ${source}` },
    ];
  } finally {
    if (synthetic) rmSync(synthetic, { recursive: true, force: true });
  }
}

async function ours(files: readonly string[]): Promise<() => Promise<void>> {
  const { openWorkload } = await built<typeof import("../../src/workload/index.ts")>("workload/index.js");
  const { ColumnsBuilder } = await built<typeof import("../../src/outcomes/columns.ts")>("outcomes/columns.js");
  const { recordedBackend } = await built<typeof import("../../src/pool/recorded.ts")>("pool/recorded.js");
  const { recordedGrade } = await built<typeof import("../../src/grade/recorded.ts")>("grade/recorded.js");
  const backend = recordedBackend(new Map());
  const grade = (answer: Answer | null) => (answer ? recordedGrade(answer) : null);
  return async () => {
    const workload = await openWorkload({ inputs: files, seed: 1, cwd: ROOT });
    const builder = new ColumnsBuilder([{ name: "prompt.lengthCodePoints", read: (prompt) => prompt.lengthCodePoints }]);
    for await (const prompts of workload.batches()) {
      const from = builder.size;
      builder.addPrompts(prompts);
      for (const model of new Set(prompts.flatMap((prompt) => prompt.outcomes.map((o) => o.model)))) {
        const answers = await backend.answer(prompts, model);
        builder.addAnswers(model, from, answers, answers.map(grade));
      }
    }
    const { columns } = builder.finish(new Set());
    if (columns.models.length !== 11 || columns.n < 1000) throw new Error(`read ${columns.n} prompts of ${columns.models.length} models`);
  };
}

async function bare(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const parser = createReadStream(file).pipe(parse());
    parser.on("data", () => undefined);
    await new Promise((resolve, reject) => parser.on("end", resolve).on("error", reject));
  }
}

/** 3,000 rows of 11 models: list literals with quotes, commas and newlines inside, scores and costs. Gives the folder. */
function writeSynthetic(): string {
  const folder = mkdtempSync(join(tmpdir(), "wrp-bench-"));
  const models = Array.from({ length: 11 }, (_, m) => `vendor/model-${m}`);
  const columns = ["", "sample_id", "prompt", "eval_name", ...models, ...models.map((m) => `${m}|model_response`), ...models.map((m) => `${m}|total_cost`)];
  for (let file = 0; file < 3; file++) {
    const lines = Array.from({ length: 1000 }, (_, i) => {
      const prompt = `['Question ${file}.${i}: ${"which of these, \\'a\\' or \"b\", comes next? ".repeat(8)}']`;
      const answers = models.map((_m, m) => quoted(`['It is ${"ab"[(i + m) % 2]}, because:\\n${"each step, in turn, adds one. ".repeat(1 + ((i * 7 + m) % 12))}']`));
      return [i, `task.${file}.${i}`, quoted(prompt), "task", ...models.map((_m, m) => ((i * 3 + m) % 4 === 0 ? "0.0" : "1.0")), ...answers, ...models.map((_m, m) => (1e-5 * (m + 1) * (1 + (i % 9))).toFixed(7))].join(",");
    });
    writeFileSync(join(folder, `task-${file}.csv`), `${[columns.join(","), ...lines].join("\n")}\n`);
  }
  return folder;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
