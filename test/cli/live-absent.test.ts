import { describe, expect, test } from "vitest";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, type Folder } from "../wrp.ts";

const EVAL = ["eval", "data.jsonl", "--live", "--resamples", "200"];
const ROWS = jsonl(Array.from({ length: 40 }, (_, i) => ({ id: `p${i}`, prompt: `question ${i}`, reference: "0", grader: "exact" })));

/** A server whose model "dead" is not there; "good" always answers 0. */
function serve(): Promise<Serving> {
  return serving((response) => {
    const own = response.req.url;
    if (own?.startsWith("/dead") === true) return void response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"who are you"}}');
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "0" } }], usage: { prompt_tokens: 3, completion_tokens: 1 } }));
  });
}

function desk(server: Serving, more: Readonly<Record<string, unknown>>): Folder {
  const models = ["good", "dead"].map((name) => ({ name, price: "free", live: { url: `${server.url}/${name}/v1` } }));
  return folder({ "data.jsonl": ROWS, "wrp.yaml": JSON.stringify({ models, store: "wrp.db", ...more }) });
}

const house = { kind: "rules", name: "house", rules: [{ when: 'prompt.text.contains("7")', model: "dead" }], default: "good" };
const plain = { kind: "always", name: "plain", model: "good" };

describe("what names a model that answered nothing", () => {
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ["the model as reference", { reference: "dead" }, "good", /the reference "dead" is not there \(dead answered nothing\): policies are compared with "good" instead/],
    ["a policy as reference", { reference: "house", policies: [plain, house] }, "good", /the reference "house" is not there \(it names dead, which answered nothing\): policies are compared with "good" instead/],
    ["a policy that needs two models", { policies: [{ kind: "threshold", name: "long", fact: "prompt.lengthCodePoints" }] }, "good", /policy "long" is left out: .*needs a strong model/],
    ["a control as reference", { reference: "length" }, "good", /the reference "length" is not there .*policies are compared with "good" instead/],
  ])("%s: the rest is reported, with exit code 3, and again from the store", async (_, more, reference, said) => {
    await using server = await serve();
    const at = desk(server, more);
    const ran = await at.wrp(...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(3);
    const report = ran.json();
    expect(report.verdict).toBe("inconclusive");
    expect(report.statistics.reference).toBe(reference);
    expect(report.warnings.join("\n")).toMatch(said);
    expect(report.models).toMatchObject([{ name: "good", graded: 40 }]);
    for (const args of [["report", "latest", "--json"], ["report", "latest", "-o", "decisions.jsonl"], ["report", "latest", "-o", "report.html"]]) {
      const again = await at.inside(...args);
      expect(again.code, again.stderr).toBe(3);
    }
    expect(at.read("report.html").replaceAll("&quot;", '"').replaceAll("&#34;", '"')).toMatch(said);
  });

  test("a gate on it is inconclusive, with its note; others are decided", async () => {
    await using server = await serve();
    const gates = ["quality >= 0.5", { policy: "house", expression: "quality >= 0.4" }, { policy: "dead", expression: "errorRate < 5 %" }, { policy: "good", expression: "quality >= 0.6" }];
    const at = desk(server, { policies: [house, plain], gates });
    const ran = await at.wrp(...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(3);
    const why = "it names dead, which answered nothing";
    expect(ran.json().gates.map(({ expression, policy, verdict, note, n }) => [expression, policy, verdict, note, n])).toEqual([
      ["quality >= 0.5", "house", "inconclusive", why, 0],
      ["quality >= 0.4", "house", "inconclusive", why, 0],
      ["errorRate < 5 %", "dead", "inconclusive", "dead answered nothing", 0],
      ["quality >= 0.6", "good", "pass", null, 40],
    ]);
    const words = await at.wrp("report", "-o", "report.md", "-o", "report.xml", "-o", "report.html");
    expect(words.code, words.stderr).toBe(3);
    expect(words.stdout).toContain(why);
    for (const file of ["report.md", "report.xml", "report.html"]) expect(at.read(file), file).toContain(why);
  });

  test("a gate that names no policy is about the absent one, not about a stand-in", async () => {
    await using server = await serve();
    const ran = await desk(server, { policies: [house], gates: ["quality >= 0.5"] }).wrp(...EVAL, "--json");
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.json().gates).toMatchObject([{ policy: "house", verdict: "inconclusive" }]);
  });
});

describe("what names nothing that there is", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ["the reference", { reference: "godo" }, /^error: no policy is named "godo"\nhint: policies: good, dead,/m],
    ["a gate's policy", { gates: [{ policy: "hosue", expression: "quality > 0" }], policies: [house] }, /^error: gate "quality > 0" is about a policy "hosue", which this run does not have\nhint: policies: .*house/m],
    ["a gate's model", { gates: ["share.baad < 40 %"] }, /^error: gate "share.baad < 40 %" is about a model "baad"/m],
  ])("%s is refused before any call", async (_, more, said) => {
    await using server = await serve();
    for (const how of ["--live", "--dry-run"]) {
      const ran = await desk(server, more).wrp("eval", "data.jsonl", how);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(said);
    }
    expect(server.requests).toEqual([]);
  });

  test("controls and the user's policies may be named", async () => {
    await using server = await serve();
    for (const reference of ["zero-router", "oracle", "house", "dead"]) expect((await desk(server, { reference, policies: [house] }).wrp("eval", "data.jsonl", "--dry-run")).code).toBe(0);
  });
});
