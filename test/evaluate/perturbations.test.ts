import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { perturbed, perturbedPlaces } from "../../src/evaluate/perturbed-prompts.ts";
import { PERTURBATIONS, perturbationsOf } from "../../src/evaluate/perturbations.ts";
import type { Prompt } from "../../src/model/prompt.ts";
import { random } from "../../src/stats/random.ts";

const [typos, lower, upper, title] = perturbationsOf(PERTURBATIONS);
const prompt = (more: Partial<Prompt> = {}): Prompt => ({ ordinal: 0, id: "p", hash: "ab", messages: [{ role: "user", content: "What is 12 + 30?" }], dataset: "d", file: "f", row: 0, lengthCodePoints: 16, inputTokens: null, session: null, turn: null, tags: [], meta: {}, reference: null, grader: null, chosen: null, outcomes: [], ...more });

test("typos keep digits, spaces and signs in order, and are as rare as they say", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.nat(), (text, seed) => {
      const written = typos?.written(text, random(seed)) as string;
      expect(written).toBe(typos?.written(text, random(seed)));
      expect(written.replace(/\p{L}/gu, "")).toBe(text.replace(/\p{L}/gu, ""));
    }),
  );
  const long = "abcdefghij".repeat(2000);
  const written = typos?.written(long, random(3)) as string;
  const swaps = [...written].filter((letter, k) => letter > (written[k + 1] ?? "z") && letter !== "j").length;
  expect(Math.abs(written.length - long.length)).toBeLessThan(150); // as many left out as doubled, of some 333 each
  expect(swaps).toBeGreaterThan(200);
  expect(swaps).toBeLessThan(450);
});

test.each([
  [lower, "what is LeÜ 3?", "what is leü 3?"],
  [upper, "what is LeÜ 3?", "WHAT IS LEÜ 3?"],
  [title, "what is LeÜ 3?", "What Is Leü 3?"],
])("case", (perturbation, from, to) => {
  expect(perturbation?.written(from, random(1))).toBe(to);
});

describe("a prompt", () => {
  const chat = [{ role: "system", content: "be brief" }, { role: "user", content: "first" }, { role: "assistant", content: "yes" }, { role: "user", content: "last" }, { role: "assistant", content: "so" }];
  const tokens = (text: string) => text.split(/\s+/).length;

  test("only its last user message is written otherwise; facts of its text follow, the rest stays", () => {
    const framed = perturbationsOf(["paraphrase"])[0] as NonNullable<typeof lower>;
    const own = perturbed(prompt({ messages: chat, lengthCodePoints: 26, inputTokens: 100, request: { tools: [], messages: [{ role: "user", content: [{ type: "text", text: "last" }, { type: "image_url" }] }] } }), framed, 1, tokens);
    expect(own.messages?.map(({ content }, k) => content === chat[k]?.content)).toEqual([true, true, true, false, true]);
    expect(own.messages?.[3]?.content).toContain("\n\nlast\n\n");
    expect(own.lengthCodePoints).toBe([...(own.messages ?? [])].map(({ content }) => content).join("\n").length);
    expect(own.inputTokens).toBe(100 + tokens(own.messages?.map(({ content }) => content).join("\n") ?? "") - tokens(chat.map(({ content }) => content).join("\n")));
    expect(own.request).toEqual({ tools: [], messages: [{ role: "user", content: [{ type: "text", text: own.messages?.[3]?.content }, { type: "image_url" }] }] });
    expect(own.hash).toBe("ab");
    expect(perturbed(prompt({ messages: null }), framed, 1, null).messages).toBeNull();
  });

  test("without a user message the last one is", () => {
    expect(perturbed(prompt({ messages: [{ role: "system", content: "a" }] }), upper as NonNullable<typeof upper>, 1, null).messages).toEqual([{ role: "system", content: "A" }]);
  });
});

test("of few prompts all are perturbed, of many a sample by the seed", () => {
  expect(perturbedPlaces(5, 1)).toEqual([0, 1, 2, 3, 4]);
  const many = perturbedPlaces(5000, 1);
  expect([many.length, new Set(many).size]).toEqual([1000, 1000]);
  expect(many).toEqual(many.toSorted((a, b) => a - b));
  expect(perturbedPlaces(5000, 1)).toEqual(many);
  expect(perturbedPlaces(5000, 2)).not.toEqual(many);
  expect(many.filter((i) => i < 2500).length).toBeGreaterThan(400);
});
