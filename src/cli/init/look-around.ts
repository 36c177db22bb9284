import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { WrpError } from "../../model/errors.ts";
import { looksLikeData } from "../../workload/data-file.ts";
import { openWorkload } from "../../workload/index.ts";

/** A file with recorded outcomes, and what a config can be made of. */
export interface FoundData {
  readonly file: string;
  readonly prompts: number;
  readonly models: readonly FoundModel[];
  readonly tags: ReadonlySet<string>;
  /** Middle length of its prompts in Unicode code points; null where none is known. */
  readonly medianLength: number | null;
  readonly hasLatency: boolean;
  /** True for the made-up prompts that wrp comes with. */
  readonly madeUp: boolean;
}

export interface FoundModel {
  readonly name: string;
  /** Mean grade; NaN where there is none. */
  readonly quality: number;
  /** Mean USD a call; NaN where unpriced. */
  readonly costUsd: number;
}

/** Besides the folder itself. */
const SUBFOLDERS = ["data", "datasets"];
const MOST_FILES = 200;
/** Enough of a file to make a config of. */
const MOST_PROMPTS = 20_000;

/** The made-up prompts with outcomes that wrp comes with. */
export const STARTER = new URL("../../../datasets/starter.jsonl", import.meta.url);

/** Everything in a folder that looks like data, what of it can be judged, and what keeps the rest from it where an importer knows it. */
export async function lookAround(cwd: string): Promise<{ seen: string[]; found: FoundData[]; broken: WrpError[] }> {
  const seen = candidates(cwd);
  const found: FoundData[] = [];
  const broken: WrpError[] = [];
  for (const file of seen) {
    try {
      found.push(await lookInto(file, cwd));
    } catch (error) {
      if (!(error instanceof WrpError)) throw error;
      if (error.code === "bad-row" || error.code === "nothing-to-judge") broken.push(error);
    }
  }
  return { seen, found, broken };
}

/** What one file holds. Throws WrpError where it is no data, has bad rows, or no prompt for which every model has a grade. */
export async function lookInto(file: string, cwd: string): Promise<FoundData> {
  const workload = await openWorkload({ inputs: [file], cwd, seed: 1 });
  const models = new Map<string, { quality: Mean; cost: Mean }>();
  const tags = new Set<string>();
  const lengths: number[] = [];
  const graded: number[] = [];
  let prompts = 0;
  let hasLatency = false;
  for await (const batch of workload.batches()) {
    for (const prompt of batch) {
      prompts++;
      for (const tag of prompt.tags) tags.add(tag);
      if (prompt.lengthCodePoints !== null) lengths.push(prompt.lengthCodePoints);
      graded.push(prompt.outcomes.reduce((count, { quality }) => count + (quality === null ? 0 : 1), 0));
      for (const { model, quality, costUsd, latencyMs } of prompt.outcomes) {
        let known = models.get(model);
        if (!known) models.set(model, (known = { quality: newMean(), cost: newMean() }));
        known.quality.add(quality);
        known.cost.add(costUsd);
        hasLatency ||= latencyMs !== null;
      }
    }
    if (prompts >= MOST_PROMPTS) break;
  }
  if (models.size === 0 || !graded.some((count) => count >= models.size))
    throw new WrpError(models.size === 0 ? "its prompts have no recorded outcomes" : "no prompt has a grade for every model", { place: { file }, code: "nothing-to-judge" });
  return {
    file,
    prompts,
    models: [...models].map(([name, { quality, cost }]) => ({ name, quality: quality.value(), costUsd: cost.value() })),
    tags,
    medianLength: lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? null,
    hasLatency,
    madeUp: isStarter(resolve(cwd, file)),
  };
}

function isStarter(path: string): boolean {
  return statSync(path).size === statSync(STARTER).size && readFileSync(path).equals(readFileSync(STARTER));
}

function candidates(cwd: string): string[] {
  const list = (folder: string) =>
    readdirSync(join(cwd, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && looksLikeData(entry.name))
      .map(({ name }) => (folder === "" ? name : `${folder}/${name}`))
      .toSorted();
  return ["", ...SUBFOLDERS].flatMap((folder) => (existsSync(join(cwd, folder)) ? list(folder) : [])).slice(0, MOST_FILES);
}

interface Mean {
  add(value: number | null): void;
  value(): number;
}

function newMean(): Mean {
  let sum = 0;
  let count = 0;
  return {
    add(value) {
      if (value === null) return;
      sum += value;
      count++;
    },
    value: () => (count > 0 ? sum / count : NaN),
  };
}
