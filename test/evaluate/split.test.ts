import { expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { generator } from "../desk.ts";
import { folder, jsonl, policy } from "../wrp.ts";

/** Prompts of which some stand twice, and some in sessions; which model is good is set side by side later. */
function rows(goodAt: (id: string) => "a" | "b"): object[] {
  const draw = generator(11);
  return Array.from({ length: 300 }, (_, i) => {
    const id = `r${i}`;
    const good = goodAt(id);
    const quality = (model: string) => (draw() < (model === good ? 0.9 : 0.4) ? 1 : 0);
    const twin = i % 10 === 9 ? i - 1 : i;
    return {
      id,
      prompt: `Split question ${twin}${" and more".repeat(twin % 13)}`,
      ...(i % 7 === 0 ? { session: `s${Math.floor(i / 70)}`, turn: (i % 70) / 7 } : {}),
      outcomes: { a: { quality: quality("a"), costUsd: 0.001 }, b: { quality: quality("b"), costUsd: 0.004 }, waste: { quality: 0, costUsd: 0.003 } },
    };
  });
}

const at = folder({ "plain.jsonl": jsonl(rows(() => "a")) });

async function side(part: "train" | "test", file = "plain.jsonl", ...flags: string[]): Promise<{ report: Report; ids: string[] }> {
  const ran = await at.inside("eval", file, "--split", part, "--store", ":memory:", "--json", "-q", "--resamples", "200", "-o", `${part}.jsonl`, ...flags);
  expect(ran.code, ran.stderr).toBe(0);
  const lines = at.read(`${part}.jsonl`).trimEnd().split("\n").map((line) => JSON.parse(line) as { id: string; policy: string });
  return { report: ran.json(), ids: lines.flatMap((line) => (line.policy === "random" ? [line.id] : [])) };
}

test("the two sides are disjoint, together whole, and never share a prompt's text or a session", async () => {
  const [train, held] = [await side("train"), await side("test")];
  expect(train.ids.filter((id) => held.ids.includes(id))).toEqual([]);
  expect([...train.ids, ...held.ids]).toHaveLength(300);
  for (const id of train.ids) if (numberOf(id) % 10 === 9) expect(train.ids).toContain(`r${numberOf(id) - 1}`);
  for (let s = 0; s < 5; s++) expect(new Set(Array.from({ length: 10 }, (_, k) => train.ids.includes(`r${s * 70 + 7 * k}`)).filter((_, k) => s * 70 + 7 * k < 300)).size).toBe(1);
});

test("another seed splits otherwise; --train-share moves the line", async () => {
  expect((await side("train", "plain.jsonl", "--seed", "9")).ids).not.toEqual((await side("train")).ids);
  expect((await side("test", "plain.jsonl", "--train-share", "0.8")).ids.length).toBeLessThan(120);
});

test("hull, weak and strong, best single and thresholds' models come from the training part", async () => {
  const train = new Set((await side("train")).ids);
  // On the training side b is the good one, on the held-out side a is.
  at.put("turned.jsonl", jsonl(rows((id) => (train.has(id) ? "b" : "a"))));
  const { report } = await side("test", "turned.jsonl", "--policy", "threshold(name=long,threshold=40)");
  const quality = (name: string) => policy(report, name).quality.mean as number;
  expect(quality("a")).toBeGreaterThan(quality("b") + 0.2); // the held-out side would choose a
  expect(policy(report, "best-single").share).toEqual({ b: { mean: 1, ci: [1, 1] } });
  expect(quality("best-single")).toBe(quality("b"));
  expect(report.statistics).toMatchObject({ weak: "a", strong: "b" });
  expect(report.sweeps.find((s) => s.name === "long")).toMatchObject({ weak: "a", strong: "b" });
  expect(policy(report, "zero-router").share).toMatchObject({ a: { mean: expect.closeTo(0.5, 6) }, b: { mean: expect.closeTo(0.5, 6) } });
  expect(report.statistics.method).toContain("fitted on the training part");
  expect(report.warnings.join("\n")).not.toContain("maxima chosen on the prompts they are judged on");

  const { report: whole } = await side("train", "turned.jsonl");
  expect(policy(whole, "best-single").share).toEqual({ b: { mean: 1, ci: [1, 1] } });
  expect(whole.warnings.join("\n")).toContain("maxima chosen on the prompts they are judged on");
});

function numberOf(id: string): number {
  return Number(id.slice(1));
}

test("a model that only the training part has is named, and no mixture counts it", async () => {
  const here = folder();
  const given = Array.from({ length: 100 }, (_, i) => ({ id: `s${i}`, prompt: `Split ${i}.`, outcomes: { a: { quality: i % 2, costUsd: 0.001 }, b: { quality: 1, costUsd: 0.01 }, ...(i === 3 ? { rare: { quality: 1, costUsd: 0.1 } } : {}) } }));
  here.put("rare.jsonl", jsonl(given));
  for (const seed of ["1", "2", "3", "4", "5", "6"]) {
    const report = (await here.inside("eval", "rare.jsonl", "--store", ":memory:", "--json", "-q", "--split", "test", "--seed", seed)).json();
    const names = report.models.map((m) => m.name);
    for (const p of report.policies) expect(Object.values(p.share).reduce((sum, s) => sum + s.mean, 0)).toBeCloseTo(1, 9);
    expect(report.warnings.join("\n")).toContain(names.includes("rare") ? "rare has no outcome in the training part" : "rare has outcomes in the training part only");
  }
});
