import Database from "better-sqlite3";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, jsonl, policy } from "../wrp.ts";

const CONFIG = `version: v0.3
providers:
  defaults: { default_model: small }
  models: [{ name: small }, { name: large }]
routing:
  modelCards: [{ name: small }, { name: large }]
  signals:
    embeddings: [{ name: garden, threshold: 0.6, candidates: [how do I prune a rose bush, when should tomatoes be planted] }]
    kb: [{ name: money, kb: desk, target: { kind: label, value: invoices } }]
  decisions:
    - name: paid
      priority: 20
      rules: { type: kb, name: money }
      modelRefs: [{ model: large }]
    - name: green
      priority: 10
      rules: { type: embedding, name: garden }
      modelRefs: [{ model: large }]
global:
  model_catalog:
    kbs: [{ name: desk, source: { path: bases/desk/, manifest: labels.json }, threshold: 0.5 }]
`;

const MANIFEST = JSON.stringify({ labels: { invoices: { exemplars: ["please pay the open invoice", "the bill was not paid"] }, weather: { exemplars: ["how do I prune a rose bush", "will it rain tomorrow"] } } });
const PROMPTS = ["When is the best time to plant tomatoes?", "The invoice from March was never paid.", "Name the capital of Norway."];
const DATA = jsonl(PROMPTS.map((prompt, i) => ({ id: `p${i}`, prompt, outcomes: { small: { quality: 0.5, costUsd: 0.001 }, large: { quality: 1, costUsd: 0.01 } } })));
const WRP = "embedder: built-in\ndatasets: [data.jsonl]\npolicies: [{ kind: vsr, name: desk, config: sub/vsr.yaml }]\n";
const files = { "sub/vsr.yaml": CONFIG, "sub/bases/desk/labels.json": MANIFEST, "data.jsonl": DATA, "wrp.yaml": WRP };

const models = (text: string) => text.trim().split("\n").map((line) => JSON.parse(line) as { policy: string; model: string | null }).filter((one) => one.policy === "desk").map(({ model }) => model);

describe("signals read with the config's own embedder", () => {
  test("similarity and knowledge bases decide; no report speaks of surrogates; vectors are made once and kept", async () => {
    const here = folder(files);
    const ran = await here.wrp("eval", "--json", "-o", "decisions.jsonl", "--resamples", "200");
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "desk")).toMatchObject({ quality: { n: 3 } });
    expect(policy(ran.json(), "desk")).not.toHaveProperty("surrogates");
    expect(models(here.read("decisions.jsonl"))).toEqual(["large", "large", "small"]);
    const store = new Database(join(here.path, ".wrp/wrp.db"), { readonly: true });
    const kept = () => store.prepare("SELECT count(*) FROM model_outputs").pluck().get();
    const before = kept();
    expect(before).toBe(PROMPTS.length + 2 + 4 - 1); // prompts, candidates and exemplars, one of which is both
    const again = await here.wrp("eval", "--fresh", "--json", "--resamples", "200");
    expect(again.code, again.stderr).toBe(0);
    expect(kept()).toBe(before);
    store.close();
  });

  test("probes read the knowledge bases as well", async () => {
    const probes = 'schema_version: v1\nname: desk\ndecisions:\n  - expected_decision: paid\n    variants: [{ id: bill, query: please pay the open invoice }]\n';
    const ran = await folder({ ...files, "probes.yaml": probes }).inside("check", "--probes", "probes.yaml", "--json");
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.json<object>()).toMatchObject({ policies: [{ verdict: "pass", counts: { holds: 1, undetermined: 0 } }] });
  });

  test("wrp route shows what was measured beside a signal on the signal's own line", async () => {
    const { stdout, code, stderr } = await folder(files).inside("route", "When is the best time to plant tomatoes?", "--policy", "desk");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ {2}signal {3}true embedding:garden \(confidence [\d.]+, value [\d.]+, best [\d.]+, support [\d.]+\)$/m);
    expect(stdout).not.toContain("embedding:garden:best");
  });

  test("without the manifest what hangs on it is unknown; one that is none is told by its file", async () => {
    const { "sub/bases/desk/labels.json": _, ...without } = files;
    const ran = await folder(without).inside("eval", "--json", "--resamples", "200");
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "desk").quality.n).toBe(1); // the tomatoes go to the large model either way
    expect(ran.json().warnings.join("\n")).toContain("kb unknown");
    // Good as it looks on that prompt, it is not set beside what is judged on all three.
    expect(policy(ran.json(), "desk")).toMatchObject({ partial: { prompts: 1, of: 3 }, onFrontier: false, dominatedBy: [] });
    expect(ran.json().frontier).not.toContain("desk");
    expect(ran.json().warnings).toContain("not placed on the frontier, since their figures are of fewer than 95 % of the compared prompts: desk (1 of 3)");
    const damaged = await folder({ ...files, "sub/bases/desk/labels.json": "[]" }).inside("eval");
    expect(damaged).toMatchObject({ code: 2, stderr: expect.stringMatching(/bases\/desk\/labels\.json: is no manifest of a knowledge base/) });
  });

  test("a model that is not there ends with file, line and code 2, and stores nothing", async () => {
    const ran = await folder({ ...files, "wrp.yaml": WRP.replace("built-in", "{ model: gone.onnx }") }).inside("eval");
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(/wrp\.yaml:1: gone\.onnx: no such model/) });
  });
});
