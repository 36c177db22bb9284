import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openSequenceClassifier } from "../../../src/signals/classifiers/onnx-sequence.ts";
import { openTokenClassifier } from "../../../src/signals/classifiers/onnx-tokens.ts";
import { lookup, summed, table, written } from "../../fixtures/tiny-models.ts";

const folder = mkdtempSync(join(tmpdir(), "wrp-classifier-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let models = 0;
const at = () => join(folder, `${++models}`);

describe("a classifier of texts of one's own", () => {
  const rows = table(2, { a: [Math.log(3), 0], b: [0, Math.log(7)], "[PAD]": [100, 0] });
  const config = { id2label: { 0: "law", 1: "other" } };

  test("gives a probability for each label, in order, whatever shares the batch", async () => {
    const classifier = await openSequenceClassifier({ model: written(at(), summed(rows), { "config.json": config }) });
    expect(classifier.labels).toEqual(["law", "other"]);
    const found = await classifier.classify(["a a", "b", "", "a"]);
    expect(found.map((one) => [...one])).toEqual([[0.9, 0.1], [0.125, 0.875], [0.5, 0.5], [0.75, 0.25]].map((row) => row.map((value) => expect.closeTo(value, 6))));
  });

  test("with labels that do not exclude each other, each has its own", async () => {
    const classifier = await openSequenceClassifier({ model: written(at(), summed(rows)), labels: ["x", "y"], multiLabel: true });
    expect(classifier.labels).toEqual(["x", "y"]);
    expect([...((await classifier.classify(["a b"]))[0] as Float32Array)]).toEqual([expect.closeTo(0.75, 6), expect.closeTo(0.875, 6)]);
  });

  test.each([
    ["no labels", {}, undefined, "nothing names the model's labels"],
    ["too few labels", { "config.json": config }, ["law"], "has 2 values a row, and 1 labels are given: law"],
    ["too many in config.json", { "config.json": { id2label: { 0: "law", 1: "other", 2: "math" } } }, undefined, "has 2 values a row, and 3 labels are in config.json: law, other, math"],
    ["one label twice", {}, ["law", "law"], 'two of the model\'s labels are called "law"'],
  ])("%s is an error", async (_, files, labels, message) => {
    const model = written(at(), summed(rows), files);
    await expect(openSequenceClassifier({ model, labels })).rejects.toMatchObject({ place: { file: model }, message: expect.stringContaining(message) });
  });

  test("values that are no numbers are an error, of tokens too", async () => {
    const broken = table(2, { a: [NaN, 0] });
    const message = "the model gives values that are not finite numbers";
    await expect((await openSequenceClassifier({ model: written(at(), summed(broken)), labels: ["law", "other"] })).classify(["a"])).rejects.toMatchObject({ message });
    await expect((await openTokenClassifier({ model: written(at(), lookup(broken, { output: "logits" })), labels: ["O", "B-PERSON"] })).find(["a"])).rejects.toMatchObject({ message });
  });

  test("a model of tokens is none", async () => {
    const model = written(at(), lookup(rows, { output: "logits" }));
    await expect(openSequenceClassifier({ model, labels: ["law", "other"] })).rejects.toMatchObject({ message: "the model's output logits has the shape [texts, tokens, 2]: 2 axes were expected" });
  });
});

describe("a classifier of tokens of one's own", () => {
  // O, B-PERSON, I-PERSON, B-PLACE: the word's logit is ln 9, which is 0.75 of 9 + 3.
  const nine = Math.log(9);
  const rows = table(4, { a: [nine, 0, 0, 0], at: [nine, 0, 0, 0], "[UNK]": [nine, 0, 0, 0], "[CLS]": [0, 99, 0, 0], "[SEP]": [0, 99, 0, 0], ".": [nine, 0, 0, 0], joe: [0, nine, 0, 0], "##y": [0, 0, Math.log(5), 0], "##s": [0, nine, 0, 0], hello: [0, 0, nine, 0], paris: [0, 0, 0, nine] });
  const labels = ["O", "B-PERSON", "I-PERSON", "B-PLACE"];
  const find = async (text: string, options = {}) => (await (await openTokenClassifier({ model: written(at(), lookup(rows, { output: "logits" })), labels, ...options })).find([text]))[0];

  test("finds spans where they stand in the text, however it is written", async () => {
    const finder = await openTokenClassifier({ model: written(at(), lookup(rows, { output: "logits" })), labels });
    expect(finder.kinds).toEqual(["PERSON", "PLACE"]);
    const texts = ["a  Joey at PARÍS.", "日本 😀 joe zzz\n paris", "", "a a"];
    const found = await finder.find(texts);
    expect(found.map((spans, k) => spans.map(({ kind, start, end }) => [kind, texts[k]?.slice(start, end)]))).toEqual([[["PERSON", "Joey"], ["PLACE", "PARÍS"]], [["PERSON", "joe"], ["PLACE", "paris"]], [], []]);
  });

  test("I- goes on, B- begins another one, but not within a word", async () => {
    expect(await find("joe hello joe")).toMatchObject([{ start: 0, end: 9 }, { start: 10, end: 13 }]);
    expect(await find("joes")).toMatchObject([{ kind: "PERSON", start: 0, end: 4 }]);
    expect(await find("joe a hello")).toMatchObject([{ start: 0, end: 3 }, { start: 6, end: 11 }]);
  });

  test("a span is as sure as its tokens: on average, or the surest", async () => {
    expect(await find("joey")).toMatchObject([{ confidence: expect.closeTo((0.75 + 0.625) / 2, 6) }]);
    expect(await find("joey", { confidence: "max" })).toMatchObject([{ confidence: expect.closeTo(0.75, 6) }]);
  });

  test("what stands after the last token that it reads is not found", async () => {
    expect(await find(`${"a ".repeat(9)} joe joe`)).toHaveLength(1);
  });

  test("labels are counted", async () => {
    await expect(find("a", { labels: ["O", "B-X"] })).rejects.toMatchObject({ message: expect.stringContaining("has 4 values a row, and 2 labels are given: O, B-X") });
  });
});
