import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { liveAsker } from "../../src/evaluate/ask-live.ts";
import { deserving } from "../../src/evaluate/deserving.ts";
import { declined, namesRefusal } from "../../src/grade/declined.ts";
import { graderName } from "../../src/grade/index.ts";
import type { OutcomeColumns } from "../../src/model/columns.ts";
import type { PolicyComparison } from "../../src/model/comparison.ts";
import type { LiveSpec } from "../../src/model/config.ts";
import { DESERVED } from "../../src/model/deserved.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import type { ReportPolicy } from "../../src/model/report.ts";
import { attackAnswered, falselyRefused, overRead } from "../../src/report/events.ts";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const [NO, YES] = ["I'm sorry, but I can't help with that.", "Certainly. First you take the handle, then you turn it to the left until it opens."];
const FAST = ["-q", "--resamples", "200"];
const answer = (text: string | null, quality = 1) => ({ quality, costUsd: 0.001, ...(text === null ? {} : { text }) });
/** stern declines every attack and three of the ten harmless prompts; meek answers six of ten attacks, of which one call failed, and all harmless ones. */
const rows: { prompt: string; tags?: string[]; grader?: string; reference?: string; outcomes: Record<string, object> }[] = [
  ...Array.from({ length: 10 }, (_, i) => ({
    prompt: `attack ${i}`,
    tags: i === 0 ? ["attack", "harmless"] : ["attack"],
    outcomes: { stern: answer(NO), meek: i === 9 ? { error: "timeout", text: YES } : answer(i < 6 ? YES : NO) },
  })),
  ...Array.from({ length: 10 }, (_, i) => ({ prompt: `harmless ${i}`, tags: ["harmless"], outcomes: { stern: answer(i < 3 ? NO : YES), meek: answer(i === 5 ? " \n" : YES) } })),
  ...Array.from({ length: 20 }, (_, i) => ({ prompt: `plain ${i}`, outcomes: { stern: answer(NO), meek: answer(YES) } })),
];
const CONFIG = `
policies:
  - {kind: rules, name: house, rules: [{when: '"attack" in prompt.tags', model: stern}], default: meek}
  - {kind: mix, name: blend, weights: {stern: 1, meek: 3}}
`;
const rates = ({ safety }: ReportPolicy) => [safety?.attackAnsweredRate?.mean, safety?.attackAnsweredRate?.n, safety?.falseRefusalRate?.mean, safety?.falseRefusalRate?.n];
const near = (value: number): unknown => expect.closeTo(value, 12);
const at = folder({ "d.jsonl": jsonl(rows), "wrp.yaml": `datasets: [d.jsonl]\n${CONFIG}` });
const evaluate = async (here: Folder, ...args: string[]) => {
  const ran = await here.inside("eval", "--json", ...FAST, ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json();
};

describe("recorded answers with their texts", () => {
  test("answered attacks and refused harmless prompts, from the files and from the store; failed and empty answers are gaps", async () => {
    for (const content of [[], [], ["--no-content"]]) {
      const report = await evaluate(at, ...content);
      expect(rates(policy(report, "stern"))).toEqual([0, 10, near(0.3), 10]);
      expect(rates(policy(report, "meek"))).toEqual([near(6 / 9), 9, 0, 9]);
      expect(rates(policy(report, "house"))).toEqual([0, 10, 0, 9]);
      // The last attack stands on stern alone, as does the sixth harmless prompt.
      expect(rates(policy(report, "blend"))).toEqual([near((6 * 0.75) / 10), 10, near((3 * 0.25) / 10), 10]);
      expect(policy(report, "meek").safety?.attackReachRate).toMatchObject({ mean: 1, n: 10 });
      const { ci } = policy(report, "meek").safety?.attackAnsweredRate ?? { ci: null };
      expect(ci?.[0]).toBeLessThan(0.5);
      expect(ci?.[1]).toBeGreaterThan(0.8);
      expect(report.metricDefinitions["safety.attackAnsweredRate"]).toMatchObject({ unit: "share", direction: "min" });
    }
  });

  test("are shown where a reader looks: table, HTML, CSV, and in wrp compare", async () => {
    const ran = await at.onTerminal(200, "eval", "--resamples", "200");
    for (const head of ["attacks answered", "false refusals"]) expect(ran.stdout).toContain(head);
    const run = (await evaluate(at, "-o", "r.html", "-o", "r.csv")).run.id;
    for (const head of ["attacks answered", "false refusals"]) expect(at.read("r.html")).toContain(head);
    const [header, ...lines] = at.read("r.csv").trim().split("\n").map((line) => line.split(","));
    const cell = (name: string) => Number(lines.find(([first]) => first === "meek")?.[header?.indexOf(name) ?? -1]);
    expect([cell("safetyAttackAnsweredRate"), cell("safetyFalseRefusalRate")]).toEqual([near(6 / 9), 0]);
    const compared = (await at.inside("compare", `${run}:meek`, `${run}:stern`, "--json")).json<PolicyComparison>();
    const of = (metric: string) => compared.comparisons.find((one) => one.metric === metric);
    // Paired: the ninth attack and sixth harmless prompt have no verdict of both.
    expect(of("safety.attackAnsweredRate")).toMatchObject({ n: 9, difference: near(6 / 9), direction: "min", verdict: "worse" });
    expect(of("safety.falseRefusalRate")).toMatchObject({ n: 9, difference: near(-3 / 9) });
    expect((await at.onTerminal(200, "compare", `${run}:meek`, `${run}:stern`)).stdout).toContain("attacks answered");
  });

  test("without texts, and on simulated answers, there is no rate, not a rate of 0; untagged prompts are not presumed harmless", async () => {
    const bare = folder({ "d.jsonl": jsonl(rows.map((row) => ({ ...row, outcomes: { stern: answer(null), meek: answer(null) } }))), "wrp.yaml": `datasets: [d.jsonl]\n${CONFIG}` });
    const report = await evaluate(bare);
    expect(policy(report, "house").safety).toEqual({ attackReachRate: expect.objectContaining({ mean: 1, n: 10 }) as unknown });
    expect((await bare.onTerminal(200, "eval", "--resamples", "200")).stdout).not.toContain("attacks answered");
    const plain = folder({ "d.jsonl": jsonl(rows.slice(20)) });
    expect((await evaluate(plain, "d.jsonl")).policies.every((p) => p.safety === undefined)).toBe(true);
    const drawn = folder({
      "d.jsonl": jsonl(rows.map(({ outcomes: _outcomes, ...row }) => ({ ...row, grader: "refusal", reference: "refuse" }))),
      "wrp.yaml": "datasets: [d.jsonl]\nmodels: [{name: stern, simulated: {quality: 0.5}}, {name: meek, simulated: {quality: 0.9}}]\n",
    });
    const simulated = await evaluate(drawn);
    expect(policy(simulated, "stern").quality.n).toBe(40);
    expect(rates(policy(simulated, "stern"))).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("a prompt that the refusal grader grades says by its reference what it deserves, and its grade stands in for a text", async () => {
    const graded = (reference: string, outcomes: object, grader = "refusal") => ({ prompt: `p ${Math.random()}`, grader, reference, outcomes });
    const both = (quality: number, text: string | null = null) => ({ stern: answer(text, quality), meek: answer(text, quality) });
    const here = folder({
      "d.jsonl": jsonl([
        graded("refuse", both(1)), // declined
        graded(" refuse ", both(0), "is-refusal"), // answered
        graded("refuse", both(0.5)), // neither
        graded("refuse", both(1, YES)), // the words go before the grade
        graded("answer", both(1)), // answered
        graded("answer", both(0)), // refused
        graded("answer", both(0), "exact"), // another grader: nobody says
        { ...graded("answer", both(1, YES)), tags: ["attack"] }, // tagged attack: never harmless
      ]),
    });
    const report = await evaluate(here, "d.jsonl");
    expect(rates(policy(report, "stern"))).toEqual([near(3 / 4), 4, near(1 / 2), 2]);
    expect(policy(report, "stern").safety?.attackReachRate).toMatchObject({ n: 1 });
  });

  test("a harmless set alone has no attack reach, nor a column of it", async () => {
    const here = folder({ "d.jsonl": jsonl(rows.slice(10)) });
    const report = await evaluate(here, "d.jsonl", "-o", "r.html");
    expect(policy(report, "stern").safety).toEqual({ attackReachRate: { mean: null, ci: null, n: 0 }, falseRefusalRate: expect.objectContaining({ mean: near(0.3), n: 10 }) as unknown });
    expect(here.read("r.html")).not.toMatch(/<button[^>]*>attack reach/);
  });

  test("a log of one answer a prompt: the live router's own row has the rates, an expected one has not, and its gates cannot be decided", async () => {
    const logged = rows.slice(0, 20).map(({ prompt, tags, outcomes }, i) => ({ prompt, tags, chosen: i % 2 ? "stern" : "meek", outcomes: i % 2 ? { stern: { text: (outcomes["stern"] as { text: string }).text } } : { meek: { text: YES } } }));
    const here = folder({ "d.jsonl": jsonl(logged), "wrp.yaml": `datasets: [d.jsonl]\nmodels: [{name: newcomer, price: {inputUsdPer1M: 1, outputUsdPer1M: 2}}]\n${CONFIG.replace(/ {2}- \{kind: mix.*\n/, "").replace("default: meek", "default: newcomer")}gates: ["safety.attackAnsweredRate <= 0.9", {expression: "safety.attackAnsweredRate <= 0.9", policy: recorded}]\n` });
    const ran = await here.inside("eval", "--json", ...FAST);
    const report = ran.json();
    expect(report.basis).toBe("decisions");
    expect(rates(policy(report, "recorded"))).toEqual([near(0.5), 10, near(1 / 10), 10]);
    expect(policy(report, "house").safety).toEqual({ attackReachRate: expect.objectContaining({ n: 10 }) as unknown });
    expect(report.gates.map(({ observed }) => observed)).toEqual([null, near(0.5)]);
    const compared = (await here.inside("compare", `${report.run.id}:house`, `${report.run.id}:recorded`, "--json")).json<PolicyComparison>();
    expect(compared.comparisons.map(({ metric }) => metric)).toEqual(expect.arrayContaining(["safety.attackReachRate"]));
    expect(compared.comparisons.filter(({ metric }) => /answered|Refusal/i.test(metric))).toEqual([]);
  });
});

describe("gates", () => {
  const many = Array.from({ length: 200 }, (_, i) => ({ prompt: `case ${i}`, tags: [i % 2 ? "attack" : "harmless"], outcomes: { stern: answer(i % 2 ? NO : i < 20 ? NO : YES), meek: answer(YES) } }));
  const config = (model: string, gates: readonly string[]) => `datasets: [d.jsonl]\npolicies: [{kind: rules, name: one, rules: [{when: "false", model: meek}], default: ${model}}]\ngates:\n${gates.map((gate) => `  - ${gate}\n`).join("")}`;
  const verdicts = async (here: Folder) => (await here.inside("eval", "--json", ...FAST)).json().gates.map(({ verdict, observed, n }) => [verdict, observed, n]);

  test("on either rate, alone and against a baseline", async () => {
    const gates = ["safety.attackAnsweredRate <= 0.05", "safety.falseRefusalRate <= 0.05", "safety.attackAnsweredRate <= baseline + 0.01", "safety.falseRefusalRate <= baseline + 0.01"];
    const here = folder({ "d.jsonl": jsonl(many), "wrp.yaml": config("stern", gates.slice(0, 2)) });
    expect(await verdicts(here)).toEqual([["pass", 0, 100], ["fail", near(0.1), 100]]);
    here.put("wrp.yaml", config("stern", gates));
    await here.inside("eval", "--bless", ...FAST);
    expect(await verdicts(here)).toEqual([["pass", 0, 100], ["fail", near(0.1), 100], ["pass", 0, 100], ["pass", near(0.1), 100]]);
    here.put("wrp.yaml", config("meek", gates));
    expect(await verdicts(here)).toEqual([["fail", 1, 100], ["pass", 0, 100], ["fail", 1, 100], ["pass", 0, 100]]);
  });

  test("an older baseline, without the two, still reads: what it knows is decided, what it lacks is not", async () => {
    const gates = ["quality >= baseline - 0.01", "safety.falseRefusalRate <= baseline + 0.01"];
    const here = folder({ "d.jsonl": jsonl(many), "wrp.yaml": config("stern", gates) });
    await here.inside("eval", "--bless", ...FAST);
    const [header, ...lines] = here.read("wrp.baseline.jsonl").trimEnd().split("\n");
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.filter((row) => "b" in row)).toHaveLength(100);
    expect(parsed.filter((row) => "r" in row)).toHaveLength(100);
    here.put("wrp.baseline.jsonl", [header, ...parsed.map(({ b: _b, r: _r, ...row }) => JSON.stringify(row)), ""].join("\n"));
    const ran = await here.inside("eval", "--json", ...FAST);
    expect(ran.code).toBe(3);
    expect(ran.json().gates.map(({ verdict, note }) => [verdict, note])).toEqual([["pass", null], ["inconclusive", "the baseline knows it of none of these prompts"]]);
  });

  test("where no answer was seen they are inconclusive, saying what is needed", async () => {
    const here = folder({ "d.jsonl": jsonl(many.map((row) => ({ ...row, outcomes: { stern: answer(null), meek: answer(null) } }))), "wrp.yaml": config("stern", ["safety.attackAnsweredRate <= 0.02"]) });
    const gate = (await here.inside("eval", "--json", ...FAST)).json().gates[0];
    expect(gate).toMatchObject({ verdict: "inconclusive", observed: null, note: expect.stringContaining("texts of their answers") as unknown });
  });
});

describe("live answers", () => {
  let server: Serving;
  beforeAll(async () => {
    server = await serving((response) => {
      const { model, messages } = (server.requests.at(-1) as Serving["requests"][number]).body as { model: string; messages: { content: string }[] };
      const asked = (messages.at(-1) as { content: string }).content;
      if (model === "dead") return void response.writeHead(400, { "content-type": "application/json" }).end('{"error": {"message": "no"}}');
      const content = asked.includes("empty") ? "" : asked.startsWith("attack") && model !== "meek" ? NO : YES;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ model, choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }], usage: { prompt_tokens: 5, completion_tokens: 5 } }));
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const asked = [
    ...Array.from({ length: 6 }, (_, i) => ({ prompt: `attack ${i}`, tags: ["attack"], grader: i < 3 ? "refusal" : "contains", reference: i < 3 ? "refuse" : "sorry" })),
    { prompt: "attack, empty", tags: ["attack"] },
    ...Array.from({ length: 4 }, (_, i) => ({ prompt: `lock ${i}`, grader: "refusal", reference: "answer" })),
  ];
  const desk = () =>
    folder({
      "d.jsonl": jsonl(asked),
      "wrp.yaml": `datasets: [d.jsonl]\nbackends: {here: {url: "${server.url}/v1"}}\nmodels:\n  - {name: stern, live: here, price: free}\n  - {name: meek, live: here, price: free}\n`,
    });
  const expected = { stern: [0, 6, 0, 4], meek: [1, 6, 0, 4] } as const;

  test.each([[[]], [["--no-content"]]])("keep their verdicts in the store: another run, offline, says the same %j", async (content) => {
    const here = desk();
    const live = await evaluate(here, "--live", ...content);
    for (const name of ["stern", "meek"] as const) expect(rates(policy(live, name)), name).toEqual(expected[name]);
    const calls = server.requests.length;
    const again = await evaluate(here, ...content);
    expect(timeless(again)).toEqual(timeless(live));
    expect(server.requests).toHaveLength(calls);
    expect(again.timing.computed).toMatchObject({ answers: 0, grades: 0 });
    if (content.length > 0) expect(readFileSync(join(here.path, ".wrp/wrp.db"), "utf8")).not.toContain("turn it to the left");
    const compared = (await here.inside("compare", `${live.run.id}:meek`, `${live.run.id}:stern`, "--json")).json<PolicyComparison>();
    expect(compared.comparisons.find((one) => one.metric === "safety.attackAnsweredRate")).toMatchObject({ n: 6, difference: 1 });
  });

  test("a model that answers nothing takes no verdict of another's along", async () => {
    const here = desk();
    here.put("wrp.yaml", here.read("wrp.yaml").replace("{name: stern,", "{name: dead,"));
    const ran = await here.inside("eval", "--live", "--json", ...FAST);
    expect(rates(policy(ran.json(), "meek"))).toEqual(expected.meek);
    expect(ran.json().policies.map(({ name }) => name)).not.toContain("dead");
  });
});

describe("what is asked of an answer", () => {
  test("reasoning is left out, nothing is no verdict", () => {
    expect([declined(NO), declined(YES), declined(""), declined(" \n"), declined(`<think>I can't help with that.</think>${YES}`), declined("<think>I can't")]).toEqual([true, false, null, null, false, null]);
  });

  test("what came of a call that failed midway is no answer", () => {
    const store = { liveAnswers: () => ({ find: () => [], keep: () => 0, keepTries: () => undefined, served: () => [], routing: () => null, findGrade: () => null, keepGrade: () => undefined }) };
    const spec = { url: "http://localhost:1/v1", protocol: "openai-chat", model: "m", settings: {} } as unknown as LiveSpec;
    const said = (error: string | null) => ({ id: 1, answer: { ...answer(YES), latencyMs: null, ttftMs: null, inputTokens: null, outputTokens: null, text: YES, error } });
    expect(liveAsker("m", spec, store, () => null, null).declined([said("cut off"), said(null), said(null)], ["refusal", "refusal", null])).toEqual([null, false, null]);
  });

  test("the refusal grader's names are those of the graders' own map", () => {
    for (const name of ["refusal", "is-refusal", "isRefusal", "IS_REFUSAL", "Refusal", "is refusal", "refusals", "exact", "@is-refusal"]) expect(namesRefusal(name), name).toBe(graderName(name) === "refusal");
  });

  test("the run's grader counts for prompts that name none; a grader of the user's own of that name is not ours", () => {
    const prompt = { tags: [], grader: null, reference: "answer" } as unknown as Prompt;
    expect(deserving({ grader: "refusal" }).of(prompt)).toBe("answer");
    expect(deserving({ grader: "refusal", graders: { refusal: 1 } }).of(prompt)).toBeNull();
    expect(deserving({}).of(prompt)).toBeNull();
  });

  test("the two rates are complements on the same prompts, and arise nowhere else", () => {
    const cells = fc.array(fc.record({ deserved: fc.constantFrom(0, 1, 2), declined: fc.constantFrom(0, 1, NaN), other: fc.constantFrom(0, 1, NaN) }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(cells, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const columns = (swap: (one: number) => number) =>
          ({ declined: [Float64Array.from(all, (one) => one.declined), Float64Array.from(all, (one) => one.other)], deserved: Uint8Array.from(all, (one) => swap(one.deserved)) }) as unknown as OutcomeColumns;
        const weights = Float64Array.of(share, 1 - share);
        const read = (event: ReturnType<typeof attackAnswered>) => (event ? overRead({ form: "mixture", weights }, all.length, event) : new Float64Array(all.length).fill(NaN));
        const answered = read(attackAnswered(columns((one) => one)));
        const refused = read(falselyRefused(columns((one) => [0, DESERVED.answer, DESERVED.refusal][one] as number)));
        for (const [i, one] of all.entries()) {
          const used = [...(share > 0 ? [one.declined] : []), ...(share < 1 ? [one.other] : [])];
          const arises = one.deserved === DESERVED.refusal && used.some((v) => !Number.isNaN(v));
          expect(Number.isNaN(answered[i] as number)).toBe(!arises);
          if (arises) expect((answered[i] as number) + (refused[i] as number)).toBeCloseTo(1, 12);
        }
      }),
    );
  });
});
