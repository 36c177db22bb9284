import { readFileSync } from "node:fs";
import { globSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { expect, test } from "vitest";

/** What each part of src/ may import of ours, besides itself (DESIGN: the house). */
const allowed: Record<string, string[]> = {
  model: [],
  stats: [],
  lib: ["model"],
  ...Object.fromEntries(
    ["workload", "signals", "router", "pool", "grade", "outcomes", "report"].map((stage) => [stage, ["model", "stats", "lib"]]),
  ),
  gateways: ["model", "stats", "lib", "router"],
  ...Object.fromEntries(
    ["tune.ts", "tune"].map((part) => [part, ["tune", "evaluate.ts", "evaluate", "model", "stats", "lib", "signals", "router", "gateways", "pool", "outcomes", "report"]]),
  ),
  ...Object.fromEntries(
    ["evaluate.ts", "evaluate"].map((part) => [
      part,
      ["evaluate", "model", "stats", "lib", "workload", "signals", "router", "gateways", "pool", "grade", "outcomes", "report"],
    ]),
  ),
};

const files = globSync("src/**/*.ts");

test("there are source files to check", () => {
  expect(files.length).toBeGreaterThan(20);
});

test.each(files)("%s imports only what its place in the house allows", (file) => {
  const part = partOf(file);
  const may = allowed[part];
  if (!may) return; // cli, tui and the package's entry stand on top of everything
  for (const [, target] of readFileSync(file, "utf8").matchAll(/from\s+"(\.{1,2}\/[^"]+)"|import\("(\.[^"]+)"\)/g)) {
    if (!target) continue;
    const to = partOf(normalize(join(dirname(file), target)));
    expect([part, ...may], `${file} imports ${target}`).toContain(to);
  }
});

function partOf(file: string): string {
  return file.split(sep)[1] as string;
}
