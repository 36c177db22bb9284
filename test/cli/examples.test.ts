import { existsSync, readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { desk } from "../desk.ts";
import { SAMPLES } from "../workload/samples.ts";
import { folder, jsonl } from "../wrp.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const rows = desk(40);
const csv = (header: string, line: (row: (typeof rows)[number], i: number) => unknown[]) => `${header}\n${rows.map((row, i) => line(row, i).join(",")).join("\n")}\n`;
const quality = (row: (typeof rows)[number], model: string) => row.outcomes[model]?.quality;

/** Files under the names that examples use. */
const at = folder({
  "outcomes.jsonl": jsonl(rows),
  "data/part.csv": routerbench(),
  "bench/part.csv": routerbench(),
  "contaminated.jsonl": `${JSON.stringify({ eval_prompt: rows[0]?.prompt })}\n`,
  "scores.csv": csv("question,gpt4_score,small_score,gpt4_usd,score", (row) => [`"${row.prompt}"`, quality(row, "condor"), quality(row, "wren"), row.outcomes["condor"]?.costUsd, quality(row, "condor")]),
  "log.csv": csv("q,score_a,score_b", (row) => [`"${row.prompt}"`, quality(row, "wren"), quality(row, "heron")]),
  "chat.json": JSON.stringify([{ role: "user", content: "Is rain wet?" }]),
});
const untagged = rows.map((row) => ({ ...row, tags: [] }));
const begun = folder({ "outcomes.jsonl": jsonl(untagged.slice(0, 20)), "data/more.jsonl": jsonl(untagged.slice(20)) });
/** A log in which only the model that was chosen answered. */
const logged = folder({
  "spend-logs.jsonl": readFileSync(join(SAMPLES, "litellm.jsonl"), "utf8"),
  "wrp.yaml": "policies:\n  - { kind: random, name: coin }\n",
});
/** A recipe of vLLM Semantic Router with its probes. */
const recipe = folder({
  "config.yaml": "providers: { defaults: { default_model: a }, models: [{ name: a }] }\nrouting: { decisions: [{ name: legal, priority: 100, modelRefs: [{ model: a }] }] }\n",
  "probes.yaml": "decisions: [{ expected_decision: legal, variants: [{ query: May I sue? }] }]\n",
  "prompts.jsonl": jsonl([{ prompt: "May I sue?" }]),
  "outcomes.jsonl": jsonl(Array.from({ length: 20 }, (_, i) => ({ id: `p${i}`, prompt: `May I sue ${i} people?`, outcomes: { a: { quality: i % 2, costUsd: 0.001, latencyMs: 100 + i } } }))),
  "wrp.yaml": "policies:\n  - { kind: vsr, name: tuned, config: config.yaml, set: { decisions.legal.priority: 120 } }\n",
});
beforeAll(async () => {
  for (const name of ["datasets", "examples"]) await cp(join(ROOT, name), join(at.path, name), { recursive: true });
});

function routerbench(): string {
  const models = ["wren", "condor"];
  const header = ["sample_id", "prompt", "eval_name", ...models.flatMap((m) => [m, `${m}|model_response`, `${m}|total_cost`])].join(",");
  return `${header}\n${rows.map((row, i) => [row.id, `"['${row.prompt}']"`, i % 2 ? "mbpp" : "chess", ...models.flatMap((m) => [quality(row, m), "ok", row.outcomes[m]?.costUsd])].join(",")).join("\n")}\n`;
}

/** Lines that start with "wrp …" in a text, each command once, without comments. */
function examplesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => /^wrp (init|check|eval|train|tune|route|export|report|import|schema|completion|help)\b/.test(line));
  return [...new Set(lines.map((line) => line.replace(/\s{2,}\S.*$|\s+#.*$/, (tail) => (tail.trim().startsWith("-") ? tail : ""))))];
}

test("every example of the help texts and of the README runs", async () => {
  const help = (await Promise.all([[], ["--help"], ...["init", "check", "eval", "train", "tune", "report", "route", "export", "import", "completion"].map((c) => [c, "--help"])].map((args) => at.inside(...args)))).map((ran) => ran.stdout);
  const readme = existsSync(join(ROOT, "README.md")) ? readFileSync(join(ROOT, "README.md"), "utf8") : "";
  const fenced = [...readme.matchAll(/```sh\n([^]*?)```/g)].map((match) => match[1]).join("\n");
  const examples = examplesOf([...help, fenced].join("\n"));
  expect(examples.length).toBeGreaterThan(12);
  // Those that look at stored runs come after those that make them.
  const plain = async () => (await at.inside("eval", "outcomes.jsonl", "--json", "-q")).json().run.id;
  const run = await plain();
  const looks = (example: string) => /^wrp (route|report)/.test(example);
  // What is trained is there before it is judged.
  const rank = (example: string) => (example.startsWith("wrp train") ? 0 : looks(example) ? 2 : 1);
  for (const [k, example] of examples.toSorted((a, b) => rank(a) - rank(b)).entries()) {
    // The newest run is the reader's own again: of policies that are fitted within a run, none routes a new prompt.
    if (looks(example) && k === examples.length - examples.filter(looks).length) await plain();
    // A config that init writes is for the data beside it.
    const where = /^wrp (export|check config|tune .*vsr:)|probes\.yaml/.test(example) ? recipe : /^wrp (init|check)/.test(example) ? begun : example.includes("spend-logs") ? logged : at;
    // What calls models of the reader's own is tried up to the first call.
    const ran = await where.inside(...words(example.replace("7f3a", run).replace("small,mid,big", "wren,heron,condor").replace(/ --live\b/, " --live --dry-run")));
    expect(ran.code, `${example}\n${ran.stderr}`).toBe(0);
    expect(ran.stdout + ran.stderr).not.toBe("");
  }
}, 120_000);

test("the README's wrp.yaml is a config that runs", async () => {
  const yaml = /```yaml\n([^]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] as string;
  at.put("readme.yaml", yaml);
  const ran = await at.inside("eval", "-c", "readme.yaml", "--json", "-q", "--resamples", "200");
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.json().policies.some((p) => p.name === "by-subject")).toBe(true);
});

/** A shell line's words (quotes only) and globs left to wrp. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].slice(1).map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ""));
}
