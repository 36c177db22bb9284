import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { Prompt } from "../../src/model/prompt.ts";
import { openWorkload, type WorkloadOptions } from "../../src/workload/index.ts";

const DATA = resolve(import.meta.dirname, "../../../shared/data");
const absent = !existsSync(DATA);
if (absent) console.warn(`real data is absent (${DATA}): its tests are skipped`);

async function read(inputs: string[], options: Partial<WorkloadOptions> = {}) {
  const workload = await openWorkload({ inputs, seed: 1, cwd: DATA, ...options });
  const prompts: Prompt[] = [];
  for await (const batch of workload.batches()) prompts.push(...batch);
  return { workload, prompts, summary: workload.summary() };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const quality = (prompts: Prompt[], model: number) => mean(prompts.map((prompt) => prompt.outcomes[model]?.quality as number));

test.skipIf(absent)("RouteLLM's MMLU: 14,042 prompts, 14,037 without the contaminated ones", async () => {
  expect((await read(["routellm-mmlu/*.csv"])).prompts).toHaveLength(14_042);
  const { prompts, summary, workload } = await read(["routellm-mmlu/*.csv"], { exclude: ["routellm-mmlu/contaminated_prompts.jsonl"] });
  expect(prompts).toHaveLength(14_037);
  expect(summary).toMatchObject({ read: 14_042, excluded: 5 });
  expect(prompts.length - new Set(prompts.map((prompt) => prompt.hash)).size).toBe(105);
  expect(quality(prompts, 0)).toBeCloseTo(0.680915, 6);
  expect(quality(prompts, 1)).toBeCloseTo(0.80587, 6);
  expect(prompts[0]?.outcomes.map((outcome) => outcome.model)).toEqual(["mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"]);
  expect(new Set(prompts.map((prompt) => prompt.meta["subject"])).size).toBe(57);
  expect(workload.name).toBe("routellm-mmlu");
  expect(workload.files).toHaveLength(57);
  expect(summary.warnings).toEqual([expect.stringMatching(/^4 duplicate prompts have different recorded outcomes /)]);
});

test.skipIf(absent)("RouteLLM's MMLU as a folder: the list to exclude in it is no data", async () => {
  const { workload } = await read(["routellm-mmlu"], { exclude: ["routellm-mmlu/contaminated_prompts.jsonl"], sample: 1 });
  expect(workload.files).toHaveLength(57);
});

test.skipIf(absent)("RouterBench: 3,178 prompts, 3,150 with all 11 scores", async () => {
  const { prompts, summary } = await read(["routerbench/*.csv"]);
  expect(prompts).toHaveLength(3_178);
  const scored = prompts.filter((prompt) => prompt.outcomes.every((outcome) => outcome.quality !== null));
  expect(scored).toHaveLength(3_150);
  const models = prompts[0]?.outcomes.map((outcome) => outcome.model) as string[];
  expect(models).toHaveLength(11);
  for (const [i] of models.entries()) expect(prompts.filter((prompt) => prompt.outcomes[i]?.quality === null)).toHaveLength(14);
  const figures = (model: string) => {
    const i = models.indexOf(model);
    return [quality(scored, i), mean(scored.map((prompt) => prompt.outcomes[i]?.costUsd as number)) * 1000];
  };
  expect(figures("mistralai/mistral-7b-chat").map((x) => x.toFixed(4))).toEqual(["0.5844", "0.0813"]);
  expect(figures("gpt-4-1106-preview").map((x) => x.toFixed(4))).toEqual(["0.8794", "5.0153"]);
  expect(prompts.every((prompt) => !prompt.messages?.[0]?.content.startsWith("["))).toBe(true);
  expect(prompts.flatMap((prompt) => prompt.outcomes).every((outcome) => !outcome.text?.startsWith("['"))).toBe(true);
  expect(summary.warnings).toEqual([
    '14 ids are used by several rows; rows are never merged by id (for example "arc-challenge.val.172" in arc-challenge)',
    expect.stringMatching(/^2 duplicate prompts have different recorded outcomes /),
  ]);
});

test.skipIf(absent)("LLMRouterBench, long form: 60 prompts, rows missing for models, failed calls", async () => {
  const map = { id: "prompt_id", dataset: "dataset", model: "model", quality: "score", cost: "cost", inputTokens: "prompt_tokens", outputTokens: "completion_tokens" };
  const { prompts, summary } = await read(["llmrouterbench-sample/sample.csv"], { map });
  expect(prompts).toHaveLength(60);
  expect(new Set(prompts.flatMap((prompt) => prompt.outcomes.map((outcome) => outcome.model))).size).toBe(33);
  const outcomes = prompts.flatMap((prompt) => prompt.outcomes);
  const failed = outcomes.filter((outcome) => outcome.error !== null);
  expect(failed).toHaveLength(11);
  expect(failed.every((outcome) => outcome.quality === null && outcome.costUsd === null)).toBe(true);
  expect(outcomes.some((outcome) => outcome.costUsd === 0 && outcome.error === null)).toBe(true);
  expect(summary.warnings).toHaveLength(1);
});

test.skipIf(absent)("LLMRouter: scores nested under model names with dots", async () => {
  const map = { prompt: "question", "quality.qwen2.5-7b-instruct": "scores.qwen2.5-7b-instruct" };
  const { prompts } = await read(["llmrouter-sample/train.json"], { map });
  expect(prompts).toHaveLength(120);
  expect(prompts.every((prompt) => typeof prompt.outcomes[0]?.quality === "number")).toBe(true);
});

const outcomesOf = (prompts: Prompt[], model: string) => prompts.flatMap((prompt) => prompt.outcomes.filter((outcome) => outcome.model === model));

test.skipIf(absent)("RouterArena's folder: 40 prompts of both models' files, the price list passed over", async () => {
  const { prompts, summary, workload } = await read(["routerarena-sample"]);
  expect(workload.files.map(({ format }) => format)).toEqual(["routerarena", "prices", "routerarena"]);
  expect([prompts.length, summary.promptsPerFile]).toEqual([40, [40, 0, 40]]);
  expect(prompts[0]).toMatchObject({ id: "AIME_112", dataset: "AIME", reference: "610", grader: "math_metric" });
  expect(prompts.filter(({ dataset }) => dataset === "ArcMMLU")).toHaveLength(37);
  const figures = (model: string) => {
    const all = outcomesOf(prompts, model);
    const sum = (of: (outcome: (typeof all)[number]) => number | null) => all.reduce((total, outcome) => total + (of(outcome) as number), 0);
    return [all.length, sum(({ quality: q }) => q) / 40, ((sum(({ costUsd }) => costUsd) / 40) * 1000).toFixed(8), sum(({ inputTokens }) => inputTokens), sum(({ outputTokens }) => outputTokens)];
  };
  expect(figures("claude-3-haiku-20240307")).toEqual([40, 0.725, "0.11550625", 5126, 2671]);
  expect(figures("gemini-2.0-flash-001")).toEqual([40, 0.8, "0.04442500", 4098, 3418]);
  expect(summary.warnings).toEqual([expect.stringMatching(/^1 file is a price list and holds no prompts; .*routerarena-sample\/cost\.json\)$/)]);
  expect((await read(["routerarena-sample/*.jsonl"])).summary.warnings).toEqual([]);
});

test.skipIf(absent)("LLMRouter's folder: 120 scored prompts, 60 queries, and the one price that its text contradicts", async () => {
  const { prompts, summary, workload } = await read(["llmrouter-sample"]);
  expect(workload.files.map(({ format }) => format)).toEqual(["prices", "llmrouter", "llmrouter"]);
  expect(summary.promptsPerFile).toEqual([0, 60, 120]);
  const [queries, scored] = [prompts.slice(0, 60), prompts.slice(60)];
  expect(queries[0]).toMatchObject({ dataset: "agentverse-logicgrid", reference: "D", grader: "em_mc", outcomes: [] });
  expect(queries.reduce((sum, { lengthCodePoints }) => sum + (lengthCodePoints as number), 0)).toBe(66_017);
  const means = ["gemma-2-9b-it", "llama-3.1-nemotron-51b-instruct", "codegemma-7b", "qwen2.5-7b-instruct"].map((model) => mean(outcomesOf(scored, model).map((outcome) => outcome.quality as number)).toFixed(6));
  expect(means).toEqual(["0.333333", "0.241667", "0.008333", "0.000000"]);
  expect(scored.every(({ outcomes }) => outcomes.length === 9 && outcomes.every(({ costUsd }) => costUsd === null))).toBe(true);
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^1 file is a price list/),
    expect.stringMatching(/^1 price list entry describes a model at another price than the price fields: the fields count \(for example qwen2\.5-7b-instruct in /),
  ]);
});

test.skipIf(absent)("LLMRouterBench without a map: 60 prompts x 33 models, 11 failed calls, 9 models that cost 0", async () => {
  const { prompts, summary, workload } = await read(["llmrouterbench-sample"]);
  expect(workload.files.map(({ format }) => format)).toEqual(["llmrouterbench"]);
  expect(prompts.map(({ outcomes }) => outcomes.length)).toEqual(Array.from({ length: 60 }, () => 33));
  const figures = (model: string) => {
    const good = outcomesOf(prompts, model).filter(({ error }) => error === null);
    return [good.length, mean(good.map(({ quality: q }) => q as number)).toFixed(6), (mean(good.map(({ costUsd }) => costUsd as number)) * 1000).toFixed(4), good.reduce((sum, { outputTokens }) => sum + (outputTokens as number), 0)];
  };
  expect(figures("gpt-5")).toEqual([60, "0.883333", "76.1518", 455_663]);
  expect(figures("qwen3-235b-a22b-thinking-2507")).toEqual([53, "0.981132", "21.3366", 937_623]);
  expect(figures("Llama-3.1-Nemotron-Nano-8B-v1")).toEqual([60, "0.450000", "0.1342", 394_557]);
  const models = prompts[0]?.outcomes.map(({ model }) => model) as string[];
  expect(models.filter((model) => outcomesOf(prompts, model).every(({ costUsd }) => costUsd === 0))).toHaveLength(9);
  expect(summary.warnings).toEqual([expect.stringMatching(/^11 calls with quality 0, no tokens and no cost/)]);
});
