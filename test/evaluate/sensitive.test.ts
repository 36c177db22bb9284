import { expect, test } from "vitest";
import { folder, jsonl, policy } from "../wrp.ts";

const figures = { inside: { quality: 0.5 }, outside: { quality: 1 } };
const CONFIG = `
models:
  - {name: inside, trusted: true}
  - {name: outside}
policies:
  - {kind: rules, name: by-tag, rules: [{when: "'pii' in prompt.tags", model: inside}], default: outside}
  - {kind: mix, name: blend, weights: {inside: 1, outside: 3}}
`;
const rows = [
  { prompt: "Send it to anna.berg@example.com or nils@example.org", outcomes: figures },
  { prompt: "My card is 4242424242424242", outcomes: figures },
  { prompt: "tagged by hand", tags: ["pii"], outcomes: figures },
  { messages: [{ role: "user", content: "I met Anna in Paris" }, { role: "assistant", content: "Call her: +44 20 7946 0958" }, { role: "user", content: "why?" }], outcomes: figures },
  ...Array.from({ length: 6 }, (_, i) => ({ prompt: `What happened on Monday in Paris, question ${i}?`, outcomes: figures })),
];
const at = folder({ "rows.jsonl": jsonl(rows), "wrp.yaml": CONFIG });

async function privacy(name: string, sensitive: string) {
  at.put("wrp.yaml", `${CONFIG}${sensitive}`);
  return policy((await at.inside("eval", "rows.jsonl", "--json", "-q")).json(), name).privacy;
}

test("prompts in which personal data is found count beside those that are tagged, with what is found in them", async () => {
  expect(await privacy("outside", "")).toMatchObject({ leakRate: { mean: 1, n: 1 }, leakedPrompts: 1 });
  expect(await privacy("outside", "")).not.toHaveProperty("leakedEntities");
  const detect = "sensitive: {detect: pii}\n";
  // Two addresses, a card, a name and a number; what the tag alone says has none.
  expect(await privacy("outside", detect)).toMatchObject({ leakRate: { mean: 1, n: 4 }, leakedPrompts: 4, leakedEntities: 5 });
  expect(await privacy("inside", detect)).toMatchObject({ leakRate: { mean: 0, n: 4 }, leakedPrompts: 0, leakedEntities: 0 });
  expect(await privacy("blend", detect)).toMatchObject({ leakRate: { mean: 0.75, n: 4 }, leakedPrompts: 3, leakedEntities: 3.75 });
});

test("a policy sees the tags that the data has, not what was found", async () => {
  expect(await privacy("by-tag", "sensitive: {detect: pii}\n")).toMatchObject({ leakRate: { mean: 0.75, n: 4 }, leakedEntities: 5 });
});

test("kinds and confidence say what counts", async () => {
  expect(await privacy("outside", "sensitive: {detect: pii, kinds: [CREDIT_CARD, GPE]}\n")).toMatchObject({ leakRate: { n: 9 }, leakedEntities: 8 });
  expect(await privacy("outside", "sensitive: {detect: pii, confidence: 0.95}\n")).toMatchObject({ leakRate: { n: 2 }, leakedEntities: 1 });
});

test("a kind that there is not is told with those that there are, at its place", async () => {
  at.put("wrp.yaml", `${CONFIG}sensitive: {detect: pii, kinds: [PERSON, SHOE_SIZE]}\n`);
  const { code, stderr } = await at.inside("eval", "rows.jsonl", "-q");
  expect(code).toBe(2);
  expect(stderr).toContain("wrp.yaml:8: ");
  expect(stderr).toContain('there is no kind of personal data "SHOE_SIZE"');
  expect(stderr).toContain("CREDIT_CARD");
});

test("without the texts nothing is detected, and the report says so", async () => {
  at.put("wrp.yaml", `${CONFIG}sensitive: {detect: pii}\n`);
  at.put("numbers.jsonl", jsonl(Array.from({ length: 5 }, (_, i) => ({ id: `q${i}`, outcomes: figures }))));
  const report = (await at.inside("eval", "numbers.jsonl", "--json", "-q")).json();
  expect(report.warnings).toContain("5 prompts have no text here: whether they hold personal data (sensitive) is not known, and only tags count");
  expect(policy(report, "outside").privacy).toBeUndefined();
});
