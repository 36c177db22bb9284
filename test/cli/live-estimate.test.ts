import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { serving, until, type Serving } from "../pool/serving.ts";
import { folder, jsonl, type Folder } from "../wrp.ts";

/** Texts that were counted. */
const counted = vi.hoisted(() => [] as string[]);
vi.mock("gpt-tokenizer/encoding/o200k_base", () => ({ countTokens: (text: string) => counted.push(text) && text.length }));
beforeEach(() => void counted.splice(0));

const serve = (): Promise<Serving> =>
  serving((response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "0" } }], usage: { prompt_tokens: 3, completion_tokens: 1 } }));
  });

function desk({ url }: Serving, rows: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): Folder {
  return folder({ "data.jsonl": jsonl(rows), "wrp.yaml": JSON.stringify({ models: [{ name: "mine", price: "free", live: { url: `${url}/v1` } }], store: "wrp.db", ...more }) });
}

const row = (i: number, more: Readonly<Record<string, unknown>> = {}) => ({ id: `p${i}`, prompt: `question ${i}`, ...more });
const many = (n: number, more: Readonly<Record<string, unknown>> = {}, from = 0) => Array.from({ length: n }, (_, i) => row(from + i, more));

describe("what cannot be graded is said before the first call", () => {
  test.each<[string, readonly unknown[], Record<string, unknown>, string]>([
    ["no grader, no reference", many(40), {}, "none of the 40 prompts can be graded: 40 name no grader (grader: … in the data, or for all in wrp.yaml); costs and latencies will be known, quality not"],
    ["a grader for all, no reference", many(40), { grader: "exact" }, "none of the 40 prompts can be graded: 40 have no reference; costs"],
    ["a grader that needs one", many(40, { grader: "exact" }), {}, "none of the 40 prompts can be graded: 40 have no reference; costs"],
    ["a judge that is not there", many(40, { grader: "judge" }), {}, "none of the 40 prompts can be graded: 40 want a judge and there is none (wrp.yaml: judge: {live: …}); costs"],
    ["some of each", [...many(20, { grader: "exact", reference: "0" }), ...many(12, {}, 20), ...many(5, { grader: "judge" }, 40), ...many(3, { grader: "numeric" }, 60)], {}, "20 of 40 prompts can be graded: 12 name no grader (grader: … in the data, or for all in wrp.yaml), 3 have no reference, 5 want a judge and there is none (wrp.yaml: judge: {live: …}); of the other 20, costs and latencies will be known, quality not"],
  ])("%s", async (_, rows, more, said) => {
    await using server = await serve();
    const at = desk(server, rows, more);
    const dry = await at.inside("eval", "data.jsonl", "--dry-run");
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toContain(`warning: ${said}`);
    const { grading } = (await at.inside("eval", "data.jsonl", "--dry-run", "--json")).json<{ grading: Record<string, number> }>();
    expect(grading["prompts"]).toBe(40);
    expect((grading["gradable"] ?? NaN) + (grading["noGrader"] ?? NaN) + (grading["noReference"] ?? NaN) + (grading["noJudge"] ?? NaN)).toBe(40);
    expect(server.requests).toEqual([]);
    const ran = await at.inside("eval", "data.jsonl", "--live", "--resamples", "200");
    expect(ran.stderr).toContain(`warning: ${said}`);
    expect(server.requests).toHaveLength(40);
    // All is stored: there is nothing to think over.
    expect((await at.inside("eval", "data.jsonl", "--live", "--resamples", "200")).stderr).not.toContain("can be graded");
  });

  test("nothing is said where all can, by a judge too", async () => {
    await using server = await serve();
    const at = desk(server, [...many(20, { grader: "exact", reference: "0" }), ...many(20, { grader: "judge", reference: "zero" }, 20)], { judge: { live: { url: `${server.url}/v1`, model: "critic" }, price: "free" } });
    const dry = await at.inside("eval", "data.jsonl", "--dry-run");
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).not.toContain("warning");
  });
});

test("tokens are counted once: by the estimate, not again by the run, its policies or a store without texts", async () => {
  await using server = await serve();
  const rows = many(700, { grader: "exact", reference: "0" });
  const policies = [{ kind: "rules", name: "long", rules: [{ when: "prompt.tokens > 10", model: "mine" }], default: "mine" }];
  for (const flags of [[], ["--no-content"], ["--split", "test"]]) {
    counted.splice(0);
    const ran = await desk(server, rows, { policies }).inside("eval", "data.jsonl", "--live", "--resamples", "200", "-q", ...flags);
    expect(ran.code, ran.stderr).toBe(0);
    expect(counted.toSorted()).toEqual(rows.map(({ prompt }) => prompt).toSorted());
  }
});

test("Ctrl-C is heard while the estimate is made: nobody is called", async () => {
  await using server = await serve();
  const words = "many words of a question that takes its time to count ".repeat(40);
  const at = desk(server, Array.from({ length: 30_000 }, (_, i) => ({ id: `p${i}`, prompt: `${i} ${words}`, reference: "0", grader: "exact" })));
  let child: ChildProcess | null = null;
  const run = at.wrpWith({ started: (it) => (child = it) }, "eval", "data.jsonl", "--live");
  await until(() => existsSync(join(at.path, "wrp.db"))); // it is opened just before
  (child as ChildProcess | null)?.kill("SIGINT");
  const ran = await run;
  expect(ran.code, ran.stderr).toBe(130);
  expect(ran.stderr).not.toContain("estimate");
  expect(ran.stderr).toMatch(/interrupted[\s\S]*the same command goes on/);
  expect(server.requests).toEqual([]);
});
