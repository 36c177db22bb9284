import { LLMock } from "@copilotkit/aimock";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inBase64, embedding, sent, vectorsOf } from "./embedding.ts";
import { disposableClient, failureOf, KEY, serving } from "./serving.ts";

describe("openai-embeddings against aimock", () => {
  const mock = new LLMock({ port: 0 });
  beforeAll(async () => {
    mock.onEmbedding("hello", { embedding: [0.5, -0.25, 1] });
    mock.onEmbedding("limited", { error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 7 } as never);
    mock.onEmbedding("no key", { error: { message: `no such key: ${KEY}`, type: "authentication_error" }, status: 401 } as never);
    mock.onEmbedding("broken", { error: { message: "it broke" }, status: 500 } as never);
    await mock.start();
  });
  afterAll(() => mock.stop());

  test("a vector for each input", async () => {
    await using client = disposableClient();
    const { one, vectors } = await embedding(client, mock.url, { inputs: ["hello there", "hello again"] });
    expect(one).toMatchObject({ status: 200, failure: null, text: null, times: { firstTokenMs: null } });
    expect(vectors).toEqual([[0.5, -0.25, 1], [0.5, -0.25, 1]]);
  });

  test("as many dimensions as were asked for", async () => {
    await using client = disposableClient();
    const { one, vectors } = await embedding(client, `${mock.url}/v1`, { inputs: ["other", "another"], body: { dimensions: 16 }, dimensions: 16 });
    expect(one.failure).toBeNull();
    expect(vectors.map(({ length }) => length)).toEqual([16, 16]);
    expect(vectors[0]).not.toEqual(vectors[1]);
  });

  test("429 says how long to wait; a refused key is named nowhere; 500", async () => {
    await using client = disposableClient();
    expect(failureOf((await embedding(client, mock.url, { inputs: ["limited"] })).one)).toEqual({ kind: "rate-limit", message: "HTTP 429: slow down", retryAfterMs: 7000 });
    const refused = await embedding(client, mock.url, { inputs: ["no key"] });
    expect(failureOf(refused.one)).toEqual({ kind: "refused", message: "HTTP 401: no such key: ***", retryAfterMs: null });
    expect(JSON.stringify(refused.one)).not.toContain(KEY);
    expect(failureOf((await embedding(client, mock.url, { inputs: ["broken"] })).one)).toMatchObject({ kind: "server", message: "HTTP 500: it broke" });
  });
});

describe("openai-embeddings on the wire", () => {
  const three = [[1, 0], [0, 1], [-1, 0.5]];
  const inputs = ["a", "b", "c"];

  test("address, key and body are the protocol's, whatever the base URL ends with", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => sent(response, vectorsOf(three)));
    for (const base of ["", "/", "/v1", "/v1/", "/v1/embeddings"]) await embedding(client, server.url + base, { inputs, body: { user: "me" } });
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set(["/v1/embeddings"]));
    expect(server.requests[0]).toMatchObject({ headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" } });
    expect(server.requests[0]?.body).toEqual({ model: "m", input: inputs, encoding_format: "float", user: "me" });
  });

  test("null takes a field out: some servers know no encoding_format", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => sent(response, vectorsOf([[1]])));
    await embedding(client, server.url, { body: { encoding_format: null } });
    expect(server.requests[0]?.body).toEqual({ model: "m", input: ["hello"] });
  });

  test.each([
    ["in any order", { data: [2, 0, 1].map((index) => ({ index, embedding: three[index] })) }],
    ["without an index", { data: three.map((vector) => ({ embedding: vector })) }],
    ["in base64, asked for or not", vectorsOf(three.map(inBase64))],
    ["both forms at once", vectorsOf([inBase64([1, 0]), [0, 1], inBase64([-1, 0.5])])],
  ])("vectors %s", async (_, document) => {
    await using client = disposableClient();
    await using server = await serving((response) => sent(response, document));
    const { one, vectors } = await embedding(client, server.url, { inputs });
    expect(one.failure).toBeNull();
    expect(vectors).toEqual(three);
  });

  test("packed, in pieces, under another content type", async () => {
    await using client = disposableClient();
    const bytes = gzipSync(JSON.stringify(vectorsOf(three)));
    await using server = await serving(async (response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" });
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    });
    expect((await embedding(client, server.url, { inputs })).vectors).toEqual(three);
  });

  test.each<[string, object, number | null]>([
    ["as counted", { prompt_tokens: 7, total_tokens: 7 }, 7],
    ["only in all", { total_tokens: 9 }, 9],
    ["not counted", { prompt_tokens: 0, total_tokens: 0 }, null],
    ["not said", {}, null],
  ])("tokens %s", async (_, usage, tokens) => {
    await using client = disposableClient();
    await using server = await serving((response) => sent(response, vectorsOf([[1]], { usage })));
    const { one } = await embedding(client, server.url);
    expect(one).toMatchObject({ servedModel: "m-2026", usage: { inputTokens: tokens, outputTokens: tokens === null ? null : 0 } });
  });

  test.each<[string, unknown, RegExp]>([
    ["fewer vectors than inputs", vectorsOf([[1, 0], [0, 1]]), /3 vectors were asked for, and 2 came/],
    ["more of them", vectorsOf([...three, [1, 1]]), /3 vectors were asked for, and 4 came/],
    ["no data", { object: "list", model: "m" }, /is JSON, but has no data/],
    ["a list at the root", three, /is JSON, but has no data/],
    ["null in a vector", vectorsOf([[1, 0], [0, null], [1, 1]]), /the vector of input 1 holds null at 1, which is no number/],
    ["words in a vector", vectorsOf([[1, 0], ["NaN", 1], [1, 1]]), /the vector of input 1 holds "NaN" at 0/],
    ["NaN in base64", vectorsOf([[1, 0], [0, 1], inBase64([1, NaN])]), /the vector of input 2 holds NaN at 1/],
    ["more than a float32 holds", vectorsOf([[1, 0], [0, 1], [1e300, 0]]), /the vector of input 2 holds Infinity at 0/],
    ["lengths that differ", vectorsOf([[1, 0], [0, 1, 0], [1, 1]]), /a vector has 3 dimensions, another 2/],
    ["an empty vector", vectorsOf([[], [], []]), /the vector of input 0 is empty/],
    ["no vector", vectorsOf([[1, 0], null, [1, 1]]), /the vector of input 1 is null/],
    ["half a number in base64", vectorsOf([inBase64([1, 0]).slice(0, 7), [0, 1], [1, 1]]), /the vector of input 0 is no float32s in base64/],
    ["what is no base64", vectorsOf(["~~~~~~~~", [0, 1], [1, 1]]), /the vector of input 0 is no float32s in base64/],
    ["an index twice", { data: [0, 1, 1].map((index) => ({ index, embedding: [1, 0] })) }, /two vectors have the index 1/],
    ["an index out of reach", { data: [0, 1, 3].map((index) => ({ index, embedding: [1, 0] })) }, /a vector has the index 3/],
    ["an index that is none", { data: [0, 1, 0.5].map((index) => ({ index, embedding: [1, 0] })) }, /a vector has the index 0.5/],
  ])("%s is malformed, and no vector is taken", async (_, document, words) => {
    await using client = disposableClient();
    await using server = await serving((response) => sent(response, document));
    const { one, vectors } = await embedding(client, server.url, { inputs });
    expect(failureOf(one)).toMatchObject({ kind: "malformed", message: expect.stringMatching(words) as string });
    expect(vectors).toEqual([]);
  });

  test("a server that does not heed dimensions is told of", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => sent(response, vectorsOf([[1, 0, 0]])));
    expect(failureOf((await embedding(client, server.url, { dimensions: 2 })).one).message).toBe("a vector has 3 dimensions, and 2 were asked for");
  });

  test.each<[string, string, string, string, RegExp]>([
    ["a page", "text/html", "<html><body>Welcome</body></html>", "malformed", /neither an event stream nor JSON came: <html>/],
    ["JSON that breaks off", "application/json", '{"data": [{"embedding": [1, 0', "malformed", /the answer is not JSON/],
    ["NaN as some servers write it", "application/json", '{"data": [{"index": 0, "embedding": [NaN]}]}', "malformed", /the answer is not JSON/],
    ["an event stream", "text/event-stream", 'data: {"choices": []}\n\ndata: [DONE]\n\n', "malformed", /an event stream came/],
    ["nothing", "application/json", "", "disconnect", /an empty answer came/],
    ["an error with 200", "application/json", '{"error": {"message": "no capacity", "code": 503}}', "overloaded", /the backend reported an error: no capacity/],
  ])("%s instead of vectors", async (_, type, text, kind, words) => {
    await using client = disposableClient();
    await using server = await serving((response) => response.writeHead(200, { "content-type": type }).end(text));
    expect(failureOf((await embedding(client, server.url)).one)).toMatchObject({ kind, message: expect.stringMatching(words) as string });
  });

  test.each<[number, string, string, string]>([
    [400, '{"error": {"message": "This model\'s maximum context length is 8192 tokens", "type": "invalid_request_error"}}', "request", "HTTP 400: This model's maximum context length is 8192 tokens"],
    [413, '{"error": "Input validation error: inputs must have less than 512 tokens", "error_type": "Validation"}', "request", "HTTP 413: Input validation error: inputs must have less than 512 tokens"],
    [404, '{"error": {"message": "model not found"}}', "not-found", "HTTP 404: model not found (asked for model \"m\""],
    [503, "busy", "overloaded", "HTTP 503: busy"],
  ])("%d with the server's own words", async (status, text, kind, words) => {
    await using client = disposableClient();
    await using server = await serving((response) => response.writeHead(status).end(text));
    expect(failureOf((await embedding(client, server.url)).one)).toMatchObject({ kind, message: expect.stringContaining(words) as string });
  });

  test("a connection that breaks off in the body", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"data": [{"index": 0, "embedding": [1, 0');
      setTimeout(() => response.destroy(), 50);
    });
    expect(failureOf((await embedding(client, server.url)).one).kind).toBe("disconnect");
  });

  test("a body without end, or of 100 MB, is not read to its end", async () => {
    await using client = disposableClient();
    let written = 0;
    await using server = await serving((response) => {
      const piece = Buffer.alloc(1 << 20, '{"index": 0, "embedding": [1, 0]}, ');
      response.writeHead(200, { "content-type": "application/json" }).write('{"data": [');
      const more = (): void => {
        while (written < 100 << 20 && !response.destroyed) {
          written += piece.length;
          if (!response.write(piece)) return void response.once("drain", more);
        }
      };
      more();
    });
    const { one } = await embedding(client, server.url, { maxBytes: 4 << 20 });
    expect(failureOf(one)).toMatchObject({ kind: "too-large", message: "more than 4194304 bytes came" });
    expect(written).toBeLessThan(50 << 20);
  });

  test("the time for a try binds, and a stop is heard", async () => {
    await using client = disposableClient();
    await using server = await serving(() => undefined);
    expect(failureOf((await embedding(client, server.url, { tryTimeoutMs: 100 })).one).kind).toBe("timeout");
    expect(failureOf((await embedding(client, server.url, { signal: AbortSignal.timeout(50) })).one).kind).toBe("aborted");
  });
});
