import { join } from "node:path";
import { expect, test } from "vitest";
import { serving } from "../pool/serving.ts";
import { folder, jsonl } from "../wrp.ts";

/** Ids, columns and hashes of a prompt are some 250 bytes; what a call needs, with its signals and promises, is ten times as much. */
const MOST_BYTES_A_CALL = 1000;

test("a call that is over leaves nothing behind but its figures", async () => {
  await using server = await serving((response) => {
    server.requests.length = 0;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "0" }, finish_reason: "stop" }], usage: { prompt_tokens: 3, completion_tokens: 1 } })}\n\n`);
    response.end("data: [DONE]\n\n");
  });
  const rows = jsonl(Array.from({ length: 8000 }, (_, i) => ({ id: `p${i}`, prompt: `question ${i}`, reference: "0", grader: "exact" })));
  const at = folder({ "data.jsonl": rows, "wrp.yaml": JSON.stringify({ models: [{ name: "mine", price: "free", live: { url: `${server.url}/v1`, concurrency: 50 } }], store: "wrp.db" }) });
  const preload = join(import.meta.dirname, "../fixtures/heap-by-call.mjs");
  const ran = await at.wrpWith({ env: { NODE_OPTIONS: `--expose-gc --import ${preload}` } }, "eval", "data.jsonl", "--live", "-q", "--resamples", "200");
  expect(ran.code, ran.stderr).toBe(0);
  const heap = new Map([...ran.stderr.matchAll(/^HEAP (\d+) (\d+)$/gm)].map(([, calls, bytes]) => [Number(calls), Number(bytes)]));
  const [early, late] = [heap.get(2000), heap.get(7000)];
  expect(early).toBeGreaterThan(0);
  expect(((late ?? NaN) - (early ?? NaN)) / 5000).toBeLessThan(MOST_BYTES_A_CALL);
}, 120_000);
