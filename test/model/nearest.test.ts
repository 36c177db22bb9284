import { expect, test } from "vitest";
import { nearest } from "../../src/model/nearest.ts";

test.each<[string, string[], string | null]>([
  ["polices", ["name", "policies", "prices"], "policies"],
  ["modle", ["model", "kind"], "model"],
  ["gpt4", ["gpt-4", "gpt-5"], "gpt-4"],
  ["guard", ["trusted", "guarded"], "guarded"],
  ["a", ["b"], null], // of one letter, any other is one edit away
  ["wren", ["heron", "condor"], null],
  ["", ["x"], null],
  ["anything", [], null],
])("%s among %j: %s", (wanted, names, near) => {
  expect(nearest(wanted, names)).toBe(near);
});
