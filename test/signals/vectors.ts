import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { RequestPart } from "../../src/model/request-part.ts";
import type { SignalRequest } from "../../src/model/signal.ts";

/** Cases made by vLLM Semantic Router's own code, which are not in this repository; `WRP_VECTORS` names another folder of the same kind. */
const VECTORS = process.env["WRP_VECTORS"] ?? resolve(import.meta.dirname, "../../../shared/vectors/vllm-sr");

export function hasVectors(name: string): boolean {
  return existsSync(join(VECTORS, name));
}

export function vectors<T>(name: string): readonly T[] {
  return readFileSync(join(VECTORS, name), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as T);
}

export function vectorRules<T>(name: string): T {
  return JSON.parse(readFileSync(join(VECTORS, name), "utf8")) as T;
}

/** A request as the cases write it: a text alone, or what a client sends. */
export interface WrittenRequest {
  readonly text?: string;
  readonly messages?: SignalRequest["messages"];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly tools?: readonly unknown[];
  readonly tool_choice?: unknown;
  readonly response_format?: unknown;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly unknown?: readonly RequestPart[];
}

export function requestOf(written: WrittenRequest): SignalRequest {
  return {
    messages: written.messages ?? [{ role: "user", content: written.text ?? "" }],
    metadata: written.metadata ?? {},
    user: written.user ?? null,
    groups: written.groups ?? [],
    tools: written.tools ?? [],
    toolChoice: written.tool_choice ?? null,
    responseFormat: written.response_format ?? null,
    maxTokens: written.max_tokens ?? null,
    maxCompletionTokens: written.max_completion_tokens ?? null,
    unknown: new Set(written.unknown),
  };
}

/** Every case that fails, by id, in place of the first one; prints how many passed. */
export function failures<T extends { readonly id: string }>(name: string, cases: readonly T[], check: (one: T) => void): readonly string[] {
  const failed = cases.flatMap((one) => {
    try {
      check(one);
      return [];
    } catch (error) {
      return [`${one.id}: ${error instanceof Error ? error.message.slice(0, 600) : error}`];
    }
  });
  console.log(`${name}: ${cases.length - failed.length} passed, ${failed.length} failed`);
  return failed;
}
