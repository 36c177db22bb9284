import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { random } from "../../src/stats/random.ts";
import { lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const WORDS = ["paris", "mail", "joe", "at", "example", "com"] as const;
const NAMES = ["typos in 5 % of letters", "lower case", "upper case", "title case", "polite frame", "told first", "told last"];

const draws = random(7, "test");
const text = (i: number) => [i % 2 === 0 ? "paris" : "mail", ...Array.from({ length: 9 }, () => WORDS[2 + draws.below(4)] as string)].join(" ");
/** geo is right, and dear, where the text has the word paris. */
const ROWS = Array.from({ length: 60 }, (_, i) => ({ id: `p${i}`, prompt: text(i), outcomes: { geo: { quality: i % 2 === 0 ? 1 : 0, costUsd: 0.002 }, post: { quality: i % 2 === 0 ? 0 : 1, costUsd: 0.001 } } }));

const CONFIG = `policies:
  - {kind: rules, name: by-word, rules: [{when: 'prompt.text.contains("paris")', model: geo}], default: post}
  - {kind: threshold, name: by-length, fact: length, threshold: 60, strong: geo, weak: post}
  - {kind: threshold, name: never, fact: length, threshold: 100000, strong: geo, weak: post}
`;

const desk = (config = CONFIG, rows: readonly unknown[] = ROWS) => folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": config });
const ARGS = ["eval", "rows.jsonl", "--json", "-q", "--resamples", "200"];

async function evaluated(at: Folder, ...args: string[]): Promise<Report> {
  // Models are found from the folder that the process is in.
  const ran = await (at.read("wrp.yaml").includes("model.onnx") ? at.wrp : at.inside)(...ARGS, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
}

const bounds = (ci: [number, number] | null | undefined) => ci ?? [NaN, NaN];
const rowsOf = (report: Report, name: string) => Object.fromEntries((policy(report, name).robustness ?? []).map((row) => [row.perturbation, row]));

describe("policies that read the text", () => {
  test("are asked again on perturbed copies: what stays, and what the rest costs", async () => {
    const report = await evaluated(desk(), "--perturb", "paraphrase,typos,case");
    const [byWord, never] = [rowsOf(report, "by-word"), rowsOf(report, "never")];
    expect(Object.keys(byWord)).toEqual(NAMES);
    // The word paris is gone in upper and title case: those prompts go to post, which is wrong there and cheaper.
    for (const name of ["upper case", "title case"]) {
      expect(byWord[name]).toMatchObject({ kind: "case", unchanged: { mean: 0.5, n: 60 }, quality: { mean: -0.5, n: 60 } });
      expect(byWord[name]?.costUsdPer1k?.mean).toBeCloseTo(-0.5, 12);
      const [low, high] = bounds(byWord[name]?.unchanged.ci);
      expect(low < 0.5 && high > 0.5 && low > 0.3 && high < 0.7).toBe(true);
      expect(bounds(byWord[name]?.quality?.ci)[1]).toBeLessThan(-0.2);
    }
    for (const name of ["lower case", "polite frame", "told first", "told last"]) expect(byWord[name]).toMatchObject({ unchanged: { mean: 1 }, quality: { mean: 0, ci: [0, 0] }, costUsdPer1k: { mean: 0, ci: [0, 0] } });
    const typos = byWord[NAMES[0] as string]?.unchanged.mean as number;
    expect(typos).toBeGreaterThan(0.6);
    expect(typos).toBeLessThan(1);
    for (const name of NAMES) expect(never[name]?.unchanged.mean).toBe(1);
    expect(rowsOf(report, "by-length")["polite frame"]?.unchanged.mean).toBeLessThan(1);
    expect(rowsOf(report, "by-length")["lower case"]?.unchanged.mean).toBe(1);
    expect(policy(report, "geo").robustness).toBeUndefined();
    expect(policy(report, "oracle").robustness).toBeUndefined();
    expect(report.warnings.join("\n")).toContain("a perturbed copy is taken to have the outcomes of its prompt; nobody asked the models again");
    expect(policy(report, "by-word").quality.mean).toBe(1); // the policy's own figures are of the prompts as they are
  });

  test("the same seed gives the same, whether stored or not; a stored run is told again; only kinds that are asked for", async () => {
    const at = desk();
    const plain = await evaluated(at);
    expect(policy(plain, "by-word").robustness).toBeUndefined();
    const first = await evaluated(at, "--perturb", "typos");
    expect(Object.keys(rowsOf(first, "by-word"))).toEqual([NAMES[0]]);
    const { robustness: _, ...row } = policy(first, "by-word");
    expect(row).toEqual(policy(plain, "by-word"));
    const more = await evaluated(at, "--perturb", "typos,case");
    expect(rowsOf(more, "by-word")[NAMES[0] as string]).toEqual(rowsOf(first, "by-word")[NAMES[0] as string]);
    expect(timeless(await evaluated(desk(), "--perturb", "typos", "-j", "1"))).toEqual(timeless(first));
    expect(timeless(await evaluated(at, "--perturb", "typos", "--resamples", "200"))).toEqual(timeless(first));
    expect(timeless((await at.inside("report", "--json")).json())).toEqual(timeless(first));
    expect((await at.inside("report", "-o", "report.html", "-o", "decisions.jsonl", "-q")).code).toBe(0);
    expect(at.read("report.html")).toContain("Robustness");
    expect((await at.inside("report")).stdout).toMatch(/robustness +by-word keeps/);
    const other = await evaluated(at, "--perturb", "typos", "--seed", "2");
    expect(rowsOf(other, "by-word")).not.toEqual(rowsOf(first, "by-word"));
  });

  test("without texts in the store they are read from the files; prompts that have none are no part of it", async () => {
    const bare = Array.from({ length: 6 }, (_, i) => ({ id: `b${i}`, promptHash: i.toString(16).padStart(32, "0"), lengthCodePoints: 50, outcomes: { geo: { quality: 1, costUsd: 0.002 }, post: { quality: 0, costUsd: 0.001 } } }));
    const report = await evaluated(desk(CONFIG.replace(/ {2}- \{kind: rules.*\n/, ""), [...ROWS, ...bare]), "--perturb", "case", "--no-content");
    expect(rowsOf(report, "by-length")["upper case"]?.unchanged).toMatchObject({ mean: 1, n: 60 });
  });

  test("an unknown way is refused", async () => {
    const ran = await desk().inside("eval", "rows.jsonl", "-q", "--perturb", "typos,noise");
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(/unknown perturbation "noise"[^]*typos, case, paraphrase/)]);
  });
});

describe("learned policies", () => {
  const hot = Object.fromEntries(WORDS.map((word, k) => [word, WORDS.map((_, d) => (d === k ? (k < 2 ? 3 : 1) : 0))]));
  /** Nothing tells which model is right: what was fitted on a prompt itself would choose otherwise. */
  const CHANCE = ROWS.map((row) => ({ ...row, outcomes: draws.next() < 0.5 ? row.outcomes : { geo: row.outcomes.post, post: row.outcomes.geo } }));
  const learning = (): Folder => {
    const at = desk("embedder: {model: models/model.onnx}\n", CHANCE);
    written(join(at.path, "models"), lookup(table(WORDS.length, hot)));
    return at;
  };

  test("decide a copy by what was fitted without its prompt; fitted again with copies, they decide the prompts as before", async () => {
    const at = learning();
    const args = ["--policy", "knn(k=1)", "--policy", "kmeans(clusters=4)"];
    const plain = await evaluated(at, ...args);
    const report = await evaluated(at, ...args, "--perturb", "paraphrase,case");
    for (const name of ["knn(k=1)", "kmeans(clusters=4)"]) {
      const { robustness: _, ...row } = policy(report, name);
      expect(row).toEqual(policy(plain, name));
      expect(rowsOf(report, name)["lower case"]).toMatchObject({ unchanged: { mean: 1, n: 60 }, quality: { mean: 0 } });
    }
    expect(timeless((await at.inside("report", "--json")).json())).toEqual(timeless(report));
    const again = await evaluated(at, ...args, "--perturb", "paraphrase,case", "--resamples", "250");
    expect(again.timing.computed.decisions).toBe(0);
    expect(rowsOf(again, "knn(k=1)")["upper case"]?.unchanged.mean).toBe(rowsOf(report, "knn(k=1)")["upper case"]?.unchanged.mean);
    expect(timeless(await evaluated(learning(), ...args, "--perturb", "paraphrase,case"))).toEqual(timeless(report));
  });

  test("so do those that are trained", async () => {
    const at = learning();
    expect((await at.wrp("train", "knn(k=3)", "rows.jsonl", "--split", "train", "-o", "own.safetensors", "-q")).code).toBe(0);
    const report = await evaluated(at, "--split", "test", "--policy", "knn:own.safetensors", "--perturb", "case");
    expect(rowsOf(report, "knn:own.safetensors")["lower case"]).toMatchObject({ unchanged: { mean: 1 }, quality: { mean: 0 } });
  });
});
