import { expect, test } from "vitest";
import { realSleep } from "../../../src/pool/flow/sleep.ts";
import { whenAborted } from "../../../src/pool/flow/when-aborted.ts";

test("a sleep ends with its time or with its signal, and never rejects", async () => {
  await expect(realSleep(1, new AbortController().signal)).resolves.toBeUndefined();
  await expect(realSleep(1e15, AbortSignal.abort())).resolves.toBeUndefined();
  const stop = new AbortController();
  const long = realSleep(1e15, stop.signal);
  stop.abort();
  await expect(long).resolves.toBeUndefined();
});

test("a sleep longer than a timer lasts does not end at once", async () => {
  const stop = new AbortController();
  const first = await Promise.race([realSleep(1e12, stop.signal).then(() => "long"), realSleep(20, stop.signal).then(() => "short")]);
  stop.abort();
  expect(first).toBe("short");
});

test("each who waits for a signal hears of it once, unless it has taken that back", () => {
  const stop = new AbortController();
  const heard: number[] = [];
  const forget = [1, 2, 3].map((i) => whenAborted(stop.signal, () => heard.push(i)));
  forget[1]?.();
  stop.abort();
  expect(heard).toEqual([1, 3]);
});
