import { describe, expect, test } from "vitest";
import { coverage, POPULATIONS } from "./populations.ts";

/**
 * A small version of `npm run coverage`: intervals hold the truth about as often as they say. With 200 repetitions the binomial
 * error of a share near .95 is .0154; four of them are allowed, so that the seeded test fails for wrong intervals only.
 */
const REPETITIONS = 200;
const ALLOWED = 4 * Math.sqrt((0.95 * 0.05) / REPETITIONS);

describe.each(POPULATIONS.filter((p) => p.name === "binary" || p.name === "sessions"))("population $name, n 500", (population) => {
  const rows = coverage(population, 500, REPETITIONS, 400);

  test.each(rows)("the interval of $target covers", ({ covered, below, above, none }) => {
    expect(none).toBe(0);
    const share = covered / (covered + below + above);
    expect(share).toBeGreaterThan(0.95 - ALLOWED);
    expect(Math.abs(below - above) / REPETITIONS).toBeLessThan(0.06); // neither tail has most of the misses
  });
});
