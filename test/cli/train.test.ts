import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { safetensorsHead, safetensorsOf } from "../../src/lib/safetensors.ts";
import { random } from "../../src/stats/random.ts";
import { lookup, table, written } from "../fixtures/tiny-models.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const FAST = ["--resamples", "200", "-q"];
const WORDS = ["paris", "mail", "a", "b", "joe", "at", "example", "com"] as const;
const TRAIN = ["--split", "train"];

const draws = random(11, "test");
const text = (topic: string) => [topic, ...Array.from({ length: 9 }, () => WORDS[2 + draws.below(6)] as string)].join(" ");
const row = (i: number, prompt: string, more = {}) => ({ id: `p${i}`, prompt, ...more, outcomes: { geo: { quality: prompt.includes("paris") ? 1 : 0, costUsd: 0.002 }, post: { quality: prompt.includes("mail") ? 1 : 0, costUsd: 0.001 } } });
const ROWS = [...new Set(Array.from({ length: 90 }, (_, i) => text(i % 2 === 0 ? "paris" : "mail")))].map((prompt, i) => row(i, prompt));

/** With an embedder that counts words; the topics weigh most. */
function desk(rows: readonly unknown[] = ROWS): Folder {
  const at = folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": "embedder: {model: models/model.onnx}\n" });
  embedder(at, 3);
  return at;
}

function embedder(at: Folder, weight: number): void {
  const hot = Object.fromEntries(WORDS.map((word, k) => [word, WORDS.map((_, d) => (d === k ? (k < 2 ? weight : 1) : 0))]));
  written(join(at.path, "models"), lookup(table(WORDS.length, hot)));
}

const trained = async (at: Folder, kind: string, ...args: string[]) => {
  const ran = await at.wrp("train", kind, "rows.jsonl", ...TRAIN, "-o", "own.safetensors", "-q", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran;
};
const evaluated = async (at: Folder, ...args: string[]) => {
  const ran = await at.wrp("eval", "rows.jsonl", "--json", ...FAST, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};
const refused = async (at: Folder, ...args: string[]) => {
  const ran = await at.wrp(...args);
  expect(ran.code).toBe(2);
  return ran.stderr;
};

describe.each(["knn(k=5)", "kmeans(clusters=4)"])("%s", (spec) => {
  const kind = spec.slice(0, spec.indexOf("("));

  test("decides from its file as it does when it is fitted on the same part", async () => {
    const at = desk();
    await trained(at, spec);
    const report = await evaluated(at, "--split", "test", "--policy", spec, "--policy", `${kind}:own.safetensors`);
    const [here, before] = [policy(report, spec), policy(report, `${kind}:own.safetensors`)];
    expect([before.quality, before.costUsdPer1k, before.share]).toEqual([here.quality, here.costUsdPer1k, here.share]);
    expect(before.kind).toBe("trained");
    expect(here.quality.mean).toBeGreaterThan(0.9);
    expect(report.warnings.join("\n")).toMatch(/trained before on \d+ prompts of rows \(artefact [0-9a-f]{12}, by wrp .*\), by vectors of models\/model\.onnx; intervals are given the fitted router/);
  });

  test("the same data and seed give the same bytes", async () => {
    const at = desk();
    await trained(at, spec);
    const first = readFileSync(join(at.path, "own.safetensors"));
    await trained(at, spec, "--store", "other.db");
    expect(readFileSync(join(at.path, "own.safetensors")).equals(first)).toBe(true);
  });

  test("routes a new prompt, and tells what it expects", async () => {
    const at = desk();
    await trained(at, spec);
    const ran = await at.wrp("route", "joe at paris", "--policy", `${kind}:own.safetensors`, "--json");
    expect(ran.code, ran.stderr).toBe(0);
    const { decisions } = ran.json<{ decisions: { model: string; rule: string; facts: { name: string; value: number }[] }[] }>();
    expect(decisions[0]).toMatchObject({ model: "geo", rule: expect.stringMatching(new RegExp(`^${kind}, trained on \\d+ prompts of rows$`)) });
    expect(decisions[0]?.facts.map(({ name }) => name)).toEqual(["geo: expected quality", "geo: expected cost, USD", "post: expected quality", "post: expected cost, USD"]);
    for (const [k, value] of [1, 0.002, 0, 0.001].entries()) expect(decisions[0]?.facts[k]?.value).toBeCloseTo(value, 12);
    expect((await at.wrp("route", "joe at paris", "--policy", `${kind}:own.safetensors`)).stdout).toContain("geo: expected quality = 1");
  });
});

test("a policy that ranks by scores expects no grade: nothing is calibrated, and a route calls them scores", async () => {
  const at = desk();
  await trained(at, "hybrid");
  const report = await evaluated(at, "--split", "test", "--policy", "hybrid", "--policy", "hybrid:own.safetensors", "--policy", "knn");
  expect(policy(report, "hybrid:own.safetensors").quality).toEqual(policy(report, "hybrid").quality);
  expect(policy(report, "knn").calibration).toBeDefined();
  for (const name of ["hybrid", "hybrid:own.safetensors"]) expect(policy(report, name).calibration).toBeUndefined();
  expect((await at.wrp("route", "joe at paris", "--policy", "hybrid:own.safetensors")).stdout).toMatch(/geo: score = [\d.]+\n/);
  expect((await at.wrp("runs", "export", "latest", "-o", "run.jsonl.gz")).code).toBe(0);
  expect((await at.wrp("runs", "import", "run.jsonl.gz", "--store", "other.db")).code).toBe(0);
});

test("how it chooses may be set anew, what it knows not", async () => {
  const at = desk();
  await trained(at, "knn(k=5)");
  const cheap = await evaluated(at, "--split", "test", "--policy", "knn:own.safetensors(lambda=100000)");
  expect(policy(cheap, "knn:own.safetensors(lambda=100000)").share["post"]?.mean).toBe(1);
  expect(await refused(at, "eval", "rows.jsonl", "--policy", "knn:own.safetensors(k=3)")).toContain('unknown key "k"');
  expect(await refused(at, "eval", "rows.jsonl", "--policy", "knn:own.safetensors(alpha=0.5)")).toContain("is of kind knn, which has no alpha");
});

test("what it expects models to cost follows a price that is replaced: by a factor exactly, else by the ratio of mean costs", async () => {
  const counted = ROWS.map(({ outcomes: { geo, post }, ...one }) => ({ ...one, outcomes: { geo: { ...(geo as object), inputTokens: 100, outputTokens: 10 }, post } }));
  const at = desk(counted as never);
  await trained(at, "knn(k=5,lambda=200)");
  const told = async (...args: string[]) => {
    const report = await evaluated(at, "--split", "test", "--policy", "knn:own.safetensors", ...args);
    return { share: policy(report, "knn:own.safetensors").share["geo"]?.mean ?? 0, notes: report.warnings.join("\n") };
  };
  expect((await told()).share).toBeGreaterThan(0.2);
  expect(await told("--price", "geo=*10")).toEqual({ share: 0, notes: expect.stringContaining("what it expects geo to cost is times 10 (--price)") });
  expect(await told("--price", "geo=90/1100")).toEqual({ share: 0, notes: expect.stringContaining("what it expects geo to cost is times 10.0, the ratio of its mean costs here at the two prices (--price)") });
  expect(await told("--price", "post=*20")).toEqual({ share: 1, notes: expect.stringContaining("what it expects post to cost is times 20 (--price)") });
  const own = await evaluated(at, "--split", "test", "--policy", "knn:own.safetensors(lambda=100000)", "--price", "geo=free");
  expect(policy(own, "knn:own.safetensors(lambda=100000)").share["geo"]?.mean).toBe(1);
});

describe("what it was trained on", () => {
  test("is not judged, unless told; then the report says so", async () => {
    const at = desk();
    await trained(at, "knn(k=1)");
    expect(await refused(at, "eval", "rows.jsonl", "--policy", "knn:own.safetensors")).toMatch(/was trained on 4\d of these 90 prompts[^]*--split test[^]*--allow-seen/);
    const report = await evaluated(at, "--policy", "knn:own.safetensors", "--allow-seen");
    expect(report.warnings.join("\n")).toMatch(/it was trained on 4\d of the 90 prompts here \(or their duplicates, or their sessions\): its figures are not held out/);
    expect(await refused(at, "eval", "rows.jsonl", "--policy", "knn:own.safetensors")).toContain("was trained on"); // also where the decisions are stored
  });

  test.each([
    ["a duplicate under another id", [row(1, ROWS[0]?.prompt as string), row(2, "mail joe at at at")], 1],
    ["another turn of a session", [row(1, "paris com com", { session: "s1" }), row(2, "mail joe at at at", { session: "s2" })], 1],
    ["what is the duplicate of a turn of such a session", [row(1, "paris com com", { session: "s1" }), row(2, "paris com com", { session: "s3" }), row(3, "paris b b", { session: "s3" }), row(4, "mail")], 3],
  ])("%s counts", async (_what, others, count) => {
    const at = desk(ROWS.map((one, i) => (i === 0 ? { ...one, session: "s1" } : one)));
    const fitted = await at.wrp("train", "knn(k=3)", "rows.jsonl", "-o", "own.safetensors", "-q");
    expect(fitted.code, fitted.stderr).toBe(0);
    at.put("rows.jsonl", jsonl(others));
    expect(await refused(at, "eval", "rows.jsonl", "--policy", "knn:own.safetensors")).toContain(`was trained on ${count} of these ${others.length} prompts`);
  });
});

test("of models that came or went since it says which, and chooses among the rest", async () => {
  const at = desk();
  await trained(at, "knn(k=5)");
  at.put("rows.jsonl", jsonl(Array.from({ length: 20 }, (_, i) => ({ id: `n${i}`, prompt: text("paris"), outcomes: { post: { quality: 0.5, costUsd: 0.001 }, fresh: { quality: 1, costUsd: 0.001 } } }))));
  const report = await evaluated(at, "--policy", "knn:own.safetensors");
  expect(policy(report, "knn:own.safetensors").share["post"]?.mean).toBe(1);
  expect(report.warnings.join("\n")).toContain("it knows geo too, of which there are no outcomes here: it chooses among the others");
  expect(report.warnings.join("\n")).toContain("it was not trained on fresh, and never chooses it");
  at.put("rows.jsonl", jsonl([{ id: "a", prompt: "b b", outcomes: { fresh: { quality: 1 } } }]));
  expect(await refused(at, "eval", "rows.jsonl", "--policy", "knn:own.safetensors")).toMatch(/trained on models of which none is here[^]*it knows geo, post; here are fresh/);
});

test("a stored run is told again without the file; the config may name it", async () => {
  const at = desk();
  await trained(at, "knn(k=5)");
  at.put("sub/wrp.yaml", "embedder: {model: ../models/model.onnx}\npolicies:\n  - {kind: trained, name: mine, artefact: ../own.safetensors, of: knn}\n");
  const first = await evaluated(at, "-c", "sub/wrp.yaml", "--split", "test");
  expect(policy(first, "mine").quality.mean).toBeGreaterThan(0.9);
  rmSync(join(at.path, "own.safetensors"));
  const again = await at.wrp("report", "--json");
  expect(timeless(again.json())).toEqual(timeless(first));
  expect((await at.wrp("compare", "mine", "geo")).code).toBe(0);
  const checked = await at.wrp("check", "-c", "sub/wrp.yaml", "rows.jsonl");
  expect([checked.code, checked.stdout + checked.stderr]).toEqual([2, expect.stringMatching(/sub\/wrp\.yaml:3:\d+: error: own\.safetensors: no such file/)]);
});

test.each([
  ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 9), "it ends within"],
  ["with a bit turned over", (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) as number) ^ 1)]), "its hash is another"],
  ["empty", () => Buffer.alloc(0), "is no safetensors file"],
  ["of a later form", (bytes: Buffer) => Buffer.from(bytes.toString("latin1").replace('\\"form\\":1', '\\"form\\":2'), "latin1"), "is of form 2, and this wrp reads form 1"],
  ["of another program", () => Buffer.concat([...safetensorsOf({ format: "pt" }, { w: { shape: [1], data: Float32Array.of(1) } })]), "is no policy of wrp's"],
  ["whose card is of a kind that is not trained", (bytes: Buffer) => Buffer.from(bytes.toString("latin1").replace('\\"kind\\":\\"knn\\",\\"lambda\\":0,\\"weights\\":\\"even\\"', '\\"kind\\":\\"random\\"'.padEnd(52)).replace(/\\"k\\":5,/, "       "), "latin1"), "which is not trained"],
])("a file that is %s is refused", async (_what, broken, why) => {
  const at = desk();
  await trained(at, "knn(k=5)");
  const bytes = readFileSync(join(at.path, "own.safetensors"));
  const other = broken(bytes);
  expect(other.equals(bytes)).toBe(false);
  writeFileSync(join(at.path, "own.safetensors"), other);
  const said = await refused(at, "eval", "rows.jsonl", "--split", "test", "--policy", "knn:own.safetensors");
  expect(said).toContain("own.safetensors");
  expect(said).toContain(why);
});

test("a file of another kind, or of another embedder, is refused", async () => {
  const at = desk();
  await trained(at, "knn(k=5)");
  expect(await refused(at, "eval", "rows.jsonl", "--split", "test", "--policy", "kmeans:own.safetensors")).toContain("is to be of kind kmeans, and own.safetensors is of kind knn");
  expect(await refused(at, "eval", "rows.jsonl", "--policy", "always:own.safetensors")).toContain("kind always takes no file");
  embedder(at, 2);
  expect(await refused(at, "eval", "rows.jsonl", "--split", "test", "--policy", "knn:own.safetensors")).toContain("was trained on vectors of models/model.onnx, and those here are of another version of it");
  expect(await refused(at, "route", "paris", "--policy", "knn:own.safetensors")).toContain("those here are of another version");
});

test.each([
  [["random"], "policies of kind random are not trained"],
  [["knn:own.safetensors"], "no such file"],
  [["nope"], 'unknown kind "nope"'],
  [["knn(k=0)"], "k"],
  [["knn", "none.jsonl"], "none.jsonl"],
  [["knn", "rows.jsonl", "-o", "rows.jsonl"], "is an input"],
  [["knn", "rows.jsonl", "-o", "-"], "goes into a file"],
  [["knn", "rows.jsonl", "-o", "no/such/folder.safetensors"], "cannot be written"],
  [["knn", "rows.jsonl", "--where", "false"], "no prompt is left"],
])("wrp train %s is refused, and leaves no file", async (args, why) => {
  const at = desk(ROWS.slice(0, 5));
  const all = ["train", ...(args.length === 1 ? [...args, "rows.jsonl"] : args), ...(args.includes("-o") ? [] : ["-o", "out.safetensors"])];
  expect(await refused(at, ...all)).toContain(why);
  expect(existsSync(join(at.path, "out.safetensors"))).toBe(false);
});

test("prompts without a text are left out and counted; without any, nothing is learned", async () => {
  const bare = Array.from({ length: 4 }, (_, i) => ({ id: `b${i}`, promptHash: i.toString(16).padStart(32, "0"), outcomes: { geo: { quality: 1 }, post: { quality: 0 } } }));
  const at = desk([...ROWS.slice(0, 10), ...bare]);
  const ran = await at.wrp("train", "knn(k=3)", "rows.jsonl", "-o", "own.safetensors", "--json");
  expect(ran.json<{ card: { trainedOn: object } }>().card.trainedOn).toMatchObject({ prompts: 10, textless: 4 });
  const head = safetensorsHead(readFileSync(join(at.path, "own.safetensors")), "own.safetensors");
  expect([...head.entries.keys()].toSorted()).toEqual(["costUsd", "k", "quality", "rows", "trainedOn.promptHash", "trainedOn.sessionHash"]);
  at.put("rows.jsonl", jsonl(bare));
  expect(await refused(at, "train", "knn", "rows.jsonl", "-o", "own.safetensors")).toContain("no prompt has a text here");
});
