import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { random } from "../../src/stats/random.ts";
import { lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy, SHARED_DATA, timeless, type Folder } from "../wrp.ts";

const FAST = ["--resamples", "200"];
const FILLER = ["a", "b", "joe", "at", "example", "com"] as const;
const ONE_HOT = ["paris", "mail", ...FILLER] as const;

interface Row {
  readonly id: string;
  readonly prompt?: string;
  readonly promptHash?: string;
  readonly session?: string;
  readonly outcomes: Readonly<Record<string, { readonly quality: number; readonly costUsd: number }>>;
}

const draws = random(5, "test");
const outcomes = (right: "geo" | "post") => ({ geo: { quality: right === "geo" ? 1 : 0, costUsd: 0.002 }, post: { quality: right === "post" ? 1 : 0, costUsd: 0.001 } });

/** Different texts of eight words, of which no two have the same vector. */
function texts(count: number, topics: readonly string[]): string[] {
  const seen = new Map<string, string>();
  while (seen.size < count) {
    const words = [topics[draws.below(topics.length)] as string, ...Array.from({ length: 7 }, () => FILLER[draws.below(FILLER.length)] as string)];
    seen.set(words.toSorted().join(" "), words.join(" "));
  }
  return [...seen.values()];
}

/** The right model is told by a word. */
const LEARNABLE: Row[] = texts(160, ["paris", "mail"]).map((prompt, i) => ({ id: `p${i}`, prompt, outcomes: outcomes(prompt.includes("paris") ? "geo" : "post") }));
/** The right model is told by nothing. */
const RANDOM: Row[] = texts(160, ["paris", "mail"]).map((prompt, i) => ({ id: `p${i}`, prompt, outcomes: outcomes(draws.next() < 0.5 ? "geo" : "post") }));

/** With an embedder that counts words. */
function desk(rows: readonly Row[], more = ""): Folder {
  const at = folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": `datasets: [rows.jsonl]\nembedder: {model: models/model.onnx}\n${more}` });
  const hot = Object.fromEntries(ONE_HOT.map((word, k) => [word, ONE_HOT.map((_, d) => (d === k ? (k < 2 ? 3 : 1) : 0))]));
  written(join(at.path, "models"), lookup(table(ONE_HOT.length, hot)));
  return at;
}

const evaluated = async (at: Folder, ...args: string[]) => {
  const ran = await at.wrp("eval", "--json", "-q", ...FAST, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};

describe("where the right model can be told by the text", () => {
  test.each(["knn(k=5)", "kmeans(clusters=4)", "logistic", "svm", "mlp", "mf"])("%s beats the best single and its cost-matched mix, and is told nothing", async (spec) => {
    const report = await evaluated(desk(LEARNABLE), "--policy", spec);
    expect(policy(report, spec).quality.mean).toBeGreaterThan(0.95);
    expect(policy(report, spec).costMatchedMix?.verdict).toBe("better");
    expect(report.comparisons.find(({ a, metric }) => a === "geo" && metric === "quality")?.verdict).toBe("worse");
    expect(report.warnings.join("\n")).not.toContain("static mix");
    expect(report.warnings.join("\n")).toMatch(/fitted in 5 folds, each prompt decided by what was fitted on the 128 of the other folds, by vectors of models\/model\.onnx; no prompt, duplicate or session is on both sides; intervals are given the fitted routers/);
  });

  test("what is auto is chosen inside each fold, and told", async () => {
    const report = await evaluated(desk(LEARNABLE), "--policy", "knn(k=auto)", "--policy", "logistic(decay=auto)", "--cv", "3");
    for (const name of ["knn(k=auto)", "logistic(decay=auto)"]) expect(policy(report, name).quality.mean).toBeGreaterThan(0.95);
    expect(report.warnings.join("\n")).toMatch(/k was chosen in a nested fold of what it was fitted on: \d+, \d+, \d+/);
    expect(report.warnings.join("\n")).toMatch(/decay was chosen in a nested fold of what it was fitted on: [\d.e-]+, [\d.e-]+, [\d.e-]+/);
  });

  test("lambda moves the choice to the cheap model; alpha too", async () => {
    const report = await evaluated(desk(LEARNABLE), "--policy", "knn(k=5,lambda=2000)", "--policy", "kmeans(clusters=4,alpha=0.2)");
    for (const name of ["knn(k=5,lambda=2000)", "kmeans(clusters=4,alpha=0.2)"]) expect(policy(report, name).share["post"]?.mean).toBe(1);
  });

  test("of a model as of a new one it sees few outcomes, of none it sends none there; of all, it is as without", async () => {
    const at = desk(LEARNABLE);
    const told = async (...args: string[]) => {
      const report = await evaluated(at, "--policy", "knn(k=5)", ...args);
      return { knn: policy(report, "knn(k=5)"), geo: policy(report, "geo"), warnings: report.warnings.join("\n") };
    };
    const without = await told();
    const all = await told("--shots", "geo=128");
    expect([all.knn, all.geo]).toEqual([without.knn, without.geo]);
    expect(all.warnings).toContain("geo as a new model: of its graded training outcomes, 128 were seen (--shots geo=128); its own figures are of all");
    const few = await told("--shots", "geo=4");
    expect(few.warnings).toContain("of its graded training outcomes, 4 were seen");
    expect(few.geo).toEqual(without.geo);
    const none = await told("--shots", "geo=0", "--shots", "post=128");
    expect(none.knn.share["post"]?.mean).toBe(1);
    expect(none.warnings).toContain("of its graded training outcomes, 0 were seen");
    expect((await told("--shots", "geo=4", "--split", "test")).warnings).toContain("of its graded training outcomes, 4 were seen");
  });

  test.each([
    [["--policy", "knn", "--shots", "geo"], "--shots takes MODEL=K"],
    [["--policy", "knn", "--shots", "geo=-1"], "--shots takes MODEL=K"],
    [["--policy", "knn", "--shots", "geo=1", "--shots", "geo=2"], "--shots has geo twice"],
    [["--policy", "knn", "--shots", "gio=1"], 'unknown model "gio"'],
    [["--policy", "cheapest", "--shots", "geo=1"], "--shots is for policies that learn here"],
  ])("%s is refused", async (args, why) => {
    const ran = await desk(LEARNABLE.slice(0, 20)).wrp("eval", "-q", ...args);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(why)]);
  });

  test("what a decision takes is measured where it is made in this run, vector and estimate apart", async () => {
    const at = desk(LEARNABLE);
    const report = await evaluated(at, "--policy", "knn(k=5)", "--policy", "knn(k=5,lambda=20)");
    const { overhead = [] } = report.timing;
    expect(overhead.map(({ policy: name, decisions }) => [name, decisions])).toEqual([["knn(k=5)", 160], ["knn(k=5,lambda=20)", 160]]);
    for (const { meanMs, vectorMs, estimateMs, startMs } of overhead) {
      expect(vectorMs).toBeGreaterThan(0);
      expect(estimateMs).toBeGreaterThan(0);
      expect(meanMs).toBeCloseTo((vectorMs as number) + (estimateMs as number), 12);
      expect(startMs).toBeNull();
    }
    expect((await evaluated(at, "--policy", "knn(k=5)")).timing.overhead).toBeUndefined();
    const stored = (await evaluated(at, "--policy", "knn(k=7)")).timing.overhead;
    expect(stored).toEqual([expect.objectContaining({ meanMs: null, vectorMs: null, estimateMs: expect.any(Number) })]);
    expect((await at.wrp("report")).stdout.replace(/\s+/g, " ")).toMatch(/overhead knn\(k=7\): its vectors were stored, estimate and choice [\d.]+ ms, measured in batches over 160 prompts/);
  });

  test("it weighs the prices that are replaced, and is fitted anew for them", async () => {
    const at = desk(LEARNABLE);
    const shares = async (...args: string[]) => policy(await evaluated(at, "--policy", "knn(k=5,lambda=200)", ...args), "knn(k=5,lambda=200)").share["geo"]?.mean ?? 0;
    const before = await shares();
    expect(before).toBeGreaterThan(0.3);
    expect(before).toBeLessThan(0.7);
    expect(await shares("--price", "geo=*5")).toBe(0);
    expect(await shares("--price", "post=*10")).toBe(1);
    expect(await shares()).toBe(before);
  });

  test("on a held-out part it is fitted on the training part; the folds of the training part are its own", async () => {
    const at = desk(LEARNABLE);
    const report = await evaluated(at, "--policy", "knn(k=5)", "--split", "test");
    expect(policy(report, "knn(k=5)").quality.mean).toBeGreaterThan(0.95);
    const training = 160 - report.workload.prompts;
    expect(report.warnings.join("\n")).toContain(`fitted on the ${training} prompts of the training part`);
    expect(report.learning?.folds).toBeNull();
    expect((await evaluated(at, "--policy", "knn(k=5)", "--split", "train")).warnings.join("\n")).toContain("fitted in 5 folds");
  });

  test("the same seed gives the same document whatever the concurrency; another deals other folds; what is stored is not fitted again", async () => {
    const args = ["--policy", "knn(k=5)", "--policy", "kmeans(clusters=4)", "--cv", "3"];
    const at = desk(LEARNABLE);
    const first = await evaluated(at, ...args, "-j", "1");
    expect(first.warnings.join("\n")).toContain("fitted in 3 folds");
    expect(first.learning).toEqual({ encoder: expect.stringMatching(/[0-9a-f]{12}/), folds: 3 });
    expect(timeless(await evaluated(desk(LEARNABLE), ...args, "-j", "64"))).toEqual(timeless(first));
    const again = await evaluated(at, ...args);
    expect(again.timing.computed.decisions).toBe(0);
    expect(timeless(again)).toEqual(timeless(first));
    expect((await at.inside("report", "-o", "rules.jsonl")).code).toBe(0);
    expect((await evaluated(at, ...args, "--seed", "2")).timing.computed.decisions).toBeGreaterThan(0);
    expect((await at.inside("report", "-o", "others.jsonl")).code).toBe(0);
    const folds = (file: string) => at.read(file).trimEnd().split("\n").map((line) => JSON.parse(line) as { policy: string; rule?: string }).filter((one) => one.policy === "knn(k=5)").map(({ rule }) => rule);
    expect(new Set(folds("rules.jsonl"))).toEqual(new Set([1, 2, 3].map((f) => `fitted without fold ${f} of 3, where this prompt is`)));
    expect(folds("others.jsonl")).not.toEqual(folds("rules.jsonl"));
  });
});

describe("where nothing tells", () => {
  test("one prompt again and again leaves nothing to be fitted on, and is told so once", async () => {
    const report = await evaluated(desk(RANDOM.slice(0, 12).map((row) => ({ ...row, prompt: "paris a" }))), "--policy", "kmeans(clusters=4)");
    expect(report.warnings.filter((one) => one.includes("fitted on"))).toEqual([
      'policy "kmeans(clusters=4)": nothing to be fitted on: no prompt has a text here, or all are duplicates or of one session',
      expect.stringContaining("decides on 0 of 12 compared prompts"),
    ]);
  });

  test.each(["knn(k=5)", "kmeans(clusters=4)"])("%s is told that it does not beat a static mix", async (spec) => {
    const report = await evaluated(desk(RANDOM), "--policy", spec);
    expect(report.warnings.filter((one) => one.includes("static mix"))).toEqual([expect.stringMatching(/^(?:knn|kmeans)\(.*\) (?:does not beat|is worse than) a static mix of (?:the same|a lower) cost, drawn blindly \(.* % (?:geo|post).*\): quality [+-]0\.\d{4}, interval [+-]0\.\d{4} to [+-]0\.\d{4}$/)]);
  });

  const twice = RANDOM.slice(0, 120);
  test.each([
    ["duplicates", twice.map(({ id, ...row }) => ({ ...row, id: `${id}'` }))],
    ["turns of a session", twice.map(({ id, prompt, ...row }) => ({ ...row, id: `${id}'`, prompt: (prompt as string).split(" ").toReversed().join(" "), session: `s${id}` }))],
  ])("%s would tell all if they stood in another fold: it stays at chance", async (_what, copies) => {
    const rows = twice.map((row) => ({ ...row, ...("session" in (copies[0] as Row) ? { session: `s${row.id}` } : {}) }));
    for (const args of [["--cv", "10"], ["--split", "test"]]) {
      const report = await evaluated(desk([...rows, ...copies]), "--policy", "knn(k=1)", ...args);
      expect(policy(report, "knn(k=1)").quality.mean).toBeGreaterThan(0.3);
      expect(policy(report, "knn(k=1)").quality.mean).toBeLessThan(0.7);
    }
  });
});

test("prompts without a text stay undecided, are counted, and teach nothing", async () => {
  const bare = RANDOM.slice(0, 30).map(({ outcomes: known }, i) => ({ outcomes: known, id: `bare${i}`, promptHash: i.toString(16).padStart(32, "0") }));
  const report = await evaluated(desk([...LEARNABLE, ...bare]), "--policy", "knn(k=5)");
  expect(policy(report, "knn(k=5)").quality.n).toBe(160);
  expect(report.warnings.join("\n")).toContain("30 of 190 prompts have no text here, so nothing is learned or decided of them");
  expect(report.warnings.join("\n")).toContain("knn(k=5) decides on 160 of 190 compared prompts: the others have no text here, or nothing to be fitted on");
  const none = await evaluated(desk(bare), "--policy", "mix(weights={geo: 1, post: 1})", "--policy", "knn", "--policy", "trees");
  for (const name of ["knn", "trees"]) expect(policy(none, name).quality.mean).toBeNull();
});

test("a gap is none of a model's outcomes: one that is rarely graded is not taken for a bad one", async () => {
  const rows = RANDOM.map((row, i) => ({ ...row, outcomes: { ...row.outcomes, rare: { ...(i % 4 === 0 ? { quality: 1 } : {}), costUsd: 0.005 } } }));
  const report = await evaluated(desk(rows as Row[]), "--policy", "knn");
  expect(policy(report, "knn").share["rare"]?.mean).toBe(1);
});

test("fewer prompts than neighbours or clusters: all are used, and it is said; one prompt can be fitted on nothing", async () => {
  const few = await evaluated(desk(LEARNABLE.slice(0, 20)), "--policy", "knn", "--policy", "kmeans");
  expect(few.warnings.join("\n")).toContain("k is 31, more than the 16 prompts that it was fitted on: all of them are neighbours");
  expect(few.warnings.join("\n")).toContain("32 clusters are more than the 16 prompts that it was fitted on");
  expect(policy(few, "knn").quality.n).toBe(20);
  const one = await evaluated(desk(LEARNABLE.slice(0, 1)), "--policy", "knn");
  expect(policy(one, "knn").quality.mean).toBeNull();
});

test("without costs it is told that no mix stands beside it; what weighs costs is refused", async () => {
  const rows = LEARNABLE.map((row) => ({ ...row, outcomes: Object.fromEntries(Object.entries(row.outcomes).map(([model, { quality }]) => [model, { quality }])) }));
  const at = desk(rows as unknown as Row[]);
  expect((await evaluated(at, "--policy", "knn")).warnings).toContain("knn stands beside no static mix of its cost: what it costs is not known");
  const refused = await at.wrp("eval", "--policy", "knn(lambda=3)");
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('policy "knn(lambda=3)" weighs costs (lambda=3), and the cost of geo is not known')]);
});

test.each([
  [["--cv", "5"], "--cv is for policies that learn"],
  [["--policy", "knn", "--cv", "5", "--split", "test"], "two ways to hold prompts out"],
  [["--policy", "knn", "--cv", "1"], "--cv must be from 2 to 100"],
  [["--policy", "knn(k=0)"], "k"],
  [["--policy", "kmeans(alpha=2)"], "alpha"],
  [["--policy", "knn(neighbours=3)"], 'unknown key "neighbours"'],
])("wrp eval %s is refused", async (args, why) => {
  const ran = await desk(LEARNABLE.slice(0, 20)).inside("eval", ...args);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(why)]);
});

test("a live embedder is refused; a policy of a run cannot route a new prompt, and says why", async () => {
  const at = desk(LEARNABLE.slice(0, 40));
  await evaluated(at, "--policy", "knn");
  expect((await at.inside("route", "--policy", "knn", "paris")).stderr).toContain('policy "knn" is fitted inside wrp eval: it cannot route a new prompt');
  at.put("wrp.yaml", "datasets: [rows.jsonl]\nembedder: {live: {url: 'http://localhost:1/v1', model: m}}\n");
  const ran = await at.inside("eval", "--policy", "knn");
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining("need an embedder that runs on this machine")]);
});

const absent = !existsSync(SHARED_DATA);
if (absent) console.warn(`real data is absent (${SHARED_DATA}): learned policies are not tried on it`);

test.skipIf(absent).each(["routellm-mmlu/mmlu_a*.csv", "routerbench/winograde_test.csv"])("%s, a sample of it: one command", async (data) => {
  const ran = await folder().inside("eval", join(SHARED_DATA, data), "--sample", "150", "--policy", "knn", "--policy", "kmeans(clusters=8)", "--json", "-q", ...FAST);
  expect(ran.code, ran.stderr).toBe(0);
  const report = ran.json();
  const best = policy(report, "best-single").quality.mean as number;
  for (const name of ["knn", "kmeans(clusters=8)"]) {
    expect(policy(report, name).quality.n).toBe(report.workload.prompts);
    expect(Math.abs((policy(report, name).quality.mean as number) - best)).toBeLessThan(0.15);
  }
});

test("prompts that the embedder cannot tell apart are counted", async () => {
  const same = Array.from({ length: 40 }, (_, i): Row => ({ id: `s${i}`, prompt: `paris joe ${`unread${i}`}`, outcomes: outcomes(i % 2 === 0 ? "geo" : "post") }));
  expect((await evaluated(desk([...same, ...LEARNABLE.slice(0, 10)]), "--policy", "knn")).warnings.join("\n")).toMatch(/the 50 different prompts have 1\d different vectors: those that begin alike/);
  expect((await evaluated(desk(LEARNABLE), "--policy", "knn")).warnings.join("\n")).not.toContain("different vectors");
});

test("what deciding takes is told in money where the machine's price is stated", async () => {
  const at = desk(LEARNABLE);
  const report = await evaluated(at, "--policy", "knn(k=5)", "--router-hour-usd", "3.6");
  const own = report.timing.overhead?.[0];
  expect(own?.meanMs).toBeGreaterThan(0);
  expect(own?.usdPer1k).toBeCloseTo((own?.meanMs ?? NaN) / 1000, 12); // 3.6 USD an hour are 1e-6 USD a millisecond
  expect((await evaluated(at, "--policy", "knn(k=6)", "--store", "third.db")).timing.overhead?.[0]).not.toHaveProperty("usdPer1k");
  at.put("wrp.yaml", `${at.read("wrp.yaml")}routerHourUsd: 7.2\n`);
  const ran = await at.wrp("eval", "--policy", "knn(k=7)", "--store", "other.db", ...FAST); // elsewhere, so that vectors are made
  expect(ran.stdout.replaceAll(/\s+/g, " ")).toMatch(/overhead knn\(k=7\): [\d.]+ \S+ a prompt \(.*?\), \$[\d.e-]+ per 1,000, measured/);
  expect((await at.wrp("eval", "--policy", "knn", "--router-hour-usd", "-1")).stderr).toContain("--router-hour-usd must be ≥ 0");
});
