import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../src/cli/continuous-integration.ts";
import { parseGate } from "../../src/model/gate.ts";
import type { Report } from "../../src/model/report.ts";
import { judged, overall, type ReportGate } from "../../src/report/gates.ts";
import { desk, generator, mean } from "../desk.ts";
import { folder, jsonl } from "../wrp.ts";

const rows = desk(400);
const HOUSE = "{kind: rules, name: house, rules: [{when: meta.hardness > 0.4, model: condor}], default: wren}";
const WORSE = HOUSE.replace("0.4", "0.7");
const config = (gates: readonly string[], policy = HOUSE) => `datasets: [d.jsonl]\nmodels: [{name: condor, trusted: true}]\npolicies:\n  - ${policy}\ngates:\n${gates.map((gate) => `  - ${gate}\n`).join("")}`;
const desks = (gates: readonly string[], policy = HOUSE) => folder({ "d.jsonl": jsonl(rows), "wrp.yaml": config(gates, policy) });
const FAST = ["-q", "--resamples", "500"];
const gateOf = (report: Report, k = 0) => report.gates[k] as ReportGate;

describe("a baseline", () => {
  test("is missing at first: exit 2, with what to do, before anything is read", async () => {
    const ran = await desks(["quality >= baseline - 0.01"]).inside("eval", ...FAST);
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: "error: wrp.baseline.jsonl: no baseline yet: a gate compares with one\nhint: bless a run that is good: wrp eval … --bless\n" });
  });

  test("blessed, lets the same policy pass and a planted regression fail", async () => {
    const at = desks(["quality >= baseline - 0.01", "costUsdPer1k <= baseline", "latencyMs.p95 <= baseline", "errorRate <= baseline", "share.condor <= baseline"]);
    expect((await at.inside("eval", "--bless", ...FAST)).code).toBe(0);
    const same = await at.inside("eval", "--json", ...FAST);
    expect(same.code, same.stdout).toBe(0);
    expect(same.json().gates.map((gate) => [gate.verdict, gate.observed === gate.baseline])).toEqual(Array.from({ length: 5 }, () => ["pass", true]));

    at.put("wrp.yaml", config(["quality >= baseline - 0.01", "costUsdPer1k <= 0.8 * baseline"], WORSE));
    const worse = await at.inside("eval", "--json", ...FAST);
    expect(worse.code).toBe(1);
    expect(worse.json().verdict).toBe("fail");
    expect(worse.json().gates.map((gate) => gate.verdict)).toEqual(["fail", "pass"]);
  });

  test("is decided by the paired difference new - factor·old, whose bounds an own computation gives", async () => {
    const at = desks([]);
    at.put("wrp.yaml", config(["quality >= 0.9 * baseline - 0.5"], HOUSE));
    await at.inside("eval", "--bless", ...FAST);
    at.put("wrp.yaml", config(["quality >= 0.9 * baseline - 0.5"], WORSE));
    const gate = gateOf((await at.inside("eval", "--json", "-q", "--resamples", "4000")).json());
    const choose = (line: number) => rows.map((row) => row.outcomes[row.meta.hardness > line ? "condor" : "wren"]?.quality as number);
    const [now, old] = [choose(0.7), choose(0.4)];
    const difference = now.map((v, i) => v - 0.9 * (old[i] as number));
    const sd = Math.sqrt(mean(difference.map((d) => (d - mean(difference)) ** 2)));
    expect(gate.observed).toBeCloseTo(mean(now), 12);
    expect(gate.baseline).toBeCloseTo(mean(old), 12);
    expect(gate.line).toBeCloseTo(0.9 * mean(old) - 0.5, 12);
    expect(gate.bound as number).toBeCloseTo(mean(difference) - 1.645 * (sd / Math.sqrt(400)) + 0.9 * mean(old), 2);
    expect(gate.n).toBe(400);
  });

  test("holds figures alone, a line a prompt, in an order of its own, the same for the same run", async () => {
    const at = desks(["quality >= baseline"]);
    await at.inside("eval", "--bless", ...FAST);
    const [header, ...lines] = at.read("wrp.baseline.jsonl").trimEnd().split("\n");
    expect(JSON.parse(header as string)).toMatchObject({ wrp: "baseline", schemaVersion: 1, prompts: 400, policies: ["house"], graders: { recorded: 400 }, missing: "gap" });
    expect(lines).toHaveLength(400);
    expect(lines.toSorted()).toEqual(lines);
    expect(at.read("wrp.baseline.jsonl")).not.toContain("Desk question");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(150);
    at.put("d.jsonl", jsonl(rows.toReversed()));
    await at.inside("eval", "--bless", ...FAST);
    expect(at.read("wrp.baseline.jsonl").trimEnd().split("\n").slice(1)).toEqual(lines);
  });

  test.each<[string, (at: ReturnType<typeof desks>) => void, RegExp]>([
    ["of another workload", (at) => at.put("d.jsonl", jsonl(rows.slice(10))), /it is of another workload \("d"\): 10 of its 400 prompts are not here, 0 of the 390 here are not in it/],
    ["of more prompts", (at) => at.put("d.jsonl", jsonl(desk(401, 8))), /another workload/],
    ["of another grader", (at) => at.put("d.jsonl", jsonl(rows.map((row, i) => ({ ...row, grader: i < 5 ? "exact" : null })))), /the grader differs: recorded on 400 prompts then, exact on 5 prompts, recorded on 395 prompts now/],
    ["of policies of other names", (at) => at.put("wrp.baseline.jsonl", at.read("wrp.baseline.jsonl").replace('"policies":["house"]', '"policies":["a","b"]')), /the baseline has no policy "house"/],
    ["by another rule for failures", (at) => at.put("wrp.baseline.jsonl", at.read("wrp.baseline.jsonl").replace('"missing":"gap"', '"missing":"failure-is-refusal"')), /failed calls counted by the rule "failure-is-refusal", here by "gap"/],
    ["cut off", (at) => at.put("wrp.baseline.jsonl", at.read("wrp.baseline.jsonl").slice(0, 9000)), /wrp.baseline.jsonl:\d+: not a line of a baseline file/],
    ["with a prompt twice", (at) => at.put("wrp.baseline.jsonl", at.read("wrp.baseline.jsonl") + at.read("wrp.baseline.jsonl").split("\n")[3]), /wrp.baseline.jsonl:402: the prompt [0-9a-f]{16} stands there twice/],
    ["with lines missing", (at) => at.put("wrp.baseline.jsonl", at.read("wrp.baseline.jsonl").split("\n").toSpliced(5, 2).join("\n")), /says 400 prompts and holds 398/],
    ["with a merge conflict", (at) => at.put("wrp.baseline.jsonl", at.read("wrp.baseline.jsonl").replace("\n", "\n<<<<<<< HEAD\n")), /wrp.baseline.jsonl:2: a merge conflict is left/],
    ["of a newer wrp", (at) => at.put("wrp.baseline.jsonl", at.read("wrp.baseline.jsonl").replace('"schemaVersion":1', '"schemaVersion":2')), /written by a newer wrp/],
    ["empty", (at) => at.put("wrp.baseline.jsonl", ""), /wrp.baseline.jsonl:1: not a line of a baseline file/],
  ])("%s is refused, saying what differs", async (_, change, message) => {
    const at = desks(["quality >= baseline"]);
    await at.inside("eval", "--bless", ...FAST);
    change(at);
    const ran = await at.inside("eval", ...FAST);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).toContain("--bless");
  });

  test("repeated prompts are paired in their order", async () => {
    const twice = [...rows.slice(0, 60), ...rows.slice(0, 60).map((row) => ({ ...row, outcomes: { ...row.outcomes, condor: { quality: 0, costUsd: 1, latencyMs: 1 } } }))];
    const at = desks(["quality >= baseline"]);
    at.put("d.jsonl", jsonl(twice));
    await at.inside("eval", "--bless", ...FAST);
    expect(gateOf((await at.inside("eval", "--json", ...FAST)).json())).toMatchObject({ verdict: "pass", n: 120 });
  });

  test("keeps every policy that a gate names, and a model's gate never takes another policy's figures", async () => {
    const gates = ['{expression: "quality >= baseline - 0.01", policy: wren}'];
    const at = desks(gates);
    await at.inside("eval", "--bless", ...FAST);
    const gate = gateOf((await at.inside("eval", "--json", ...FAST)).json());
    expect(gate).toMatchObject({ policy: "wren", verdict: "pass", observed: gate.baseline });
    const before = desks(["quality >= 0.1"]);
    await before.inside("eval", "--bless", ...FAST);
    before.put("wrp.yaml", config(gates));
    expect(await before.inside("eval", ...FAST)).toMatchObject({ code: 2, stderr: expect.stringContaining('the baseline has no policy "wren"') as string });
  });

  test.each(["d.jsonl", "wrp.yaml", "runs.db"])("is never blessed over %s", async (file) => {
    const at = desks(["quality >= 0.1"]);
    await at.inside("eval", "--store", "runs.db", ...FAST);
    const before = at.read(file);
    expect(await at.inside("eval", "--bless", "--baseline", file, "--store", "runs.db", ...FAST)).toMatchObject({ code: 2, stderr: expect.stringContaining("written over") as string });
    expect(at.read(file)).toBe(before);
  });

  test("that knows few of the prompts is said to, and equal figures on those few are no proof", async () => {
    const at = desks(["quality >= baseline", "costUsdPer1k <= baseline"]);
    const ungraded = (row: (typeof rows)[number]) => ({ ...row, outcomes: Object.fromEntries(Object.entries(row.outcomes).map(([model, { quality: _quality, ...rest }]) => [model, rest])) });
    at.put("d.jsonl", jsonl(rows.map((row, i) => (i < 6 ? row : ungraded(row)))));
    await at.inside("eval", "--bless", ...FAST);
    at.put("d.jsonl", jsonl(rows));
    const { gates } = (await at.inside("eval", "--json", ...FAST)).json();
    expect(gates).toMatchObject([{ verdict: "inconclusive", n: 6, note: "without 394 that this run does" }, { verdict: "pass", n: 400, note: null }]);
    expect((await at.inside("eval", ...FAST)).stdout.replaceAll(/\s+/g, " ")).toContain("without 394 that this run does");
  });

  test("says nothing of a p95 where two sessions are all there is", async () => {
    const at = desks(["latencyMs.p95 <= baseline"]);
    const inSessions = (factor: number) => jsonl(rows.map((row, i) => ({ ...row, session: `s${i % 2}`, outcomes: Object.fromEntries(Object.entries(row.outcomes).map(([model, one]) => [model, { ...one, latencyMs: factor * (one.latencyMs as number) }])) })));
    at.put("d.jsonl", inSessions(1));
    await at.inside("eval", "--bless", ...FAST);
    at.put("d.jsonl", inSessions(0.9));
    expect(gateOf((await at.inside("eval", "--json", ...FAST)).json())).toMatchObject({ verdict: "inconclusive", bound: null, n: 400, note: "a p95 needs at least 59 independent prompts for a bound" });
  });

  test("at exactly its multiple is on the line, whatever the rounding", async () => {
    const at = desks([0.7, 0.8, 0.9, 1.1, 1.3].flatMap((k) => [`latencyMs.p95 <= ${k} * baseline`, `latencyMs.mean <= ${k} * baseline`]));
    const scaled = (factor: number) => jsonl(rows.map((row, i) => ({ ...row, outcomes: Object.fromEntries(Object.entries(row.outcomes).map(([model, one]) => [model, { ...one, latencyMs: factor * (10 + (i % 289)) }])) })));
    at.put("d.jsonl", scaled(1));
    await at.inside("eval", "--bless", ...FAST);
    for (const [k, factor] of [0.7, 0.8, 0.9, 1.1, 1.3].entries()) {
      at.put("d.jsonl", scaled(factor));
      const { gates } = (await at.inside("eval", "--json", ...FAST)).json();
      expect(gates.slice(2 * k, 2 * k + 2).map(({ verdict }) => verdict)).toEqual(["pass", "pass"]);
    }
  });

  test("of a model that is gone decides no share of it; a share of no model at all is refused", async () => {
    const at = desks(["share.wren >= baseline - 0.1"]);
    await at.inside("eval", "--bless", ...FAST);
    const [seen] = (await at.inside("eval", "--json", ...FAST)).json().gates;
    expect(seen?.verdict).toBe("pass");
    at.put("d.jsonl", jsonl(rows.map((row) => ({ ...row, outcomes: { heron: row.outcomes["heron"], condor: row.outcomes["condor"] } }))));
    at.put("wrp.yaml", config(["share.wren >= baseline - 0.1"], HOUSE.replace("wren", "heron")));
    expect(gateOf((await at.inside("eval", "--json", ...FAST)).json())).toMatchObject({ verdict: "inconclusive", note: "this run does not have the model wren" });
    at.put("wrp.yaml", config(["share.wern <= 0.3"], HOUSE.replace("wren", "heron")));
    expect(await at.inside("eval", ...FAST)).toMatchObject({ code: 2, stderr: expect.stringContaining('is about a model "wern", which this run does not have') as string });
  });
});

describe("a line that is a number", () => {
  test("inside the interval is inconclusive: exit 3, and the words say so", async () => {
    const at = desks([]);
    at.put("wrp.yaml", config(["quality >= 0.5"]));
    const seen = gateOf((await at.inside("eval", "--json", ...FAST)).json()).observed as number;
    at.put("wrp.yaml", config([`quality >= ${seen.toFixed(3)}`]));
    const ran = await at.inside("eval", ...FAST);
    expect(ran.code).toBe(3);
    expect(ran.stdout).toMatch(/gates inconclusive\n inconclusive {2}quality >= /);
  });

  test.each([
    [58, "inconclusive", null],
    [59, "pass", "number"],
  ])("p95 of %i prompts is %s", async (n, verdict, bound) => {
    const at = desks(["latencyMs.p95 < 1e9"]);
    at.put("d.jsonl", jsonl(rows.slice(0, n)));
    const gate = gateOf((await at.inside("eval", "--json", ...FAST)).json());
    expect(gate.verdict).toBe(verdict);
    expect(bound === null ? gate.bound : typeof gate.bound).toBe(bound);
    if (bound === null) expect(gate.note).toBe("a p95 needs at least 59 independent prompts for a bound");
  });

  test("p99 needs 299 prompts", async () => {
    const at = desks(["latencyMs.p99 < 1e9"]);
    for (const [n, verdict] of [[298, "inconclusive"], [299, "pass"]] as const) {
      at.put("d.jsonl", jsonl(rows.slice(0, n)));
      expect(gateOf((await at.inside("eval", "--json", ...FAST)).json()).verdict).toBe(verdict);
    }
  });

  test("an equality is a census, beside its rule-of-three bound", async () => {
    const pii = rows.filter((row) => row.tags.includes("pii")).length;
    const clean = desks(["privacy.leakRate == 0"], "{kind: always, name: house, model: condor}".replace("always", "rules").replace("model: condor", "rules: [], default: condor"));
    const ran = await clean.inside("eval", "--json", ...FAST);
    expect(ran.code).toBe(0);
    expect(gateOf(ran.json())).toMatchObject({ verdict: "pass", observed: 0, n: pii });
    expect(gateOf(ran.json()).bound).toBeCloseTo(3 / pii, 12);
    expect((await desks(["privacy.leakRate == 0"]).inside("eval", ...FAST)).code).toBe(1);
    const none = desks(["privacy.leakRate == 0"]);
    none.put("d.jsonl", jsonl(rows.map(({ tags: _tags, ...row }) => row)));
    const open = await none.inside("eval", "--json", ...FAST);
    expect(open.code).toBe(3);
    expect(gateOf(open.json())).toMatchObject({ verdict: "inconclusive", observed: null, note: "no prompt is tagged pii" });
  });

  test("no leak passes on sensitive prompts that a policy leaves undecided, unless the line holds whatever becomes of them", async () => {
    const at = folder({
      "d.jsonl": jsonl(["a@example.org is urgent", "b@example.org is not", "urgent: c@example.org"].map((prompt) => ({ prompt, tags: ["pii"] }))),
      "vsr.yaml": "version: v0.3\nproviders: {models: [{name: here}, {name: there}], defaults: {default_model: here}}\nrouting:\n  signals:\n    keywords: [{name: urgent, operator: OR, keywords: [urgent]}]\n    jailbreak: [{name: bad, threshold: 0.5}]\n  decisions:\n    - {name: first, priority: 9, rules: {operator: AND, conditions: [{type: keyword, name: urgent}]}, modelRefs: [{model: here}]}\n    - {name: second, priority: 8, rules: {operator: AND, conditions: [{type: jailbreak, name: bad}]}, modelRefs: [{model: there}]}\n",
      "wrp.yaml": "datasets: [d.jsonl]\nmodels: [{name: here, trusted: true}, {name: there}]\npolicies: [{kind: vsr, name: ours, config: vsr.yaml}]\ngates: [privacy.leakRate == 0, privacy.leakedPrompts == 0, privacy.leakedPrompts <= 1]\n",
    });
    const ran = await at.inside("eval", "--json", ...FAST);
    expect(ran.json().gates.map(({ verdict, observed, n, note }) => ({ verdict, observed, n, note }))).toEqual(
      ["inconclusive", "inconclusive", "pass"].map((verdict) => ({ verdict, observed: 0, n: 2, note: "undecided on 1 more" })),
    );
    expect(gateOf(ran.json()).bound).toBe(1);
    expect(ran.code).toBe(3);
  });

  test("a gate may name its policy, a flag may add gates, --no-gates leaves the config's aside", async () => {
    const at = desks(["{policy: wren, expression: quality > 0.99}"]);
    const named = await at.inside("eval", "--json", ...FAST);
    expect(named.code).toBe(1);
    expect(gateOf(named.json())).toMatchObject({ policy: "wren", verdict: "fail" });
    expect((await at.inside("eval", "--no-gates", ...FAST)).code).toBe(0);
    expect((await at.inside("eval", "--no-gates", "--gate", "quality > 0.1", ...FAST)).code).toBe(0);
    expect((await at.inside("eval", "--no-gates", "--gate", ...FAST)).stderr).toContain("--gate, but there are no gates");
    expect((await at.inside("eval", "--gate", "d.jsonl", ...FAST)).stderr).toContain("--gate d.jsonl is no gate");
    at.put("wrp.yaml", config(["{policy: nobody, expression: quality > 0}"]));
    expect((await at.inside("eval", ...FAST)).stderr).toContain('a policy "nobody", which this run does not have');
  });

  test("every policy under test must pass", async () => {
    const at = desks([]);
    at.put("wrp.yaml", `${config(["quality > 0.6"])}`.replace("gates:", `  - ${WORSE.replace("house", "second")}\ngates:`));
    const report = (await at.inside("eval", "--json", ...FAST)).json();
    expect(report.gates.map((gate) => [gate.policy, gate.verdict])).toEqual([["house", "pass"], ["second", "inconclusive"]]);
    expect(report.verdict).toBe("inconclusive");
    // What a run is compared with is not itself under test.
    expect((await at.inside("eval", "--json", "--reference", "second", ...FAST)).json().gates.map((gate) => gate.policy)).toEqual(["house"]);
  });
});

describe("where gates are told", () => {
  test("GitHub: an annotation at the gate's line, and the report in the step summary", async () => {
    const at = desks(["quality > 0.1", "quality > 0.99", "latencyMs.p95 < 1900"]);
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: `${at.path}/summary.md`, GITHUB_WORKSPACE: at.path, CI: "true" };
    at.put("summary.md", "before\n");
    const ran = await at.wrpWith({ env }, "eval", "-o", "gates.xml", "--json", ...FAST);
    expect(ran.code).toBe(1);
    expect(ran.json().verdict).toBe("fail");
    const annotations = ran.stderr.split("\n").filter((line) => line.startsWith("::"));
    expect(annotations[0]).toMatch(/^::error file=wrp\.yaml,line=7(,col=\d+)?,title=wrp%3A gate failed::quality > 0\.99 \(house\): fail: observed 0\.\d{4} on 400 prompts, one-sided 95 %25 bound 0\.\d{4}$/);
    expect(annotations.every((line) => /^::(error|warning) /.test(line))).toBe(true);
    expect(at.read("summary.md")).toMatch(/^before\n## d: ❌ fail\n[^]*\| quality &gt; 0\.99 \| house \| ❌ fail \|/);
    expect(at.read("gates.xml")).toMatch(/<testsuites name="wrp" tests="3" failures="[12]" errors="[01]"/);
    const bad = await at.wrpWith({ env }, "eval", "nowhere.jsonl", "--no-config");
    expect(bad.stderr).toMatch(/^::error title=wrp::no such file or folder: "nowhere.jsonl"$/m);
    const unwritable = await at.wrpWith({ env: { ...env, GITHUB_STEP_SUMMARY: `${at.path}/no/such/folder.md` } }, "eval", ...FAST);
    expect(unwritable.code).toBe(1);
    expect(unwritable.stderr).toContain("::warning title=wrp::the step summary cannot be written");
  });

  test("a stored run tells its gates again, in every form", async () => {
    const at = desks(["quality > 0.99"]);
    await at.inside("eval", ...FAST);
    const ran = await at.inside("report", "-o", "r.html", "-o", "r.md", "-o", "r.xml", "-q");
    expect(ran.stdout).toContain("gates fail");
    expect(ran.code).toBe(1); // the verdict that is printed
    for (const form of ["r.html", "r.md", "r.xml"]) expect(at.read(form)).toMatch(/fail/);
  });
});

describe("reading a gate", () => {
  test.each([
    ["quality >= baseline - 0.01", { metric: "quality", op: ">=", factor: 1, offset: -0.01 }],
    ["costUsdPer1k<=0.8*baseline", { metric: "costUsdPer1k", op: "<=", factor: 0.8, offset: 0 }],
    ["latencyMs.p95 < 2000", { metric: "latencyMs.p95", op: "<", factor: 0, offset: 2000 }],
    ["latencyMs.p99.9 < 2e3", { metric: "latencyMs.p99.9", op: "<", factor: 0, offset: 2000 }],
    ["privacy.leakRate == 0", { metric: "privacy.leakRate", op: "==", factor: 0, offset: 0 }],
    ["errorRate < 5 %", { metric: "errorRate", op: "<", factor: 0, offset: 0.05 }],
    ["costUsdPer1k <= 120% * baseline + 0.5", { metric: "costUsdPer1k", op: "<=", factor: 1.2, offset: 0.5 }],
    ["ttftMs.p50 <= baseline * 1.1 + 20", { metric: "ttftMs.p50", op: "<=", factor: 1.1, offset: 20 }],
    ["quality > baseline / 2", { metric: "quality", op: ">", factor: 0.5, offset: 0 }],
    ["share.openai/gpt-5 <= 0.3", { metric: "share.openai/gpt-5", op: "<=", factor: 0, offset: 0.3 }],
    ["costMatchedMix > 0", { metric: "costMatchedMix", op: ">", factor: 0, offset: 0 }],
  ])("%s", (expression, gate) => {
    expect(parseGate(expression)).toEqual({ expression, policy: null, ...gate });
  });

  test.each([
    ["quality", "has no comparison"], ["> 3", "names no metric"], ["qualty > 1", '"qualty" is no metric'], ["quality >", "has nothing on its right side"], ["quality > > 1", "more than one comparison"],
    ["quality > x", 'cannot read "x"'], ["quality > 1 2", 'cannot read "2"'], ["quality > -1 * baseline", "negative multiple"], ["latencyMs.p0 > 1", "no metric"], ["latencyMs.p100 > 1", "no metric"], ["share. > 1", "no metric"],
    ["quality > baseline / 0", "no finite number"], ["costMatchedMix > baseline", "a difference already"], ["quality > baselines", "cannot read"],
  ])("%s is refused", async (expression, why) => {
    expect(() => parseGate(expression)).toThrow(why);
    const ran = await desks([JSON.stringify(expression)]).inside("eval", ...FAST);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^error: wrp\.yaml:6(:\d+)?: gate /);
  });
});

describe("verdicts", () => {
  // On a grid: what differs from the line by less than rounding is on it.
  const line = fc.integer({ min: -100, max: 100 }).map((tenths) => tenths / 10);
  const bounds = fc.tuple(line, line).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);

  test("pass where the one-sided bound clears the line, fail where the opposite one breaks it, else inconclusive", () => {
    fc.assert(
      fc.property(bounds, line, fc.constantFrom(">=", ">", "<=", "<"), (b, at, op) => {
        const observed = (b[0] + b[1]) / 2;
        const { verdict } = judged(op, { observed, bounds: b, census: false }, at);
        const holds = (v: number) => ({ ">=": v >= at, ">": v > at, "<=": v <= at, "<": v < at })[op];
        expect(verdict).toBe(b.every(holds) ? "pass" : b.some(holds) ? "inconclusive" : "fail");
      }),
    );
  });

  test("no interval decides nothing", () => {
    expect(judged(">=", { observed: 5, bounds: null, census: false }, 1).verdict).toBe("inconclusive");
    expect(judged(">=", { observed: null, bounds: [1, 2], census: false }, 1).verdict).toBe("inconclusive");
  });

  test("the run's verdict and its exit code are one: fail before inconclusive before pass", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("pass", "fail", "inconclusive"), { maxLength: 6 }), (verdicts) => {
        const verdict = overall(verdicts.map((v) => ({ verdict: v }) as ReportGate));
        expect(exitCodeOf(verdict)).toBe(verdicts.includes("fail") ? 1 : verdicts.includes("inconclusive") ? 3 : 0);
      }),
    );
  });

  test("hold their error rates: on the line itself a gate passes in about 5 % of samples", async () => {
    const draw = generator(11);
    const runs = 300;
    let [passed, failed] = [0, 0];
    for (let k = 0; k < runs; k++) {
      const sample = Array.from({ length: 200 }, (_, i) => ({ prompt: `${k}/${i}`, outcomes: { a: { quality: draw() < 0.8 ? 1 : 0 }, b: { quality: 0.5 } } }));
      const at = folder({ "s.jsonl": jsonl(sample), "wrp.yaml": "datasets: [s.jsonl]\ngates: [{policy: a, expression: quality >= 0.8}]\n" });
      const { code } = await at.inside("eval", "--store", ":memory:", "-q", "--resamples", "200");
      if (code === 0) passed++;
      if (code === 1) failed++;
    }
    // 5 % of 300 is 15, with a standard error of 3.8.
    expect(passed).toBeLessThan(15 + 4 * 3.8);
    expect(failed).toBeLessThan(15 + 4 * 3.8);
    expect(passed + failed).toBeGreaterThan(4);
  }, 120_000);
});
