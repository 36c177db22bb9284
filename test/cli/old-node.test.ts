import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { folder } from "../wrp.ts";

const BIN = resolve(import.meta.dirname, "../../bin/wrp.js");
const FLOOR = /\d+\.\d+/.exec((JSON.parse(readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8")) as { engines: { node: string } }).engines.node)?.[0] as string;
const at = folder({ "older.cjs": 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: process.env.PRETEND } });' });

const run = (version: string) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", `${at.path}/older.cjs`, BIN, "--version"], { encoding: "utf8", env: { ...process.env, PRETEND: version } });
  return { status, stdout, stderr };
};
const [major, minor] = FLOOR.split(".").map(Number) as [number, number];

test.each([`${major - 2}.20.2`, `${major}.${minor - 1}.9`, "4.0.0"])("on Node %s: one line that says what is needed, and exit 2", (version) => {
  expect(run(version)).toEqual({ status: 2, stdout: "", stderr: `error: wrp needs Node ${FLOOR} or newer (this is ${version})\n` });
});

test.each([`${FLOOR}.0`, `${major + 4}.0.0`])("on Node %s it runs", (version) => {
  expect(run(version)).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" });
});

test("what an old Node reads is in the JavaScript that it knows", () => {
  expect(readFileSync(BIN, "utf8").replace(/\/\/.*/g, "")).not.toMatch(/=>|`|\b(const|let|class|async|await)\b|\?\?|\?\.|\*\*/);
});
