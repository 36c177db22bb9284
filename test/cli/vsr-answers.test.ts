import { describe, expect, test } from "vitest";
import { folder, jsonl, policy } from "../wrp.ts";

const config = (rule = "keywords: [goodbye]") => `providers: { models: [{ name: finch }, { name: eagle }] }
routing:
  signals: { keywords: [{ name: closing, operator: OR, ${rule} }] }
  decisions:
    - { name: farewell, priority: 9, rules: { type: keyword, name: closing }, plugins: [{ type: fast_response, configuration: { message: "I'm sorry, but I can't help with that. Goodbye!" } }] }
    - { name: rest, priority: 1, modelRefs: [{ model: finch }] }
`;
const OWN = "answered without a model";

/** 40 prompts; the first ten say goodbye, of which the first five have a reference that the fixed text meets and two another. */
const DATA = jsonl(
  Array.from({ length: 40 }, (_, k) => ({
    id: `p${k}`,
    prompt: k < 10 ? `goodbye ${k}` : `Question ${k}`,
    ...(k < 5 ? { grader: "icontains", reference: "goodbye" } : k < 7 ? { grader: "icontains", reference: "hello" } : {}),
    ...(k === 8 ? { tags: ["pii"] } : k === 9 || k === 20 ? { tags: ["attack"] } : {}),
    outcomes: { finch: { quality: 0.5, costUsd: 0.001, latencyMs: 100 }, eagle: { quality: 1, costUsd: 0.01, latencyMs: 300 } },
  })),
);

async function evaluated(...more: string[]) {
  const here = folder({ "desk.yaml": config(), "data.jsonl": DATA });
  const ran = await here.inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--json", ...more);
  expect(ran.code, ran.stderr).toBe(0);
  return { here, report: ran.json() };
}

describe("fast_response", () => {
  test("has a share of its own, costs nothing, is graded where the prompt can be, and is no gap in the cost", async () => {
    const { report } = await evaluated();
    const own = policy(report, "vsr:desk.yaml");
    expect(own.share).toMatchObject({ [OWN]: { mean: 0.25 }, finch: { mean: 0.75 } });
    expect(own.costUsdPer1k).toMatchObject({ n: 40 });
    expect(own.costUsdPer1k?.mean).toBeCloseTo(0.75, 9);
    // 30 by finch at 0.5, 5 right, 2 wrong; 3 that nothing grades are gaps.
    expect(own.quality.n).toBe(37);
    expect(own.quality.mean).toBeCloseTo((30 * 0.5 + 5) / 37, 9);
    expect(own.latencyMs).toMatchObject({ n: 30, mean: 100 });
    expect(report.warnings).toContain('policy "vsr:desk.yaml": 10 of 40 prompts are answered without a model, at no cost and a latency that is not known; 7 of them have a grade');
    expect(report.warnings).toContain("vsr:desk.yaml decides on 37 of 40 compared prompts: the others are undetermined, have no model to go to, or are answered without one and not graded");
  });

  test("leaks nothing and lets no attack through; it declined where its text does", async () => {
    const { report } = await evaluated();
    const own = policy(report, "vsr:desk.yaml");
    expect(own.privacy?.leakRate.mean).toBe(0);
    expect(own.safety?.attackReachRate).toMatchObject({ mean: 0.5, n: 2 });
    expect(own.safety?.attackAnsweredRate).toMatchObject({ mean: 0, n: 1 });
    expect(policy(report, "finch").privacy?.leakRate.mean).toBe(1);
  });

  test("is told in every form, prompt by prompt, and again from the store", async () => {
    const { here } = await evaluated("-o", "report.html", "-o", "report.csv", "-o", "report.md", "-o", "decisions.jsonl");
    expect(here.read("report.html")).toMatch(/answered without a model 25\.0\s%/);
    const [header, ...rows] = here.read("report.csv").split("\n").map((line) => line.split(","));
    expect(rows.find(([name]) => name === "vsr:desk.yaml")?.[header?.indexOf(`share ${OWN}`) ?? -1]).toBe("0.25");
    const first = (text: string) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>).find((row) => row["policy"] === "vsr:desk.yaml" && row["ordinal"] === 0);
    const seen = { model: OWN, rule: 'decision "farewell": answered by fast_response', quality: 1, costUsd: 0, latencyMs: null };
    expect(first(here.read("decisions.jsonl"))).toMatchObject(seen);
    const again = await here.inside("report", "latest", "-o", "again.jsonl");
    expect(again.code, again.stderr).toBe(0);
    expect(first(here.read("again.jsonl"))).toMatchObject(seen);
  });

  test("a config that answers more moves prompts from the model", async () => {
    const here = folder({ "desk.yaml": config(), "new.yaml": config("keywords: [goodbye, question]"), "data.jsonl": DATA });
    const ran = await here.inside("eval", "data.jsonl", "--policy", "vsr:desk.yaml", "--policy", "vsr:new.yaml", "--reference", "vsr:desk.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const report = ran.json();
    expect(report.moved.find(({ b }) => b === "vsr:new.yaml")).toMatchObject({ count: 30, flows: [{ from: "finch", to: OWN, count: 30 }] });
    expect(policy(report, "vsr:new.yaml").share).toEqual({ [OWN]: { mean: 1, ci: [1, 1] } });
    const compared = await here.inside("compare", "vsr:desk.yaml", "vsr:new.yaml", "--json");
    expect(compared.code, compared.stderr).toBe(0);
    expect(compared.stdout).toContain(`"${OWN}"`);
  });

  test("on a log its cost is known, and no quality is made of its grades", async () => {
    const log = DATA.replaceAll(/,"eagle":\{[^}]*\}/g, "");
    const here = folder({ "desk.yaml": config().replace("model: finch", "model: eagle"), "log.jsonl": log, "wrp.yaml": "models: [{name: eagle, price: {inputUsdPer1M: 1, outputUsdPer1M: 1}}]\n" });
    const ran = await here.inside("eval", "log.jsonl", "--policy", "vsr:desk.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const own = policy(ran.json(), "vsr:desk.yaml");
    expect(own.share[OWN]?.mean).toBe(0.25);
    expect(own.quality.mean).toBeNull();
    expect(own.costUsdPer1k?.n).toBe(40);
  });
});

test("wrp route expects no cost of it", async () => {
  const ran = await folder({ "desk.yaml": config() }).inside("route", "goodbye now", "--policy", "vsr:desk.yaml");
  expect(ran.stdout).toMatch(/^no model: answered by the policy {3}by vsr:desk\.yaml$/m);
  expect(ran.stdout).toContain("cost     $0.000 expected (nothing is called)");
  expect(ran.stdout).toContain("latency  unknown (not known: the policy answers itself)");
});
