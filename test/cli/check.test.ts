import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { CheckDocument } from "../../src/model/check.ts";
import { desk } from "../desk.ts";
import { SAMPLES } from "../workload/samples.ts";
import { folder, jsonl, type Folder } from "../wrp.ts";

const { checkSchema } = (await import("../../dist/model/check.js" as string)) as typeof import("../../src/model/check.ts");

/** A config and data in which nearly everything is wrong, each thing on a line of its own. */
const WRONG = `datasets: [desk.jsonl, gone.jsonl]
polices: []
where: meta.
models:
  - name: wren
    price: fre
    trust: true
  - name: heron
  - name: heron
  - trusted: true
policies:
  - kind: magc
  - kind: always
    model: eagle
  - kind: rules
    rules:
      - { when: "prompt.tokens >", model: wren }
      - { when: "true", model: falcon }
    default: wren
  - { kind: mix, name: m, weights: { wren: 1, kestrel: 1 } }
  - { kind: threshold, fact: beauty }
  - { kind: random, name: m }
objectives: [costs]
slo: { latencyMs: -4 }
`;

const at = folder({ "desk.jsonl": jsonl(desk(40)), "wrong.yaml": WRONG });

async function checked(place: Folder, ...args: string[]) {
  const ran = await place.inside("check", "--json", ...args);
  const document = ran.json<CheckDocument>();
  expect(checkSchema.parse(document)).toEqual(document); // fits its schema, and has nothing that the schema does not name
  expect(ran.stderr).toBe("");
  return { code: ran.code, ...document, places: document.findings.map(({ severity, code, file, line, column }) => [severity, code, file, line, column].join(" ")) };
}

describe("a config", () => {
  test("every problem is listed in the file's order, with line, column and a short name", async () => {
    const { code, places, summary } = await checked(at, "-c", "wrong.yaml");
    expect(code).toBe(2);
    expect(places.filter((place) => place.includes("error"))).toEqual([
      "error no-such-file wrong.yaml 1 24",
      "error unknown-key wrong.yaml 2 1",
      "error bad-condition wrong.yaml 3 8",
      "error wrong-type wrong.yaml 6 12",
      "error unknown-key wrong.yaml 7 5",
      "error repeated-name wrong.yaml 9 5",
      "error wrong-type wrong.yaml 10 5",
      "error unknown-value wrong.yaml 12 11",
      "error unknown-model wrong.yaml 14 12",
      "error bad-condition wrong.yaml 17 17",
      "error unknown-model wrong.yaml 18 32",
      "error unknown-model wrong.yaml 20 56",
      "error unknown-fact wrong.yaml 21 30",
      "error repeated-name wrong.yaml 22 5",
      "error unknown-value wrong.yaml 23 14",
      "error wrong-value wrong.yaml 24 19",
    ]);
    expect(summary).toMatchObject({ errors: 16, unlisted: 0, files: 2 });
  });

  test("as text: one finding a line, the summary last; what is near is named", async () => {
    const { code, stdout, stderr } = await at.inside("check", "-c", "wrong.yaml");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toContain('wrong.yaml:2:1: error: unknown key "polices" (did you mean "policies"?) [unknown-key]');
    expect(lines).toContain('wrong.yaml:7:5: error: "models.0" unknown key "trust" (did you mean "trusted"?) [unknown-key]');
    expect(lines).toContain('wrong.yaml:6:12: error: "models.0.price" must be an object, or "free" (got "fre") [wrong-type]');
    expect(lines).toContain('wrong.yaml:23:14: error: "objectives.0" Invalid option: expected one of "cost"|"quality"|"latency"|"privacy"|"safety" (got "costs") (did you mean "cost"?) [unknown-value]');
    expect(lines.find((line) => line.startsWith("wrong.yaml:12"))).toMatch(/"policies.0.kind" is no known kind of policy \(got "magc"\); known: always, random/);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^([^:]+(:\d+){0,2}: )?(error|warning): \S.* \[[a-z0-9-]+\]$/);
    expect(lines.at(-1)).toMatch(/^16 errors, \d+ warnings? in 2 files$/);
  });

  test("a key that is unknown in one kind of policy is answered with those of that kind", async () => {
    at.put("kind.yaml", "policies:\n  - { kind: mix, weigths: { wren: 1 }, weights: { wren: 1 } }\n  - { kind: random, weights: {} }\n");
    const { findings } = await checked(at, "-c", "kind.yaml", "desk.jsonl");
    expect(findings.map(({ message, hint }) => [message, hint])).toEqual(
      expect.arrayContaining([
        ['"policies.0" unknown key "weigths"', 'did you mean "weights"?'],
        ['"policies.1" unknown key "weights"', "known: kind, name"],
      ]),
    );
  });

  test("YAML that cannot be read: each place; the data is still checked where it is named", async () => {
    at.put("broken.yaml", "name: a\nname: b\nmodels: [\n");
    const { code, findings } = await checked(at, "-c", "broken.yaml", "desk.jsonl", "nowhere.jsonl");
    expect(code).toBe(2);
    expect(findings.filter(({ code: kind }) => kind === "yaml").map(({ line }) => line)).toEqual([2, 4]);
    expect(findings).toContainEqual(expect.objectContaining({ code: "no-such-file", file: "nowhere.jsonl" }));
  });

  test("a condition that the data cannot answer, and one that meets a missing field", async () => {
    at.put("rules.yaml", `policies:
  - kind: rules
    name: typed
    rules: [{ when: "prompt.tokens + 1 > 3", model: wren }]
    default: wren
  - kind: rules
    name: field
    rules: [{ when: "meta.colour == 'red'", model: wren }]
    default: wren
`);
    const { code, findings } = await checked(at, "-c", "rules.yaml", "desk.jsonl");
    expect(code).toBe(2);
    expect(findings).toContainEqual(expect.objectContaining({ severity: "error", code: "bad-condition", line: 4, message: expect.stringContaining('"prompt.tokens + 1 > 3" on prompt q1') }));
    expect(findings).toContainEqual(expect.objectContaining({ severity: "warning", code: "missing-field", line: 6, message: expect.stringContaining("met a missing field on 40 prompts") }));
  });

  test("what cannot be answered is told once, however many prompts cannot answer it", async () => {
    at.put("many.jsonl", jsonl(desk(600)));
    at.put("once.yaml", `where: prompt.tokens + 1 > 2
policies:
  - { kind: rules, name: typed, rules: [{ when: "prompt.tokens + 1 > 3", model: wren }], default: wren }
`);
    expect((await checked(at, "-c", "once.yaml", "many.jsonl")).places.filter((place) => place.startsWith("error"))).toEqual(["error bad-condition once.yaml 1 8", "error bad-condition once.yaml 3 49"]);
    at.put("many.jsonl", `${jsonl(desk(40))}{"prompt":1}\n`); // read again for the rules
    at.put("once.yaml", "policies: [{ kind: rules, name: r, rules: [{ when: meta.urgent, model: wren }], default: wren }]\n");
    expect((await checked(at, "-c", "once.yaml", "many.jsonl")).summary.errors).toBe(1);
  });

  test("a policy that cannot be used takes its other faults along, and the reference that names it is none", async () => {
    at.put("fault.yaml", `reference: x
policies:
  - kind: rules
    name: x
    rules: [{ when: "meta.", model: wren }, { when: "true", model: eagle }]
    default: wren
`);
    expect((await checked(at, "-c", "fault.yaml", "desk.jsonl")).places.filter((place) => place.startsWith("error"))).toEqual(["error bad-condition fault.yaml 5 21", "error unknown-model fault.yaml 5 68"]);
    at.put("fault.yaml", "reference: x\npolicies: [{ kind: rules, name: x, rules: [{ when: meta., model: wren }], default: wren }]\n");
    expect((await checked(at, "-c", "fault.yaml", "desk.jsonl")).summary.errors).toBe(1);
    at.put("fault.yaml", "reference: x\npolicies:\n  - { kind: mix, name: x }\n");
    expect((await checked(at, "-c", "fault.yaml", "desk.jsonl")).places.filter((place) => place.startsWith("error"))).toEqual(["error wrong-type fault.yaml 3 5"]);
  });

  test("names of data are seen from here, not from the config's folder", async () => {
    at.put("own/data.jsonl", '{"prompt":1}\n');
    at.put("own/wrp.yaml", "datasets: [data.jsonl]\n");
    const { files, findings } = await checked(at, "-c", "own/wrp.yaml");
    expect(files.map(({ name }) => name)).toEqual(["own/wrp.yaml", "own/data.jsonl"]);
    expect(findings.map(({ file }) => file)).toEqual(["own/data.jsonl"]);
  });

  test.each([
    ["no config and no data", [], "nothing to check"],
    ["a config that is not there", ["-c", "gone.yaml"], "no such config"],
    ["a folder in place of a config", ["-c", "own"], "is a folder, not a file"],
  ])("%s: exit 2, told as a finding", async (_, args, message) => {
    const { code, findings } = await checked(folder({ "own/x": "" }), ...args);
    expect(code).toBe(2);
    expect(findings[0]?.message).toContain(message);
  });

  test("a config alone: models that its list lacks are a warning, since data may come with them", async () => {
    at.put("alone.yaml", "models: [{ name: wren }]\npolicies: [{ kind: always, name: x, model: wran }]\n");
    const { code, places, findings } = await checked(at, "-c", "alone.yaml");
    expect({ code, places }).toEqual({ code: 0, places: ["warning unknown-model alone.yaml 2 44"] });
    expect(findings[0]?.hint).toBe('did you mean "wren"? known: wren');
  });
});

test("where data cannot be read, nobody knows what models it has: only those that a models list lacks are told of", async () => {
  at.put("half.yaml", "datasets: [desk.jsonl, gone.jsonl]\npolicies: [{ kind: always, name: x, model: eagle }]\nreference: x\n");
  expect((await checked(at, "-c", "half.yaml")).places.filter((place) => place.startsWith("error"))).toEqual(["error no-such-file half.yaml 1 24"]);
  at.put("half.yaml", "datasets: [desk.jsonl, gone.jsonl]\nmodels: [{ name: wren }]\npolicies: [{ kind: always, name: x, model: eagle }]\n");
  expect((await checked(at, "-c", "half.yaml")).places.filter((place) => place.startsWith("error"))).toEqual(["error no-such-file half.yaml 1 24", "error unknown-model half.yaml 3 44"]);
  at.put("all.yaml", "datasets: [gone.jsonl]\nmodels: [{ name: wren }]\npolicies: [{ kind: always, name: x, model: eagle }, { kind: always, name: y, model: wren }]\n");
  expect((await checked(at, "-c", "all.yaml")).places).toEqual(["error no-such-file all.yaml 1 12", "error unknown-model all.yaml 3 44"]);
});

describe("data", () => {
  test("every bad row of every file, unusable files too; the rest is counted", async () => {
    at.put("a.jsonl", `{"prompt":"x","outcomes":{"m":{"quality":7}}}\n{"prompt":"y","outcomes":{"m":{"quality":1,"costUsd":0.1}}}\n{"prompt":"z",}\n{"prompt":"w","outcomes":{"m":{"costUsd":-1}}}\n`);
    at.put("b.csv", "question,score\nhello,1\nbye,much\nso,2,3\n");
    at.put("empty.jsonl", "");
    at.put("cut.jsonl.gz", gzipSync(`${JSON.stringify(desk(1)[0])}\n`).subarray(0, 60));
    mkdirSync(join(at.path, "nothing"), { recursive: true });
    const { code, places, files, findings } = await checked(at, "--no-config", "a.jsonl", "empty.jsonl", "cut.jsonl.gz", "nothing", "gone.jsonl");
    expect(code).toBe(2);
    expect(places.filter((place) => place.startsWith("error"))).toEqual([
      "error bad-row a.jsonl 1 ",
      "error bad-row a.jsonl 3 15",
      "error bad-row a.jsonl 4 ",
      "error data empty.jsonl  ",
      "error data cut.jsonl.gz  ",
      "error no-such-file nothing  ",
      "error no-such-file gone.jsonl  ",
    ]);
    expect(files).toContainEqual({ name: "a.jsonl", format: "wrp", prompts: 1, models: ["m"] });
    expect(files).toContainEqual({ name: "empty.jsonl", format: null, prompts: null, models: null });
    expect(findings[0]?.message).toBe('"outcomes.m.quality" must be a number from 0 to 1 (got 7)');
    const table = await checked(at, "--no-config", "b.csv", "--map", "prompt=question,quality.m=score");
    expect(table.places.filter((place) => place.startsWith("error"))).toEqual(["error bad-row b.csv 3 ", "error bad-row b.csv 4 "]);
  });

  test("of many bad rows the first 1,000 of a file are listed and all counted", async () => {
    at.put("many.jsonl", `${JSON.stringify(desk(1)[0])}\n${'{"prompt":1}\n'.repeat(1203)}`);
    at.put("more.jsonl", `${JSON.stringify(desk(1)[0])}\n${'{"prompt":2}\n'.repeat(3)}`);
    const { findings, summary } = await checked(at, "--no-config", "many.jsonl", "more.jsonl");
    expect(summary).toMatchObject({ errors: 1206, unlisted: 203, files: 2 });
    expect(findings.filter(({ code }) => code === "bad-row").map(({ file, line }) => `${file}:${line}`)).toEqual([
      ...Array.from({ length: 1000 }, (_, i) => `many.jsonl:${i + 2}`),
      ...Array.from({ length: 3 }, (_, i) => `more.jsonl:${i + 2}`),
    ]);
    expect((await at.inside("check", "--no-config", "many.jsonl")).stdout).toMatch(/\nmany.jsonl: error: and 203 more bad rows, not listed \[more-bad-rows\]\n[^]*\n1,203 errors, 2 warnings in 1 file\n$/);
    expect((await at.inside("eval", "--no-config", "many.jsonl")).stderr).toMatch(/^error: many.jsonl:2: [^]*and 1202 more bad rows: lines 3, [^]*\nhint: wrp check lists every bad row\n$/);
  });

  test("oddities are warnings, at their example: repeated ids, differing duplicates, unpriced, ungraded, without overlap", async () => {
    at.put("odd.jsonl", jsonl([
      { id: "a", prompt: "one", outcomes: { paid: { quality: 1, costUsd: 0.01 }, zero: { quality: 1, costUsd: 0 }, dear: { quality: 1 } } },
      { id: "b", prompt: "two", tags: ["pii", "attack"], outcomes: { paid: { quality: 1, costUsd: 0.01 }, zero: { quality: 0, costUsd: 0 }, blind: { costUsd: 0.1 } } },
      { id: "a", prompt: "two", outcomes: { paid: { quality: 0, costUsd: 0.01 } } },
    ]));
    const { code, findings } = await checked(at, "--no-config", "odd.jsonl");
    expect(code).toBe(0);
    expect(findings.every(({ severity }) => severity === "warning")).toBe(true);
    expect(findings.map(({ code: kind, line }) => `${kind} ${line}`)).toEqual([
      "repeated-id 3",
      "different-outcomes 3",
      "unpriced-model null",
      "unpriced-model null",
      "ungraded-model null",
      "no-trusted-model null",
      "no-guarded-model null",
      "no-overlap null",
    ]);
    expect((await at.inside("check", "--no-config", "--strict", "odd.jsonl")).code).toBe(2);
  });

  test("where a row of the file holds several prompts, no line is claimed for one of them", async () => {
    const spans = readFileSync(join(SAMPLES, "otel-genai.jsonl"), "utf8");
    at.put("spans.jsonl", spans + spans + '{"resourceSpans":[]}\n'.repeat(50));
    const { findings } = await checked(at, "--no-config", "spans.jsonl");
    expect(findings).toContainEqual(expect.objectContaining({ code: "repeated-id", file: "spans.jsonl", line: null }));
  });

  test("nothing wrong: 0, and nothing but the summary", async () => {
    const own = folder({ "desk.jsonl": jsonl(desk(40)) });
    own.put("good.yaml", "datasets: [desk.jsonl]\nmodels: [{ name: wren, trusted: true, guarded: true }]\npolicies: [{ kind: random, name: coin }]\nreference: coin\n");
    expect(await own.inside("check", "-c", "good.yaml", "--strict")).toMatchObject({ code: 0, stdout: "0 errors, 0 warnings in 2 files\n", stderr: "" });
    expect((await own.inside("check", "-c", "good.yaml", "-q")).stdout).toBe("");
    expect(readdirSync(own.path)).toEqual(["desk.jsonl", "good.yaml"]); // nothing was run or stored
    expect((await checked(own, "-c", "good.yaml")).files).toEqual([
      { name: "good.yaml", format: "config", prompts: null, models: ["wren"] },
      { name: "desk.jsonl", format: "wrp", prompts: 40, models: ["wren", "heron", "condor"] },
    ]);
  });
});

test("gates: each that cannot be decided, and a baseline that is not of this run", async () => {
  const own = folder({ "desk.jsonl": jsonl(desk(40)) });
  const gates = (list: string) => own.put("wrp.yaml", `datasets: [desk.jsonl]\npolicies: [{ kind: random, name: coin }]\nmodels: [{ name: wren, trusted: true, guarded: true }]\ngates:\n${list}`);
  gates("  - quality >= baseline - 0.5\n  - beauty > 1\n  - quality >> 2\n  - { policy: nobody, expression: quality >= 0 }\n");
  const { code, places } = await checked(own);
  expect(code).toBe(2);
  expect(places).toEqual([expect.stringMatching(/^error \S+ wrp.yaml 6 5$/), expect.stringMatching(/^error \S+ wrp.yaml 7 5$/), expect.stringMatching(/^error \S+ wrp.yaml 8 5$/), "warning no-baseline wrp.baseline.jsonl  "]);
  gates("  - quality >= baseline - 0.5\n");
  expect((await own.inside("eval", "--bless", "-q")).code).toBe(0);
  expect((await checked(own, "--strict")).code).toBe(0);
  own.put("desk.jsonl", jsonl(desk(39)));
  const { findings } = await checked(own);
  expect(findings).toMatchObject([{ severity: "error", file: "wrp.baseline.jsonl", message: expect.stringContaining("it is of another workload") }]);
});

test("a log in which one model answered is judged on decisions: nothing is wrong with it", async () => {
  const own = folder({ "log.jsonl": jsonl(desk(40).map(({ prompt, chosen }) => ({ prompt, chosen, outcomes: { [chosen]: { costUsd: 0.01, latencyMs: 10 } } }))) });
  own.put("wrp.yaml", "datasets: [log.jsonl]\npolicies: [{ kind: rules, name: r, rules: [{ when: 'prompt.lengthCodePoints > 400', model: heron }], default: condor }]\nmodels: [{ name: condor, price: free }]\n");
  expect((await own.inside("eval", "-q")).code).toBe(0);
  expect(await own.inside("check", "--strict")).toMatchObject({ code: 0, stdout: "0 errors, 0 warnings in 2 files\n" });
});

test("--format github annotates files by their path in the repository", async () => {
  const own = folder({ "app/x.jsonl": '{"prompt":"a",}\n{"prompt":"b"}\n' });
  const { code, stdout } = await own.wrpWith({ env: { GITHUB_WORKSPACE: join(own.path, "app") } }, "check", "--format", "github", "app/x.jsonl");
  expect(code).toBe(2);
  expect(stdout.split("\n")[0]).toMatch(/^::error file=x\.jsonl,line=1,col=15,title=wrp check%3A bad-row::not valid JSON \([^\n]*\)$/);
  expect((await own.inside("check", "--format", "github", "app/x.jsonl")).stdout).toMatch(/^::error file=app\/x\.jsonl,line=1/);
});

/** Configs of every kind of fault, and of none: what stops one command has to stop the other. */
test.each([
  ...WRONG.split(/\n(?=\w)/).map((part) => part.replace(", gone.jsonl", "")),
  "reference: eagle",
  "reference: wren",
  "policies: [{ kind: random, name: wren }]",
  "policies: [{ kind: mix, weights: { wren: 0 } }]",
  "policies: [{ kind: threshold, fact: meta.beauty }]",
  "policies: [{ kind: threshold, threshold: 4, strongShare: 0.5 }]",
  "policies: [{ kind: threshold, name: t, strongShare: 0.2 }]",
  "policies: [{ kind: oracle, name: best }]",
  "policies: [{ kind: zero-router, costUsdPer1k: 99999 }]",
  "where: prompt.tokens + 1 > 2",
  "where: meta.topic == 'recipes'",
  "where: meta.topic == 'nothing'",
  "exclude: [gone.txt]",
  "gates: [quality > much]",
  "gates: [quality >= 0.1, { policy: nobody, expression: quality >= 0.1 }]",
  "gates: [{ policy: heron, expression: quality >= 0.001 }]",
  "models: [{ name: drawn, simulated: { quality: 0.5 } }]",
  "models: [{ name: drawn, simulated: { quality: 0.5 } }]\npolicies: [{ kind: always, name: d, model: drawn }]",
  "models: [{ name: drawn, simulated: nobody }]",
  "models: [{ name: wren, simulated: { quality: 0.5 } }]",
  "models: [{ name: drawn, simulated: { quality: { mean: 0.5, slices: [{ when: prompt., mean: 1 }] } } }]",
  "format: table",
  "format: excel",
  "map: { prompt: nowhere }",
  "- a",
  "",
])("wrp check finds an error where wrp eval cannot run, and only there: %s", async (yaml) => {
  at.put("each/wrp.yaml", yaml);
  at.put("each/desk.jsonl", jsonl(desk(20)));
  const evaluated = await at.inside("eval", "each/desk.jsonl", "-c", "each/wrp.yaml", "--store", ":memory:", "--resamples", "200", "-q");
  const check = await checked(at, "each/desk.jsonl", "-c", "each/wrp.yaml");
  expect({ code: check.code, findings: check.findings.map(({ message }) => message) }).toMatchObject({ code: evaluated.code });
  if (evaluated.code !== 2) return;
  const said = evaluated.stderr.split("\n")[0] ?? "";
  expect(check.findings.some(({ severity, message }) => severity === "error" && said.includes(message)), `${said}\n${JSON.stringify(check.findings, null, 1)}`).toBe(true);
});
