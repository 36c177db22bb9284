import type { ServerResponse } from "node:http";
import { liveCall, type CallContext } from "../../src/pool/live-call.ts";
import type { HttpClient } from "../../src/pool/http-client.ts";
import type { Try } from "../../src/model/live.ts";
import { embeddingReader, openaiEmbeddings } from "../../src/pool/protocols/openai-embeddings.ts";
import { KEY } from "./serving.ts";

/** One request for vectors, with what a test does not care for filled in. */
export async function embedding(
  client: HttpClient,
  url: string,
  { inputs = ["hello"], body = {}, dimensions = null, ...context }: { inputs?: readonly string[]; body?: Record<string, unknown>; dimensions?: number | null } & Partial<CallContext> = {},
): Promise<{ readonly one: Try; readonly vectors: readonly (readonly number[])[] }> {
  const reader = embeddingReader(inputs.length, dimensions);
  const one = await liveCall(
    openaiEmbeddings(reader),
    { url: new URL(url), apiKey: KEY, headers: {} },
    { model: "m", inputs, body },
    { client, clockMs: () => performance.now(), now: () => new Date(), lag: { maxSinceMs: () => 0 }, tryTimeoutMs: 20_000, ...context },
  );
  return { one, vectors: reader.vectors().map((vector) => [...vector]) };
}

/** An answer on the wire, of vectors in the order of the inputs. */
export function vectorsOf(vectors: readonly unknown[], more: object = {}): Record<string, unknown> {
  return { object: "list", model: "m-2026", data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: vector })), usage: { prompt_tokens: 7, total_tokens: 7 }, ...more };
}

export function inBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [k, value] of vector.entries()) bytes.writeFloatLE(value, 4 * k);
  return bytes.toString("base64");
}

export function sent(response: ServerResponse, document: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document));
}
