import { existsSync, globSync, readFileSync } from "node:fs";
import { hash } from "node:crypto";
import { join } from "node:path";
import { openWorkload } from "../../src/workload/index.ts";
import { domainOf, type Domain } from "./mmlu-domains.ts";

/** Whose answers say what is hard: the weaker model of RouteLLM's pair. */
export const WEAK_MODEL = "mistralai/Mixtral-8x7B-Instruct-v0.1";

export const SIDES = ["train", "validation", "held out"] as const;
/** Of each subject's questions, about these shares. */
const SHARES = [0.7, 0.1, 0.2] as const;

/** A question of MMLU, as it was asked and without its options. */
export interface MmluQuestion {
  readonly subject: string;
  readonly domain: Domain;
  readonly asked: string;
  readonly question: string;
  /** What is alike from the start is of one cluster (a passage with several questions, a repeated question), and of one side. */
  readonly cluster: string;
  readonly side: (typeof SIDES)[number];
  /** Whether the weak model answered it; null: not recorded. */
  readonly weakRight: boolean | null;
}

/**
 * RouteLLM's MMLU outcomes, without the rows it calls contaminated and those that `leaveOut` names.
 *
 * @param data the folder that holds `routellm-mmlu`
 * @param leaveOut questions that are tested on elsewhere
 */
export async function readMmlu(data: string, leaveOut: readonly string[]): Promise<readonly MmluQuestion[]> {
  const folder = join(data, "routellm-mmlu");
  const excluded = join(folder, "contaminated_prompts.jsonl");
  const files = globSync(join(folder, "mmlu_*.csv")).sort();
  if (files.length !== 57 || !existsSync(excluded))
    throw new Error(`${folder} does not hold RouteLLM's MMLU outcomes: take routellm/evals/mmlu/responses/mmlu_*.csv and contaminated_prompts.jsonl of github.com/lm-sys/RouteLLM at 0b64fda into DATA/routellm-mmlu, and pass --data DATA`);
  const elsewhere = new Set(leaveOut.map(clusterOf));
  const workload = await openWorkload({ inputs: files, exclude: [excluded], format: "routellm", seed: 1, cwd: process.cwd() });
  const read: Omit<MmluQuestion, "side">[] = [];
  for await (const prompts of workload.batches())
    for (const { messages, meta, outcomes } of prompts) {
      const asked = messages?.[0]?.content ?? "";
      const question = withoutOptions(asked);
      const cluster = clusterOf(question);
      if (elsewhere.has(cluster)) continue;
      const subject = String(meta["subject"]);
      const quality = outcomes.find(({ model }) => model === WEAK_MODEL)?.quality ?? null;
      read.push({ subject, domain: domainOf(subject), asked: asked.replace(/\nAnswer:\s*$/, ""), question, cluster, weakRight: quality === null ? null : quality > 0.5 });
    }
  return sided(read);
}

/** Real, short questions with their domains (vllm-project/semantic-router 3d48f8c): never trained on. */
export function readDomainCases(data: string): readonly { readonly question: string; readonly category: string }[] {
  const file = join(data, "vllm-sr-cases", "domain_classify_cases.first130.json");
  if (!existsSync(file)) throw new Error(`there is no ${file}: take the first 130 of e2e/testcases/testdata/domain_classify_cases.json of github.com/vllm-project/semantic-router at 3d48f8c`);
  return JSON.parse(readFileSync(file, "utf8")) as { question: string; category: string }[];
}

function withoutOptions(asked: string): string {
  const options = asked.lastIndexOf("\nA. ");
  return (options < 0 ? asked : asked.slice(0, options)).trim();
}

/** The first 120 letters and digits, in lower case. */
export function clusterOf(question: string): string {
  return question.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "").slice(0, 120);
}

/** Clusters of each subject (where a cluster has several: its first), in the order of their hashes, fill the sides by their shares. */
function sided(read: readonly Omit<MmluQuestion, "side">[]): MmluQuestion[] {
  const subjects = new Map<string, Map<string, number>>();
  const home = new Map<string, string>();
  for (const { subject, cluster } of read) {
    if (!home.has(cluster)) home.set(cluster, subject);
    const clusters = subjects.get(home.get(cluster) as string) ?? new Map<string, number>();
    subjects.set(home.get(cluster) as string, clusters.set(cluster, (clusters.get(cluster) ?? 0) + 1));
  }
  const side = new Map<string, MmluQuestion["side"]>();
  for (const clusters of subjects.values()) {
    const total = [...clusters.values()].reduce((sum, rows) => sum + rows, 0);
    const order = [...clusters.keys()].map((cluster) => [hash("sha256", `wrp heads ${cluster}`, "hex"), cluster] as const).sort(([a], [b]) => (a < b ? -1 : 1));
    let filled = 0;
    for (const [, cluster] of order) {
      side.set(cluster, filled < SHARES[0] * total ? "train" : filled < (SHARES[0] + SHARES[1]) * total ? "validation" : "held out");
      filled += clusters.get(cluster) as number;
    }
  }
  return read.map((one) => ({ ...one, side: side.get(one.cluster) as MmluQuestion["side"] }));
}
