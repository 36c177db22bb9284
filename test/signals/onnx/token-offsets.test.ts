import { Tokenizer } from "@huggingface/tokenizers";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokenAligner } from "../../../src/signals/onnx/token-offsets.ts";

/** One token a byte, as GPT-2 writes them. */
const BYTES = (() => {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : 256 + others++));
})();
const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const inBytes = { added_tokens: [], normalizer: null, pre_tokenizer: byteLevel, post_processor: null, decoder: byteLevel, model: { type: "BPE", vocab: Object.fromEntries(BYTES.map((character, id) => [character, id])), merges: [] } };
const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
const letters = [..."▁abcdefghijklmnopqrstuvwxyzäß"];
const unigram = { added_tokens: [], normalizer: { type: "Lowercase" }, pre_tokenizer: metaspace, post_processor: null, decoder: metaspace, model: { type: "Unigram", unk_id: 0, vocab: [["<unk>", 0], ["▁joe", -1], ...letters.map((letter) => [letter, -5])] } };

function offsetsOf(json: object, text: string): (string | null)[] {
  const tokenizer = new Tokenizer(json, {});
  const { tokens } = tokenizer.encode(text, { add_special_tokens: false });
  return tokenAligner(tokenizer, JSON.stringify(json))(text, tokens).map((offset) => offset && text.slice(...offset));
}

test("each byte of a text stands in its character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const expected = [...text].flatMap((character) => Array.from(Buffer.from(character), (byte) => ([9, 10, 13, 32].includes(byte) ? null : character)));
      expect(offsetsOf(inBytes, text)).toEqual(expected);
    }),
  );
});

test("pieces with the mark of a word, in another case; an unknown character too", () => {
  expect(offsetsOf(unigram, "A JOE Äb")).toEqual([null, "A", "JOE", null, "Ä", "b"]);
  expect(offsetsOf(unigram, "joe 日 ab")).toEqual(["joe", null, "日", null, "a", "b"]);
});
