import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Invented files of every form, some in a folder of their own. */
export const SAMPLES = resolve(import.meta.dirname, "samples");

/** How each form's samples are named, and what must be said to read them. */
export const samples: readonly { readonly name: string; readonly format: string; readonly map?: Readonly<Record<string, string>> }[] = [
  { name: "litellm.jsonl", format: "litellm" },
  { name: "litellm.csv", format: "litellm" },
  { name: "litellm-payload.jsonl", format: "litellm" },
  { name: "otel-genai.json", format: "otel-genai" },
  { name: "otel-genai.jsonl", format: "otel-genai" },
  { name: "otel-genai-flat.jsonl", format: "otel-genai" },
  { name: "envoy-ai-gateway.jsonl", format: "envoy-ai-gateway" },
  { name: "aibrix.jsonl", format: "aibrix" },
  { name: "vsr-replay.json", format: "vsr-replay" },
  { name: "vsr-replay.jsonl", format: "vsr-replay" },
  { name: "vsr-replay-trace.jsonl", format: "vsr-replay" },
  { name: "wrp.jsonl", format: "wrp" },
  { name: "routerarena", format: "routerarena" },
  { name: "llmrouterbench.csv", format: "llmrouterbench" },
  { name: "llmrouterbench.json", format: "llmrouterbench" },
  { name: "omnisbench.json", format: "omnisbench" },
  { name: "routefoundry.jsonl", format: "routefoundry" },
  { name: "llmrouter.jsonl", format: "llmrouter" },
  { name: "llmrouter.json", format: "llmrouter" },
  { name: "routerbench.csv", format: "routerbench" },
  { name: "routellm.csv", format: "routellm" },
  {
    name: "table.csv",
    format: "table",
    map: { id: "id", dataset: "task", prompt: "question", model: "model", quality: "score", cost: "usd", latencyMs: "ms", inputTokens: "in", outputTokens: "out", error: "error", text: "answer" },
  },
];

export function sample(name: string): string {
  return readFileSync(resolve(SAMPLES, name), "utf8");
}

/** The rows of a JSONL sample. */
export function rowsOf(name: string): Record<string, unknown>[] {
  return sample(name).trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
}
