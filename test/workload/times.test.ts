import { expect, test } from "vitest";
import { newNotes } from "../../src/workload/notes.ts";
import { between, duration, isoText, timeOf } from "../../src/workload/times.ts";

const place = () => ({ notes: newNotes(), where: "log, record 1" });
const read = (value: unknown) => timeOf(value, place());
const NOON = Date.UTC(2026, 8, 7, 12, 30, 15);

test.each<[unknown, number | null]>([
  ["2026-09-07T12:30:15Z", NOON],
  ["2026-09-07 12:30:15", NOON],
  ["2026-09-07T12:30Z", NOON - 15_000],
  ["2026-09-07T12:30:15.1234567Z", NOON + 123.4567],
  ["2026-09-07 12:30:15.25+00", NOON + 250],
  ["2026-09-07T14:30:15+02:00", NOON],
  ["2026-09-07T07:00:15-0530", NOON],
  ["2026-09-07 12:30:15,5 UTC", NOON + 500],
  [NOON / 1000 + 0.25, NOON + 250],
  [NOON + 0.5, NOON + 0.5],
  [NOON * 1000 + 250, NOON + 0.25],
  [NOON * 1e6, NOON],
  [`${NOON}123456`, NOON + 0.123456],
  [`${NOON / 1000}.5`, NOON + 500],
  [[NOON / 1000, 2_000_000], NOON + 2],
  [null, null],
  ["", null],
  [undefined, null],
])("%j is a time", (value, ms) => {
  const time = read(value);
  if (ms === null) expect(time).toBeNull();
  else expect(time).toBeCloseTo(ms, 2);
});

test.each([["2026-13-01T00:00:00Z"], ["2026-02-30T00:00:00Z"], ["2026-09-07T25:00:00Z"], ["yesterday"], [0], [-5], [12.5], ["1999-12-31T23:59:59Z"], [1e30], [true], [["a", 1]], [{}]])(
  "%j is none, and noted",
  (value) => {
    const { notes, where } = place();
    expect(timeOf(value, { notes, where })).toBeNull();
    expect(notes.warnings()).toHaveLength(1);
  },
);

test("a duration is known to the microsecond; one that cannot be is a gap and noted", () => {
  const { notes, where } = place();
  expect(between(read("1788768000000000000"), read("1788768001523250000"), { notes, where })).toBe(1523.25);
  expect([duration("1.5", { notes, where }, 1000), duration(0, { notes, where }), duration(null, { notes, where }), between(null, NOON, { notes, where })]).toEqual([1500, 0, null, null]);
  expect(notes.warnings()).toEqual([]);
  expect([between(NOON, NOON - 1, { notes, where }), duration(25 * 3600, { notes, where }, 1000), duration("soon", { notes, where }), duration([], { notes, where })]).toEqual([null, null, null, null]);
  expect(notes.warnings()).toEqual([
    "4 times or durations cannot be (unreadable, negative, longer than a day): left as gaps (for example -1 in log, record 1)",
  ]);
});

test("times are written as ISO text to the millisecond", () => {
  expect([isoText(NOON + 250.75), isoText(null)]).toEqual(["2026-09-07T12:30:15.250Z", null]);
});
