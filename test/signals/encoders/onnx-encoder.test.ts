import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openEncoder } from "../../../src/signals/encoders/onnx-encoder.ts";
import { lookup, summed, table, TOKENIZER, written } from "../../fixtures/tiny-models.ts";

const folder = mkdtempSync(join(tmpdir(), "wrp-encoder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let models = 0;
const at = () => join(folder, `${++models}`);

const rows = table(2, { "[CLS]": [5, 0], a: [3, 4], b: [0, 1], "[PAD]": [1000, 1000] });

describe("a sentence encoder of one's own", () => {
  test("pools the mean of its tokens, padding left out, and makes vectors of length 1", async () => {
    const encoder = await openEncoder({ model: written(at(), lookup(rows)) });
    expect(encoder.dimensions).toBe(2);
    const [long, short] = await encoder.encode(["a b", "b"]);
    // [CLS] a b [SEP]: (5+3+0+0, 0+4+1+0) / 4; [CLS] b [SEP]: (5, 1) / 3
    expect([...(long as Float32Array)]).toEqual([expect.closeTo(8 / Math.hypot(8, 5), 6), expect.closeTo(5 / Math.hypot(8, 5), 6)]);
    expect([...(short as Float32Array)]).toEqual([expect.closeTo(5 / Math.hypot(5, 1), 6), expect.closeTo(1 / Math.hypot(5, 1), 6)]);
  });

  test("pools as it is told, as its own files say, or takes the sentence vector that the model gives", async () => {
    const first = [expect.closeTo(1, 6), expect.closeTo(0, 6)];
    expect([...((await (await openEncoder({ model: written(at(), lookup(rows)), pooling: "cls" })).encode(["a"]))[0] as Float32Array)]).toEqual(first);
    const said = written(at(), lookup(rows, { output: "token_embeddings" }), { "1_Pooling/config.json": { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false } });
    expect([...((await (await openEncoder({ model: said })).encode(["a"]))[0] as Float32Array)]).toEqual(first);
    const sentences = await openEncoder({ model: written(at(), summed(rows, "sentence_embedding")) });
    expect([...((await sentences.encode(["a"]))[0] as Float32Array)]).toEqual([expect.closeTo(8 / Math.hypot(8, 4), 6), expect.closeTo(4 / Math.hypot(8, 4), 6)]);
    await expect(openEncoder({ model: written(at(), summed(rows, "sentence_embedding")), pooling: "mean" })).rejects.toMatchObject({ message: expect.stringContaining("nothing to pool") });
  });

  test("takes int32, only the inputs that the model has, and finds out its dimensions where the model does not say", async () => {
    const encoder = await openEncoder({ model: written(at(), lookup(rows, { inputs: ["input_ids"], type: "int32", open: true })) });
    expect(encoder.dimensions).toBe(2);
    const types = await openEncoder({ model: written(at(), lookup(rows, { inputs: ["input_ids", "attention_mask", "token_type_ids", "position_ids"] })) });
    expect(await types.encode(["a b"])).toEqual(await encoder.encode(["a b"]));
  });

  test("reads as many tokens as the model takes, and no more than it is told", async () => {
    const whole = await openEncoder({ model: written(at(), lookup(rows)) });
    const [ten, eleven, thousands] = await whole.encode(["a ".repeat(10), `${"a ".repeat(10)} b`, `${"a ".repeat(5000)} b`]);
    expect(eleven).toEqual(ten);
    expect(thousands).toEqual(ten);
    const cut = await openEncoder({ model: written(at(), lookup(rows)), maxTokens: 3 });
    expect(await cut.encode(["a b b b"])).toEqual(await whole.encode(["a"]));
    for (const [name, content] of [["config.json", { max_position_embeddings: 3 }], ["tokenizer_config.json", { model_max_length: 3 }], ["sentence_bert_config.json", { max_seq_length: 3 }]] as const)
      expect(await (await openEncoder({ model: written(at(), lookup(rows), { [name]: content }) })).encode(["a b b b"])).toEqual(await whole.encode(["a"]));
    await expect(openEncoder({ model: written(at(), lookup(rows)), maxTokens: 2 })).rejects.toMatchObject({ message: "2 tokens leave no room for a text beside 2 special ones" });
  });

  test("is named by weights, tokenizer and settings, not by where it stands", async () => {
    const id = async (...args: Parameters<typeof openEncoder>) => (await openEncoder(...args)).id;
    const one = await id({ model: written(at(), lookup(rows)) });
    expect(await id({ model: written(at(), lookup(rows)) })).toBe(one);
    const others = [
      await id({ model: written(at(), lookup(rows.map((value) => value * 2))) }),
      await id({ model: written(at(), lookup(rows), { "tokenizer.json": { ...TOKENIZER, version: "1.1" } }) }),
      await id({ model: written(at(), lookup(rows)), pooling: "cls" }),
      await id({ model: written(at(), lookup(rows)), maxTokens: 5 }),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
  });

  test("a tokenizer may stand elsewhere; over a folder onnx it is found", async () => {
    const elsewhere = at();
    written(elsewhere, lookup(rows));
    const bare = written(at(), lookup(rows), { "tokenizer.json": null });
    await expect(openEncoder({ model: bare })).rejects.toMatchObject({ place: { file: bare }, message: "the model has no tokenizer.json beside it", hint: "tokenizer: path/to/tokenizer.json" });
    expect((await openEncoder({ model: bare, tokenizer: join(elsewhere, "tokenizer.json") })).dimensions).toBe(2);
    expect((await openEncoder({ model: written(join(elsewhere, "onnx"), lookup(rows), { "tokenizer.json": null }) })).dimensions).toBe(2);
  });

  test.each([
    ["an input that texts do not give", lookup(rows, { inputs: ["input_ids", "pixel_values"] }), {}, 'the model asks for the input "pixel_values"'],
    ["no input of tokens", { ...lookup(rows), inputs: [{ name: "attention_mask", type: "int64", shape: ["texts", "tokens"] }], nodes: [{ operator: "Gather", inputs: ["rows", "attention_mask"], outputs: ["last_hidden_state"] }] } as never, {}, "the model has no input input_ids"],
    ["float inputs", { inputs: [{ name: "input_ids", type: "float32", shape: ["texts"] }], outputs: [{ name: "y", type: "float32", shape: ["texts"] }], constants: [], nodes: [{ operator: "Relu", inputs: ["input_ids"], outputs: ["y"] }] } as never, {}, "the model's input input_ids is float32, not int64 or int32"],
    ["an output that is no float", { ...lookup(rows), outputs: [{ name: "last_hidden_state", type: "int64", shape: ["texts", "tokens"] }], nodes: [{ operator: "Add", inputs: ["input_ids", "input_ids"], outputs: ["last_hidden_state"] }] } as never, {}, "the model's output last_hidden_state is int64, not float32"],
    ["a tokenizer that is no JSON", lookup(rows), { "tokenizer.json": "{" }, "is no JSON"],
    ["a tokenizer of no known form", lookup(rows), { "tokenizer.json": {} }, "the tokenizer cannot be read"],
  ])("%s is an error that says what was found", async (_, graph, files, message) => {
    await expect(openEncoder({ model: written(at(), graph, files) })).rejects.toMatchObject({ name: "WrpError", message: expect.stringContaining(message), place: { file: expect.stringContaining(folder) } });
  });
});
