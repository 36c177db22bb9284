import { appendFileSync } from "node:fs";
import { EXIT, type ExitCode } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import { gateWords } from "../report/render/words.ts";
import { annotate } from "./annotate.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

/** The exit code that a verdict has: the one place where the two meet, so that they cannot disagree. */
export function exitCodeOf(verdict: Report["verdict"]): ExitCode {
  return { none: EXIT.ok, pass: EXIT.ok, fail: EXIT.gateFailed, inconclusive: EXIT.inconclusive }[verdict];
}

/** GitHub shows at most this much of a step's summary. Source: docs.github.com, "Adding a job summary". */
const SUMMARY_BYTES = 1024 * 1024;

/** In GitHub Actions: an annotation for every gate that did not pass, on stderr, and the report in the step's summary. */
export async function tellGitHub(report: Report, { config, placeAt }: LoadedConfig, world: World): Promise<void> {
  if (world.env["GITHUB_ACTIONS"] !== "true") return;
  for (const gate of report.gates) {
    if (gate.verdict === "pass") continue;
    const k = (config.gates ?? []).findIndex((one) => (typeof one === "string" ? one : one.expression).trim() === gate.expression);
    const fails = gate.verdict === "fail";
    annotate(fails ? "error" : "warning", gateWords(report, gate), fails ? "wrp: gate failed" : "wrp: gate inconclusive", k < 0 ? undefined : placeAt(["gates", k]), world);
  }
  const file = world.env["GITHUB_STEP_SUMMARY"];
  if (!file) return;
  const { renderers } = await import("../report/render/index.ts");
  const whole = await renderers.markdown.render(report, {});
  const summary = Buffer.byteLength(whole) <= SUMMARY_BYTES ? whole : `${whole.slice(0, SUMMARY_BYTES / 4)}\n\n(cut: the report is longer than a summary may be)\n`;
  try {
    appendFileSync(file, summary);
  } catch (error) {
    annotate("warning", `the step summary cannot be written: ${(error as Error).message}`, "wrp", undefined, world);
  }
}
