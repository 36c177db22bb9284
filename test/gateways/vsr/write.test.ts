import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { rangeInWords } from "../../../src/gateways/vsr/leaf-kinds.ts";
import { vsrLeaves, type Leaf } from "../../../src/gateways/vsr/leaves.ts";
import { confirmDecisions } from "../../../src/gateways/vsr/write/confirm-decisions.ts";
import { setLeaves } from "../../../src/gateways/vsr/write/set-leaves.ts";
import { WrpError } from "../../../src/model/errors.ts";
import { vsrRouter } from "../../../src/router/vsr/router.ts";
import { OWN, UPSTREAM } from "./configs.ts";

const VARIANTS: (readonly [string, string])[] = [
  ["as it is", OWN],
  ["with CRLF", OWN.replaceAll("\n", "\r\n")],
  ["with a byte order mark and a last line end", `\uFEFF${OWN}\n`],
];

/** A legal value of a leaf, in one of the forms that tuning and people give. */
function valueOf({ kind, range: { min, max, above, whole, notZero } }: Leaf): fc.Arbitrary<number> {
  const [low, high] = [Math.max(min, kind === "tokens" ? 0 : -1e6), Math.min(max, kind === "tokens" ? 3e6 : 1e6)];
  const whole1000 = fc.integer({ min: 0, max: 3000 }).map((k) => k * 1000);
  const any = kind === "tokens" ? fc.oneof(fc.integer({ min: low, max: high }), whole1000) : whole ? fc.integer({ min: low, max: high }) : fc.oneof(fc.double({ min: low, max: high, noNaN: true }), fc.integer({ min: Math.ceil(Math.max(low, -5) * 100), max: Math.floor(Math.min(high, 5) * 100) }).map((k) => k / 100), fc.constant(5e-324));
  return any.filter((value) => !(above && value === min) && !(notZero && value === 0)).map((value) => (value === 0 ? 0 : value));
}

function settingsOf(leaves: ReadonlyMap<string, Leaf>): fc.Arbitrary<Record<string, number>> {
  return fc.subarray([...leaves.values()], { minLength: 1, maxLength: Math.min(12, leaves.size) }).chain((some) => fc.tuple(...some.map((leaf) => valueOf(leaf).map((value) => [leaf.path, value] as const))).map((pairs) => Object.fromEntries(pairs)));
}

const bare = (text: string) => text.replace(/^\uFEFF/, "");
const valuesOf = (leaves: ReadonlyMap<string, Leaf>) => Object.fromEntries([...leaves].map(([path, { value }]) => [path, value]));

function wrong(work: () => unknown): WrpError {
  try {
    work();
  } catch (error) {
    if (error instanceof WrpError) return error;
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("setting the numbers of a config", () => {
  test.each(VARIANTS)("%s: what is set is read back, nothing else moves, and setting it back gives the first bytes", (_, text) => {
    const { leaves } = vsrLeaves(bare(text), "c.yaml");
    // Tokens may lose their unit on the way.
    const stated = new Map([...leaves].filter(([, leaf]) => leaf.stated && leaf.kind !== "tokens"));
    expect(stated.size).toBeGreaterThan(20);
    fc.assert(
      fc.property(settingsOf(stated), (settings) => {
        const done = setLeaves(text, "c.yaml", settings);
        expect(valuesOf(vsrLeaves(bare(done.text), "c.yaml").leaves)).toEqual({ ...valuesOf(leaves), ...settings });
        expect(setLeaves(done.text, "c.yaml", valuesOf(stated)).text).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  test.each(VARIANTS)("%s: what the file does not say is written into its map, in its style", (_, text) => {
    const { leaves } = vsrLeaves(bare(text), "c.yaml");
    fc.assert(
      fc.property(settingsOf(new Map([...leaves].filter(([, leaf]) => !leaf.stated))), (settings) => {
        const { text: out, changes } = setLeaves(text, "c.yaml", settings);
        const after = vsrLeaves(bare(out), "c.yaml").leaves;
        expect(valuesOf(after)).toEqual({ ...valuesOf(leaves), ...settings });
        // Taking out what was put in leaves what was there.
        let back = out;
        for (const { path, to } of changes) {
          const key = path.split(".").at(-1)?.replace(/#.*/, "");
          const number = String(to).replaceAll(".", "\\.").replaceAll("+", "\\+");
          back = back.replace(new RegExp(`, "?${key}"?: ${number}(?=[,}])|(?<=\\n *)${key}: ${number}\\r?\\n *(?=weights)|\\r?\\n *${key}: ${number}(?=\\r?\\n|$)`), "");
        }
        expect(back).toBe(text);
        expect(out.includes("\r\n")).toBe(text.includes("\r\n"));
        if (text.includes("\r\n")) expect(out).not.toMatch(/[^\r]\n/);
      }),
      { numRuns: 40 },
    );
  });

  test("what is written decides as it is meant to", () => {
    const { leaves } = vsrLeaves(OWN, "c.yaml");
    fc.assert(fc.property(settingsOf(leaves), (settings) => confirmDecisions(setLeaves(OWN, "c.yaml", settings), "c.yaml")), { numRuns: 30 });
    const done = setLeaves(OWN, "c.yaml", { "decisions.in house.priority": 5 });
    // The check can fail: a text that says something else is not passed.
    expect(wrong(() => confirmDecisions({ ...done, text: done.text.replace("gte: 0.25", "gte: 3") }, "c.yaml")).code).toBe("reads-otherwise");
  });

  test("tokens keep their unit where it says them exactly, and stay the text that they were", () => {
    const written = (path: string, value: number | string) => {
      const { text, changes } = setLeaves(OWN, "c.yaml", { [path]: value });
      return text.split("\n")[(changes[0]?.line ?? 0) - 1]?.trim();
    };
    const [least, most, short] = ["signals.context.long.min_tokens", "signals.context.long.max_tokens", "signals.context.short.max_tokens"];
    expect(written(least, 16000)).toBe("min_tokens: '16K'");
    expect(written(least, "8500")).toBe("min_tokens: '8.5K'");
    expect(written(least, 8123)).toBe("min_tokens: '8123'");
    expect(written(most, "2M")).toBe("max_tokens: 2M");
    expect(written(most, 123_456)).toBe('max_tokens: "123456"');
    expect(written(short, "2k")).toBe("max_tokens: 2000");
  });

  test("an anchored number is not changed where others share it", () => {
    const text = OWN.replace("threshold: 0.8 ", "threshold: &most 0.8 ").replace("threshold: 0.75", "threshold: *most");
    const { leaves } = vsrLeaves(text, "c.yaml");
    expect(leaves.get("signals.embeddings.praise.threshold")?.value).toBe(0.8);
    for (const path of ["signals.embeddings.praise.threshold", "signals.embeddings.refund.threshold"]) expect(wrong(() => setLeaves(text, "c.yaml", { [path]: 0.5 }))).toMatchObject({ code: "cannot-set", message: expect.stringContaining(`alias (line ${text.split("\n").findIndex((line) => line.includes("*most")) + 1})`) });
    expect(setLeaves(text, "c.yaml", { "signals.embeddings.praise.threshold": 0.8 }).changes).toEqual([]);
    const whole = OWN.replace("slo: {", "slo: &slo {").replace("tier: 1", "tier: 1\n          algorithm: {type: multi_factor, multi_factor: {slo: *slo}}");
    expect(wrong(() => setLeaves(whole, "c.yaml", { "recipes.night.decisions.all.algorithm.multi_factor.slo.max_cost_per_1m": 3 })).code).toBe("cannot-set");
    // An anchor that nobody refers to is in no one's way, and stays.
    expect(setLeaves(OWN.replace("threshold: 0.8 ", "threshold: &most 0.8 "), "c.yaml", { "signals.embeddings.refund.threshold": 0.5 }).text).toContain("threshold: &most 0.5   # tuned in May");
  });

  test("an empty field gets its value, a block of text is refused", () => {
    expect(setLeaves(OWN.replace("priority: 300", "priority: # none yet"), "c.yaml", { "decisions.in house.priority": 7 }).text).toContain("priority: 7 # none yet");
    expect(setLeaves(OWN.replace("priority: 300", "priority: ~"), "c.yaml", { "decisions.in house.priority": 7 }).text).toContain("priority: 7\n");
    expect(wrong(() => setLeaves(OWN.replace("max_tokens: 1.5M", "max_tokens: >-\n        1.5M"), "c.yaml", { "signals.context.long.max_tokens": 5000 })).code).toBe("cannot-set");
  });

  test("names that go twice are told apart", () => {
    const inputs = "projections.scores.risk.inputs.keyword:fraud.weight";
    const done = setLeaves(OWN, "c.yaml", { [`${inputs}#2`]: 0.25 });
    expect(done.changes).toMatchObject([{ from: -0.2, to: 0.25 }]);
    expect(vsrLeaves(done.text, "c.yaml").leaves.get(inputs)?.value).toBe(0.6);
  });

  test("a path that is none names the nearest, a value out of range the range", () => {
    const unknown = wrong(() => setLeaves(OWN, "c.yaml", { "decisions.in_house.priority": 1 }));
    expect(unknown).toMatchObject({ code: "unknown-leaf", hint: expect.stringMatching(/nearest: decisions\.(in house|ordinary)\.priority/) });
    for (const [path, value] of Object.entries({ "signals.embeddings.refund.threshold": 7, "decisions.in house.priority": 1.5, "decisions.in house.tier": -1, "projections.mappings.risk_band.calibration.slope": 0, "projections.scores.risk.inputs.structure:many.match": 0, "signals.context.long.min_tokens": "8 thousand", "decisions.ordinary.priority": "7" }))
      expect(wrong(() => setLeaves(OWN, "c.yaml", { [path]: value }))).toMatchObject({ code: "out-of-range", message: expect.stringContaining(path) });
    expect(wrong(() => setLeaves(OWN, "c.yaml", { a: 1, b: 2 })).all).toHaveLength(2);
  });

  test("ranges in words", () => {
    expect([{ min: 0, max: 1 }, { min: 0, max: Infinity, above: true } as const, { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true } as const, { min: -Infinity, max: 1 }, { min: -Infinity, max: Infinity, notZero: true } as const].map(rangeInWords)).toEqual(["a number from 0 to 1", "a number above 0", "a whole number of at least 1", "a number at most 1", "a number other than 0"]);
  });
});

describe.skipIf(UPSTREAM.length === 0)("upstream's own configs", () => {
  test.each(UPSTREAM)("%s: only lines of what is set change, and only in their number", (_, text) => {
    const { leaves } = vsrLeaves(text, "c.yaml");
    // A number, with its unit and quotes.
    const shape = (line: string | undefined) => line?.replace(/(?<=: )(['"]?)-?\d[\d.e+-]*[KM]?\1(?=\s|$)/, "N");
    fc.assert(
      fc.property(settingsOf(leaves), (settings) => {
        const done = setLeaves(text, "c.yaml", settings);
        const added = new Set(done.changes.filter(({ stated }) => !stated).map(({ line }) => line));
        const touched = new Set(done.changes.map(({ line }) => line));
        const first = text.split("\n").values();
        for (const [k, line] of done.text.split("\n").entries()) {
          if (added.has(k + 1)) continue;
          const was = first.next().value;
          if (!touched.has(k + 1)) expect(line).toBe(was);
          else expect(shape(line)).toBe(shape(was));
        }
        expect(first.next().done).toBe(true);
        expect(valuesOf(vsrLeaves(done.text, "c.yaml").leaves)).toEqual({ ...valuesOf(leaves), ...settings });
        expect(parse(done.text)).not.toEqual(done.changes.length > 0 ? parse(text) : null);
      }),
      { numRuns: 3 },
    );
  });

  test.each(UPSTREAM)("%s: all its numbers at once, and it still decides as meant", (name, text) => {
    const { leaves } = vsrLeaves(text, name);
    const settings = Object.fromEntries([...leaves.values()].map(({ path, value, range }) => [path, range.whole ? value + 1 : Math.min(range.max, 0.01 + 0.9 * value)]));
    const done = setLeaves(text, name, settings);
    expect(done.changes.length).toBeGreaterThan(leaves.size * 0.9);
    confirmDecisions(done, name);
    expect(vsrRouter(done.text, name, {}).recipe.decisions.length).toBeGreaterThan(1);
  });
});
