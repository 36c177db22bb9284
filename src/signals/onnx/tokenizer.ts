import type { Tokenizer } from "@huggingface/tokenizers";
import { WrpError } from "../../model/errors.ts";
import { tokenAligner } from "./token-offsets.ts";

/** A text as a model reads it, special tokens and all. */
export interface Tokens {
  readonly length: number;
  readonly ids: readonly number[];
  /** The tokens' own texts. */
  readonly tokens: readonly string[];
  /** Tokens before the first of the text. */
  readonly before: number;
  /** Tokens of the text. */
  readonly inside: number;
}

export interface TextTokenizer {
  /** The first tokens of a text: at most `mostTokens`, with the special ones. */
  tokenize(text: string): Tokens;
  /** Where each token of the text stands in it, in UTF-16 units; null where that cannot be told (unknown characters). */
  offsets(text: string, tokens: Tokens): readonly (readonly [start: number, end: number] | null)[];
  readonly padding: number;
}

/** Longer texts are cut before they are split, since only the first tokens count: more than any of them takes. */
const CHARACTERS_PER_TOKEN = 128;

/** A tokenizer of Hugging Face's form. Throws WrpError where it cannot be read. */
export async function textTokenizer(file: string, json: string, mostTokens: number): Promise<TextTokenizer> {
  const { Tokenizer } = await import("@huggingface/tokenizers");
  let tokenizer: Tokenizer;
  let around: readonly [before: readonly string[], after: readonly string[]];
  try {
    tokenizer = new Tokenizer(JSON.parse(json) as object, {});
    around = specialTokens(tokenizer);
  } catch (error) {
    throw new WrpError(`the tokenizer cannot be read: ${(error as Error).message}`, { hint: "a tokenizer.json of Hugging Face's tokenizers", place: { file }, code: "bad-model", cause: error });
  }
  const [before, after] = around;
  const room = mostTokens - before.length - after.length;
  if (room < 1) throw new WrpError(`${mostTokens} tokens leave no room for a text beside ${before.length + after.length} special ones`, { place: { file }, code: "bad-model" });
  const [firstIds, lastIds] = around.map((tokens) => tokens.map((token) => tokenizer.token_to_id(token) as number)) as [number[], number[]];
  const align = tokenAligner(tokenizer, json);
  const cut = (text: string) => text.slice(0, mostTokens * CHARACTERS_PER_TOKEN);
  const { padding } = JSON.parse(json) as { padding?: { pad_id?: unknown } | null };
  return {
    padding: typeof padding?.pad_id === "number" ? padding.pad_id : (tokenizer.token_to_id("[PAD]") ?? tokenizer.token_to_id("<pad>") ?? 0),
    tokenize(text) {
      const { ids, tokens } = text === "" ? { ids: [], tokens: [] } : tokenizer.encode(cut(text), { add_special_tokens: false });
      const inside = Math.min(ids.length, room);
      return { length: before.length + inside + after.length, ids: [...firstIds, ...ids.slice(0, inside), ...lastIds], tokens: [...before, ...tokens.slice(0, inside), ...after], before: before.length, inside };
    },
    offsets: (text, { tokens, before: skipped, inside }) => align(cut(text), tokens.slice(skipped, skipped + inside)),
  };
}

/** What stands around every text. */
function specialTokens(tokenizer: Tokenizer): [string[], string[]] {
  const bare: string[] = tokenizer.encode("a", { add_special_tokens: false }).tokens;
  const full: string[] = tokenizer.encode("a").tokens;
  const start = full.findIndex((_, k) => bare.every((token, offset) => full[k + offset] === token));
  return [full.slice(0, start), full.slice(start + bare.length)];
}
