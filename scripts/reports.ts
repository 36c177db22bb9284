/**
 * Makes reports/ again from what ships: `npm run reports`; `npm run reports -- --check` compares instead (CI does).
 * Run id and times are fixed, so that the same code gives the same bytes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { evaluate, openStore, openWorkload, renderers } from "../src/index.ts";

const check = process.argv.includes("--check");
const stopped = new AbortController();

const workload = await openWorkload({ inputs: ["datasets/routellm-mmlu.jsonl.gz"], seed: 1, cwd: process.cwd() });
const store = await openStore(":memory:");
let different = 0;
for await (const event of evaluate({
  workload,
  trainedOn: null,
  baseline: null,
  store,
  settings: { seed: 1, models: [], only: null, policies: [], objectives: null, reference: null, margins: {}, slo: null, missing: "gap", lambdaPerUsd: 0, aiqRange: null, resamples: 2000, gates: [] },
  runId: "example",
  wrpVersion: "example",
  fresh: true,
  concurrency: 1,
  now: () => new Date("2026-11-23T00:00:00Z"),
  clockMs: () => 0,
  signal: stopped.signal,
})) {
  if (event.type !== "done") continue;
  mkdirSync("reports", { recursive: true });
  for (const [ending, format] of [["md", "markdown"], ["svg", "svg"], ["html", "html"], ["txt", "terminal"]] as const) {
    const file = `reports/routellm-mmlu.${ending}`;
    const text = await renderers[format].render(event.report, {});
    if (!check) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
      different++;
      process.stderr.write(`${file} is not what the code makes today: npm run reports\n`);
    }
  }
}
store.close();
process.exitCode = different > 0 ? 1 : 0;
