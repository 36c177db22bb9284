import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { random } from "../../src/stats/random.ts";
import { lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy, SHARED_DATA, timeless, type Folder } from "../wrp.ts";

const WORDS = ["paris", "mail", "a", "b", "joe", "at"] as const;
const draws = random(3, "rows");

/** One model is right where the text names a city, the other elsewhere; a third is cheap, and right by chance. */
const ROWS = Array.from({ length: 240 }, (_, i) => {
  const topic = draws.next() < 0.5 ? "paris" : "mail";
  const prompt = [topic, ...Array.from({ length: 5 }, () => WORDS[2 + draws.below(4)] as string)].join(" ");
  return { id: `p${i}`, prompt: `${prompt} ${i}`, outcomes: { geo: { quality: topic === "paris" ? 1 : 0, costUsd: 0.002 }, post: { quality: topic === "mail" ? 1 : 0, costUsd: 0.001 }, coin: { quality: draws.next() < 0.4 ? 1 : 0, costUsd: 0.0002 } } };
});

/** With an embedder that counts words. */
function desk(rows: readonly object[] = ROWS): Folder {
  const at = folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": "datasets: [rows.jsonl]\nembedder: {model: models/model.onnx}\n" });
  written(join(at.path, "models"), lookup(table(WORDS.length, Object.fromEntries(WORDS.map((word, k) => [word, WORDS.map((_, d) => (d === k ? (k < 2 ? 3 : 1) : 0))])))));
  return at;
}

const evaluated = async (at: Folder, ...args: string[]) => {
  // A model's file is found from the folder of the process.
  const ran = await at[args.some((arg) => /lin/.test(arg)) ? "wrp" : "inside"]("eval", "--json", "-q", "--resamples", "200", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};

const ALL = ["epsilon-greedy", "ucb", "linucb", "thompson", "thompson(model=linear)", "budgeted(budgetUsdPer1k=1.5)"];
const flags = (...specs: string[]) => specs.flatMap((spec) => ["--policy", spec]);

test("all kinds: regret in the document, its words and its page; the one that reads texts beats the best single in the end", async () => {
  const at = desk();
  const report = await evaluated(at, ...flags(...ALL));
  expect(report.online?.map((one) => one.policy)).toEqual(ALL);
  for (const name of ALL) {
    const online = report.online?.find((one) => one.policy === name);
    expect(online?.quality.mean).toBeCloseTo(policy(report, name).quality.mean as number, 10);
    expect(online).toMatchObject({ orders: 20, lambdaPerUsd: 0, regret: { prompts: expect.arrayContaining([240]) } });
    expect(Object.values(policy(report, name).share).reduce((sum, { mean }) => sum + mean, 0)).toBeCloseTo(1, 9);
  }
  expect(report.online?.find((one) => one.policy === "linucb")?.regret?.versusBestSingle.mean.at(-1)).toBeLessThan(0);
  expect(policy(report, "linucb").quality.mean).toBeGreaterThan(policy(report, "ucb").quality.mean as number);
  expect(policy(report, "budgeted(budgetUsdPer1k=1.5)").costUsdPer1k?.mean).toBeLessThan(1.6);
  expect(report.warnings.join("\n")).toMatch(/policies "epsilon-greedy", "ucb", .*: learning on these very prompts, in 20 random orders \(sessions keep theirs\), from the outcomes of own choices alone/);
  expect(report.warnings.some((one) => one.startsWith("ucb ") && one.includes("static mix"))).toBe(true);

  const again = await evaluated(at, ...flags(...ALL), "--resamples", "201");
  expect(again.timing.computed.decisions).toBe(0);
  expect(again.online).toEqual(report.online);
  for (const [file, words] of [["page.html", "Learning as it goes"], ["report.md", "regret"], ["each.jsonl", "learned on the way, over many orders"]] as const) {
    expect((await at.inside("report", "-o", file)).code).toBe(0);
    expect(at.read(file)).toContain(words);
  }
  expect(at.read("page.html")).toContain("Regret of");
  expect((await at.inside("report")).stdout.replace(/\s+/g, " ")).toMatch(/online linucb: regret −[\d.]+ \[.*\] against \w+ alone after 240 prompts \(Σ quality; mean of 20 random orders, one order ±[\d.]+\), [\d.]+ against the oracle/);
  const compared = await at.inside("compare", "latest:linucb", "latest:ucb", "--json");
  expect([compared.code, compared.stderr]).toEqual([0, ""]);
});

test("the same seed gives the same document, stored or not; another seed other orders", async () => {
  const args = flags("ucb", "linucb(shuffles=3)", "thompson(delay=5,feedbackRate=0.5)");
  const at = desk();
  const first = await evaluated(at, ...args);
  expect(timeless(await evaluated(at, ...args, "-j", "3", "--store", "other.db"))).toEqual(timeless(first));
  expect((await evaluated(at, ...args, "--seed", "2")).online?.[0]?.regret).not.toEqual(first.online?.[0]?.regret);
});

test("no random order: the workload's own alone, without an interval over orders", async () => {
  const report = await evaluated(desk(), ...flags("ucb(shuffles=0)"));
  expect(report.online?.[0]).toMatchObject({ orders: 0, quality: { ci: null, sd: null } });
  expect(report.online?.[0]?.inOrder.quality).toBe(report.online?.[0]?.quality.mean);
});

test("late and missing feedback slow it down; outcomes that are not there are passed over", async () => {
  const report = await evaluated(desk(), ...flags("thompson", "thompson(delay=60)", "thompson(feedbackRate=0.05)"));
  const quality = (name: string) => policy(report, name).quality.mean as number;
  expect(quality("thompson(delay=60)")).toBeLessThan(quality("thompson"));
  expect(quality("thompson(feedbackRate=0.05)")).toBeLessThan(quality("thompson"));
  const gaps = ROWS.map((row, i) => (i % 3 === 0 ? { ...row, outcomes: { ...row.outcomes, geo: {} } } : row));
  const partial = await evaluated(desk(gaps), ...flags("ucb", "linucb"));
  expect([partial.workload.prompts, policy(partial, "ucb").quality.n]).toEqual([160, 160]);
});

test("a prompt without a text is not decided by its vector", async () => {
  const rows = ROWS.map(({ prompt, ...row }, i) => (i < 12 ? { ...row, promptHash: i.toString(16).padStart(32, "0") } : { ...row, prompt }));
  const report = await evaluated(desk(rows), ...flags("linucb", "ucb"));
  expect([policy(report, "linucb").quality.n, policy(report, "ucb").quality.n]).toEqual([228, 240]);
  expect(report.warnings.join("\n")).toContain("12 of 240 prompts have no text here");
});

test.each([
  [["eval", ...flags("epsilon-greedy(epsilon=0.1,decay=3)")], "has epsilon and decay: give one"],
  [["eval", ...flags("budgeted()")], "budgetUsdPer1k must be given, as a number"],
  [["eval", ...flags("ucb(delay=-1)")], "delay"],
  [["eval", ...flags("ucb"), "--cv", "5"], "--cv is for policies that learn from other prompts than they decide"],
  [["route", ...flags("ucb"), "Where is Paris?"], 'policy "ucb" learns from outcomes as prompts go by, inside wrp eval: it has no state to route a new prompt from'],
])("wrp %j is refused", async (args, why) => {
  const at = desk();
  if (args[0] === "route") await evaluated(at, ...flags("ucb"));
  const ran = await at.inside(...args);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(why)]);
});

test.skipIf(!existsSync(join(SHARED_DATA, "routerbench")))("on RouterBench: Thompson sampling loses less than UCB1, and neither beats a static mix of its cost", async () => {
  const report = await evaluated(folder(), join(SHARED_DATA, "routerbench/*.csv"), ...flags("thompson", "ucb"));
  const regret = (name: string) => report.online?.find((one) => one.policy === name)?.regret?.versusBestSingle.mean.at(-1) as number;
  expect(regret("thompson")).toBeGreaterThan(0);
  expect(regret("thompson")).toBeLessThan(regret("ucb") / 2);
  for (const name of ["thompson", "ucb"]) expect(policy(report, name).costMatchedMix?.verdict).toBe("worse");
});
