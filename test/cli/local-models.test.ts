import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lookup, summed, table, written } from "../fixtures/tiny-models.ts";
import { sent } from "../pool/embedding.ts";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const FAST = ["--resamples", "200"];
const N = 40;
const ROWS = Array.from({ length: N }, (_, i) => ({ id: `p${i}`, prompt: `say ${i}`, reference: "What is the capital of France?", grader: "similarity" }));

let server: Serving;
beforeAll(async () => {
  server = await serving((response) => {
    const { body } = server.requests.at(-1) as Serving["requests"][number];
    sent(response, { choices: [{ index: 0, message: { role: "assistant", content: body["model"] === "weak" ? "Name the French capital city" : "What is the capital of France?" }, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 5 } });
  });
});
beforeEach(() => void (server.requests.length = 0));
afterAll(() => server[Symbol.asyncDispose]());

const config = (more: string) => `datasets: [rows.jsonl]
backends: {here: {url: "${server.url}/v1", concurrency: 4}}
models:
  - {name: strong, live: here, price: free}
  - {name: weak, live: here, price: free}
${more}`;
const desk = (more: string): Folder => folder({ "rows.jsonl": jsonl(ROWS), "wrp.yaml": config(more) });

describe("an embedder on this machine", () => {
  test("grades by similarity without a call, and keeps its vectors and its file", async () => {
    const at = desk("embedder: built-in");
    const cache = join(at.path, "cache");
    const env = { env: { XDG_CACHE_HOME: cache } };
    expect((await at.wrpWith(env, "check")).stdout).toContain("0 errors");
    const ran = await at.wrpWith(env, "eval", "--live", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "strong").quality.mean).toBeCloseTo(1, 5);
    // By TensorFlow.js.
    expect(policy(ran.json(), "weak").quality.mean).toBeCloseTo(0.78015, 4);
    expect(server.requests.map(({ path }) => path).filter((path) => !path.endsWith("/completions"))).toEqual([]);
    expect(readdirSync(join(cache, "wrp"))).toEqual([expect.stringMatching(/^use-lite-.*\.onnx$/)]);
    expect((await at.wrp("runs", "gc", "--outputs", "--dry-run")).stdout).toContain("2 model outputs");
    const again = await at.wrpWith(env, "eval", "--json", ...FAST);
    expect(timeless(again.json())).toEqual(timeless(ran.json()));
  });

  test("of one's own grades anew without new answers, and is checked where it stands", async () => {
    const at = desk("embedder: {model: models/model.onnx}");
    written(join(at.path, "models"), lookup(table(2, { "[CLS]": [3, 4] })));
    const ran = await at.wrp("eval", "--live", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "weak").quality.mean).toBeCloseTo(1, 5);
    const asked = server.requests.length;
    written(join(at.path, "models"), lookup(table(2, { "[CLS]": [1, 0], "[UNK]": [-1, 0.1] })));
    const other = await at.wrp("eval", "--json", ...FAST);
    expect(other.code, other.stderr).toBe(0);
    expect(server.requests).toHaveLength(asked);
    at.put("wrp.yaml", config("embedder: {model: gone.onnx}"));
    const gone = await at.wrp("eval", ...FAST);
    expect(gone).toMatchObject({ code: 2, stdout: "" });
    expect(gone.stderr).toContain("error: wrp.yaml:6: gone.onnx: no such model");
    expect((await at.wrp("check")).stdout).toMatch(/^wrp\.yaml:6:11: error: gone\.onnx: no such model \[[a-z-]+\]$[^]*^1 error, /m);
  });
});

describe("classifiers of a config", () => {
  const rows = table(2, {});

  test("are opened by wrp check, and by nothing that needs none of them", async () => {
    const at = folder({ "prompts.jsonl": jsonl([{ id: "a", prompt: "hi" }]), "wrp.yaml": "datasets: [prompts.jsonl]\nclassifiers:\n  domain: {model: m/model.onnx, labels: [law, other]}\n  pii: {model: n/model.onnx}\n  classifier:toxic: {model: m/model.onnx, labels: [yes, no], multiLabel: true}\n" });
    const missing = await at.wrp("check");
    expect(missing.code).toBe(2);
    expect(missing.stdout).toContain("wrp.yaml:3:11: error: m/model.onnx: no such model");
    expect(missing.stdout).toContain("wrp.yaml:4:8: error: n/model.onnx: no such model");
    written(join(at.path, "m"), summed(rows));
    written(join(at.path, "n"), lookup(rows, { output: "logits" }), { "config.json": { id2label: { 0: "O", 1: "B-EMAIL", 2: "I-EMAIL" } } });
    const wrong = await at.wrp("check");
    expect(wrong.stdout).toContain("wrp.yaml:4:8: error: n/model.onnx: the model's output logits has 2 values a row, and 3 labels are in config.json: O, B-EMAIL, I-EMAIL");
    expect(wrong.stdout).toContain("1 error");
    written(join(at.path, "n"), lookup(rows, { output: "logits" }), { "config.json": { id2label: { 0: "O", 1: "EMAIL" } } });
    expect((await at.wrp("check")).stdout).toContain("0 errors");
  });

  test("of unknown types, and what belongs to other kinds of embedder, are told with what is known", async () => {
    const at = folder({ "wrp.yaml": "classifiers:\n  domian: {model: m.onnx}\n  classifier: {model: m.onnx}\nembedder: {model: m.onnx, poolin: cls}\n" });
    const { stdout } = await at.wrp("check");
    expect(stdout).toContain('"classifiers" unknown key "domian" (did you mean "domain"?)');
    expect(stdout).toContain('"classifiers" unknown key "classifier" (known: domain, jailbreak, pii,');
    expect(stdout).toContain('"embedder" unknown key "poolin" (did you mean "pooling"?)');
    at.put("wrp.yaml", "classifiers:\n  language: {modle: m.onnx}\n");
    expect((await at.wrp("check")).stdout).toContain('"classifiers.language" unknown key "modle" (did you mean "model"?)');
    at.put("wrp.yaml", "embedder: builtin\n");
    expect((await at.wrp("check")).stdout).toContain('"embedder" must be "built-in", or an object (got "builtin")');
  });
});

test("wrp --help and a run without models load no runtime of models", async () => {
  const at = folder({
    "o.jsonl": jsonl([{ id: "a", prompt: "hi", outcomes: { m: { quality: 1, costUsd: 1 } } }, { id: "b", prompt: "ho", outcomes: { m: { quality: 0, costUsd: 1 } } }]),
    "wrp.yaml": "datasets: [o.jsonl]\nclassifiers: {domain: {model: m/model.onnx, labels: [law, other]}}\nembedder: built-in\n",
    "loaded.mjs": 'process.on("exit", () => process._rawDebug(`loaded: ${process.report.getReport().sharedObjects.filter((file) => file.includes("onnxruntime"))}`));',
  });
  written(join(at.path, "m"), summed(table(2, {})));
  const watched = { env: { NODE_OPTIONS: `--import=${join(at.path, "loaded.mjs")}` } };
  for (const args of [["--help"], ["eval", ...FAST]]) expect((await at.wrpWith(watched, ...args)).stderr).toMatch(/loaded: \n/);
  expect((await at.wrpWith(watched, "check")).stderr).toMatch(/loaded: .*onnxruntime/);
});
