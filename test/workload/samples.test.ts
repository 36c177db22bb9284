import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportWorkload, openWorkload } from "../../src/workload/index.ts";
import { importers } from "../../src/workload/importers/index.ts";
import { folder } from "../wrp.ts";
import { content, prompts, readAll, scratch } from "./scratch.ts";
import { SAMPLES, samples } from "./samples.ts";

const open = (name: string, map?: Readonly<Record<string, string>>) => openWorkload({ inputs: [name], seed: 1, cwd: SAMPLES, ...(map ? { map } : {}) });

test("there is a sample of every form", () => {
  expect(new Set(samples.map(({ format }) => format))).toEqual(new Set(importers.map(({ name }) => name)));
  expect(samples.map(({ name }) => name).toSorted()).toEqual(readdirSync(SAMPLES).toSorted());
});

for (const { name, format, map } of samples) {
  test(`${name}: its form is found, and its export reads back to the same prompts`, async () => {
    const workload = await open(name, map);
    expect(workload.files.filter((file) => file.format !== "prices").map((file) => file.format)).toEqual(Array.from({ length: name === "routerarena" ? 2 : 1 }, () => format));
    const { prompts: read } = await readAll(name, { cwd: SAMPLES, ...(map ? { map } : {}) });
    expect(read.length).toBeGreaterThan(5);
    const target = `${name.replace(/\W/g, "-")}.export.jsonl`;
    expect(await exportWorkload(await open(name, map), join(scratch, target))).toBe(read.length);
    expect((await prompts(target)).map(content)).toEqual(read.map(content));
  });

  test(`${name}: wrp import and wrp eval take it`, async () => {
    const at = folder();
    const mapped = map ? ["--map", Object.entries(map).map(([key, column]) => `${key}=${column}`).join(",")] : [];
    const imported = await at.inside("import", join(SAMPLES, name), ...mapped, "-o", "out.jsonl");
    expect(imported.code, imported.stderr).toBe(0);
    const direct = await at.inside("eval", join(SAMPLES, name), ...mapped, "--json");
    const again = await at.inside("eval", "out.jsonl", "--json");
    expect([direct.code, again.code], direct.stderr).toEqual([0, 0]);
    const figures = (ran: typeof direct) => ran.json().policies.map((p) => [p.name, p.quality, p.costUsdPer1k, p.latencyMs, p.errorRate]);
    expect(figures(again)).toEqual(figures(direct));
  });
}

test("one store keeps a file's outcomes apart from those of the files that it was read with", async () => {
  const at = folder();
  const [grand, little] = [join(SAMPLES, "routerarena/grand_large-2.jsonl"), join(SAMPLES, "routerarena/little-1b.jsonl")];
  const models = async (...data: string[]) => (await at.inside("eval", ...data, "--json")).json().policies.filter((p) => p.kind === "always").map((p) => p.name);
  for (let time = 0; time < 2; time++) {
    expect(await models(grand, little)).toEqual(["grand/large-2", "little-1b"]);
    expect(await models(little)).toEqual(["little-1b"]);
    expect(await models(grand)).toEqual(["grand/large-2"]);
  }
});
