import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { WrpError } from "../../src/model/errors.ts";
import { checkEndpoint } from "../../src/pool/endpoint.ts";
import { openaiChat } from "../../src/pool/protocols/openai-chat.ts";
import { calling, disposableClient, failureOf, KEY, serving } from "./serving.ts";

const SSE = { "content-type": "text/event-stream" };
const HELLO = `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: { content: "Hi" } }] })}\n\n`;
const STOP = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`;
const DONE = "data: [DONE]\n\n";

describe("statuses", () => {
  test.each([
    [400, { error: { message: "bad" } }, "request"],
    [401, { error: { message: "bad" } }, "refused"],
    [402, { error: { message: "no credit left", code: 402 } }, "refused"],
    [403, { error: { message: "bad" } }, "refused"],
    [403, { error: { message: "flagged", code: 403, metadata: { reasons: ["violence"], flagged_input: "…" } } }, "request"],
    [404, { error: "model 'm' not found" }, "not-found"],
    [422, { detail: [{ loc: ["body", "stream_options"], msg: "extra fields not permitted" }] }, "request"],
    [429, { error: { message: "slow down", type: "requests" } }, "rate-limit"],
    [429, { error: { message: "no quota", code: "insufficient_quota" } }, "refused"],
    [500, [{ error: { code: 500, message: "bad", status: "INTERNAL" } }], "server"],
    [502, "<html><title>502 Bad Gateway</title></html>", "server"],
    [503, { message: "no healthy upstream" }, "overloaded"],
    [529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded"],
  ])("%i %o", async (status, body, kind) => {
    await using client = disposableClient();
    await using server = await serving((response) => response.writeHead(status, { "content-type": "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body)));
    const one = await calling(client, openaiChat, server.url);
    expect(one).toMatchObject({ status, text: null, failure: { kind, retryAfterMs: null } });
    expect(failureOf(one).message).toMatch(new RegExp(`^HTTP ${status}: [^{[]*(bad|credit|flagged|model 'm'|extra|slow|quota|Bad Gateway|upstream|Overloaded)`));
  });

  test("a redirect is not followed: the key is for the address that was stated", async () => {
    await using client = disposableClient();
    await using elsewhere = await serving((response) => response.end());
    await using server = await serving((response) => response.writeHead(307, { location: `${elsewhere.url}/v1` }).end());
    const one = await calling(client, openaiChat, server.url);
    expect(failureOf(one)).toMatchObject({ kind: "not-found", message: `HTTP 307: redirects are not followed, to ${elsewhere.url}/v1` });
    expect(elsewhere.requests).toEqual([]);
  });

  test("a page of a proxy is no answer", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><p>Please log in"));
    expect(failureOf(await calling(client, openaiChat, server.url))).toMatchObject({ kind: "malformed", message: expect.stringContaining("Please log in") });
  });

  test("an error whose body never ends, or is endless, is told by its status", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => void response.writeHead(503).write("wait for it"));
    expect(failureOf(await calling(client, openaiChat, server.url))).toMatchObject({ kind: "overloaded", message: "HTTP 503: wait for it" });
    server.answer = (response) => {
      response.writeHead(500);
      const send = () => void (response.write("x".repeat(1 << 16)) && setImmediate(send));
      response.on("drain", send);
      send();
    };
    const { kind, message } = failureOf(await calling(client, openaiChat, server.url));
    expect(kind).toBe("server");
    expect(message.length).toBeLessThan(330);
  });

  test("an empty answer", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => response.writeHead(200, SSE).end());
    expect(failureOf(await calling(client, openaiChat, server.url))).toMatchObject({ kind: "disconnect", message: "an empty answer came" });
  });
});

describe("how long to wait", () => {
  const NOW = "2026-11-24T12:00:00Z";
  test.each([
    [{ "retry-after": "3" }, "", 3000],
    [{ "retry-after": "0.25" }, "", 250],
    [{ "retry-after-ms": "120", "retry-after": "1" }, "", 120],
    [{ "retry-after": "Tue, 24 Nov 2026 12:00:05 GMT" }, "", 5000],
    [{ "retry-after": "Tue, 24 Nov 2026 11:00:00 GMT" }, "", 0],
    [{ "retry-after": "Tue, 24 Nov 2026 10:00:09 GMT", date: "Tue, 24 Nov 2026 10:00:00 GMT" }, "", 9000],
    [{ "retry-after": "soon" }, "", null],
    [{ "x-ratelimit-reset-requests": "20ms", "x-ratelimit-reset-tokens": "6m0s" }, "", 20],
    [{ "x-ratelimit-reset-requests": "1s", "x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "0" }, "", 360_000],
    [{ "x-ratelimit-reset-requests": "1h2m3.5s" }, "", 3_723_500],
    [{ "anthropic-ratelimit-input-tokens-reset": "2026-11-24T12:00:07Z", "anthropic-ratelimit-input-tokens-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-11-24T12:30:00Z" }, "", 7000],
    [{ "x-ratelimit-reset": String(Date.parse(NOW) + 2500), "x-ratelimit-remaining": "0" }, "", 2500],
    [{ "ratelimit-reset": "4" }, "", 4000],
    [{}, '{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}', 34_500],
    [{}, "", null],
  ])("%o %s", async (headers, body, expected) => {
    await using client = disposableClient();
    await using server = await serving((response) => {
      response.sendDate = false;
      response.writeHead(429, headers as unknown as Record<string, string>).end(body);
    });
    expect(failureOf(await calling(client, openaiChat, server.url, { now: () => new Date(NOW) })).retryAfterMs).toBe(expected);
  });
});

test("headers of routing and of limits are kept, secrets are not, and neither is too much", async () => {
  await using client = disposableClient();
  const kept = {
    "x-vsr-selected-model": "qwen3",
    "x-vsr-selected-decision": "math",
    "target-pod": "10.0.0.1:8000",
    "x-litellm-model-id": "a",
    "x-ratelimit-remaining-tokens": "5",
    "x-request-id": "r1",
    "x-envoy-upstream-service-time": "12",
    server: "envoy",
  };
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-vsr-more-${i}`, "y".repeat(100)]));
  await using server = await serving((response) =>
    response.writeHead(200, { ...SSE, ...kept, "X-Vsr-Long": `${KEY} ${"z".repeat(1000)}`, "set-cookie": "a=b", authorization: KEY, "x-litellm-key": KEY, "x-unrelated": "1", ...many }).end(HELLO + STOP + DONE),
  );
  const { headers, failure } = await calling(client, openaiChat, server.url);
  expect(failure).toBeNull();
  expect(headers).toMatchObject(kept);
  expect(Object.keys(headers)).toHaveLength(64);
  expect(headers["x-vsr-long"]).toMatch(/^\*\*\* z{200,256}$/);
  expect(JSON.stringify(headers)).not.toMatch(/wrptest|cookie|authorization|unrelated/);
});

test("a key is masked in whole, in part, encoded, and in an answer that repeats it", async () => {
  await using client = disposableClient();
  const apiKey = "k/ey+with 24 characters!!";
  const said = [apiKey, apiKey.slice(0, 11), encodeURIComponent(apiKey), Buffer.from(apiKey).toString("base64"), "sk-abc***********wxyz", "Bearer abc.def", "my-own-header-value"].join(" and ");
  await using server = await serving((response) => response.writeHead(400).end(JSON.stringify({ error: { message: said } })));
  const ask = () => calling(client, openaiChat, server.url, { endpoint: { apiKey, headers: { "X-Team": "my-own-header-value" } } });
  expect(failureOf(await ask()).message).toBe("HTTP 400: *** and *** and *** and *** and *** and Bearer *** and ***");
  server.answer = (response) => response.writeHead(200, SSE).end(HELLO.replace("Hi", `it is ${apiKey}`) + STOP + DONE);
  expect((await ask()).text).toBe("it is ***");
  // A short one stands in words by chance.
  server.answer = (response) => response.writeHead(400).end('{"error":{"message":"nones and none, plums and plum"}}');
  expect(failureOf(await calling(client, openaiChat, server.url, { endpoint: { apiKey: "plum" } })).message).toBe("HTTP 400: nones and none, plums and ***");
  // What stands for no key is no secret.
  expect(failureOf(await calling(client, openaiChat, server.url, { endpoint: { apiKey: "none" } })).message).toBe("HTTP 400: nones and none, plums and plum");
});

test("a key that was sent is masked in an answer whatever its length from 4 on, and nothing else is", async () => {
  await using client = disposableClient();
  let says = "";
  await using server = await serving((response) => response.writeHead(200, SSE).end(HELLO.replace("Hi", says) + STOP + DONE));
  const ask = async (apiKey: string, text: string) => {
    says = text;
    return (await calling(client, openaiChat, server.url, { endpoint: { apiKey } })).text;
  };
  expect(await ask("k3y9", "it is k3y9, not k3y99")).toBe("it is ***, not k3y99");
  expect(await ask("s3cret-key", "it is s3cret-key, in xs3cret-keyx")).toBe("it is ***, in x***x");
  expect(await ask("abc", "abc")).toBe("abc");
  expect(await ask("EMPTY", "the set is EMPTY")).toBe("the set is EMPTY");
  expect(await ask("k3y9", "sk-Ab3dEf6hIj9kLm2n is an example")).toBe("sk-Ab3dEf6hIj9kLm2n is an example");
});

test("names of models are no keys, in headers and in what a backend says; keys of others are", async () => {
  await using client = disposableClient();
  const names = ["xai-grok-4-fast-reasoning", "hf-internal-testing/tiny-random-llama", "pplx-70b-online-chat", "key-value-extractor-v2", "nvapi-nemotron-super-49b-v1.5", "ak-Qwen3-Coder-30B-A3B-Instruct-2507", "sk-telecom-model-large"];
  const keys = ["sk-Ab3dEf6hIj9kLm2nOp5q", "sk-proj-a1b2c3d4e5f6", "sk-ant-api03-Zx9Yw8Vu7Ts6Rq5P", "gsk_1a2B3c4D5e6F7g8H", "xai-3fa94bc01d7e52a8f6019bd4", "hf_AbCdEfGhIjKlMnOpQrStUv", "nvapi-0aBcD1eFgH2iJkL3mNoP", "AIzaSyA1b2C3d4E5f6G7h8I9j0K", "sk-abc***********wxyz", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN"];
  let told = "";
  await using server = await serving((response) => response.writeHead(400, { "x-vsr-selected-model": told }).end(JSON.stringify({ error: { message: told } })));
  for (const [all, masked] of [[names, false], [keys, true]] as const)
    for (told of all) {
      const one = await calling(client, openaiChat, server.url, { endpoint: { headers: { "x-target-model": told } } });
      expect([failureOf(one).message, one.headers["x-vsr-selected-model"]], told).toEqual(masked ? ["HTTP 400: ***", "***"] : [`HTTP 400: ${told}`, told]);
    }
  told = "Basic plan has no Bearer token";
  expect(failureOf(await calling(client, openaiChat, server.url)).message).toBe(`HTTP 400: ${told}`);
});

test("own headers stand over the protocol's, in any case", async () => {
  await using client = disposableClient();
  await using server = await serving((response) => response.writeHead(200, SSE).end(HELLO + STOP + DONE));
  await calling(client, openaiChat, server.url, { endpoint: { apiKey: null, headers: { Authorization: "Basic abc" } } });
  await calling(client, openaiChat, server.url, { endpoint: { headers: { AUTHORIZATION: "other" } } });
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Basic abc", "other"]);
});

describe("connections", () => {
  test("nobody listens", async () => {
    await using client = disposableClient();
    const { times, status, failure } = await calling(client, openaiChat, "http://127.0.0.1:9");
    expect(failure).toMatchObject({ kind: "connect", message: expect.stringContaining("ECONNREFUSED") });
    expect({ status, ...times }).toMatchObject({ status: null, connectMs: null, headersMs: null, firstByteMs: null, firstTokenMs: null });
  });

  test("what is not HTTP, and a hang-up before the headers", async () => {
    await using client = disposableClient();
    let greeting = "SSH-2.0-OpenSSH\r\n";
    const server = createTcpServer((socket) => void socket.on("error", () => undefined).once("data", () => socket.end(greeting)));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(failureOf(await calling(client, openaiChat, url)).kind).toBe("malformed");
    greeting = "";
    expect(failureOf(await calling(client, openaiChat, url)).kind).toBe("disconnect");
    await new Promise((done) => server.close(done));
  });

  test("stopped before it began, nothing is sent", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => response.end());
    expect(failureOf(await calling(client, openaiChat, server.url, { signal: AbortSignal.abort() })).kind).toBe("aborted");
    expect(server.requests).toEqual([]);
  });

  test("stopped while it connects, nothing is sent", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => response.end());
    const stop = new AbortController();
    const asked = calling(client, openaiChat, server.url, { signal: stop.signal });
    stop.abort();
    expect(failureOf(await asked).kind).toBe("aborted");
    await new Promise((done) => setTimeout(done, 100));
    expect(server.requests).toEqual([]);
  });

  test("an answer that is whole is one, though the connection breaks off after it", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => void response.writeHead(200, SSE).write(HELLO + STOP, () => setTimeout(() => response.destroy(), 50)));
    expect(await calling(client, openaiChat, server.url)).toMatchObject({ text: "Hi", finishReason: "stop", failure: null });
  });

  test("the last event counts without the blank line that completes it", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => response.writeHead(200, SSE).end(HELLO + STOP.trimEnd()));
    expect(await calling(client, openaiChat, server.url)).toMatchObject({ text: "Hi", finishReason: "stop", failure: null });
  });

  test("a stream that is over is over, though its response goes on", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => void response.writeHead(200, SSE).write(HELLO + STOP + DONE));
    const one = await calling(client, openaiChat, server.url, { tryTimeoutMs: 10_000 });
    expect(one).toMatchObject({ text: "Hi", finishReason: "stop", failure: null });
    expect(one.times.endMs).toBeLessThan(9000);
  });

  test("a header that cannot be sent is a failure, without its value", async () => {
    await using client = disposableClient();
    await using server = await serving((response) => response.end());
    const failure = failureOf(await calling(client, openaiChat, server.url, { endpoint: { apiKey: "secret-key-with\nline" } }));
    expect(failure.kind).toBe("request");
    expect(failure.message).not.toContain("secret-key");
  });

  const openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"].find(existsSync);
  test.runIf(openssl)("a certificate that nobody vouches for is not trusted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wrp-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync(openssl as string, ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"], { stdio: "ignore" });
    let asked = 0;
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    await using client = disposableClient();
    const failure = failureOf(await calling(client, openaiChat, `https://localhost:${(server.address() as AddressInfo).port}`));
    expect(failure).toMatchObject({ kind: "connect", message: expect.stringMatching(/self-signed certificate.*NODE_EXTRA_CA_CERTS/) });
    expect(asked).toBe(0);
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  });
});

test("100 MB are not held: the bound is 16 MiB, and the memory of it is given back", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const piece = Buffer.alloc(1 << 20, "x");
  let sent = 0;
  await using server = await serving((response) => {
    response.writeHead(200, { ...SSE, "content-length": String(100 << 20) });
    sent = 0;
    const send = () => {
      while (!response.destroyed && sent < 100 << 20) {
        sent += piece.length;
        if (!response.write(piece)) return;
      }
    };
    response.on("drain", send);
    send();
  });
  await using client = disposableClient();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 3; i++) {
    expect(failureOf(await calling(client, openaiChat, server.url))).toMatchObject({ kind: "malformed" });
    expect(sent).toBeLessThan(100 << 20);
  }
  const first = "data: ";
  server.answer = (response) => {
    response.writeHead(200, SSE).write(first);
    sent = 0;
    const send = () => {
      while (!response.destroyed && sent < 100 << 20) {
        sent += piece.length;
        if (!response.write(piece)) return;
      }
      response.end();
    };
    response.on("drain", send);
    send();
  };
  for (let i = 0; i < 3; i++) expect(failureOf(await calling(client, openaiChat, server.url))).toMatchObject({ kind: "too-large", message: "more than 16777216 bytes came" });
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(24 << 20);
});

test("deeply nested JSON is not of the protocol, and no crash", async () => {
  await using client = disposableClient();
  const deep = (of: string) => `${'{"error":'.repeat(200_000)}${of}${"}".repeat(200_000)}`;
  await using server = await serving((response) => response.writeHead(200, SSE).end(`data: ${deep("1")}\n\n`));
  expect(failureOf(await calling(client, openaiChat, server.url))).toMatchObject({ kind: expect.stringMatching(/^(malformed|server)$/) });
  server.answer = (response) => response.writeHead(200).end(deep("1"));
  expect(failureOf(await calling(client, openaiChat, server.url))).toMatchObject({ kind: expect.stringMatching(/^(malformed|server)$/) });
});

describe("base URLs", () => {
  test.each([
    ["https://api.openai.com/v1", false],
    ["http://localhost:8000/v1/", false],
    ["http://127.0.0.1:8000", false],
    ["http://[::1]:8000", false],
    ["http://vllm.internal:8000/v1", true],
  ])("%s is one", (url, allowInsecure) => {
    expect(checkEndpoint(url, allowInsecure).href).toContain(url.replace(/\/$/, ""));
  });

  test.each([
    ["http://vllm.internal:8000/v1", "insecure-url", /allowInsecure: true/],
    ["http://127.0.0.1.evil.example", "insecure-url", /allowInsecure: true/],
    ["http://localhost.evil.example", "insecure-url", /allowInsecure: true/],
    ["https://user:hunter22@api.example/v1", "credentials-in-url", /environment variable/],
    ["https://hunter22@api.example/v1", "credentials-in-url", /environment variable/],
    ["ftp://hunter22@api.example", "bad-url", /https:/],
    ["api.example/v1", "bad-url", /https:/],
    ["localhost:8000", "bad-url", /https:/],
    ["", "bad-url", /https:/],
  ])("%s is refused: %s", (url, code, hint) => {
    const error = (() => {
      try {
        return checkEndpoint(url, false, { file: "wrp.yaml", line: 3 });
      } catch (thrown) {
        return thrown as WrpError;
      }
    })();
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint), place: { file: "wrp.yaml", line: 3 } });
    expect((error as WrpError).message).not.toContain("hunter22");
  });
});
