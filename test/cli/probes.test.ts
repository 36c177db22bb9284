import { describe, expect, test } from "vitest";
import { folder } from "../wrp.ts";

/** Claims of fraud stay in the house, law goes to the large model, long requests and pictures to the long one. */
const RECIPE = `version: v0.3
providers:
  defaults: { default_model: finch }
  models: [{ name: finch }, { name: eagle }]
routing:
  signals:
    keywords:
      - { name: fraud, operator: OR, keywords: [stolen card] }
      - { name: polite, operator: OR, keywords: [please] }
    domains: [{ name: law, mmlu_categories: [law] }]
    context: [{ name: long, min_tokens: 1K }]
    conversation: [{ name: pictured, feature: { type: exists, source: { type: image_content } } }]
  decisions:
    - name: in_house
      priority: 300
      rules: { operator: AND, conditions: [{ type: keyword, name: fraud }, { operator: NOT, conditions: [{ type: keyword, name: polite }] }] }
      modelRefs: [{ model: finch }]
      plugins: [{ type: router_replay }]
    - name: large
      priority: 200
      rules: { operator: OR, conditions: [{ type: context, name: long }, { type: conversation, name: pictured }] }
      modelRefs: [{ model: finch }, { model: eagle }]
      algorithm: { type: latency_aware }
    - name: legal
      priority: 100
      rules: { type: domain, name: law }
      modelRefs: [{ model: eagle }]
    - name: ordinary
      priority: 10
      modelRefs: [{ model: finch }]
recipes:
  - name: night
    routing: { decisions: [{ name: all, modelRefs: [{ model: eagle }] }] }
entrypoints: [{ model_names: [night-desk], recipe: night }]
`;

const GOOD = `schema_version: v1
name: desk
fixtures: { images: { pixel: { media_type: image/png } } }
decisions:
  - id: fraud
    expected_decision: in_house
    expected_algorithm: static
    expected_alias: finch
    expected_plugins: [router_replay]
    variants:
      - { id: plain, query: "My stolen card was used.", tags: [fraud], expected_signals: { keywords: [fraud] } }
  - expected_decision: large
    expected_algorithm: latency_aware
    expected_alias: eagle
    variants:
      - { id: padded, query: Why?, padding: { text: "and so on", repeat: 500, placement: around }, tags: [stress:long] }
      - { id: repeated, query: And why is that so?, repeat: 300 }
      - id: picture
        messages: [{ role: user, content: [{ type: text, text: Look. }, { type: image_fixture, fixture: pixel }] }]
      - id: generated
        messages: [{ role: user, content: [{ type: text, text: Look. }] }]
        generated_text: { message_index: 0, content_index: 1, target_text_bytes: 5000, character: x }
  - id: night
    expected_decision: all
    expected_recipe: night
    model: night-desk
    variants: [{ query: Hello }]
`;

const at = (probes: string, more: Readonly<Record<string, string>> = {}) => folder({ "config.yaml": RECIPE, "probes.yaml": probes, ...more });
/** One decision with one probe. */
const one = (fields: string, variant = "query: Hello") => `decisions: [{ ${fields}, variants: [{ id: v, ${variant} }] }]`;

interface ProbesDocument {
  readonly warnings: readonly { readonly message: string; readonly line: number }[];
  readonly policies: readonly {
    readonly policy: string;
    readonly verdict: string;
    readonly counts: { readonly holds: number; readonly fails: number; readonly undetermined: number };
    readonly probes: readonly { readonly id: string; readonly verdict: string; readonly line: number; readonly checks: readonly { readonly of: string; readonly verdict: string; readonly expected: string; readonly got: string; readonly why: string | null }[] }[];
    readonly tags: readonly { readonly of: string; readonly holds: number; readonly minimum: number | null }[];
  }[];
}

async function judged(probes: string) {
  const ran = await at(probes).inside("check", "--probes", "probes.yaml", "--json");
  const document = ran.json<ProbesDocument>();
  const [first] = document.policies;
  if (!first) throw new Error("no policy");
  return { code: ran.code, document, ...first };
}

describe("wrp check --probes", () => {
  test("probes that hold: over the config beside them, with what they repeat, pad, generate and show", async () => {
    const ran = await at(GOOD).wrp("check", "--probes", "probes.yaml");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^holds +fraud:plain$/m);
    expect(ran.stdout).toMatch(/^holds +night:v1$/m);
    expect(ran.stdout).toMatch(/^ {2}1 hold, 0 fail, 0 undetermined {2}stress:long$/m);
    expect(ran.stdout).toMatch(/\n6 hold, 0 fail, 0 undetermined of 6 probes: pass\n$/);
    expect(ran.stderr).toBe("");
  });

  test.each([
    ["the rule that keeps the decision from matching", one("expected_decision: in_house", "query: 'Please, my stolen card'"), ["decision", "fails", "in_house", /legal|ordinary/, "in_house does not match: keyword:polite matched"]],
    ["the order that another wins by", one("expected_decision: ordinary", "query: My stolen card"), ["decision", "fails", "ordinary", "in_house", "in_house wins by priority"]],
    ["a decision that there is not", one("expected_decision: in_hause"), ["decision", "fails", "in_hause", /./, expect.stringContaining('did you mean "in_house"')]],
    ["the algorithm", one("expected_decision: in_house, expected_algorithm: fusion", "query: My stolen card"), ["algorithm", "fails", "fusion", "static", null]],
    ["the models", one("expected_decision: in_house, expected_alias: eagle", "query: My stolen card"), ["alias", "fails", "eagle", "finch", null]],
    ["a plugin", one("expected_decision: in_house, expected_plugins: [tools]", "query: My stolen card"), ["plugins", "fails", "tools", "tools missing", null]],
    ["a plugin too many", one("expected_decision: in_house, plugin_match: exact", "query: My stolen card"), ["plugins", "fails", "nothing else", "router_replay there", null]],
    ["a signal", one("expected_decision: in_house", "query: My stolen card, expected_signals: {keywords: [polite]}"), ["signals", "fails", "keyword:polite", "keyword:polite missing", null]],
    ["a signal that must not be", one("expected_decision: in_house, forbidden_signals: {keyword: [fraud]}", "query: My stolen card"), ["signals", "fails", "not keyword:fraud", "keyword:fraud there", null]],
    ["a signal that there is not", one("expected_decision: in_house", "query: My stolen card, expected_signals: {keywords: [froud]}"), ["signals", "fails", "keyword:froud", "keyword:froud missing", 'recipe "default" has no keyword:froud']],
    ["the recipe", one("expected_decision: all, expected_recipe: default, model: night-desk"), ["recipe", "fails", "default", "night", '"night-desk" asks for it']],
    ["what is open", one("expected_decision: legal"), ["decision", "undetermined", "legal", /legal or ordinary|ordinary or legal/, "open: domain:law; nobody reads domain here"]],
    ["an unknown signal", one("expected_decision: in_house", "query: My stolen card, expected_signals: {domains: [law]}"), ["signals", "undetermined", "domain:law", "domain:law unknown", null]],
  ])("says %s", async (_, probes, [of, verdict, expected, got, why]) => {
    const { code, probes: results } = await judged(probes);
    const [first] = results;
    expect(first?.verdict).toBe(verdict);
    expect(code).toBe(verdict === "fails" ? 1 : 3);
    expect(first?.checks).toContainEqual({ of, verdict, expected, got: got instanceof RegExp ? expect.stringMatching(got) : got, why });
  });

  test("what cannot match whatever is unknown fails, in place of being undetermined", async () => {
    const { code, probes } = await judged(one("expected_decision: in_house"));
    expect({ code, verdict: probes[0]?.verdict, got: probes[0]?.checks[0]?.got.split(" or ").toSorted() }).toEqual({ code: 1, verdict: "fails", got: ["legal", "ordinary"] });
  });

  const MIXED = (acceptance: string) => `${acceptance}
decisions:
  - expected_decision: in_house
    variants: [{ id: a, query: My stolen card, tags: [en] }, { id: b, query: Hello, tags: [zh] }]
  - expected_decision: legal
    variants: [{ id: c, query: May I sue?, tags: [law] }]
`;

  test("minimums decide: what is asked of all, of a decision, and of a tag", async () => {
    const verdict = async (acceptance: string) => {
      const { code, verdict: said } = await judged(MIXED(acceptance));
      return [code, said];
    };
    expect(await verdict("")).toEqual([1, "fail"]);
    expect(await verdict("acceptance: { min_probe_pass_rate: 30, min_decision_pass_rate: 0 }")).toEqual([0, "pass"]);
    expect(await verdict("acceptance: { min_probe_pass_rate: 60, min_decision_pass_rate: 0 }")).toEqual([3, "inconclusive"]);
    expect(await verdict("acceptance: { min_probe_pass_rate: 70, min_decision_pass_rate: 0 }")).toEqual([1, "fail"]);
    expect(await verdict("acceptance: { min_probe_pass_rate: 30, min_decision_pass_rate: 50 }")).toEqual([3, "inconclusive"]);
    expect(await verdict("acceptance: { min_probe_pass_rate: 30, min_decision_pass_rate: 0 }\ncoverage: { min_tag_pass_rate: { language: 50 } }")).toEqual([0, "pass"]);
    expect(await verdict("acceptance: { min_probe_pass_rate: 30, min_decision_pass_rate: 0 }\ncoverage: { min_tag_pass_rate: { language: 51 } }")).toEqual([1, "fail"]);
  });

  test("the policies of wrp.yaml, each with what it sets; or those named", async () => {
    const wrp = `policies:
  - { kind: vsr, name: now, config: config.yaml }
  - { kind: vsr, name: tuned, config: config.yaml, set: { signals.context.long.min_tokens: 4 } }
  - { kind: random, name: coin }
`;
    const here = at(one("expected_decision: large", "query: Explain how a mortgage works"), { "wrp.yaml": wrp });
    const both = await here.inside("check", "--probes", "probes.yaml", "--json");
    expect(both.json<ProbesDocument>().policies.map(({ policy, verdict }) => [policy, verdict])).toEqual([["now", "fail"], ["tuned", "pass"]]);
    expect(both.code).toBe(1);
    expect((await here.inside("check", "--probes", "probes.yaml", "--policy", "tuned")).code).toBe(0);
    expect((await here.inside("check", "--probes", "probes.yaml", "--policy", "vsr:config.yaml(set={signals.context.long.min_tokens: 4})")).code).toBe(0);
    const refused = await here.inside("check", "--probes", "probes.yaml", "--policy", "coin");
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("an unknown field is a warning", async () => {
    const { document } = await judged(`colour: red\n${one("expected_decision: ordinary, expected_desision: x", "query: My stolen card, weight: 3")}`);
    expect(document.warnings.map(({ message, line }) => [message, line])).toEqual([['unknown field "colour"', 1], ['unknown field "expected_desision"', 2], ['unknown field "weight"', 2]]);
    const ran = await at(`colour: red\n${GOOD}`).inside("check", "--probes", "probes.yaml");
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('probes.yaml:1: unknown field "colour"') });
  });

  test.each([
    ["decisions: []", "probes.yaml:1: decisions must hold a decision"],
    ["decisions: [{ variants: [{ query: a }] }]", "expected_decision"],
    [one("expected_decision: a", "repeat: 2"), "a query or messages"],
    [one("expected_decision: a", "query: a, repeat: 0"), "repeat must be at least 1"],
    [one("expected_decision: a", "query: a, padding: {text: long, repeat: 10000, placement: inside}"), "before, after or around"],
    [one("expected_decision: a", "messages: [{role: user, content: [{type: image_fixture, fixture: none}]}]"), 'unknown image fixture "none"'],
    [one("expected_decision: a, plugin_match: some"), "contains or exact"],
    ["decisions: [{ expected_decision: a, variants: [{ id: x, query: a }, { id: x, query: b }] }]", 'two probes are named "a:x"'],
    ["a: &a [*a]\ndecisions: [", "probes.yaml:2"],
    [one("expected_decision: all, expected_recipe: nigth"), 'unknown recipe "nigth"'],
    ["decisions: [{ expected_decision: a, variants: [{ query: a, repeat: 9999, padding: { text: 'PAD', repeat: 10000 } }] }]".replace("PAD", "x".repeat(2000)), "bytes"],
  ])("%s is an error with its place", async (probes, said) => {
    const ran = await at(probes).inside("check", "--probes", "probes.yaml");
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).toContain("probes.yaml");
  });

  test("there must be something to run them over, and nothing else beside them", async () => {
    const alone = folder({ "probes.yaml": GOOD });
    expect((await alone.inside("check", "--probes", "probes.yaml")).stderr).toContain("--policy vsr:config.yaml");
    expect((await alone.inside("check", "--policy", "vsr:config.yaml")).stderr).toContain("--probes");
    expect((await alone.inside("check", "data.jsonl", "--probes", "probes.yaml")).code).toBe(2);
    expect((await alone.inside("check", "--probes", "none.yaml")).stderr).toContain("none.yaml: no such file");
  });
});
