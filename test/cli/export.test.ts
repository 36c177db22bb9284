import { lstatSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { OWN } from "../gateways/vsr/configs.ts";
import { folder } from "../wrp.ts";

const WRP = `policies:
  - kind: vsr
    name: tuned
    config: gateway/config.yaml
    set:
      decisions.ordinary.priority: 120
      signals.context.long.min_tokens: 16K
  - { kind: vsr, name: night, config: gateway/config.yaml, recipe: night }
  - { kind: random, name: coin }
`;
const desk = (wrp = WRP, config = OWN) => folder({ "wrp.yaml": wrp, "gateway/config.yaml": config });

interface ExportDocument {
  readonly schemaVersion: number;
  readonly file: string | null;
  readonly source: string;
  readonly changes: readonly { readonly path: string; readonly from: number; readonly to: number; readonly stated: boolean; readonly line: number; readonly column: number }[];
}

describe("wrp export", () => {
  test("writes a tuned policy, and shows the changes on stderr", async () => {
    const at = desk();
    const ran = await at.wrp("export", "--policy", "tuned", "-o", "out.yaml");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toBe("");
    expect(ran.stderr).toContain("--- gateway/config.yaml\n+++ out.yaml\n@@");
    expect(ran.stderr).toContain("\n-      min_tokens: '8K'\n+      min_tokens: '16K'\n");
    expect(ran.stderr).toContain("\n     - name: ordinary\n+      priority: 120\n");
    expect(ran.stderr).toMatch(/wrote out\.yaml: 2 of \d+ tunable numbers changed\n$/);
    expect(at.read("out.yaml")).toBe(OWN.replace("'8K'", "'16K'").replace("name: ordinary\n", "name: ordinary\n      priority: 120\n"));
    expect(at.read("gateway/config.yaml")).toBe(OWN);
  });

  test("on stdout: the config alone; without -o: the changes alone", async () => {
    const at = desk();
    const whole = await at.inside("export", "--policy", "tuned", "-o", "-");
    expect(whole.code, whole.stderr).toBe(0);
    expect(parse(whole.stdout)).toMatchObject({ routing: { decisions: [{ priority: 300 }, { priority: 120 }] } });
    expect(whole.stderr).toContain("+      priority: 120");
    const shown = await at.inside("export", "--policy", "tuned", "-q");
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toMatch(/^--- gateway\/config\.yaml\n\+\+\+ gateway\/config\.yaml\n@@/);
    expect(at.read("gateway/config.yaml")).toBe(OWN);
  });

  test("--json names each change with its place in what is written", async () => {
    const at = desk();
    const document = (await at.inside("export", "--policy", "tuned", "-o", "out.yaml", "--json")).json<ExportDocument>();
    expect(document).toMatchObject({ schemaVersion: 1, file: "out.yaml", source: "gateway/config.yaml" });
    expect(document.changes.map(({ path, from, to, stated }) => [path, from, to, stated])).toEqual([
      ["decisions.ordinary.priority", 0, 120, false],
      ["signals.context.long.min_tokens", 8000, 16000, true],
    ]);
    const lines = at.read("out.yaml").split("\n");
    expect(document.changes.map(({ line, column }) => lines[line - 1]?.slice(column - 1))).toEqual(["120", "'16K'"]);
  });

  test("a policy stated on the command line, in its short and its long form", async () => {
    const at = desk();
    for (const [flag, out] of [
      ["vsr:gateway/config.yaml(set={decisions.in house.tier: 2})", OWN.replace("      priority: 300\n", "      priority: 300\n      tier: 2\n")],
      ["vsr(config=gateway/config.yaml,set={projections.scores.risk.inputs.keyword:fraud.weight=0.5})", OWN.replace("weight: 0.6", "weight: 0.5")],
    ] as const) {
      const ran = await at.inside("export", "--no-config", "--policy", flag, "-o", "-", "-q");
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.stdout).toBe(out);
    }
  });

  test("what is set is what is evaluated", async () => {
    const at = desk();
    const priorities = async (flag: string) => {
      const ran = await at.inside("route", "Please, goodbye", "--policy", flag, "--json");
      expect(ran.code, ran.stderr).toBe(0);
      return ran.json<{ decisions: { model: string | null; trace: { decisions: { name: string; priority: number }[] } }[] }>().decisions[0]?.trace.decisions.map(({ name, priority }) => [name, priority]);
    };
    expect(await priorities("vsr:gateway/config.yaml")).toEqual([["in house", 300], ["ordinary", 0]]);
    expect(await priorities("vsr:gateway/config.yaml(set={decisions.ordinary.priority: 120})")).toEqual([["in house", 300], ["ordinary", 120]]);
  });

  test("its own config is written over only with --force, behind a link too", async () => {
    const at = desk();
    symlinkSync("gateway/config.yaml", join(at.path, "link.yaml"));
    for (const target of ["gateway/config.yaml", "link.yaml"]) {
      const refused = await at.inside("export", "--policy", "tuned", "-o", target);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain("--force");
    }
    expect(at.read("gateway/config.yaml")).toBe(OWN);
    expect((await at.inside("export", "--policy", "tuned", "-o", "link.yaml", "--force")).code).toBe(0);
    expect(lstatSync(join(at.path, "link.yaml")).isSymbolicLink()).toBe(true);
    expect(at.read("gateway/config.yaml")).toContain("min_tokens: '16K'");
    // Now there is nothing left to change.
    const again = await at.inside("export", "--policy", "tuned");
    expect(again).toMatchObject({ code: 0, stdout: "" });
    expect(again.stderr).toContain("0 of ");
  });

  test("line ends and a byte order mark stay", async () => {
    const config = `\uFEFF${OWN.replaceAll("\n", "\r\n")}\r\n`;
    const at = desk(WRP, config);
    expect((await at.inside("export", "--policy", "tuned", "-o", "out.yaml")).code).toBe(0);
    expect(at.read("out.yaml")).toBe(config.replace("'8K'", "'16K'").replace("name: ordinary\r\n", "name: ordinary\r\n      priority: 120\r\n"));
  });

  test("--list lists every number that can be set", async () => {
    const at = desk();
    const ran = await at.inside("export", "--policy", "night", "--list");
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^recipes\.night\.signals\.keywords\.fraud\.bm25_threshold +limit +0\.2 +a number above 0 +\d+$/m);
    expect(ran.stdout).toMatch(/^decisions\.ordinary\.priority +priority +0 +default +a whole number +\d+$/m);
    const { leaves } = (await at.inside("export", "--policy", "night", "--list", "--json")).json<{ leaves: { path: string; kind: string; min: number | null; max: number | null; line: number }[] }>();
    expect(leaves.find(({ path }) => path === "projections.scores.risk.inputs.keyword:fraud.weight")).toMatchObject({ kind: "weight", min: null, max: null });
    expect(leaves).toHaveLength(ran.stdout.trimEnd().split("\n").length - 1);
  });

  test.each([
    [["--policy", "coin"], /policy "coin" is of kind random.*\n.*tuned, night/],
    [["--policy", "tunde"], /unknown policy "tunde"\n.*did you mean "tuned"/],
    [[], /which policy\?.*\n.*tuned, night/],
    [["--policy", "tuned", "--list", "-o", "x.yaml"], /--list and -o/],
    [["--policy", "tuned", "--json", "-o", "-"], /one document/],
    [["--policy", "tuned", "-o", "no/where.yaml"], /no\/where\.yaml: cannot be written: no such folder/],
    [["--policy", "tuned", "-o", "wrp.yaml"], /wrp\.yaml: is an input: it would be written over/],
    [["--policy", "tuned", "-o", "wrp.yaml", "--force"], /wrp\.yaml: is an input: it would be written over/],
    [["--policy", "vsr:none.yaml"], /none\.yaml: no such file/],
  ])("%j is an error that says what would do", async (args, said) => {
    const ran = await desk().inside("export", ...args);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(said);
  });

  test("a path that is none, and a value out of range, are told at their lines in wrp.yaml", async () => {
    const at = desk(WRP.replace("decisions.ordinary.priority: 120", "decisions.ordinry.priority: 120").replace("16K", "[16]"));
    const wrongForm = await at.inside("export", "--policy", "tuned");
    expect(wrongForm.code).toBe(2);
    expect(wrongForm.stderr).toMatch(/wrp\.yaml:7/);
    const ran = await desk(WRP.replace("decisions.ordinary.priority: 120", "decisions.ordinry.priority: 120").replace("16K", "-5")).inside("check", "--json");
    expect(ran.code).toBe(2);
    expect(ran.json<{ findings: { file: string; line: number; code: string }[] }>().findings.filter(({ file }) => file === "wrp.yaml").map(({ line, code }) => [line, code])).toEqual([
      [6, "unknown-leaf"],
      [7, "out-of-range"],
    ]);
  });
});
