import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Failure, Try } from "../../src/model/live.ts";
import type { Endpoint } from "../../src/pool/endpoint.ts";
import { httpClient, type HttpClient } from "../../src/pool/http-client.ts";
import { liveCall, type CallContext } from "../../src/pool/live-call.ts";
import type { ChatRequest, Protocol } from "../../src/pool/protocol.ts";

export const KEY = "wrptest-0123456789abcdef";

/** A server on loopback that answers as `answer` says, and what it saw. */
export interface Serving {
  readonly url: string;
  readonly requests: { readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: Record<string, unknown> }[];
  answer: (response: ServerResponse, request: IncomingMessage) => void;
  /** Connections that are open now. */
  connections(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function serving(answer: Serving["answer"]): Promise<Serving> {
  const open = new Set<Socket>();
  const requests: Serving["requests"] = [];
  const listener: RequestListener = (request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      requests.push({ path: request.url as string, headers: request.headers, body: JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown> });
      it.answer(response, request);
    });
  };
  const server = createServer(listener).on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const it: Serving = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
    connections: () => open.size,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return it;
}

/** One call, with what a test does not care for filled in. */
export function calling(
  client: HttpClient,
  protocol: Protocol,
  url: string,
  { content = "hello", settings = {}, endpoint = {}, ...context }: { content?: string; settings?: ChatRequest["settings"]; endpoint?: Partial<Endpoint> } & Partial<CallContext> = {},
): Promise<Try> {
  return liveCall(
    protocol,
    { url: new URL(url), apiKey: KEY, headers: {}, ...endpoint },
    { model: "m", messages: [{ role: "user", content }], settings },
    { client, clockMs: () => performance.now(), now: () => new Date(), lag: { maxSinceMs: () => 0 }, tryTimeoutMs: 20_000, ...context },
  );
}

/** A client that ends with its test. */
export function disposableClient(): HttpClient & AsyncDisposable {
  const client = httpClient();
  return { ...client, [Symbol.asyncDispose]: () => client.close() };
}

/** Resolves once `holds` does; rejects after 5 s. */
export async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    if (waited > 5000) throw new Error("it did not come to that within 5 s");
    await new Promise((done) => setTimeout(done, 10));
  }
}

export function failureOf(one: Try): Failure {
  if (!one.failure) throw new Error(`it did not fail: ${JSON.stringify(one)}`);
  return one.failure;
}
