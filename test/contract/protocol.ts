import { LLMock } from "@copilotkit/aimock";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Usage } from "../../src/model/live.ts";
import type { Protocol } from "../../src/pool/protocol.ts";
import { calling, disposableClient, failureOf, KEY, serving, until } from "../pool/serving.ts";

/** What a protocol's answers look like on the wire, as its own documents have them. */
export interface Wire {
  readonly protocol: Protocol;
  /** Below the server's root, as a path and its query. */
  readonly path: string;
  /** Where the key is, and what stands before it. */
  readonly keyHeader: readonly [name: string, before: string];
  /** Events before any token; then those of the tokens "Hello", " there"; then the end. */
  readonly start: readonly string[];
  readonly tokens: readonly string[];
  readonly end: readonly string[];
  /** The same answer in one document. */
  readonly whole: unknown;
  readonly usage: Partial<Usage>;
  readonly finishReason: string;
  readonly servedModel: string;
  /** An event in which the backend says that it is overloaded. */
  readonly overloaded: string;
  /** What the two calls of aimock look like, read from `toolCalls`. */
  readonly tools: unknown;
}

const UNKNOWN: Usage = { inputTokens: null, cachedInputTokens: null, cacheWriteTokens: null, outputTokens: null, reasoningTokens: null };
const SSE = { "content-type": "text/event-stream" };

/** What every protocol does, against a server that we did not write and, for what that cannot do, against a small one. */
export function protocolContract(wire: Wire): void {
  const { protocol } = wire;
  const stream = [...wire.start, ...wire.tokens, ...wire.end].join("");

  describe(`${protocol.name} against aimock`, () => {
    const mock = new LLMock({ port: 0 });
    beforeAll(async () => {
      // Each protocol's own names of the same figures: aimock takes those it knows.
      const usage = { prompt_tokens: 11, completion_tokens: 7, input_tokens: 11, output_tokens: 7, promptTokenCount: 11, candidatesTokenCount: 7 };
      const spoken = { content: "Hello there, you", reasoning: "let me think", usage, model: "served-1" };
      mock.onMessage("hello", spoken, { chunkSize: 4 });
      mock.onMessage("slow", { content: "late" }, { streamingProfile: { ttft: 300, tps: 1000 } });
      mock.onMessage("tools", {
        toolCalls: [
          { name: "weather", arguments: '{"city":"Bern","days":3}', id: "call_1" },
          { name: "time", arguments: "{}", id: "call_2" },
        ],
      });
      mock.onMessage("limited", { error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 7 });
      mock.onMessage("no key", { error: { message: `no such key: ${KEY}`, type: "authentication_error" }, status: 401 });
      mock.onMessage("broken", { error: { message: "it broke" }, status: 500 });
      mock.onMessage("garbled", { content: "abc" }, { chaos: { malformedRate: 1 } });
      mock.onMessage("dropped", { content: "abcdefghijklmnop".repeat(20) }, { chunkSize: 2, latency: 20, disconnectAfterMs: 200 });
      await mock.start();
    });
    afterAll(() => mock.stop());

    test("a streamed answer: text, counts, model, and times in their order", async () => {
      await using client = disposableClient();
      const one = await calling(client, protocol, mock.url);
      expect(one).toMatchObject({ status: 200, text: "Hello there, you", toolCalls: null, failure: null });
      expect(one.usage).toMatchObject({ inputTokens: 11, outputTokens: 7 });
      expect(one.finishReason).toMatch(/^(stop|end_turn|STOP|completed)$/);
      const { connectMs, headersMs, firstByteMs, firstTokenMs, lastTokenMs, endMs } = one.times;
      const order = [0, connectMs, headersMs, firstByteMs, firstTokenMs, lastTokenMs, endMs];
      expect(order).toEqual((order as number[]).toSorted((a, b) => a - b));
    });

    test("a connection is used again, and its making counted once", async () => {
      await using client = disposableClient();
      const first = await calling(client, protocol, mock.url);
      const second = await calling(client, protocol, mock.url);
      expect(first.times.connectMs).toBeGreaterThan(0);
      expect(second.times.connectMs).toBeNull();
    });

    test("a slow first token is measured as such", async () => {
      await using client = disposableClient();
      const { times, failure } = await calling(client, protocol, mock.url, { content: "slow" });
      expect(failure).toBeNull();
      expect(times.firstTokenMs).toBeGreaterThan(290);
    });

    test("the first token has a time of its own to come in", async () => {
      await using client = disposableClient();
      const one = await calling(client, protocol, mock.url, { content: "slow", firstTokenTimeoutMs: 100 });
      expect(failureOf(one)).toMatchObject({ kind: "timeout", message: "no token within 100 ms" });
    });

    test("tool calls are put together", async () => {
      await using client = disposableClient();
      const one = await calling(client, protocol, mock.url, { content: "tools" });
      expect(one.failure).toBeNull();
      expect(JSON.parse(one.toolCalls as string)).toMatchObject(wire.tools as object);
      expect(one.times.firstTokenMs).not.toBeNull();
    });

    test("429 says how long to wait", async () => {
      await using client = disposableClient();
      const one = await calling(client, protocol, mock.url, { content: "limited" });
      expect(one.status).toBe(429);
      expect(failureOf(one)).toEqual({ kind: "rate-limit", message: "HTTP 429: slow down", retryAfterMs: 7000 });
      expect(one.headers).toMatchObject({ "retry-after": "7", "x-ratelimit-remaining-requests": "0" });
      expect(one).toMatchObject({ text: null, usage: UNKNOWN });
    });

    test("a refused key is named nowhere, though the backend repeats it", async () => {
      await using client = disposableClient();
      const one = await calling(client, protocol, mock.url, { content: "no key" });
      expect(failureOf(one)).toEqual({ kind: "refused", message: "HTTP 401: no such key: ***", retryAfterMs: null });
      expect(JSON.stringify(one)).not.toContain(KEY);
    });

    test("500, and an answer that is no JSON", async () => {
      await using client = disposableClient();
      expect(failureOf(await calling(client, protocol, mock.url, { content: "broken" }))).toMatchObject({ kind: "server", message: "HTTP 500: it broke" });
      expect(failureOf(await calling(client, protocol, mock.url, { content: "garbled" })).kind).toBe("malformed");
    });

    test("a stream that breaks off leaves what was said", async () => {
      await using client = disposableClient();
      const one = await calling(client, protocol, mock.url, { content: "dropped" });
      expect(failureOf(one).kind).toBe("disconnect");
      expect(one.text).toMatch(/^abcd/);
      expect(one.times.endMs).toBeGreaterThanOrEqual(one.times.lastTokenMs as number);
    });
  });

  describe(`${protocol.name} on the wire`, () => {
    const whole = { text: "Hello there", finishReason: wire.finishReason, servedModel: wire.servedModel, failure: null, usage: { ...UNKNOWN, ...wire.usage } };

    test("address, key and body are the protocol's", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, SSE).end(stream));
      expect(await calling(client, protocol, server.url)).toMatchObject(whole);
      const [name, before] = wire.keyHeader;
      expect(server.requests).toMatchObject([{ path: wire.path, headers: { [name]: before + KEY, "content-type": "application/json" } }]);
      expect(JSON.stringify(server.requests[0]?.body)).toContain("hello");
    });

    test("a base URL with a slash, with the version, or with the whole path leads to the same address", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, SSE).end(stream));
      const [path = ""] = wire.path.split("?");
      for (const base of ["/", `/${path.split("/")[1]}`, `/${path.split("/")[1]}/`, path, `${path}/`]) await calling(client, protocol, server.url + base);
      expect(server.requests.map((request) => request.path)).toEqual(Array(5).fill(wire.path));
    });

    test("a stream cut anywhere, also within a character and a line end, is read the same", async () => {
      await using client = disposableClient();
      const bytes = Buffer.from(stream.replaceAll("\n", "\r\n"));
      await using server = await serving(async (response) => {
        response.writeHead(200, SSE);
        for (let at = 0; at < bytes.length; at += 7) {
          response.write(bytes.subarray(at, at + 7));
          await new Promise(setImmediate);
        }
        response.end();
      });
      expect(await calling(client, protocol, server.url)).toMatchObject(whole);
    });

    test("what comes before the first token is none", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => {
        response.writeHead(200, SSE).write(wire.start.join(""));
        setTimeout(() => response.end([...wire.tokens, ...wire.end].join("")), 200);
      });
      const { times } = await calling(client, protocol, server.url);
      expect(times.firstTokenMs).toBeGreaterThan(190);
      expect(times.firstTokenMs as number).toBeGreaterThan((times.firstByteMs as number) + 100);
    });

    test("an event stream is one whatever its content type says", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, { "content-type": "text/plain" }).end(`: a comment\n\n${stream}`));
      expect(await calling(client, protocol, server.url)).toMatchObject(whole);
    });

    test("an answer in one document has no time of a first token, and its bound does not hold", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => {
        const text = JSON.stringify(wire.whole);
        response.writeHead(200, { "content-type": "application/json" }).write(text.slice(0, 20));
        setTimeout(() => response.end(text.slice(20)), 150);
      });
      const one = await calling(client, protocol, server.url, { firstTokenTimeoutMs: 100 });
      expect(one).toMatchObject({ ...whole, times: { firstTokenMs: null, lastTokenMs: null } });
      expect(one.times.firstByteMs).not.toBeNull();
    });

    test.each([
      ["gzip", gzipSync],
      ["deflate", deflateSync],
      ["br", brotliCompressSync],
    ])("%s, which was not asked for, is unpacked", async (encoding, pack) => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, { ...SSE, "content-encoding": encoding }).end(pack(Buffer.from(stream))));
      expect(await calling(client, protocol, server.url)).toMatchObject(whole);
      expect(server.requests[0]?.headers["accept-encoding"]).toBe("identity");
    });

    test("an error within the stream is the backend's, and what was said is kept", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, SSE).end([...wire.start, wire.tokens[0], wire.overloaded].join("")));
      const one = await calling(client, protocol, server.url);
      expect(one).toMatchObject({ status: 200, text: "Hello", failure: { kind: "overloaded" } });
    });

    test("an event that is no JSON", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, SSE).end(`${wire.start.join("")}${wire.tokens[0]}data: {"oops\u0007 ${KEY}\n\n`));
      const one = await calling(client, protocol, server.url);
      expect(one.text).toBe("Hello");
      expect(failureOf(one)).toEqual({ kind: "malformed", message: 'an event is not JSON: {"oops\uFFFD ***', retryAfterMs: null });
    });

    test("an end before the end", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, SSE).end([...wire.start, ...wire.tokens].join("")));
      expect(await calling(client, protocol, server.url)).toMatchObject({ text: "Hello there", failure: { kind: "disconnect", message: "the stream ended without its end" } });
    });

    test("events of another protocol", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, SSE).end('data: {"token":{"text":"Hi"}}\n\n'.repeat(3)));
      expect(failureOf(await calling(client, protocol, server.url))).toMatchObject({ kind: "malformed", message: expect.stringContaining("3 events") });
    });

    test("a document of another protocol", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => response.writeHead(200, { "content-type": "application/json" }).end('{"generated_text":"Hi"}'));
      expect(failureOf(await calling(client, protocol, server.url)).kind).toBe("malformed");
    });

    test("stopped by the caller, the connection is gone", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => void response.writeHead(200, SSE).write(wire.start.join("") + wire.tokens[0]));
      const stop = new AbortController();
      const asked = calling(client, protocol, server.url, { signal: stop.signal });
      await until(() => server.requests.length === 1);
      await new Promise((done) => setTimeout(done, 50));
      stop.abort();
      expect(await asked).toMatchObject({ text: "Hello", failure: { kind: "aborted" } });
      await until(() => server.connections() === 0);
    });

    test("a stream that never ends is over when its time is", async () => {
      await using client = disposableClient();
      await using server = await serving((response) => void response.writeHead(200, SSE).write(wire.start.join("") + wire.tokens[0]));
      const one = await calling(client, protocol, server.url, { tryTimeoutMs: 150 });
      expect(one).toMatchObject({ text: "Hello", failure: { kind: "timeout", message: "not done within 150 ms" } });
      expect(one.times.endMs).toBeGreaterThan(140);
      await until(() => server.connections() === 0);
    });

    test.each([
      ["one endless line", 'data: {"a":"', "x".repeat(1 << 16)],
      ["endless comments", "", `: ${"x".repeat(1 << 16)}\n\n`],
      ["an endless document", '{"a":"', "x".repeat(1 << 16)],
      ["endless blanks", "", " ".repeat(1 << 16)],
    ])("%s ends at the bound, and its connection with it", async (_, first, more) => {
      await using client = disposableClient();
      let sent = 0;
      await using server = await serving((response) => {
        response.writeHead(200, SSE).write(first);
        const send = () => {
          if (response.destroyed) return;
          sent += more.length;
          if (response.write(more)) setImmediate(send);
        };
        response.on("drain", send);
        send();
      });
      expect(failureOf(await calling(client, protocol, server.url, { maxBytes: 1 << 20 }))).toMatchObject({ kind: "too-large" });
      await until(() => server.connections() === 0);
      // What fits into buffers between the two is sent besides.
      expect(sent).toBeLessThan(50 << 20);
    });
  });
}
