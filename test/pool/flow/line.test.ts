import { expect, test } from "vitest";
import { Line } from "../../../src/pool/flow/line.ts";

test("who has left does not hold those who came after", () => {
  const line = new Line<number>();
  const standing = Array.from({ length: 100 }, (_, i) => line.join(i, i % 3 === 0));
  for (let head = line.head(); head; head = line.head()) line.leave(head);
  expect(standing.filter(({ next }) => next !== null)).toEqual([]);
  // The line goes on, also from a last one that has left.
  line.leave(line.join(7, false));
  line.join(8, false);
  expect([line.head()?.value, line.length]).toEqual([8, 1]);
});
