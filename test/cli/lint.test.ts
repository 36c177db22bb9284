import { describe, expect, test } from "vitest";
import type { CheckDocument } from "../../src/model/check.ts";
import { SOUND } from "../gateways/vsr/sound-config.ts";
import { folder, jsonl } from "../wrp.ts";

const BROKEN = SOUND.replace("strategy: priority", "strategi: priority").replace("max_tokens: 1K", "max_tokens: 1K\n        min_tokens: 2K").replace("          - { type: event, name: outage }\n", "");
const PROMPTS = Array.from({ length: 40 }, (_, k) => ({ id: `p${k}`, text: k % 2 === 0 ? "I want a refund at once" : "It says urgent, so hurry" }));

const at = folder({
  "sound.yaml": SOUND,
  "broken.yaml": BROKEN,
  "named.conf": BROKEN,
  "prompts.jsonl": jsonl(PROMPTS.map(({ id, text }) => ({ id, prompt: text }))),
  "wrp.yaml": "policies:\n  - { kind: vsr, name: old, config: sub/old.yaml }\n",
  "sub/old.yaml": BROKEN,
  "sub/wrp.yaml": "policies:\n  - { kind: vsr, name: old, config: old.yaml }\n",
});

const FOUND = ["warning unknown-field 16 3", "error inverted-band 33 9", "note unused-signal 47 15"];

async function checked(...args: string[]) {
  const ran = await at.inside("check", "--format", "json", ...args);
  const document = ran.json<CheckDocument>();
  return { code: ran.code, document, places: document.findings.map(({ severity, code, line, column }) => [severity, code, line, column].join(" ")) };
}

describe("wrp check config.yaml", () => {
  test("a sound config is usable; a broken one is not, and everything is listed in place", async () => {
    expect(await checked("sound.yaml", "--no-config")).toMatchObject({ code: 0, places: [], document: { summary: { errors: 0, warnings: 0, notes: 0, files: 1 } } });
    const { code, places, document } = await checked("broken.yaml", "--no-config");
    expect(code).toBe(2);
    expect(places).toEqual(FOUND);
    expect(document.files).toEqual([{ name: "broken.yaml", format: "vsr", prompts: null, models: ["finch", "eagle"] }]);
    expect(document.findings[0]?.fix).toEqual({ line: 16, column: 3, endLine: 16, endColumn: 11, text: "strategy" });
  });

  test("a YAML file that holds nothing is no data", async () => {
    at.put("empty.yaml", "");
    at.put("bare.yml", "# to do\n---\n\n");
    const { code, document } = await checked("empty.yaml", "bare.yml", "--no-config");
    expect([code, document.findings.map(({ file, message }) => `${file}: ${message}`)]).toEqual([2, ["empty.yaml", "bare.yml"].map((file) => `${file}: holds nothing: a config of vLLM Semantic Router would, or a wrp.yaml (-c FILE)`)]);
  });

  test("what is nested beyond what the parser can take is told by its line, whoever reads it", async () => {
    const deep = (open: string, close: string) => `${open.repeat(30_000)}x${close.repeat(30_000)}`;
    const here = folder({ "deep.yaml": `version: v0.3\nrouting:\n  decisions: ${deep("[", "]")}\n`, "wrp.yaml": `seed: 1\npolicies: ${deep("{a: ", "}")}\n`, "sound.yaml": SOUND });
    const told = async (...args: string[]) => {
      const ran = await here.inside(...args);
      return [ran.code, ran.stdout.split("\n")[0] || ran.stderr.split("\n")[0]];
    };
    expect(await told("check", "deep.yaml", "--no-config")).toEqual([2, "deep.yaml:3: error: is nested too deeply to be read [yaml]"]);
    expect(await told("check")).toEqual([2, "wrp.yaml:2: error: is nested too deeply to be read [yaml]"]);
    const bare = folder({ "deep.yaml": here.read("deep.yaml"), "sound.yaml": SOUND });
    const routed = await bare.inside("route", "Hi", "--policy", "vsr:deep.yaml");
    expect([routed.code, routed.stderr]).toEqual([2, "error: deep.yaml:3: is nested too deeply to be read\n"]);
    const probed = await bare.inside("check", "--probes", "deep.yaml", "--policy", "vsr:sound.yaml");
    expect([probed.code, probed.stderr]).toEqual([2, "error: deep.yaml:3: is nested too deeply to be read\n"]);
  });

  test("what upstream's contract of reasks refuses keeps the config from loading", async () => {
    const config = (more: string) => `version: v0.3\nproviders: { defaults: { default_model: m }, models: [{ name: m }] }\nrouting:\n  signals:\n    reasks:\n      - { name: again, ${more} }\n  decisions:\n    - { name: d, rules: { type: reask, name: again }, modelRefs: [{ model: m }] }\n`;
    at.put("reask.yaml", config("lookback_turns: -1"));
    expect((await checked("reask.yaml", "--no-config")).places).toEqual(["error vsr-rejects 6 40"]);
    expect((await at.inside("route", "Hi", "--policy", "vsr:reask.yaml")).stderr).toMatch(/reask\.yaml:6: reask "again": lookback_turns must be at least 1 \(got -1\)/);
    at.put("reask.yaml", config("threshold: 1.2"));
    expect((await checked("reask.yaml", "--no-config")).places).toContain("error vsr-rejects 6 35");
    at.put("reask.yaml", config("threshold: 0, lookback_turns: 0"));
    expect((await checked("reask.yaml", "--no-config")).code).toBe(0);
  });

  test("the environment that upstream puts into texts is not known; $$ is a $", async () => {
    const config = (keyword: string, model = "m") => `version: v0.3\nproviders: { defaults: { default_model: n }, models: [{ name: ${model}, backend_refs: [{ api_key: "\${KEY}" }] }, { name: n }] }\nrouting:\n  signals:\n    keywords:\n      - { name: k, operator: OR, method: regex, keywords: ['${keyword}'] }\n  decisions:\n    - { name: d, description: "$5", rules: { type: keyword, name: k }, modelRefs: [{ model: ${model} }], plugins: [{ type: rag, configuration: { query: "\${content}" } }] }\n`;
    at.put("env.yaml", config("\\$5[.]00$"));
    const { document, places, code } = await checked("env.yaml", "--no-config");
    expect([code, places]).toEqual([0, ["warning environment-text 6 60"]]);
    expect(document.findings[0]?.message).toBe('upstream reads $5 as an environment variable, empty where it is not set; here "\\$5[.]00$" is taken as written');
    at.put("prompts.jsonl", jsonl(PROMPTS.map(({ id, text }) => ({ id, prompt: text, chosen: "m" }))));
    const said = (await at.inside("eval", "prompts.jsonl", "--policy", "vsr:env.yaml", "--no-config", "--json", "-q", "--resamples", "200")).stdout;
    expect(said).toMatch(/1 text of the config refers to the environment of the router/);
    at.put("env.yaml", config("\\$$5[.]00$"));
    expect((await checked("env.yaml", "--no-config")).places).toEqual([]);
    const model = async (text: string) => (await at.inside("route", text, "--policy", "vsr:env.yaml", "--json")).json<{ decisions: { model: string }[] }>().decisions[0]?.model;
    expect([await model("It is $5.00"), await model("It is $$5.00!")]).toEqual(["m", "n"]);
    at.put("env.yaml", config("a", "'${MODEL:-m}'"));
    expect((await checked("env.yaml", "--no-config")).places.filter((one) => one.includes("environment"))).toEqual(["warning environment-text 2 63", "warning environment-text 8 93"]);
  });

  test("a file of another name is named with vsr:", async () => {
    expect((await checked("vsr:named.conf", "--no-config")).places).toEqual(FOUND);
    expect((await checked("vsr:gone.yaml", "--no-config")).code).toBe(2);
  });

  test("notes are no errors even with --strict; warnings are", async () => {
    at.put("note.yaml", SOUND.replace("          - { type: event, name: outage }\n", ""));
    at.put("warning.yaml", SOUND.replace("strategy: priority", "strategi: priority"));
    expect((await checked("note.yaml", "--no-config", "--strict")).code).toBe(0);
    expect((await checked("warning.yaml", "--no-config")).code).toBe(0);
    expect((await checked("warning.yaml", "--no-config", "--strict")).code).toBe(2);
  });

  test("as text and as annotations", async () => {
    const text = await at.inside("check", "broken.yaml", "--no-config");
    expect(text.stdout).toContain('broken.yaml:16:3: warning: upstream knows no field "strategi" here, and leaves it aside (did you mean "strategy"?) [unknown-field]\n');
    expect(text.stdout).toContain("\n1 error, 1 warning, 1 note in 1 file\n");
    const github = await at.inside("check", "broken.yaml", "--no-config", "--format", "github");
    expect(github.stdout).toContain("::error file=broken.yaml,line=33,col=9,title=wrp check%3A inverted-band::");
    expect(github.stdout).toContain("::notice file=broken.yaml,line=47,col=15,title=wrp check%3A unused-signal::");
  });

  test("a config is looked through with what each policy sets, whichever comes first", async () => {
    const set = "  - { kind: vsr, name: tuned, config: old.yaml, set: { projections.mappings.need.outputs.high.gte: 9 } }\n";
    const config = `providers: { defaults: { default_model: finch }, models: [{ name: finch }] }
routing:
  modelCards: [{ name: finch }]
  signals: { keywords: [{ name: code, operator: OR, keywords: [python] }] }
  projections:
    scores: [{ name: s, method: weighted_sum, inputs: [{ type: keyword, name: code, weight: 1 }] }]
    mappings: [{ name: need, source: s, method: threshold_bands, outputs: [{ name: high, gte: 0.5 }] }]
  decisions: [{ name: coding, rules: { type: projection, name: high }, modelRefs: [{ model: finch }] }]
`;
    for (const policies of [`policies:\n  - { kind: vsr, name: plain, config: old.yaml }\n${set}`, `policies:\n${set}  - { kind: vsr, name: plain, config: old.yaml }\n`]) {
      const ran = await folder({ "wrp.yaml": policies, "old.yaml": config }).inside("check", "--format", "json");
      const { findings, files } = ran.json<CheckDocument>();
      expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(["unreachable-output", "dead-decision"]));
      expect(files.map(({ name }) => name)).toEqual(["wrp.yaml", "old.yaml"]);
    }
  });

  test("where a policy puts in a number, places stay those of the file", async () => {
    const config = "version: v0.3\nproviders: { defaults: { default_model: finch }, models: [{ name: finch }] }\nrouting:\n  modelCards: [{ name: finch }]\n  decisions:\n    - name: one\n      modelRefs: [{ model: finch }]\n      prioriti: 5\n";
    const wrp = "policies: [{ kind: vsr, name: tuned, config: a.yaml, set: { decisions.one.tier: 1, decisions.one.priority: 2 } }]\n";
    const ran = await folder({ "a.yaml": config, "wrp.yaml": wrp }).inside("check", "--json");
    expect(ran.json<CheckDocument>().findings.filter(({ code }) => code === "unknown-field")).toMatchObject([{ file: "a.yaml", line: 8, column: 7, fix: null }]);
  });

  test("lists of signals that are named like what every object has are unknown fields, in check, route and export", async () => {
    const config = "version: v0.3\nproviders: { defaults: { default_model: finch }, models: [{ name: finch }] }\nrouting:\n  modelCards: [{ name: finch }]\n  signals: { constructor: [{ name: a }], toString: [{ name: b }], __proto__: [{ name: c }] }\n  decisions: [{ name: d, modelRefs: [{ model: finch }] }]\n";
    const here = folder({ "odd.yaml": config });
    const ran = await here.inside("check", "odd.yaml", "--json");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json<CheckDocument>().findings.map(({ code }) => code)).toEqual(["unknown-field", "unknown-field", "unknown-field"]);
    const listed = await here.inside("export", "--policy", "vsr:odd.yaml", "--list", "--json");
    expect(listed.json<{ leaves: { path: string }[] }>().leaves.map(({ path }) => path)).toEqual(["decisions.d.priority", "decisions.d.tier"]);
  });

  test("the configs that wrp.yaml names are looked through, their paths relative to it", async () => {
    const here = await checked();
    expect(here.document.findings.filter(({ code }) => code !== "unknown-model").map(({ file, code }) => `${file} ${code}`)).toEqual(["sub/old.yaml unknown-field", "sub/old.yaml inverted-band", "sub/old.yaml unused-signal"]);
    const below = await checked("-c", "sub/wrp.yaml");
    expect(below.document.findings.map(({ file }) => file)).toContain("sub/old.yaml");
  });
});

interface Sarif {
  readonly version: string;
  readonly $schema: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string; readonly shortDescription: { readonly text: string }; readonly defaultConfiguration: { readonly level: string } }[] } };
    readonly columnKind: string;
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: { readonly startLine: number; readonly startColumn: number } } }[];
      readonly fixes?: readonly { readonly artifactChanges: readonly { readonly replacements: readonly { readonly deletedRegion: object; readonly insertedContent: { readonly text: string } }[] }[] }[];
    }[];
  }[];
}

describe("SARIF 2.1.0", () => {
  test("each result has its rule, level, place and fix, as the specification asks", async () => {
    at.put("a b.yaml", BROKEN);
    const ran = await at.inside("check", "a b.yaml", "--no-config", "--format", "sarif");
    const log = ran.json<Sarif>();
    expect(ran.code).toBe(2);
    expect(log.version).toBe("2.1.0"); // §3.13.2
    const [run] = log.runs as [Sarif["runs"][number]];
    expect(run.columnKind).toBe("utf16CodeUnits"); // §3.14.17
    const { rules } = run.tool.driver;
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length); // §3.19.23
    expect(run.results).toHaveLength(FOUND.length);
    for (const { ruleId, ruleIndex, level, message, locations } of run.results) {
      expect(rules[ruleIndex]?.id).toBe(ruleId); // §3.27.6
      expect(["none", "note", "warning", "error"]).toContain(level); // §3.27.10
      expect(rules[ruleIndex]?.defaultConfiguration.level).toBe(level);
      expect(rules[ruleIndex]?.shortDescription.text).not.toBe("");
      expect(message.text).not.toBe(""); // §3.11
      const { artifactLocation, region } = locations[0]?.physicalLocation ?? {};
      expect(artifactLocation?.uri).toBe("a%20b.yaml"); // §3.4.3, RFC 3986, relative
      expect(region?.startLine).toBeGreaterThan(0); // §3.30.5
      expect(region?.startColumn).toBeGreaterThan(0);
    }
    expect(run.results[0]?.fixes?.[0]?.artifactChanges[0]?.replacements).toEqual([{ deletedRegion: { startLine: 16, startColumn: 3, endLine: 16, endColumn: 11 }, insertedContent: { text: "strategy" } }]); // §3.55 to §3.57
  });

  test("nothing found is a log without results", async () => {
    expect((await at.inside("check", "sound.yaml", "--no-config", "--format", "sarif")).json<Sarif>().runs[0]).toMatchObject({ results: [], tool: { driver: { rules: [] } } });
  });

  test("a finding about no file in particular is put at the first file, where code scanning shows it", async () => {
    const here = folder({ "apart.jsonl": jsonl(["a", "b"].map((model) => ({ id: model, prompt: model, outcomes: { [model]: { quality: 1, costUsd: 1 } } }))) });
    const { findings } = (await here.inside("check", "apart.jsonl", "--json")).json<CheckDocument>();
    expect(findings.map(({ file }) => file)).toContain(null);
    const [run] = (await here.inside("check", "apart.jsonl", "--format", "sarif")).json<Sarif>().runs;
    expect(run?.results.map(({ locations }) => locations.map(({ physicalLocation }) => physicalLocation.artifactLocation.uri))).toEqual(findings.map(() => ["apart.jsonl"]));
  });

  test("one format at a time", async () => {
    expect((await at.inside("check", "sound.yaml", "--json", "--format", "sarif")).code).toBe(2);
  });
});

describe("by evidence", () => {
  const DESK = `version: v0.3
providers: { defaults: { default_model: m }, models: [{ name: m }] }
routing:
  signals:
    keywords:
      - { name: refund, operator: OR, keywords: [refund] }
      - { name: want, operator: OR, keywords: [want] }
      - { name: never, operator: OR, keywords: [zebra] }
    jailbreak:
      - { name: strict, threshold: 0.5 }
  decisions:
    - { name: money, priority: 30, rules: { type: keyword, name: refund }, modelRefs: [{ model: m }] }
    - { name: wish, priority: 20, rules: { type: keyword, name: want }, modelRefs: [{ model: m }] }
    - { name: zoo, priority: 10, rules: { type: keyword, name: never }, modelRefs: [{ model: m }] }
`;

  test("decisions that no prompt reaches, those that never win, and signals that never fire, with their bounds", async () => {
    at.put("desk.yaml", DESK);
    const { document } = await checked("desk.yaml", "prompts.jsonl", "--no-config");
    const said = document.findings.filter(({ file }) => file === "desk.yaml").map(({ code, line, message }) => `${code} ${line} ${message}`);
    expect(said).toContain('never-wins 13 decision "wish" matches 20 of 40 prompts and is never chosen: 20 go to "money"');
    expect(said).toContain('dead-by-evidence 14 decision "zoo" matches none of 40 prompts: at most 7.5 % of prompts like these (95 % confidence)');
    expect(said).toContain('silent-signal 8 keyword "never" fires on none of 40 prompts: at most 7.5 % of prompts like these (95 % confidence)');
    expect(said.filter((one) => one.startsWith("unknown-by-evidence"))).toEqual([]);
  });

  test("what hangs on signals that nobody computed is said, and nothing of the decisions that it is about", async () => {
    at.put("guarded.yaml", DESK.replace("{ name: zoo, priority: 10, rules: { type: keyword, name: never }", "{ name: zoo, priority: 40, rules: { type: jailbreak, name: strict }"));
    const { document } = await checked("guarded.yaml", "prompts.jsonl", "--no-config");
    const said = document.findings.filter(({ file, code }) => file === "guarded.yaml" && code.endsWith("by-evidence")).map(({ code, message }) => `${code} ${message}`);
    expect(said).toEqual(['unknown-by-evidence 40 of 40 prompts have a decision that hangs on signals that nobody computed: "jailbreak:strict"']);
  });
});

test("wrp help lint lists every rule with its severity", async () => {
  const { stdout } = await at.inside("help", "lint");
  expect(stdout).toMatch(/\nErrors\n[^]*\n {2}inverted-band +a band whose ends[^]*\nWarnings\n[^]* {2}unknown-operator [^]*\nNotes\n[^]* {2}unused-signal /);
});
