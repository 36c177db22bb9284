import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { folder, policy, SHARED_DATA } from "../wrp.ts";

const absent = !existsSync(SHARED_DATA);
if (absent) console.warn(`real data is absent (${SHARED_DATA}): the reference numbers are not checked`);

const at = folder();

async function evaluated(...args: string[]): Promise<Report> {
  const ran = await at.wrp("eval", ...args, "--json", "-q");
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  return ran.json();
}

describe.skipIf(absent)("RouteLLM's MMLU, contaminated prompts left out", () => {
  let report: Report;
  beforeAll(async () => {
    const data = join(SHARED_DATA, "routellm-mmlu");
    report = await evaluated(join(data, "*.csv"), "--exclude", join(data, "contaminated_prompts.jsonl"));
  });
  const sweep = (name: string) => report.sweeps.find((s) => s.name === name) as Report["sweeps"][number];

  test("14,037 prompts are compared, 105 of them duplicates", () => {
    expect(report.workload).toMatchObject({ prompts: 14_037, missing: 0, read: 14_042, excluded: 5, duplicates: 105 });
    expect(report.workload.clusters).toBe(14_037 - 105);
  });

  test("weak, strong and the per-prompt ceiling", () => {
    expect(report.statistics).toMatchObject({ weak: "mistralai/Mixtral-8x7B-Instruct-v0.1", strong: "gpt-4-1106-preview" });
    expect(policy(report, "mistralai/Mixtral-8x7B-Instruct-v0.1").quality.mean?.toFixed(6)).toBe("0.680915");
    expect(policy(report, "gpt-4-1106-preview").quality.mean?.toFixed(6)).toBe("0.805870");
    expect(policy(report, "oracle").quality.mean?.toFixed(5)).toBe("0.85873");
  });

  test("the length rule's APGR and CPT, exact and as RouteLLM codes them", () => {
    const { apgr, cpt } = sweep("length");
    expect(apgr.exact?.toFixed(5)).toBe("0.58582");
    expect(apgr.asCoded?.toFixed(5)).toBe("0.58370");
    expect(percent(cpt.exact)).toEqual(["14.26", "35.94", "69.13"]);
    expect(percent(cpt.asCoded)).toEqual(["15.35", "36.70", "69.20"]);
  });

  test("their intervals", () => {
    const { apgr, cpt } = sweep("length");
    near(apgr.ci, [0.569, 0.604], 0.003);
    near(cpt.ci["50"], [0.346, 0.376], 0.006);
  });

  test("the oracle's sweep", () => {
    const { apgr, cpt } = sweep("oracle");
    expect(apgr.exact?.toFixed(4)).toBe("1.2853");
    expect(cpt.exact["50"]).toBeCloseTo(0.0625, 4);
    expect(cpt.exact["80"]).toBeCloseTo(0.1, 4);
  });

  test("no cost is known, so none is made up", () => {
    expect(report.policies.every((p) => p.costUsdPer1k === null)).toBe(true);
    expect(report.objectives).toEqual(["quality"]);
    expect(report.metrics).toMatchObject({ aiq: null, zeroRouter: null });
    expect(report.warnings.join("\n")).toContain("no policy has a known cost");
  });
});

describe.skipIf(absent)("RouterBench", () => {
  let report: Report;
  beforeAll(async () => {
    report = await evaluated(join(SHARED_DATA, "routerbench/*.csv"));
  });

  test("3,150 prompts have all 11 scores, 28 are left out", () => {
    expect(report.workload).toMatchObject({ prompts: 3150, missing: 28, read: 3178 });
  });

  test.each([
    ["mistralai/mistral-7b-chat", ".5844", "0.0813"],
    ["WizardLM/WizardLM-13B-V1.2", ".5670", "0.1228"],
    ["mistralai/mixtral-8x7b-chat", ".7413", "0.2478"],
    ["meta/code-llama-instruct-34b-chat", ".6121", "0.3110"],
    ["zero-one-ai/Yi-34B-Chat", ".7730", "0.3291"],
    ["claude-instant-v1", ".6730", "0.3651"],
    ["meta/llama-2-70b-chat", ".6181", "0.3765"],
    ["gpt-3.5-turbo-1106", ".7321", "0.4189"],
    ["claude-v1", ".7270", "3.5746"],
    ["claude-v2", ".5511", "3.7950"],
    ["gpt-4-1106-preview", ".8794", "5.0153"],
  ])("%s: quality %s at $%s per 1,000", (model, quality, cost) => {
    const row = policy(report, model);
    expect(row.quality.mean?.toFixed(4)).toBe(`0${quality}`);
    expect(row.costUsdPer1k?.mean?.toFixed(4)).toBe(cost);
    expect([row.quality.n, row.costUsdPer1k?.n]).toEqual([3150, 3150]);
  });

  test("the hull, and the frontier: its four models", () => {
    const hull = report.metrics.zeroRouter?.hull ?? [];
    expect(hull.map((p) => [p.costUsdPer1k.toFixed(4), p.quality.toFixed(4)])).toEqual([
      ["0.0813", "0.5844"],
      ["0.2478", "0.7413"],
      ["0.3291", "0.7730"],
      ["5.0153", "0.8794"],
    ]);
    expect(report.frontier.toSorted()).toEqual(hull.map((p) => p.name).toSorted());
  });

  test("AIQ by the paper and by the code", () => {
    expect(report.metrics.aiq?.paper.toFixed(5)).toBe("0.81954");
    expect(report.metrics.aiq?.code.toFixed(5)).toBe("0.80626");
  });

  test("the oracle", () => {
    expect(report.metrics.oracle?.quality.toFixed(4)).toBe("0.9756");
    expect(report.metrics.oracle?.costUsdPer1k?.toFixed(4)).toBe("0.2083");
  });
});

function near(bounds: readonly (number | null)[] | null, wanted: readonly number[], within: number): void {
  expect(bounds).toHaveLength(2);
  wanted.forEach((value, k) => expect(Math.abs((bounds?.[k] as number) - value), `bound ${k}: ${bounds?.[k]} against ${value}`).toBeLessThanOrEqual(within));
}

function percent(of: Record<string, number | null>): string[] {
  return ["20", "50", "80"].map((q) => (100 * (of[q] as number)).toFixed(2));
}

test("the README's excerpt is of the report that it names", () => {
  const readme = readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");
  const report = readFileSync(resolve(import.meta.dirname, "../../reports/routellm-mmlu.txt"), "utf8");
  const excerpt = /```\n( {3}length .*)\n```/.exec(readme)?.[1];
  expect(excerpt).toBeDefined();
  expect(report.split("\n")).toContain(excerpt);
});
