import type { Usage } from "../../model/live.ts";
import { quoted } from "../backend-words.ts";
import { StreamError, type Protocol, type StreamReader } from "../protocol.ts";
import { countOf, fieldsOf, listOf, NO_USAGE, reported, textOf, withSettings, type Fields } from "./fields.ts";

/** What an embedding model is asked. */
export interface EmbeddingRequest {
  /** As the backend calls it. */
  readonly model: string;
  /** One or more, none of them empty. */
  readonly inputs: readonly string[];
  /** Sent over what the protocol would send: `dimensions`, `encoding_format`; null takes a field out. */
  readonly body: Fields;
}

/** Reads the answer to one request for vectors. */
export interface EmbeddingReader extends StreamReader {
  /** A vector for each input, in order; none before they have come whole. */
  vectors(): readonly Float32Array[];
}

export const OPENAI_EMBEDDINGS = "openai-embeddings";

/**
 * Embeddings of OpenAI, as also spoken by vLLM, llama.cpp, Ollama, Text Embeddings Inference and LiteLLM. The answer is one document; its vectors
 * are read from `reader`, which is good for one try.
 */
export function openaiEmbeddings(reader: EmbeddingReader): Protocol<EmbeddingRequest> {
  return {
    name: OPENAI_EMBEDDINGS,
    path: () => "/v1/embeddings",
    versionInBase: true,
    headers: (apiKey): Record<string, string> => (apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    body: ({ model, inputs, body }) => withSettings({ model, input: inputs, encoding_format: "float" }, body),
    reader: () => reader,
  };
}

/**
 * @param inputs how many vectors are wanted
 * @param dimensions how long they must be; null: of one length
 */
export function embeddingReader(inputs: number, dimensions: number | null): EmbeddingReader {
  let usage: Usage = NO_USAGE;
  let servedModel: string | null = null;
  let vectors: readonly Float32Array[] = [];

  return {
    take() {
      throw new StreamError("malformed", "vectors were asked for, and an event stream came");
    },
    takeWhole(document) {
      const fields = fieldsOf(document);
      const error = fields?.["error"] ?? (fields?.["object"] === "error" ? fields : null);
      if (error !== null) throw reported(error);
      servedModel = textOf(fields?.["model"]) || null;
      usage = usageOf(fieldsOf(fields?.["usage"]));
      if (!fields || !Array.isArray(fields["data"])) throw new StreamError("malformed", "the answer is JSON, but has no data");
      vectors = inOrder(listOf(fields["data"]), inputs, dimensions);
    },
    ended: () => vectors.length > 0,
    over: () => false,
    answer: () => ({ text: null, toolCalls: null, usage, finishReason: null, servedModel }),
    vectors: () => vectors,
  };
}

/** By their index; those that state none stand in the order of the inputs. */
function inOrder(data: readonly Fields[], inputs: number, dimensions: number | null): Float32Array[] {
  if (data.length !== inputs) throw new StreamError("malformed", `${inputs} vectors were asked for, and ${data.length} came`);
  const vectors: (Float32Array | undefined)[] = Array.from({ length: inputs });
  for (const [at, one] of data.entries()) {
    const index = countOf(one["index"] ?? at);
    if (index === null || !(index in vectors)) throw new StreamError("malformed", `a vector has the index ${JSON.stringify(one["index"])}`);
    if (vectors[index]) throw new StreamError("malformed", `two vectors have the index ${index}`);
    vectors[index] = vectorOf(one["embedding"], index);
  }
  const whole = vectors as Float32Array[];
  const length = dimensions ?? (whole[0] as Float32Array).length;
  const other = whole.find((vector) => vector.length !== length);
  if (other) throw new StreamError("malformed", `a vector has ${other.length} dimensions, ${dimensions === null ? `another ${length}` : `and ${length} were asked for`}`);
  return whole;
}

/** A list of numbers, or float32s (little-endian) in base64, whichever was asked for. */
function vectorOf(embedding: unknown, index: number): Float32Array {
  const vector = typeof embedding === "string" ? unpacked(embedding, index) : listed(embedding, index);
  if (vector.length === 0) throw new StreamError("malformed", `the vector of input ${index} is empty`);
  const odd = vector.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new StreamError("malformed", `the vector of input ${index} holds ${vector[odd]} at ${odd}, which is no number that can be compared`);
  return vector;
}

function listed(embedding: unknown, index: number): Float32Array {
  if (!Array.isArray(embedding)) throw new StreamError("malformed", `the vector of input ${index} is ${quoted(JSON.stringify(embedding ?? null).slice(0, 200))}`);
  const odd = embedding.findIndex((value) => typeof value !== "number");
  if (odd >= 0) throw new StreamError("malformed", `the vector of input ${index} holds ${quoted(JSON.stringify(embedding[odd]).slice(0, 200))} at ${odd}, which is no number that can be compared`);
  return Float32Array.from(embedding as number[]);
}

function unpacked(embedding: string, index: number): Float32Array {
  const bytes = Buffer.from(embedding, "base64");
  // Buffer reads past what is no base64.
  if (bytes.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(embedding)) throw new StreamError("malformed", `the vector of input ${index} is no float32s in base64`);
  return Float32Array.from({ length: bytes.length / 4 }, (_, k) => bytes.readFloatLE(4 * k));
}

/** Nothing is written, so output is 0 where input is known. A count of 0 for texts was not counted (older llama.cpp). */
function usageOf(usage: Fields | null): Usage {
  const inputTokens = countOf(usage?.["prompt_tokens"]) || countOf(usage?.["total_tokens"]) || null;
  return { ...NO_USAGE, inputTokens, outputTokens: inputTokens === null ? null : 0 };
}
