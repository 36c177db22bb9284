import { execPath } from "node:process";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { commandGrader } from "../../src/grade/graders/command.ts";

const system = { env: process.env, kill: (pid: number, signal: NodeJS.Signals) => void process.kill(pid, signal) };
const PROGRAM = `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, answer, reference, prompt } = JSON.parse(line);
  if (answer === "end") process.exit(3);
  if (answer === "silent") return;
  console.log("note: not JSON");
  const say = () => console.log(JSON.stringify({ id, quality: answer === "null" ? null : answer === "two" ? 2 : answer === reference ? 1 : 0.25, why: prompt && prompt[0].content }));
  answer === "late" ? setTimeout(say, 50) : say();
});`;
const graderOf = (timeMs: number) => commandGrader({ name: "mine", version: 3, command: [execPath, "-e", PROGRAM], cwd: tmpdir(), env: {}, timeMs, memoryMb: null, system });

test("grades come back by id, in any order; what is no grade is a gap", async () => {
  const grader = graderOf(10_000);
  const asked = { reference: "x", messages: [{ role: "user", content: "Say x." }] };
  const grades = await Promise.all(["late", "x", "null", "two", "y"].map((text) => grader.grade(text, asked)));
  expect(grades).toEqual([
    { quality: 0.25, why: "Say x." },
    { quality: 1, why: "Say x." },
    { quality: null, why: "Say x." },
    { quality: null, why: "the grader's program gave a quality that is not in [0,1]: 2" },
    { quality: 0.25, why: "Say x." },
  ]);
  const ended = grader.grade("end", { reference: null });
  expect(await ended).toEqual({ quality: null, why: "the grader's program has ended: exited" });
  expect(await grader.grade("x", asked)).toEqual({ quality: null, why: "the grader's program has ended: exited" });
  await grader.close();
});

test("an answer that gets no grade in time is a gap, and the next is graded", async () => {
  const grader = graderOf(3000);
  expect(await grader.grade("silent", { reference: null })).toEqual({ quality: null, why: "the grader's program gave no grade in 3 s" });
  expect(await grader.grade("x", { reference: "x" })).toEqual({ quality: 1, why: null });
  await grader.close();
});
