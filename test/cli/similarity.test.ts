import Database from "better-sqlite3";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inBase64, sent, vectorsOf } from "../pool/embedding.ts";
import { serving, type Serving } from "../pool/serving.ts";
import { folder, jsonl, policy, timeless, type Folder } from "../wrp.ts";

const FAST = ["--resamples", "200"];
const N = 40;
const ROWS = Array.from({ length: N }, (_, i) => ({ id: `p${i}`, prompt: `say ${i}`, reference: `good ${i % 8}`, grader: "similarity" }));

/** Answers chats by the number asked for, and makes vectors: the angle of a text is what it says. */
let server: Serving;
let embed: (response: ServerResponse, inputs: string[], model: string) => void;

/** "good" points one way, "fair" 60° off it, "bad" the other way. */
const ANGLES: Readonly<Record<string, number>> = { good: 0, fair: 60, bad: 180 };

function vectorOf(text: string, dimensions = 2): number[] {
  const angle = ((ANGLES[text.split(" ")[0] as string] ?? 90) * Math.PI) / 180;
  return [Math.cos(angle) * 3, Math.sin(angle) * 3, ...Array.from({ length: dimensions - 2 }, () => 0)];
}

const well: typeof embed = (response, inputs) => sent(response, vectorsOf(inputs.map((text) => vectorOf(text)).map((vector, k) => (k % 2 === 0 ? vector : inBase64(vector))), { usage: { prompt_tokens: 10 * inputs.length } }));

beforeAll(async () => {
  server = await serving((response) => {
    const { path, body } = server.requests.at(-1) as Serving["requests"][number];
    if (path.endsWith("/embeddings")) return embed(response, body["input"] as string[], body["model"] as string);
    const n = Number(/\d+/.exec((body["messages"] as { content: string }[]).at(-1)?.content as string)?.[0]);
    const content = body["model"] === "weak" ? (n % 2 === 0 ? "bad" : n === 1 ? "" : `fair ${n}`) : `<think>bad</think> good ${n}`;
    sent(response, { choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 5 } });
  });
});
beforeEach(() => {
  embed = well;
  server.requests.length = 0;
});
afterAll(() => server[Symbol.asyncDispose]());

const asked = () => {
  const all = server.requests.splice(0).map(({ path, body }) => ({ path, body }));
  return { chats: all.filter(({ path }) => path.endsWith("/completions")), vectors: all.filter(({ path }) => path.endsWith("/embeddings")).map(({ body }) => body as { model: string; input: string[]; dimensions?: number }) };
};

const EMBEDDER = "embedder: {live: {backend: here, model: tiny, retries: 0}, price: {inputUsdPer1M: 2}}";

const config = (more = EMBEDDER) => `datasets: [rows.jsonl]
backends: {here: {url: "${server.url}/v1", concurrency: 4, settings: {temperature: 0, body: {top_k: 1}}}}
models:
  - {name: strong, live: here, price: {inputUsdPer1M: 10, outputUsdPer1M: 20}}
  - {name: weak, live: here, price: {inputUsdPer1M: 1, outputUsdPer1M: 2}}
${more}`;

const desk = (more?: string, rows: readonly unknown[] = ROWS): Folder => folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": config(more) });

const gradesIn = (at: Folder) => {
  const db = new Database(join(at.path, ".wrp/wrp.db"), { readonly: true });
  try {
    return db.prepare("SELECT g.name, count(*) AS n FROM grades JOIN graders AS g ON g.id = grader_id GROUP BY g.name ORDER BY g.name").all();
  } finally {
    db.close();
  }
};

describe("grader similarity", () => {
  test("grades by the cosine, clipped at 0, asks for each text once, and a second run asks nothing", async () => {
    const at = desk();
    const ran = await at.wrp("eval", "--live", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "strong").quality.mean).toBeCloseTo(1, 6);
    // Half of weak's answers point the other way, one is empty, the rest are 60° off.
    expect(policy(ran.json(), "weak").quality).toMatchObject({ n: N, mean: expect.closeTo((0.5 * 19) / N, 6) as number });
    const { vectors } = asked();
    const texts = vectors.flatMap(({ input }) => input);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.toSorted()).toEqual([...new Set([...ROWS.map((_, n) => `good ${n}`), ...Array.from({ length: 20 }, (_, k) => `fair ${2 * k + 1}`).slice(1), "bad"])].toSorted());
    for (const { input } of vectors) expect(input.length).toBeLessThanOrEqual(32);
    expect(vectors[0]).toEqual({ model: "tiny", input: vectors[0]?.input, encoding_format: "float" });
    // Counted apart, and in no policy's cost.
    const costUsd = (texts.length * 10 * 2) / 1e6;
    expect(ran.json().timing.embedder).toEqual({ calls: vectors.length, texts: texts.length, failed: 0, costUsd: expect.closeTo(costUsd, 12) as number });
    expect(policy(ran.json(), "weak").costUsdPer1k?.mean).toBeCloseTo(((5 + 10) / 1e6) * 1000, 9);
    expect(ran.json().timing.live?.spentUsd).toBeCloseTo(costUsd + (N * (150 + 15)) / 1e6, 9);
    expect(ran.stderr).toContain(`embedder: ${vectors.length} calls for ${texts.length} texts · $0.00`);
    expect(gradesIn(at)).toEqual([{ name: "similarity@1/tiny", n: 2 * N }]);
    for (const flags of [["--live"], []]) {
      const again = await at.wrp("eval", ...flags, "--json", "-q", ...FAST);
      expect(again.code, again.stderr).toBe(0);
      expect(timeless(again.json())).toEqual(timeless(ran.json()));
      expect(asked()).toEqual({ chats: [], vectors: [] });
    }
  });

  test("another model, or other dimensions, grade anew without new answers; another form of the vectors does not", async () => {
    const at = desk();
    await at.inside("eval", "--live", "-q", ...FAST);
    asked();
    at.put("wrp.yaml", config(`embedder: {live: {backend: here, model: large}, dimensions: 5, price: free}`));
    const offline = await at.inside("eval", "--json", "-q", ...FAST);
    expect(offline.code).toBe(3);
    expect(offline.stderr).toContain(`no prompt has a grade for every model: ${2 * N - 1} of ${2 * N} answers have no grade by similarity, the first of them to row 0 (p0): the embedder was not asked yet: --live asks it`);
    embed = (response, inputs) => sent(response, vectorsOf(inputs.map((text) => vectorOf(text, 5))));
    const ran = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    const { chats, vectors } = asked();
    expect(chats).toEqual([]);
    expect(vectors[0]).toMatchObject({ model: "large", dimensions: 5 });
    expect(gradesIn(at)).toEqual([{ name: "similarity@1/large 5d", n: 2 * N }, { name: "similarity@1/tiny", n: 2 * N }]);
    at.put("wrp.yaml", config(`embedder: {live: {backend: here, model: large, settings: {body: {encoding_format: base64}}}, dimensions: 5, batch: 1, price: free}`));
    expect((await at.inside("eval", "--live", "-q", ...FAST)).code).toBe(0);
    expect(asked()).toEqual({ chats: [], vectors: [] });
  });

  test("as the default grader, under another tool's name, and beside a grader of the user's own that is called so elsewhere", async () => {
    const at = desk(`${EMBEDDER}\ngrader: similar`, ROWS.map(({ id, prompt, reference }) => ({ id, prompt, reference })));
    const ran = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(policy(ran.json(), "strong").quality.mean).toBeCloseTo(1, 6);
    const own = desk(`graders: {similarity: {command: [node, grade.js]}}`);
    own.put("grade.js", "(async () => { for await (const line of require('readline').createInterface({input: process.stdin})) console.log(JSON.stringify({id: JSON.parse(line).id, quality: 0.25})) })()");
    expect(policy((await own.inside("eval", "--live", "--json", "-q", ...FAST)).json(), "strong").quality.mean).toBe(0.25);
  });

  test("--no-content: no text in the store, the same grades, and the same report from it", async () => {
    const [bare, full] = [desk(), desk()];
    const ran = await bare.inside("eval", "--live", "--no-content", "--json", "-q", ...FAST);
    const whole = await full.inside("eval", "--live", "--json", "-q", ...FAST);
    const figures = ({ json }: typeof ran) => json().policies.map(({ name, quality, costUsdPer1k }) => ({ name, quality, costUsdPer1k }));
    expect(figures(ran)).toEqual(figures(whole));
    expect(bare.read(".wrp/wrp.db")).not.toMatch(/good \d|fair \d/);
    asked();
    const again = await bare.inside("eval", "--live", "--no-content", "--json", "-q", ...FAST);
    expect(timeless(again.json())).toEqual(timeless(ran.json()));
    expect(asked()).toEqual({ chats: [], vectors: [] });
  });

  test("a text that is too long takes no other along, and is told with its row", async () => {
    embed = (response, inputs, model) => (inputs.includes("fair 5") ? sent(response, { error: { message: "input is too large to process" } }, inputs.length > 4 ? 500 : 400) : well(response, inputs, model));
    const at = desk();
    const ran = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json().models.map(({ graded }) => graded)).toEqual([N, N - 1]);
    expect(ran.json().warnings.join("\n")).toContain(`1 of ${2 * N} answers have no grade by similarity, the first of them to row 5 (p5): HTTP 400: input is too large to process`);
    expect(ran.json().timing.embedder).toMatchObject({ failed: 1 });
    // Another run asks for that one alone.
    embed = well;
    asked();
    expect((await at.inside("eval", "--live", "-q", ...FAST)).code).toBe(0);
    expect(asked().vectors.flatMap(({ input }) => input).toSorted()).toEqual(["fair 5", "good 5"]);
  });

  test("a dead embedder: answers are kept, grades are missing and told, the run decides nothing; then only vectors are asked for", async () => {
    embed = (response) => sent(response, { error: { message: "no such key" } }, 401);
    const at = desk();
    const ran = await at.wrp("eval", "--live", "--json", ...FAST);
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stderr).not.toMatch(/bug in wrp|^\s+at /m);
    expect(ran.stderr).toMatch(/no prompt has a grade for every model: \d+ of 80 answers have no grade by similarity, the first of them to row \d+ \(p\d+\): .*HTTP 401: no such key/);
    expect(ran.stderr).toContain("the answers are kept: once the embedder is right, the same command asks only for their vectors");
    embed = well;
    asked();
    const whole = await at.wrp("eval", "--live", "--json", "-q", ...FAST);
    expect(whole.code, whole.stderr).toBe(0);
    expect(asked().chats).toEqual([]);
    expect(policy(whole.json(), "strong").quality.mean).toBeCloseTo(1, 6);
  });

  test("a request of several texts has a bound on its characters, and a longer text is alone in its own", async () => {
    const long = "good".repeat(30_000);
    const at = desk(EMBEDDER, Array.from({ length: 4 }, (_, i) => ({ ...ROWS[i], reference: `good ${i}${i === 3 ? long.repeat(2) : long}` })));
    expect((await at.inside("eval", "--live", "-q", ...FAST)).code).toBe(0);
    const lengths = asked().vectors.map(({ input }) => ({ texts: input.length, characters: input.join("").length }));
    for (const { texts, characters } of lengths) expect(texts === 1 || characters <= 200_000).toBe(true);
    expect(lengths.some(({ characters }) => characters > 200_000)).toBe(true);
  });

  test("429 is waited for and tried again, a server that is malformed once too; every try is paid for", async () => {
    let n = 0;
    embed = (response, inputs, model) => {
      n++;
      if (n === 1) response.writeHead(429, { "retry-after": "0.1" }).end('{"error": {"message": "slow down"}}');
      else if (n === 2) sent(response, vectorsOf([[1]], { usage: undefined }));
      else well(response, inputs, model);
    };
    const at = desk(EMBEDDER.replace("retries: 0", "retries: 3"), [ROWS[2], ROWS[3]]);
    const ran = await at.inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.code, ran.stderr).toBe(0);
    expect(n).toBe(3);
    // Nobody knows what the vectors cost that could not be used.
    expect(ran.json().timing.embedder).toEqual({ calls: 1, texts: 4, failed: 0, costUsd: null });
    const db = new Database(join(at.path, ".wrp/wrp.db"), { readonly: true });
    const tries = db.prepare("SELECT number, status, failure_kind, input_tokens FROM loose_tries ORDER BY number").all();
    db.close();
    expect(tries).toEqual([
      { number: 1, status: 429, failure_kind: "rate-limit", input_tokens: null },
      { number: 2, status: 200, failure_kind: "malformed", input_tokens: null },
      { number: 3, status: 200, failure_kind: null, input_tokens: 40 },
    ]);
  });

  test("vectors that cannot be compared give no grade", async () => {
    embed = (response, inputs) => sent(response, vectorsOf(inputs.map((text) => (text === "bad" ? [0, 0] : vectorOf(text)))));
    const ran = await desk().inside("eval", "--live", "--json", "-q", ...FAST);
    expect(ran.code).toBe(3);
    expect(ran.json().models.map(({ graded }) => graded)).toEqual([N, N / 2]);
    expect(ran.json().warnings.join("\n")).toContain("20 of 80 answers have no grade by similarity, the first of them to row 0 (p0): a vector is zero, which points nowhere");
  });
});

describe("before a call is made", () => {
  test("--dry-run counts texts, calls and cost, and calls nobody; what is graded is not counted", async () => {
    const at = desk();
    const words = await at.inside("eval", "--dry-run");
    expect(words.stdout).toMatch(/embedder: 3 calls\n {4}[\d,]+ tokens in \(o200k\), about 0 out \(vectors of 88 texts, up to 32 a call\)\n {4}about \$[\d.]+, at most \$[\d.]+/);
    expect(asked()).toEqual({ chats: [], vectors: [] });
    await at.inside("eval", "--live", "-q", ...FAST);
    expect((await at.inside("eval", "--dry-run")).stdout).not.toContain("embedder");
  });

  test("a cap holds for vectors too, and what could pass it unseen is refused", async () => {
    const at = desk(EMBEDDER.replace("inputUsdPer1M: 2", "inputUsdPer1M: 2000000"));
    const ran = await at.inside("eval", "--live", "--json", "-q", "--max-cost", "5", ...FAST);
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/have no grade by similarity.*the cost cap is reached.*raise --max-cost/);
    expect(asked()).toMatchObject({ vectors: [] });
    const unpriced = await desk("embedder: {live: {backend: here, model: tiny}}").inside("eval", "--live", "-q", "--max-cost", "5", ...FAST);
    expect(unpriced).toMatchObject({ code: 2, stderr: expect.stringContaining("no price of embedder is known") as string });
    expect(asked()).toEqual({ chats: [], vectors: [] });
  });

  test.each<[string, string, RegExp]>([
    ["no embedder", "", /^error: rows\.jsonl: row 0 \(p0\): the grader similarity compares vectors, and no embedder is given that makes them\nhint: +add to wrp\.yaml: embedder: built-in, or embedder: \{live:/],
    ["no model", "embedder: {live: {backend: here}}", /^error: wrp\.yaml:\d+: the embedder names no model\nhint: .*text-embedding-3-small/],
    ["an unknown backend", "embedder: {live: {backend: there, model: m}}", /^error: wrp\.yaml:\d+: unknown backend "there"/],
    ["a backend of another protocol", "embedder: {live: {url: 'http://localhost:1', protocol: gemini, model: m}}", /^error: wrp\.yaml:\d+: the embedder's backend speaks gemini: embeddings are asked for with openai-embeddings/],
    ["plain http to another machine", "embedder: {live: {url: 'http://models.example/v1', model: m}}", /^error: wrp\.yaml:\d+: http:\/\/models\.example is plain http.*\nhint: .*allowInsecure/],
    ["settings of chats", "embedder: {live: {backend: here, model: m, settings: {temperature: 0}}}", /^error: wrp\.yaml:\d+: the embedder has the setting temperature, which is for chats/],
    ["a key that is not there", "embedder: {live: {backend: here, model: m, apiKeyEnv: NO_SUCH_KEY}, price: free}", /^error: wrp\.yaml:\d+: the environment variable NO_SUCH_KEY is not set/],
  ])("%s", async (_, more, words) => {
    const ran = await desk(more).inside("eval", "--live", ...FAST);
    expect(ran.code).toBe(2);
    expect(ran.stderr.slice(ran.stderr.indexOf("error:"))).toMatch(words);
    expect(asked()).toEqual({ chats: [], vectors: [] });
  });

  test("a reference that is empty is told with its row", async () => {
    const ran = await desk(EMBEDDER, [{ ...ROWS[0], reference: " " }]).inside("eval", "--live", ...FAST);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("row 0 (p0): similarity cannot grade it, its reference is empty") as string });
  });
});
