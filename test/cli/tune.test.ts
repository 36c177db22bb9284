import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Report } from "../../src/model/report.ts";
import { random } from "../../src/stats/random.ts";
import type { Trial } from "../../src/tune/search.ts";
import type { TuneResult } from "../../src/tune/result.ts";
import { folder, jsonl, policy, type Folder } from "../wrp.ts";

/** Prompts of a difficulty from 0 to 11: the small model's luck falls with it, the big one's does not. What is long is a little harder. */
function rows(count = 240): unknown[] {
  return Array.from({ length: count }, (_, i) => {
    const draws = random(7, "row", i);
    const hard = draws.below(12);
    return {
      id: `p${i}`,
      prompt: `Question ${i}, of ${hard} parts: ${"please answer ".repeat(1 + draws.below(30))}${draws.next() < 0.3 ? "urgent" : "whenever"}`,
      meta: { hard },
      outcomes: {
        small: { quality: draws.next() < 0.9 - hard / 18 ? 1 : 0, costUsd: 0.0001 + hard * 3e-6, latencyMs: 300 + draws.below(100) },
        big: { quality: draws.next() < 0.9 ? 1 : 0, costUsd: 0.002, latencyMs: 1500 + draws.below(900) },
      },
    };
  });
}

const GATEWAY = `version: v0.3
providers:
  defaults: {default_model: small}
  models: [{name: small}, {name: big}]
routing:
  modelCards: [{name: small}, {name: big}]
  signals:
    context:
      - {name: long, min_tokens: 40, max_tokens: 100000}
    keywords:
      - {name: urgent, operator: OR, keywords: [urgent]}
  decisions:
    - name: hurry
      priority: 50
      rules: {operator: AND, conditions: [{type: keyword, name: urgent}]}
      modelRefs: [{model: small}]
    - name: long
      priority: 60 # too high?
      rules: {operator: AND, conditions: [{type: context, name: long}]}
      modelRefs: [{model: big}]
`;

const desk = () => folder({ "data.jsonl": jsonl(rows()), "gateway/config.yaml": GATEWAY });
const THRESHOLD = "threshold(fact=meta.hard,threshold=6,name=cut)";
const FAST = ["--resamples", "200", "-q"];
const tuned = async (at: Folder, ...args: string[]): Promise<TuneResult> => {
  const ran = await at.inside("tune", "--headless", "data.jsonl", ...FAST, "--json", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json<TuneResult>();
};
/** Sums over prompts are in another order in a report. */
const rounded = (value: number | null | undefined) => Number((value as number).toFixed(9));
const trialsOf = (at: Folder, out = "wrp-tune"): Trial[] => at.read(`${out}/trials.jsonl`).trimEnd().split("\n").slice(1).map((line) => JSON.parse(line) as Trial);

describe("one threshold", () => {
  test("is swept over all that it can do: the front is that of every threshold there is, judged by wrp eval", async () => {
    const at = desk();
    const result = await tuned(at, "--policy", THRESHOLD, "--front", "50");
    expect(result.search).toMatchObject({ method: "sweep", exact: true });
    const all = Array.from({ length: 14 }, (_, k) => `threshold(fact=meta.hard,threshold=${k - 0.5},name=at${k})`);
    const ran = await at.inside("eval", "data.jsonl", "--split", "train", "--json", ...FAST, ...all.flatMap((one) => ["--policy", one]));
    const figures = ran.json().policies.filter(({ kind, control }) => kind === "threshold" && !control).map(({ quality, costUsdPer1k }) => [rounded(quality.mean), rounded(costUsdPer1k?.mean)] as const);
    const front = figures.filter(([q, c]) => !figures.some(([q2, c2]) => q2 >= q && c2 <= c && (q2 > q || c2 < c)));
    const found = result.front.map(({ train }) => `${rounded(train["quality"])} ${rounded(train["costUsdPer1k"])}`);
    expect(new Set(found)).toEqual(new Set(front.map(([q, c]) => `${q} ${c}`)));
    expect(result.search.front).toBe(new Set(found).size);
    // Nothing that random search reached lies beyond.
    expect(result.search.hypervolume.random).toBeLessThanOrEqual(result.search.hypervolume.search);
  });

  test("figures of both parts are those of wrp eval, with intervals; optimism is what lies between; the knee is one of the front", async () => {
    const at = desk();
    const result = await tuned(at, "--policy", THRESHOLD);
    const one = result.front.find(({ knee }) => knee);
    expect(one?.name).toBe(result.knee);
    const flag = `threshold(fact=meta.hard,threshold=${one?.values["threshold"]},name=it)`;
    const judged = async (split: string): Promise<Report> => (await at.inside("eval", "data.jsonl", "--split", split, "--json", ...FAST, "--policy", flag)).json();
    const [train, test_] = [policy(await judged("train"), "it"), policy(await judged("test"), "it")];
    expect(one?.train["quality"]).toBeCloseTo(train.quality.mean as number, 12);
    expect(one?.train["costUsdPer1k"]).toBeCloseTo(train.costUsdPer1k?.mean as number, 12);
    expect(one?.test["quality"]).toEqual({ value: test_.quality.mean, ci: test_.quality.ci });
    expect(one?.optimism["quality"]).toBeCloseTo((train.quality.mean as number) - (test_.quality.mean as number), 12);
    expect(one?.optimism["costUsdPer1k"]).toBeCloseTo((test_.costUsdPer1k?.mean as number) - (train.costUsdPer1k?.mean as number), 12);
  });

  test("what nobody would write by hand is dominated, and said to be", async () => {
    const at = desk();
    // Backwards: the big model is called where the small one is as good.
    const result = await tuned(at, "--policy", "threshold(fact=meta.hard,threshold=-1,name=wasteful)", "--margin", "quality=0.5");
    expect(result.dominating.length).toBeGreaterThan(0);
    const same = await tuned(at, "--policy", THRESHOLD, "--out", "other");
    expect(same.front.every(({ verdict }) => !verdict.startsWith("dominates"))).toBe(true);
  });
});

describe("several numbers", () => {
  test("of a gateway's config: the front's files can be exported, and only numbers differ", async () => {
    const at = desk();
    const result = await tuned(at, "--policy", "vsr:gateway/config.yaml", "--trials", "24", "--front", "3");
    expect(result.search).toMatchObject({ method: "nsga2", trials: 24 });
    expect(result.numbers.map(({ name }) => name)).toEqual(["signals.context.long.min_tokens", "signals.context.long.max_tokens", "decisions.hurry.priority", "decisions.long.priority"]);
    expect(trialsOf(at)).toHaveLength(49);
    const values = (parse(at.read("wrp-tune/front-1.wrp.yaml")) as { policies: { set: Record<string, number> }[] }).policies[0]?.set;
    expect(values).toEqual(result.front[0]?.values);
    const exported = await at.inside("export", "-c", "wrp-tune/front-1.wrp.yaml", "-o", "out.yaml");
    expect(exported.code, exported.stderr).toBe(0);
    expect(at.read("out.yaml")).toContain("# too high?");
    // What the search decided by signals that it kept is what wrp eval decides by those that it reads.
    const ran = await at.inside("eval", "data.jsonl", "-c", "wrp-tune/front-1.wrp.yaml", "--split", "train", "--json", ...FAST);
    expect(policy(ran.json(), result.front[0]?.name as string).quality.mean).toBeCloseTo(result.front[0]?.train["quality"] as number, 12);
    expect(policy(ran.json(), result.front[0]?.name as string).costUsdPer1k?.mean).toBeCloseTo(result.front[0]?.train["costUsdPer1k"] as number, 12);
    expect(at.read("wrp-tune/report.html")).toContain("<html");
  });

  test("--knob keeps to some of them", async () => {
    const result = await tuned(desk(), "--policy", "vsr:gateway/config.yaml", "--trials", "10", "--knob", "decisions.*.priority");
    expect(result.numbers.map(({ name }) => name)).toEqual(["decisions.hurry.priority", "decisions.long.priority"]);
    expect(result.front.every(({ values }) => Object.values(values).every(Number.isInteger))).toBe(true);
  });

  test("constraints are kept on the training part, and the best under them is of the first objective", async () => {
    const at = desk();
    const result = await tuned(at, "--policy", "mix(weights={small: 0.5, big: 0.5},name=blend)", "--trials", "60", "--max-cost", "1", "--subject-to", "share.small >= 0.6");
    expect(result.front.length).toBeGreaterThan(1);
    for (const { train } of result.front) {
      expect(train["costUsdPer1k"]).toBeLessThanOrEqual(1);
      expect(train["share.small"]).toBeGreaterThanOrEqual(0.6);
    }
    expect(result.best).toBe(result.front.at(-1)?.name);
    expect(result.search.feasible).toBeLessThan(61);
  });

  test("where nothing keeps them, nothing is judged on held-out data: exit 1", async () => {
    const at = desk();
    const ran = await at.inside("tune", "--headless", "data.jsonl", ...FAST, "--json", "--policy", THRESHOLD, "--subject-to", "latencyMs.p95 < 10");
    expect(ran.code).toBe(1);
    expect(ran.json<TuneResult>()).toMatchObject({ front: [], best: null, heldOut: { look: null } });
    expect(existsSync(join(at.path, "wrp-tune/report.html"))).toBe(false);
  });

  test("a policy that learns and a cascade are tuned too, latency among the goals", async () => {
    const at = desk();
    const knn = await tuned(at, "--policy", "knn(k=5,lambda=50,name=near)", "--out", "knn");
    expect(knn.search.method).toBe("sweep");
    const ran = await at.inside("eval", "data.jsonl", "--split", "train", "--json", ...FAST, "--policy", "knn(k=5,lambda=50,name=near)");
    expect(knn.default.train["quality"]).toBeCloseTo(policy(ran.json(), "near").quality.mean as number, 12);
    const cascade = await tuned(at, "--policy", "cascade(stop=judge,errorRate=0.1,name=steps)", "--objective", "quality,cost,latency", "--out", "cascade");
    expect(cascade.objectives).toEqual(["quality", "cost", "latency"]);
    expect(cascade.front.every(({ train }) => train["latencyMs.p95"] !== null)).toBe(true);
  });
});

describe("going on", () => {
  const args = ["tune", "--headless", "data.jsonl", ...FAST, "--json", "--policy", "vsr:gateway/config.yaml", "--trials", "40"];

  test("after kill -9 the same command ends with the same bytes", async () => {
    const at = desk();
    const whole = await at.inside(...args, "--out", "whole", "--store", "whole.db");
    const log = join(at.path, "cut/trials.jsonl");
    await at.wrpWith(
      {
        started(child) {
          const timer = setInterval(() => {
            if (!existsSync(log) || statSync(log).size < 3000) return;
            clearInterval(timer);
            child.kill("SIGKILL");
          }, 1);
          child.on("close", () => clearInterval(timer));
        },
      },
      ...args,
      "--out",
      "cut",
      "--store",
      "cut.db",
    );
    expect(readdirSync(join(at.path, "cut"))).toEqual(["trials.jsonl"]);
    at.put("cut/trials.jsonl", `${at.read("cut/trials.jsonl")}{"method":"nsga2","num`);
    const again = await at.inside(...args, "--out", "cut", "--store", "cut.db");
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toBe(whole.stdout);
    for (const file of ["trials.jsonl", "tune.json", "front-1.wrp.yaml"]) expect(at.read(`cut/${file}`)).toBe(at.read(`whole/${file}`));
  });

  test("every further look at the held-out part is counted; the same look again is none", async () => {
    const at = desk();
    const looks = async (policyFlag: string, out: string) => (await tuned(at, "--policy", policyFlag, "--out", out)).heldOut.look;
    expect(await looks(THRESHOLD, "one")).toBe(1);
    expect(await looks("threshold(threshold=200)", "two")).toBe(2);
    expect(await looks(THRESHOLD, "one")).toBe(1);
    const ran = await at.inside("tune", "--headless", "data.jsonl", "--resamples", "200", "--policy", "mix(weights={small: 1, big: 1})", "--trials", "5", "--out", "three");
    expect(ran.stderr).toContain("look 3 at these held-out prompts");
    expect(ran.stdout).toContain("look 3 at them");
  });

  test("another search in the folder, or something else, is refused", async () => {
    const at = desk();
    await tuned(at, "--policy", THRESHOLD);
    const other = await at.inside("tune", "--headless", "data.jsonl", ...FAST, "--policy", "threshold(threshold=5)");
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/trials\.jsonl:1: holds the trials of another search/);
    const foreign = await at.inside("tune", "--headless", "data.jsonl", ...FAST, "--policy", THRESHOLD, "--out", "gateway");
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toContain("gateway: is not empty, and holds no search");
  });
});

describe("the command", () => {
  test("--list lists numbers with range, scale and unit, without data", async () => {
    const at = desk();
    at.put("wrp.yaml", "policies:\n  - { kind: vsr, name: gate, config: gateway/config.yaml }\n  - { kind: knn, lambda: 3 }\n  - { kind: random }\n");
    const text = await at.inside("tune", "--list");
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/^gate +decisions\.long\.priority +60 +0 to 60, whole +priority$/m);
    expect(text.stdout).toMatch(/^knn +lambda +3 +0\.01 to 1000000, by its logarithm +quality per USD$/m);
    const { policies } = (await at.inside("tune", "--list", "--policy", THRESHOLD, "--json")).json<{ policies: unknown[] }>();
    expect(policies).toEqual([{ policy: "cut", kind: "threshold", numbers: [{ name: "threshold", own: 6, low: null, high: null, scale: "linear", whole: false, unit: "meta.hard" }] }]);
  });

  test("tells the front in words", async () => {
    const ran = await desk().inside("tune", "--headless", "data.jsonl", "--policy", THRESHOLD, "--resamples", "200");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain("13 break points");
    expect(ran.stdout).toMatch(/^cut .* default/m);
    expect(ran.stdout).toMatch(/cut #\d+ (dominates|does not dominate) the default on held-out data \(quality \w+, cost \w+\)/);
    expect(ran.stdout).toMatch(/^knee: cut/m);
    expect(ran.stderr).toMatch(/wrote wrp-tune: front-1 to front-\d\.wrp\.yaml/);
  });

  test.each([
    [["--policy", THRESHOLD], /terminal UI of wrp tune is not there yet\n.*\n {2}wrp tune data\.jsonl .*--headless/],
    [["--headless"], /which policy\?/],
    [["--headless", "--policy", "nobody"], /unknown policy "nobody"/],
    [["--headless", "--policy", "random"], /policy "random" is of kind random and has no number to tune/],
    [["--headless", "--policy", "mix(weights={small: 1})", "--knob", "height"], /--knob height: no number of policy/],
    [["--headless", "--policy", THRESHOLD, "--objective", "beauty"], /unknown objective "beauty"/],
    [["--headless", "--policy", THRESHOLD, "--trials", "0"], /--trials must be from 1/],
    [["--headless", "--policy", THRESHOLD, "--front", "0"], /--front must be from 1/],
    [["--headless", "--policy", THRESHOLD, "--max-cost", "0"], /--max-cost must be above 0/],
    [["--headless", "--policy", THRESHOLD, "--subject-to", "beauty > 3"], /"beauty" is no metric/],
    [["--headless", "--policy", THRESHOLD, "--subject-to", "quality >= baseline"], /is a number, not a baseline/],
    [["--headless", "--policy", THRESHOLD, "--subject-to", "errorRate < 1 %"], /errorRate is not known of a trial/],
    [["--headless", "--policy", THRESHOLD, "--subject-to", "quality == 1"], /a constraint is </],
    [["--headless", "--policy", "threshold(fact=meta.nothing,threshold=3)"], /threshold cannot be tuned: no prompt of the training part has a meta\.nothing/],
    [["--headless", "--policy", THRESHOLD, "--subject-to", "share.medium < 0.5"], /there is no model "medium"\n.*small, big/],
    [["--headless", "--policy", "vsr:gateway/config.yaml", "--objective", "latency", "--trials", "4", "--models", "small,nobody"], /nobody/],
    [["--headless", "--policy", "ucb"], /policies of kind ucb cannot be tuned/],
  ])("%j is an error that says what would do", async (args, said) => {
    const ran = await desk().inside("tune", "data.jsonl", "-q", ...args);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(said);
  });
});
