import { describe, expect, test } from "vitest";
import { onnxFile, type Graph } from "../../src/lib/onnx-file.ts";
import { openOnnx, type OnnxSession } from "../../src/lib/onnx.ts";
import { scorerOf, type ScoreSpec } from "../../src/router/learned/onnx-scores.ts";
import { random } from "../../src/stats/random.ts";
import { linear } from "../fixtures/tiny-models.ts";
import { rowsOf } from "../stats/rows.ts";

const opened = async (graph: Graph): Promise<OnnxSession> => openOnnx({ name: "router.onnx", bytes: onnxFile(graph) });
const two: ScoreSpec = { models: ["a", "b"], score: "logit" };
const facts = (own: Readonly<Record<string, readonly number[]>>) => new Map(Object.entries(own).map(([name, values]) => [name, Float64Array.from(values)]));
const located = (told: RegExp) => expect.objectContaining({ located: expect.stringMatching(told) }) as Error;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test("scores are the model's own, whatever it is fed side by side, batch after batch", async () => {
  const draws = random(2, "test");
  const count = 600;
  const vectors = Array.from({ length: count }, () => [draws.next(), draws.next()]);
  const own = facts({ "prompt.lengthCodePoints": vectors.map(() => Math.round(10 * draws.next())), "meta.x": vectors.map(() => draws.next()) });
  const weights = [[0.5, -1, 0.25, 2], [1, 1, -0.5, 0.125]];
  const session = await opened(linear(weights, { first: ["n", 3], second: ["n", 1] }));
  const scores = await scorerOf(session, { ...two, inputs: { first: ["vector", "length"], second: "meta.x" } })({ rows: rowsOf(vectors), facts: own });
  for (const [m, column] of scores.entries())
    for (let i = 0; i < count; i++) {
      const fed = [...(vectors[i] as number[]), own.get("prompt.lengthCodePoints")?.[i] as number, own.get("meta.x")?.[i] as number];
      expect(column[i]).toBeCloseTo(sigmoid(fed.reduce((sum, value, d) => sum + value * (weights[m]?.[d] as number), 0)), 5);
    }
});

test("a model that takes one prompt at a time; one that scores one model in a plain row", async () => {
  const rows = rowsOf([[1, 0], [0, 1], [1, 1]]);
  const one = await scorerOf(await opened(linear([[0.5, 0.25]], { x: [1, 2] })), { models: ["a"], score: "probability" })({ rows, facts: new Map() });
  expect(one.map((column) => [...column])).toEqual([[0.5, 0.25, 0.75]]);
  const flat = await scorerOf(await opened(linear([[0.5, 0.25]], { x: ["n", "d"] }, { flat: true })), { models: ["a"], score: "probability" })({ rows, facts: new Map() });
  expect(flat).toEqual(one);
});

test("a prompt that lacks a fact has no score, the others do", async () => {
  const scores = await scorerOf(await opened(linear([[0.5]], { x: ["n", 1] })), { models: ["a"], inputs: { x: "meta.x" }, score: "probability" })({ rows: rowsOf([[1], [1], [1]]), facts: facts({ "meta.x": [1, NaN, 2] }) });
  expect(scores.map((column) => [...column])).toEqual([[0.5, NaN, 1]]);
  const none = await scorerOf(await opened(linear([[0.5]], { x: ["n", 1] })), { models: ["a"], inputs: { x: "meta.y" }, score: "probability" })({ rows: rowsOf([[1]]), facts: new Map() });
  expect(none.map((column) => [...column])).toEqual([[NaN]]);
});

describe("what does not fit is told with the file", () => {
  const eye = [[1, 0], [0, 1]];
  test.each<[string, Graph, Partial<ScoreSpec>, RegExp]>([
    ["an output too wide", linear([...eye, [1, 1]], { x: ["n", 2] }), {}, /router\.onnx: the model's output scores has the shape \[prompts, 3\], and 2 models are given: a, b/],
    ["an output of another name", linear(eye, { x: ["n", 2] }), { output: "logits" }, /has no output logits/],
    ["an input that is not there", linear(eye, { x: ["n", 2] }), { inputs: { y: "vector" } }, /has no input y/],
    ["an input that is given nothing", linear(eye, { x: ["n", 1], y: ["n", 1] }), { inputs: { x: "vector" } }, /nothing says what the model's input y is given/],
    ["two inputs, and nothing said", linear(eye, { x: ["n", 1], y: ["n", 1] }), {}, /has the inputs x, y, and nothing says what each is given/],
    ["three prompts at a time", linear(eye, { x: [3, 2] }), {}, /input x has the shape \[3, 2\]: it takes 3 prompts at a time/],
    ["an unknown fact", linear(eye, { x: ["n", 2] }), { inputs: { x: ["length", "size"] } }, /router\.onnx: unknown fact "size"/],
    ["an input of one axis", { ...linear(eye, { x: ["n"] }), nodes: [{ operator: "Identity", inputs: ["weights"], outputs: ["scores"] }] }, {}, /input x has the shape \[n\]: 2 axes were expected/],
    ["an input of whole numbers", { inputs: [{ name: "x", type: "int64", shape: ["n", 2] }], outputs: [{ name: "scores", type: "float32", shape: ["n", 2] }], constants: [], nodes: [{ operator: "Cast", inputs: ["x"], outputs: ["scores"], integers: { to: 1 } }] }, {}, /input x is int64, not float32/],
  ])("%s", async (_what, graph, more, told) => {
    const session = await opened(graph);
    expect(() => scorerOf(session, { ...two, ...more })).toThrow(located(told));
  });

  test("vectors of another length; a score that is no probability; rows that come in another number", async () => {
    const asked = { rows: rowsOf([[3, 0, 0]]), facts: new Map<string, Float64Array>() };
    const narrow = scorerOf(await opened(linear(eye, { x: ["n", 2] })), { ...two, inputs: { x: ["vector", "length"] } });
    await expect(narrow(asked)).rejects.toThrow(located(/router\.onnx: the model's input x has the shape \[n, 2\], and it is given 4 numbers a prompt: the vector \(3\), prompt\.lengthCodePoints/));
    const wide = scorerOf(await opened(linear([[1, 0, 0], [0, 1, 0]], { x: ["n", 3] })), { ...two, score: "probability" });
    await expect(wide(asked)).rejects.toThrow(located(/output scores has the score 3, which is no probability/));
    const constant: Graph = { ...linear(eye, { x: ["n", "d"] }), outputs: [{ name: "scores", type: "float32", shape: ["n", 2] }], nodes: [{ operator: "Identity", inputs: ["weights"], outputs: ["scores"] }] };
    await expect(scorerOf(await opened(constant), two)(asked)).rejects.toThrow(located(/came with the shape \[2, 2\], for 1 prompts and 2 models/));
  });
});
