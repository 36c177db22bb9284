import { beforeAll, describe, expect, test } from "vitest";
import { desk, mean } from "../desk.ts";
import { folder, jsonl } from "../wrp.ts";

interface Routed {
  run: string | null;
  prompt: { lengthCodePoints: number; tokens: number; tags: string[]; meta: Record<string, unknown> };
  decisions: {
    policy: string;
    control: boolean;
    model: string | null;
    alternatives: { model: string; probability: number }[];
    rule: string;
    facts: { name: string; value: unknown }[];
    expectedCostUsd: { value: number | null; source: string };
    expectedLatencyMs: { value: number | null; source: string };
  }[];
  undecided: { policy: string; reason: string }[];
}

const CONFIG = `
models: [{name: wren}, {name: heron}, {name: condor}]
policies:
  - kind: rules
    name: house
    rules:
      - {name: private, when: "'pii' in prompt.tags", model: wren}
      - {name: hard, when: "meta.hardness > 0.5 && meta.team == 'desk'", model: condor}
      - {name: long, when: prompt.lengthCodePoints > 30, model: heron}
    default: wren
  - {kind: threshold, name: split, threshold: 10, weak: wren, strong: heron}
  - {kind: mix, name: blend, weights: {wren: 1, heron: 3}}
  - {kind: recorded, name: live}
`;
const rows = desk(40);

test("without a store and without a config: a clear error and what to do", async () => {
  expect(await folder().inside("route", "hi")).toMatchObject({ code: 2, stdout: "", stderr: "error: no models are known\nhint: run wrp eval DATA first, or list models and policies in wrp.yaml\n" });
});

test("a damaged store is told, not passed over", async () => {
  const ran = await folder({ ".wrp/wrp.db": "no database at all, only words" }).inside("route", "hi");
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain("not a wrp store");
});

describe("with a config alone", () => {
  const at = folder({ "wrp.yaml": CONFIG, "chat.json": JSON.stringify([{ role: "system", content: "Be brief." }, { role: "user", content: "Is rain wet?" }]) });
  const routed = async (...args: string[]) => (await at.inside("route", ...args, "--json")).json<Routed>();
  const house = async (...args: string[]) => (await routed(...args)).decisions.find((d) => d.policy === "house");

  test("tags, metadata and length reach the rules; every rule tried is shown with its value", async () => {
    expect(await house("hello", "--policy", "house")).toMatchObject({ model: "wren", rule: "default" });
    expect(await house("hello", "--tag", "pii", "--policy", "house")).toMatchObject({ model: "wren", rule: "private", facts: [{ name: "'pii' in prompt.tags", value: "true" }] });
    expect(await house("hello", "--meta", "hardness=0.9", "--meta", "team=desk", "--policy", "house")).toMatchObject({
      model: "condor",
      rule: "hard",
      facts: [{ name: "'pii' in prompt.tags", value: "false" }, { name: "meta.hardness > 0.5 && meta.team == 'desk'", value: "true" }],
    });
    expect(await house("Tell me a rather long story about rain.", "--policy", "house")).toMatchObject({ model: "heron", rule: "long" });
  });

  test("lengths are code points, tokens are o200k; wide characters count once", async () => {
    expect((await routed("日本語🙂", "--policy", "split")).prompt).toMatchObject({ lengthCodePoints: 4, tokens: expect.any(Number) });
    expect((await routed("hello", "--policy", "split")).prompt).toMatchObject({ lengthCodePoints: 5, tokens: 1, tags: [], meta: {} });
  });

  test("a threshold says the fact, the number and the side", async () => {
    expect((await routed("hello there you", "--policy", "split")).decisions[0]).toMatchObject({ model: "heron", rule: "prompt.lengthCodePoints 15 ≥ 10", facts: [{ name: "prompt.lengthCodePoints", value: 15 }] });
    expect((await routed("hello", "--policy", "threshold(fact=tokens,threshold=99,weak=wren,strong=condor)")).decisions[0]).toMatchObject({ model: "wren", rule: "prompt.tokens 1 < 99" });
  });

  test("a mix is a choice with probabilities, no model is pretended", async () => {
    expect((await routed("hello", "--policy", "blend")).decisions[0]).toMatchObject({ model: null, alternatives: [{ model: "wren", probability: 0.25 }, { model: "heron", probability: 0.75 }] });
  });

  test("a chat by --messages; its texts count joined by newlines", async () => {
    expect((await routed("--messages", "chat.json", "--policy", "split")).prompt.lengthCodePoints).toBe("Be brief.\nIs rain wet?".length);
    for (const [file, content] of [["bad.json", "{"], ["empty.json", "[]"], ["text.json", '"hi"']] as const) {
      at.put(file, content);
      const ran = await at.inside("route", "--messages", file);
      expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(new RegExp(`^error: ${file}(:\\d+)?: `)) });
    }
    expect((await at.inside("route", "--messages", "gone.json")).stderr).toContain("error: gone.json: no such file");
  });

  test("the prompt on stdin", async () => {
    const piped = await at.wrpWith({ stdin: "hello from the pipe\n" }, "route", "--policy", "split", "--json");
    expect(piped.json<Routed>().prompt.lengthCodePoints).toBe("hello from the pipe".length);
    expect(await at.wrpWith({ stdin: "" }, "route")).toMatchObject({ code: 2, stderr: expect.stringContaining("the prompt on stdin is empty") });
  });

  test("--all names those that cannot route a new prompt, with the reason", async () => {
    const { decisions, undecided } = await routed("hello", "--all");
    expect(decisions.map((d) => d.policy)).toEqual(expect.arrayContaining(["wren", "heron", "condor", "house", "split", "blend", "random"]));
    expect(undecided.map((u) => u.policy)).toEqual(["live", "oracle"]);
  });

  test("an unknown policy and malformed metadata: exit 2, what is known", async () => {
    expect(await at.inside("route", "hi", "--policy", "castle")).toMatchObject({ code: 2, stderr: expect.stringMatching(/no policy is named "castle"\nhint: policies: wren, heron, condor, house/) });
    expect(await at.inside("route", "hi", "--meta", "hardness")).toMatchObject({ code: 2, stderr: expect.stringContaining('--meta takes key=value (got "hardness")') });
  });
});

describe("after an evaluation", () => {
  const at = folder({ "desk.jsonl": jsonl(rows) });
  let run = "";
  beforeAll(async () => {
    run = (await at.inside("eval", "desk.jsonl", "--json", "-q", "--policy", "threshold(name=long,fact=prompt.tokens,threshold=100)")).json().run.id;
  });

  test("policies and figures come from the run; the expected cost and latency name it", async () => {
    const { decisions, run: from } = (await at.inside("route", "hello", "--json")).json<Routed>();
    expect(from).toBe(run);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]).toMatchObject({
      policy: "long",
      model: "wren",
      expectedCostUsd: { value: expect.closeTo(mean(rows.map((r) => r.outcomes["wren"]?.costUsd as number)), 12), source: `mean of 40 recorded prompts, run ${run}` },
      expectedLatencyMs: { value: expect.closeTo(mean(rows.map((r) => r.outcomes["wren"]?.latencyMs as number)), 6) },
    });
  });

  test("in words: model, policy, rule, fact, cost with its source", async () => {
    const { stdout } = await at.inside("route", "hello", "--policy", "long");
    expect(stdout).toContain("wren   by long");
    expect(stdout).toMatch(/rule +prompt.tokens 1 < 100/);
    expect(stdout).toMatch(/fact +prompt.tokens = 1/);
    expect(stdout).toMatch(new RegExp(`cost +\\$0\\.\\d+ expected \\(mean of 40 recorded prompts, run ${run}\\)`));
  });

  test("a configured price is used for a model without recorded costs, its source said; nothing known is unknown", async () => {
    at.put("more.yaml", "models: [{name: ibis, price: {inputUsdPer1M: 1, outputUsdPer1M: 2}}, {name: dodo}]\npolicies: [{kind: always, name: i, model: ibis}, {kind: always, name: d, model: dodo}]\n");
    const priced = (await at.inside("route", "hello", "-c", "more.yaml", "--policy", "i", "--json")).json<Routed>();
    expect(priced.decisions[0]?.expectedCostUsd).toEqual({ value: (1 * 1 + 400 * 2) / 1e6, source: "config price; 1 tokens in (o200k), 400 out assumed" });
    const unpriced = (await at.inside("route", "hello", "-c", "more.yaml", "--policy", "d", "--json")).json<Routed>();
    expect(unpriced.decisions[0]).toMatchObject({ expectedCostUsd: { value: null, source: "no price of dodo is known" }, expectedLatencyMs: { value: null } });
  });
});
