/**
 * A second process for the tests: writes a workload to a store, telling about each batch on stdout.
 * node writer-process.ts STORE PROMPTS BUSY_TIMEOUT_MS
 */
import { openStore } from "../../src/outcomes/index.ts";
import { header, prompt, summary } from "./prompts.ts";

const [path, count, busyTimeoutMs] = process.argv.slice(2) as [string, string, string];
try {
  const store = await openStore(path, { busyTimeoutMs: Number(busyTimeoutMs) });
  const writer = store.writeWorkload(header("w"));
  for (let row = 0; row < Number(count); row += 100) {
    writer.append(Array.from({ length: 100 }, (_, i) => prompt(row + i)));
    process.stdout.write(`${row + 100}\n`);
  }
  process.stdout.write(`${JSON.stringify(writer.finish(summary(Number(count))))}\n`);
  store.close();
} catch (error) {
  const { name, message, exitCode, place } = error as { name: string; message: string; exitCode?: number; place?: unknown };
  process.stdout.write(`${JSON.stringify({ name, message, exitCode, place })}\n`);
  process.exitCode = 1;
}
