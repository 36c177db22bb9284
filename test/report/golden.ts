import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

const FOLDER = "test/golden/report";

/**
 * Compares a text with its golden file, byte for byte. A missing one is written, but fails in CI; a changed text is
 * saved beside as `NAME-changed.EXT` to be looked at and, if right, moved over.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(FOLDER, name);
  const changed = join(FOLDER, name.replace(/(\.\w+)$/, "-changed$1"));
  if (!existsSync(file)) {
    if (process.env["CI"]) expect.fail(`${file} is missing: run the tests outside CI to write it, then look at it`);
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
    return;
  }
  if (readFileSync(file, "utf8") === text) {
    rmSync(changed, { force: true });
    return;
  }
  if (!process.env["CI"]) writeFileSync(changed, text);
  expect(text, `${file} differs; the new text is ${changed}`).toBe(readFileSync(file, "utf8"));
}
