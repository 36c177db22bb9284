import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startLineProcess, type Launch } from "../../src/lib/line-process.ts";
import { groupOf } from "../../src/lib/process-group.ts";

const MIB = 1 << 20;

/** Runs a script of Node to its end. */
async function ran(script: string, launch: Partial<Launch> = {}, talk: (line: string) => string | null = () => null) {
  const lines: string[] = [];
  const child = startLineProcess(
    { command: [process.execPath, "-e", script], cwd: tmpdir(), env: {}, memoryMb: null, ...launch },
    (line) => {
      lines.push(line);
      const answer = talk(line);
      if (answer !== null) child.write(answer);
    },
    { env: { ...process.env, FROM_US: "inherited" }, kill: (pid, signal) => void process.kill(pid, signal) },
  );
  return { child, lines, stop: await child.stopped };
}

test("lines come whole, whatever the pieces they are written in; the last needs no line end", async () => {
  const { lines, stop } = await ran(`
    const bytes = Buffer.from("größer 日本 🙂\\r\\n\\nsecond\\nno end 🙂");
    (async () => { for (const byte of bytes) { process.stdout.write(Buffer.of(byte)); await new Promise((done) => setTimeout(done, 1)); } })();`);
  expect(lines).toEqual(["größer 日本 🙂\r", "", "second", "no end 🙂"]);
  expect(stop).toEqual({ why: "exited", code: 0, signal: null, forced: false });
});

test("a line of a megabyte is a line, one byte more is not", async () => {
  const { lines } = await ran(`process.stdout.write("y".repeat(${MIB}) + "\\n" + "z\\n")`);
  expect(lines.map((line) => line.length)).toEqual([MIB, 1]);
  for (const end of ["\\n", ""]) {
    const { stop, lines: none } = await ran(`process.stdout.write("y".repeat(${MIB + 1}) + "${end}"); setInterval(() => {}, 1000)`);
    expect(stop).toEqual({ why: "long line", start: "y".repeat(200) });
    expect(none).toEqual([]);
  }
});

test("what it is told arrives, and it is told in its own folder and environment", async () => {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), "wrp-line-")));
  const { lines, stop } = await ran(
    `console.log([process.cwd(), process.env.FROM_US, process.env.OWN].join()); process.stdin.once("data", (text) => { console.log("got " + text); process.exit(5); })`,
    { cwd, env: { OWN: "added" } },
    (line) => (line.startsWith("/") ? "hello" : null),
  );
  expect(lines).toEqual([`${cwd},inherited,added`, "got hello", ""]);
  expect(stop).toMatchObject({ why: "exited", code: 5 });
});

test("of stderr the last lines are kept, however much it is", async () => {
  const { child } = await ran(`for (let i = 0; i < 20000; i++) process.stderr.write("line " + i + "\\n"); process.stderr.write("w".repeat(9000) + "\\r\\nthe end")`);
  const kept = child.stderr();
  expect(kept).toHaveLength(20);
  expect(kept.slice(-3)).toEqual(["line 19999", "w".repeat(500), "the end"]);
});

test("a stdin that closes just before the exit is an exit, even while others still hold the pipes", async () => {
  const { stop } = await ran("", { command: ["sh", "-c", "sleep 50 & exec <&-; echo ready; sleep 0.02; exit 4"] }, () => "anybody there?");
  expect(stop).toEqual({ why: "exited", code: 4, signal: null, forced: false });
});

test("the group has the memory of all that was started in it, and nobody once it was killed", async () => {
  const child = startLineProcess({ command: ["sh", "-c", 'sleep 50 & sleep 51 & echo "$$"; wait'], cwd: tmpdir(), env: {}, memoryMb: 1000 }, (line) => (leader = Number(line)), { env: process.env, kill: (pid, signal) => void process.kill(pid, signal) });
  let leader = 0;
  while ((await groupOf(leader))?.members.length !== 3) await new Promise((done) => setTimeout(done, 10));
  const group = await groupOf(leader);
  expect(group?.members.map(({ pid }) => pid)).toContain(leader);
  expect(group?.members.every(({ residentKb }) => residentKb > 0 && residentKb < 1e6)).toBe(true);
  expect(await child.kill()).toEqual({ why: "killed" });
  expect((await groupOf(leader))?.members).toEqual([]);
});

test("killed before it has begun, told after its end: nothing happens", async () => {
  const { child, stop } = await ran("0");
  child.write("too late");
  expect(await child.kill()).toBe(stop);
  expect(await child.end()).toBe(stop);
});
