import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchLag } from "../../src/pool/lag.ts";

test("a blocked event loop is seen in the time that it was blocked, and not after", async () => {
  const clockMs = () => performance.now();
  const lag = watchLag(clockMs);
  await pause(100);
  const before = clockMs();
  while (clockMs() < before + 400);
  await pause(300);
  expect(lag.maxSinceMs(before)).toBeGreaterThan(350);
  await pause(300);
  const after = clockMs();
  expect(lag.maxSinceMs(before)).toBeGreaterThan(350);
  expect(lag.maxSinceMs(after)).toBeLessThan(lag.maxSinceMs(before));
  lag.stop();
});
