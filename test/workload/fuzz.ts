import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { WrpError } from "../../src/model/errors.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import { importers } from "../../src/workload/importers/index.ts";
import { openSource } from "../../src/workload/source.ts";
import { mutated } from "./mutations.ts";
import { jsonl, put, readAll, type Options } from "./scratch.ts";

/** A thousand spoilt files for every reader; fast-check prints the seed of a failure, and the smallest file it found. */
export const RUNS = { numRuns: 1000 };
/** Far more than they take, of a machine that is busy with others. */
export const PATIENCE_MS = 600_000;

const SAMPLES = join(import.meta.dirname, "samples");
const MAP = { prompt: "prompt", "quality.m": "quality", "cost.m": "cost", "meta.*": "*" };

export const rows = Array.from({ length: 6 }, (_, i) => ({ id: `${i}`, prompt: `question, "${i}"\nä 😀`, meta: { topic: i % 2 ? "a" : "b" }, outcomes: { m: { quality: i / 6, costUsd: i, outputTokens: 3 }, n: { error: "429" } } }));
const table = "prompt,quality,cost,note\nWhat?,0.5,0.1,x\n\"a, \"\"b\"\"\",1,0.2,\nç,,,y\nd,0,0,z\n";
const messages = (i: number) => [{ role: "system", content: "be brief" }, { role: "user", content: `question ${i}` }];

const request = (i: number) => ({
  messages: [{ role: "user", content: [{ type: "text", text: `question ${i}` }, { type: "image_url", image_url: { url: "data:," } }] }, { role: "assistant", content: [{ type: "tool_use", id: "1", name: "f", input: {} }], tool_calls: [{ id: "2", type: "function", function: { name: "f", arguments: "{}" } }] }, { role: "tool", tool_call_id: "1", content: [{ type: "tool_result", content: "rain" }] }],
  tools: [{ type: "function" }],
  max_tokens: 5,
  user: "u",
  metadata: { plan: "gold" },
});

/** The samples of each form, found by their names or by looking inside; and files made here. */
const seeds = new Map<string, Buffer[]>(importers.map(({ name }) => [name, []]));
const seed = (format: string, bytes: Buffer) => void seeds.get(format)?.push(bytes);

beforeAll(async () => {
  for (const name of readdirSync(SAMPLES, { recursive: true, encoding: "utf8" })) {
    const path = join(SAMPLES, name);
    if (!statSync(path).isFile()) continue;
    const byName = importers.map((importer) => importer.name).filter((format) => name.startsWith(format)).sort((a, b) => b.length - a.length)[0];
    const source = await openSource({ name, path });
    seed(byName ?? importers.find((importer) => importer.detect(source))?.name ?? "table", readFileSync(path));
  }
  seed("wrp", Buffer.from(jsonl(...rows)));
  seed("wrp", Buffer.from(jsonl(...rows.map(({ id, outcomes }, i) => ({ id, messages: messages(i), tags: ["pii"], session: "s", turn: i, chosen: "m", outcomes })))));
  seed("wrp", Buffer.from(jsonl(...rows.map(({ id, outcomes }, i) => ({ id, request: request(i), outcomes })))));
  seed("litellm", Buffer.from(jsonl(...rows.map(({ id }, i) => ({ request_id: id, call_type: "acompletion", startTime: 1788768000 + i, spend: 0.1, model: "m", messages: {}, proxy_server_request: request(i) })))));
  seed("vsr-replay", Buffer.from(jsonl(...rows.map(({ id }, i) => ({ id, timestamp: "2026-09-07T08:00:00Z", decision: "d", selected_model: "m", request_body: i % 2 ? request(i) : JSON.stringify(request(i)) })))));
  seed("wrp", Buffer.from(JSON.stringify({ rows })));
  seed("table", Buffer.from(table));
  seed("table", Buffer.from(JSON.stringify(rows.map(({ id, prompt }) => ({ id, prompt, quality: 0.5, cost: 1, note: { a: [1] } })))));
});

/** What is read of a file: prompts that satisfy every invariant, or what the user is told. */
export async function outcome(name: string, options: Options): Promise<string> {
  try {
    const { prompts, summary } = await readAll(name, options);
    check(prompts);
    return JSON.stringify([prompts, summary]);
  } catch (error) {
    if (!(error instanceof WrpError)) throw error;
    expect(error.exitCode).toBe(2);
    expect(error.message).not.toMatch(/\bundefined\b|\[object/);
    expect(error.message.length).toBeLessThan(2000);
    return error.located;
  }
}

function check(prompts: readonly Prompt[]): void {
  const fail = (prompt: Prompt, what: string): never => {
    throw new Error(`${what}: ${JSON.stringify(prompt).slice(0, 500)}`);
  };
  const figure = (value: number | null): boolean => value === null || (Number.isFinite(value) && value >= 0);
  const count = (value: number | null): boolean => value === null || (Number.isSafeInteger(value) && value >= 0);
  for (const [i, prompt] of prompts.entries()) {
    if (prompt.ordinal !== i) fail(prompt, "ordinal");
    if (!/^[0-9a-f]{32}$/.test(prompt.hash)) fail(prompt, "hash");
    if (typeof prompt.id !== "string" || prompt.id === "" || typeof prompt.dataset !== "string") fail(prompt, "id or dataset");
    if (prompt.messages && (prompt.messages.length === 0 || prompt.messages.some((m) => typeof m.role !== "string" || typeof m.content !== "string"))) fail(prompt, "messages");
    if (prompt.request && (!prompt.messages || Object.keys(prompt.request).length === 0 || prompt.request.messages?.some(({ role, content }) => typeof role !== "string" || content === undefined))) fail(prompt, "request");
    if (prompt.request && ![prompt.request.max_tokens ?? null, prompt.request.max_completion_tokens ?? null].every(figure)) fail(prompt, "limits");
    if (!count(prompt.lengthCodePoints) || !count(prompt.inputTokens) || !count(prompt.turn)) fail(prompt, "a count");
    for (const value of Object.values(prompt.meta)) if (value !== null && !["string", "boolean"].includes(typeof value) && !Number.isFinite(value)) fail(prompt, "meta");
    if (prompt.tags.some((tag) => typeof tag !== "string") || (prompt.chosen !== null && prompt.chosen.trim() === "")) fail(prompt, "tags or chosen");
    if (new Set(prompt.outcomes.map(({ model }) => model)).size !== prompt.outcomes.length) fail(prompt, "a model twice");
    for (const one of prompt.outcomes) {
      if (typeof one.model !== "string" || one.model.trim() === "") fail(prompt, "model");
      if (one.quality !== null && !(one.quality >= 0 && one.quality <= 1)) fail(prompt, "quality");
      if (one.error !== null && (one.quality !== null || typeof one.error !== "string" || one.error === "")) fail(prompt, "error");
      if (![one.costUsd, one.latencyMs, one.ttftMs].every(figure) || !count(one.inputTokens) || !count(one.outputTokens)) fail(prompt, "figures");
      if (one.text !== null && typeof one.text !== "string") fail(prompt, "text");
    }
  }
}

/** Reads the file as what it looks like, or as the form it was; every eighth one twice: nothing may differ. */
export async function reads(bytes: Buffer, options: Options): Promise<void> {
  const name = put("spoilt", bytes);
  const first = await outcome(name, options);
  if (bytes.length % 8 === 0) expect(await outcome(name, options)).toBe(first);
}

/** Fuzzes the readers of these forms. Test files run side by side, so forms are shared out over several. */
export function fuzz(wanted: (format: string, index: number) => boolean): void {
  test.each(importers.map(({ name }) => name).filter(wanted))(
    "a thousand spoilt files of %s give prompts as they must be, or an error with its place; never two results",
    async (format) => {
      const files = seeds.get(format) as Buffer[];
      expect(files.length, `a sample of ${format}`).toBeGreaterThan(0);
      await fc.assert(
        fc.asyncProperty(mutated(files), fc.boolean(), (bytes, forced) => reads(bytes, format === "table" ? { map: MAP } : forced ? { format } : {})),
        RUNS,
      );
    },
    PATIENCE_MS,
  );
}
