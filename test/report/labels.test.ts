import * as fc from "fast-check";
import { expect, test } from "vitest";
import { overlap, placeLabels } from "../../src/report/render/svg/place-labels.ts";
import type { Box } from "../../src/report/render/svg/place-labels.ts";

const frame: Box = { x0: 52, y0: 52, x1: 836, y1: 476 };

const point = fc.record({
  x: fc.double({ min: frame.x0, max: frame.x1, noNaN: true }),
  y: fc.double({ min: frame.y0, max: frame.y1, noNaN: true }),
  width: fc.integer({ min: 10, max: 260 }),
  radius: fc.constantFrom(4.5, 7),
  prefer: fc.constantFrom("left-up" as const, "right-down" as const),
});

test("labels never overlap each other or a point, and stand in the frame", () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 26 }), fc.array(point, { maxLength: 34 }), (labelled, others) => {
      const requests = labelled.map((p) => ({ ...p, height: 14 }));
      const hard = [...labelled, ...others].map(({ x, y, radius: r }) => ({ x0: x - r, y0: y - r, x1: x + r, y1: y + r }));
      const boxes = placeLabels(requests, frame, { hard, soft: [[400, 300]] }).flatMap((p) => (p ? [p.box] : []));
      for (const [i, box] of boxes.entries()) {
        expect(box.x0 >= frame.x0 && box.x1 <= frame.x1 && box.y0 >= frame.y0 && box.y1 <= frame.y1).toBe(true);
        expect(hard.some((mark) => overlap(box, mark))).toBe(false);
        expect(boxes.slice(i + 1).some((other) => overlap(box, other))).toBe(false);
      }
    }),
    { seed: 1, numRuns: 150 },
  );
});

test("a lone label stands beside its point, without a leader", () => {
  const [placed] = placeLabels([{ x: 400, y: 200, width: 80, height: 14, radius: 4.5 }], frame, { hard: [], soft: [] });
  expect(placed?.leader).toBeNull();
  expect(placed?.box.x0).toBeGreaterThan(404);
  expect(placed?.box.y0).toBe(193);
});

test("a crowd of points on one spot still gets its labels, with leaders", () => {
  const requests = Array.from({ length: 20 }, () => ({ x: 400, y: 200, width: 120, height: 14, radius: 4.5 }));
  const placed = placeLabels(requests, frame, { hard: [{ x0: 394, y0: 194, x1: 406, y1: 206 }], soft: [] });
  expect(placed.every((p) => p !== null)).toBe(true);
  expect(placed.some((p) => p?.leader)).toBe(true);
});

test("a label that fits nowhere is left out", () => {
  expect(placeLabels([{ x: 400, y: 200, width: 900, height: 14, radius: 4.5 }], frame, { hard: [], soft: [] })).toEqual([null]);
});
