/**
 * Makes reports/ again from what ships: `npm run reports`; `npm run reports -- --check` compares instead (CI does). Runs the command
 * line itself, with run id and clock fixed, so that the same code gives the same bytes.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { run } from "../src/cli/main.ts";

const REPORTS = {
  "routellm-mmlu": ["datasets/routellm-mmlu.jsonl.gz", "--no-config"],
  mixed: ["-c", "datasets/mixed.wrp.yaml"],
} as const;
const FORMS = ["html", "md", "svg"] as const;

const check = process.argv.includes("--check");
const made = mkdtempSync(join(tmpdir(), "wrp-reports-"));
let different = 0;
mkdirSync("reports", { recursive: true });
for (const [name, what] of Object.entries(REPORTS)) {
  const written = { stdout: "", stderr: "" };
  const stream = (of: keyof typeof written) => ({ write: (text: string) => void (written[of] += text), isTTY: false, columns: 80, color: false });
  const code = await run({
    argv: ["eval", ...what, "--store", ":memory:", ...FORMS.flatMap((form) => ["-o", join(made, `${name}.${form}`)])],
    env: { CI: "1" },
    cwd: process.cwd(),
    stdin: Readable.from([]),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    newId: () => "example",
    now: () => new Date("2026-11-23T00:00:00Z"),
    clockMs: () => 0,
    kill: () => undefined,
    signal: new AbortController().signal,
  });
  if (code !== 0) throw new Error(`${name}: exit ${code}: ${written.stderr}`);
  for (const [ending, text] of [["txt", written.stdout], ...FORMS.map((form) => [form, readFileSync(join(made, `${name}.${form}`), "utf8")] as const)] as const) {
    const file = `reports/${name}.${ending}`;
    if (!check) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
      different++;
      process.stderr.write(`${file} is not what the code makes today: npm run reports\n`);
    }
  }
}
rmSync(made, { recursive: true, force: true });
process.exitCode = different > 0 ? 1 : 0;
