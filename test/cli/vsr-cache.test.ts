import { describe, expect, test } from "vitest";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const CACHED = "answered by the cache";
const NAME = "vsr:desk.yaml";

/** A desk that sends all to finch, but what is shouted to eagle; `rest` keeps answers. */
const config = (cache: string, more = "") => `providers: { models: [{ name: finch }, { name: eagle }] }
${more}
routing:
  signals: { keywords: [{ name: shouted, operator: OR, keywords: [URGENT], case_sensitive: true }] }
  decisions:
    - { name: loud, priority: 9, rules: { type: keyword, name: shouted }, modelRefs: [{ model: eagle }] }
    - { name: rest, priority: 1, modelRefs: [{ model: finch }]${cache === "" ? "" : `, plugins: [{ type: response_cache, configuration: { ${cache} } }]`} }
`;
const store = (settings: string) => `global: { stores: { response_cache: { ${settings} } } }`;
const EXACT = "enabled: true, mode: exact, scope: global";

type Row = Readonly<Record<string, unknown>>;
const row = (prompt: string, k: number, more: Row = {}): Row => ({ id: `p${k}`, prompt, outcomes: { finch: { quality: k % 2, costUsd: 0.001, latencyMs: 100 }, eagle: { quality: 1, costUsd: 0.01, latencyMs: 300 } }, ...more });
const asked = (...prompts: readonly string[]) => prompts.map((prompt, k) => row(prompt, k));
/** 40 prompts, of which the last 24 repeat one of the first 16. */
const REPEATS = Array.from({ length: 40 }, (_, k) => row(`Question ${k % 16}`, k, { meta: { user: `user ${k % 2}${k < 32 ? "" : " again"}` } }));

const desk = (cache: string, rows: readonly Row[], more = ""): Folder => folder({ "desk.yaml": config(cache, more), "data.jsonl": jsonl(rows) });

async function evaluated(here: Folder, ...more: string[]) {
  const ran = await here.inside("eval", "data.jsonl", "--policy", NAME, "--resamples", "200", "--json", "-o", "decisions.jsonl", ...more);
  expect(ran.code, ran.stderr).toBe(0);
  const report = ran.json();
  const rows = here.read("decisions.jsonl").split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>).filter((one) => one["policy"] === NAME);
  return { report, own: policy(report, NAME), rows, hits: rows.filter(({ model }) => model === CACHED).map(({ ordinal }) => ordinal), warnings: report.warnings.join("\n") };
}
const hitsOf = async (...of: Parameters<typeof desk>) => (await evaluated(desk(...of))).hits;

describe("a response cache that looks for the same", () => {
  test("answers repeats at no cost, with the earlier answer's grade and no latency, as a share of its own", async () => {
    const { own, rows, warnings } = await evaluated(desk(EXACT, REPEATS));
    expect(own.share[CACHED]?.mean).toBeCloseTo(0.6, 9);
    expect(own.share["finch"]?.mean).toBeCloseTo(0.4, 9);
    expect(own.costUsdPer1k).toMatchObject({ n: 40 });
    expect(own.costUsdPer1k?.mean).toBeCloseTo(0.4, 9);
    expect(own.latencyMs?.n).toBe(16);
    expect(own.quality).toMatchObject({ n: 40, mean: 0.5 });
    expect(rows[17]).toMatchObject({ model: CACHED, rule: 'decision "rest", cached: the answer to prompt 1', quality: 1, costUsd: 0, latencyMs: null });
    expect(warnings).toContain('the response cache of decision "rest" (mode exact, scope global) answers 24 of its 40 prompts (60.0 %): 24 the same as an earlier one');
    expect(warnings).toContain("24 of 40 prompts are answered by the cache, at no cost and a latency that is not known; 24 of them have a grade; asked, they would have added $0.6 to each 1,000 prompts");
    expect(warnings).toContain("no prompt says when it came");
  });

  test("gives the first answer again, whatever the model would have said, in the order of the workload", async () => {
    const first = await evaluated(desk(EXACT, asked("one", "one", "two", "one")));
    expect(first.hits).toEqual([1, 3]);
    expect(first.rows.map(({ quality }) => quality)).toEqual([0, 0, 0, 0]);
    const turned = await evaluated(desk(EXACT, asked("two", "one", "one", "one")));
    expect(turned.hits).toEqual([2, 3]);
    expect(turned.rows.map(({ quality }) => quality)).toEqual([0, 1, 1, 1]);
  });

  test("grades an answer to another reference anew where its text is known, and else leaves a gap", async () => {
    const answered = (reference: string, k: number, text: string | null) =>
      row("one", k, { reference, grader: "icontains", outcomes: { finch: { quality: 1, costUsd: 0.001, ...(text === null ? {} : { text }) }, eagle: { quality: 1, costUsd: 0.01 } } });
    const told = await evaluated(desk(EXACT, [answered("blue", 0, "blue sky"), answered("sky", 1, "sky"), answered("red", 2, "red")]));
    expect(told.rows.map(({ quality }) => quality)).toEqual([1, 1, 0]);
    const silent = await evaluated(desk(EXACT, [answered("blue", 0, null), answered("red", 1, "red"), answered("blue", 2, null)]));
    expect(silent.rows.map(({ quality }) => quality)).toEqual([1, null, 1]);
    expect(silent.warnings).toContain("1 of them has a grade");
  });

  test("keeps no failed call", async () => {
    const failed = { outcomes: { finch: { error: "timeout" }, eagle: { quality: 1, costUsd: 0.01 } } };
    expect(await hitsOf(EXACT, [row("one", 0, failed), row("one", 1), row("one", 2), row("two", 3)])).toEqual([2]);
  });

  test("keeps answers by whom its scope says, and none of those who do not say who they are", async () => {
    const users = [..."aab b"].map((user, k) => row("one", k, { meta: { ...(user === " " ? {} : { user }), team: k < 3 ? "x" : "y", tenant: "t" } }));
    expect(await hitsOf("enabled: true, mode: exact", users)).toEqual([1, 4]);
    expect(await hitsOf("enabled: true, mode: exact, scope: team", users)).toEqual([1, 2, 4]);
    expect(await hitsOf("enabled: true, mode: exact, scope: tenant", users)).toEqual([1, 2, 3, 4]);
    expect(await hitsOf(EXACT, users)).toEqual([1, 2, 3, 4]);
    expect((await evaluated(desk("enabled: true, mode: exact", users))).warnings).toContain("1 do not say their user (meta.user), by which it is kept, and so are asked");
  });

  test("forgets after its time, which a repeat does not start anew", async () => {
    const at = (seconds: number, k: number) => row("one", k, { meta: { startedAt: new Date(Date.UTC(2026, 1, 3) + 1000 * seconds).toISOString() } });
    const rows = [0, 50, 100, 101, 150].map(at);
    expect(await hitsOf(`${EXACT}, ttl_seconds: 100`, rows)).toEqual([1, 2, 4]);
    expect(await hitsOf(`${EXACT}, ttl_seconds: 0`, rows)).toEqual([]);
    expect(await hitsOf(EXACT, rows, store("ttl_seconds: 40"))).toEqual([3]);
    expect(await hitsOf(EXACT, rows, store("ttl_seconds: 0"))).toEqual([1, 2, 3, 4]);
    expect(await hitsOf(`enabled: true, scope: global, ttl_seconds: 100`, rows)).toEqual([1, 2, 3, 4]);
    const undated = [at(0, 0), row("one", 1), at(101, 2)];
    const { hits, warnings } = await evaluated(desk(`${EXACT}, ttl_seconds: 100`, undated));
    expect(hits).toEqual([1]);
    expect(warnings).toContain("1 of 3 prompts do not say when it came");
  });

  test("makes room by the store's rule", async () => {
    const rows = asked("a", "b", "b", "a", "c", "b", "a");
    const room = (rule: string) => hitsOf("enabled: true, scope: global", rows, store(`max_entries: 2, eviction_policy: ${rule}`));
    // c drives out: the first kept, a (then a, once more asked, b); the one not used for longest, b; of equals as often used, the same.
    expect(await room("fifo")).toEqual([2, 3, 5]);
    expect(await room("lru")).toEqual([2, 3]);
    expect(await hitsOf("enabled: true, scope: global", asked("a", "a", "a", "b", "b", "c", "a", "c", "b"), store("max_entries: 2, eviction_policy: lfu"))).toEqual([1, 2, 4, 6, 7]);
    expect(await hitsOf("enabled: true, scope: global", rows, store("max_entries: 2, backend_type: redis"))).toEqual([2, 3, 5, 6]);
    expect((await evaluated(desk(EXACT, rows, store("max_entries: 2")))).warnings).toContain("of those found exactly the router drops any, here that rule says which");
  });

  test.each([
    ["no plugin", "", ""],
    ["not turned on", "mode: exact, scope: global", ""],
    ["turned off", "enabled: false, mode: exact, scope: global", ""],
    ["its store is off", EXACT, store("enabled: false")],
    ["its store is off by its old name", EXACT, "global: { stores: { semantic_cache: { enabled: false } } }"],
    ["rag adds to requests", `${EXACT} } }, { type: rag, configuration: { enabled: true`, ""],
    ["memory adds to requests", EXACT, "global: { stores: { memory: { enabled: true } } }"],
  ])("answers none where there is %s", async (_, cache, more) => {
    const { own, warnings } = await evaluated(desk(cache, REPEATS, more));
    expect(own.share).toEqual({ finch: { mean: 1, ci: [1, 1] } });
    expect(warnings).not.toContain("response cache");
  });

  test("by each of the plugin's names", async () => {
    for (const alias of ["semantic-cache", "semantic_cache", "response-cache"]) {
      const here = desk(EXACT, REPEATS);
      here.put("desk.yaml", config(EXACT).replace("type: response_cache", `type: ${alias}`));
      expect((await evaluated(here)).hits).toHaveLength(24);
    }
  });

  test("what has no decision neither finds nor leaves an answer", async () => {
    const learned = config(EXACT).replace("keywords: [{ name: shouted, operator: OR, keywords: [URGENT], case_sensitive: true }]", "domains: [{ name: law }]").replace("type: keyword, name: shouted", "type: domain, name: law");
    const here = folder({ "desk.yaml": learned, "data.jsonl": jsonl(REPEATS) });
    const { hits, warnings } = await evaluated(here);
    expect(hits).toEqual([]);
    expect(warnings).toContain("40 prompts whose decision or model is undetermined neither find an answer in it nor leave one");
  });

  test("the store gives the same again, to eval, report and compare; the saving is a paired figure", async () => {
    const here = desk(EXACT, REPEATS);
    here.put("old.yaml", config(""));
    const both = ["--policy", "vsr:old.yaml", "--reference", "vsr:old.yaml"];
    const first = await evaluated(here, ...both);
    const again = await evaluated(here, ...both);
    expect(timeless(again.report)).toEqual(timeless(first.report));
    expect(again.report.timing.computed.decisions).toBe(0);
    expect((await evaluated(here, ...both, "--fresh")).rows).toEqual(first.rows);
    expect(first.report.moved.find(({ b }) => b === NAME)).toMatchObject({ count: 24, flows: [{ from: "finch", to: CACHED, count: 24 }] });
    const stored = await here.inside("report", "latest", "-o", "again.jsonl");
    expect(stored.code, stored.stderr).toBe(0);
    expect(here.read("again.jsonl")).toBe(here.read("decisions.jsonl"));
    const compared = await here.inside("compare", NAME, "vsr:old.yaml", "--json");
    expect(compared.code, compared.stderr).toBe(0);
    const { comparisons, moved } = compared.json<{ comparisons: { metric: string; difference: number; ci: [number, number] }[]; moved: unknown }>();
    const cost = comparisons.find(({ metric }) => metric === "costUsdPer1k");
    expect(cost?.difference).toBeCloseTo(-0.6, 9);
    expect(cost?.ci[1]).toBeLessThan(0);
    expect(moved).toMatchObject({ count: 24, flows: [{ from: "finch", to: CACHED, count: 24 }] });
  });

  test("two caches that both answer have moved nothing between them", async () => {
    const here = desk(EXACT, REPEATS);
    here.put("old.yaml", config("enabled: true, mode: exact"));
    const { report } = await evaluated(here, "--policy", "vsr:old.yaml", "--reference", "vsr:old.yaml");
    expect(report.moved.find(({ b }) => b === NAME)).toMatchObject({ flows: [{ from: "finch", to: CACHED, count: 8 }] });
  });
});

describe("a response cache that looks for what is alike", () => {
  const SEMANTIC = "enabled: true, scope: global, semantic: { similarity_threshold: 0.85 }";
  const rows = asked("How tall is the Eiffel Tower?", "How high is the Eiffel Tower?", "Write a poem about autumn leaves", "How tall is the Eiffel Tower?");

  test("answers paraphrases by the encoder that is given, ungraded, and not what is far", async () => {
    const here = desk(SEMANTIC, rows);
    here.put("wrp.yaml", "embedder: built-in\n");
    const { hits, own, rows: decided, warnings } = await evaluated(here);
    expect(hits).toEqual([1, 3]);
    expect(decided[1]?.["rule"]).toMatch(/^decision "rest", cached: the answer to prompt 0 \(similarity 0\.\d{4}\)$/);
    expect(decided.map(({ quality }) => quality)).toEqual([0, null, 0, 0]);
    expect(own.quality.n).toBe(3);
    expect(warnings).toContain("(50.0 %): 1 the same as an earlier one, 1 alike by at least 0.85");
    expect(warnings).toContain("guard against opposite meanings is not played");
    const stored = await here.inside("report", "latest", "-o", "again.jsonl");
    expect(stored.code, stored.stderr).toBe(0);
    expect(here.read("again.jsonl")).toBe(here.read("decisions.jsonl"));
    const strict = desk(SEMANTIC.replace("0.85", "0.9999"), rows);
    strict.put("wrp.yaml", "embedder: built-in\n");
    expect((await evaluated(strict)).hits).toEqual([3]);
  });

  test("says where wrp's own embedder stands in", async () => {
    const { hits, own, warnings } = await evaluated(desk(SEMANTIC, rows), "--surrogate");
    expect(hits).toEqual([1, 3]);
    expect(own.surrogates).toEqual(["response_cache"]);
    expect(warnings).toContain("which stands in for the router's own");
  });

  test("without an encoder knows repeats alone, and says how many more there may be", async () => {
    for (const mode of ["semantic", "exact_then_semantic"]) {
      const { hits, warnings } = await evaluated(desk(`${SEMANTIC}, mode: ${mode}`, rows));
      expect(hits).toEqual([3]);
      expect(warnings).toContain("no embedder is given, so whether 2 more are alike is not known, and those count as asked: with all of them 75.0 %");
    }
  });

  test("compares only what shares the rest of the request and the model", async () => {
    const messages = (system: string, text: string) => ({ prompt: undefined, messages: [{ role: "system", content: system }, { role: "user", content: text }] });
    const near = [row("", 0, messages("Be brief.", "How tall is the Eiffel Tower?")), row("", 1, messages("Be long.", "How high is the Eiffel Tower?")), row("", 2, messages("Be brief.", "How high is the Eiffel Tower?")), row("", 3, messages("Be brief.", "URGENT How high is the Eiffel Tower?"))];
    const here = desk(SEMANTIC, near);
    here.put("wrp.yaml", "embedder: built-in\n");
    expect((await evaluated(here)).hits).toEqual([2]);
  });

  test("an answer that is found alike is good for another while", async () => {
    const at = (seconds: number, k: number) => row("one", k, { meta: { arrivalMs: 1000 * seconds } });
    expect(await hitsOf(`${SEMANTIC}, ttl_seconds: 100`, [0, 90, 180, 300].map(at))).toEqual([1, 2]);
    expect(await hitsOf(`${SEMANTIC}, ttl_seconds: 100`, [0, 90, 180, 300].map(at), store("backend_type: milvus"))).toEqual([1]);
  });
});

test("wrp route has no history: it says that the cache may answer", async () => {
  const ran = await folder({ "desk.yaml": config(EXACT) }).inside("route", "hello", "--policy", NAME);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain("an earlier answer in the response cache may answer in place of the model");
});
