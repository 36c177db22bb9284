import type { Tokenizer } from "@huggingface/tokenizers";

type Offset = readonly [start: number, end: number] | null;

/** Bytes that are left out on both sides before tokens are looked for: spaces belong to no word. */
const SPACES = [0x20, 0x09, 0x0a, 0x0d];
const METASPACE = "\u2581";
/** How far ahead a token is looked for after one that was not found, bytes. */
const AHEAD = 512;

/**
 * Finds where tokens stand in the text that they were made of, which @huggingface/tokenizers does not tell: text and tokens are written as bytes
 * without spaces, the text normalized character by character as the tokenizer does, and each token is found after the one before it. A token that is not
 * there (an unknown word) has no place; the next one that is there goes on.
 */
export function tokenAligner(tokenizer: Tokenizer, json: string): (text: string, tokens: readonly string[]) => Offset[] {
  const { model, pre_tokenizer, decoder } = JSON.parse(json) as { model?: { continuing_subword_prefix?: string | null }; pre_tokenizer?: unknown; decoder?: unknown };
  const inBytes = JSON.stringify([pre_tokenizer, decoder]).includes('"ByteLevel"');
  const prefix = model?.continuing_subword_prefix ?? "";
  const bytesOf = (token: string): Buffer => {
    if (inBytes) return withoutSpaces(Buffer.from(Array.from(token, (character) => BYTE_OF.get(character) ?? 0x20)));
    return withoutSpaces(Buffer.from((prefix !== "" && token.startsWith(prefix) ? token.slice(prefix.length) : token).replaceAll(METASPACE, "")));
  };
  const normal = (character: string): string => (tokenizer.normalizer ? tokenizer.normalizer.normalize(character) : character).replaceAll(METASPACE, "");

  return (text, tokens) => {
    const { bytes, starts, ends } = laidOut(text, normal);
    let at = 0;
    let lost = false;
    return tokens.map((token) => {
      const wanted = bytesOf(token);
      if (wanted.length === 0) return null;
      let found = bytes.subarray(at, at + wanted.length).equals(wanted) ? at : -1;
      if (found < 0 && lost) {
        const ahead = bytes.subarray(at, at + AHEAD).indexOf(wanted);
        if (ahead >= 0) found = at + ahead;
      }
      lost = found < 0;
      if (found < 0) return null;
      at = found + wanted.length;
      return [starts[found] as number, ends[at - 1] as number] as const;
    });
  };
}

/** The normalized text's bytes without spaces; for each, where the character that it is of starts and ends in the text. */
function laidOut(text: string, normal: (character: string) => string): { bytes: Buffer; starts: number[]; ends: number[] } {
  const bytes: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let position = 0;
  for (const character of text) {
    for (const byte of withoutSpaces(Buffer.from(normal(character)))) {
      bytes.push(byte);
      starts.push(position);
      ends.push(position + character.length);
    }
    position += character.length;
  }
  return { bytes: Buffer.from(bytes), starts, ends };
}

function withoutSpaces(bytes: Buffer): Buffer {
  return bytes.some((byte) => SPACES.includes(byte)) ? Buffer.from(bytes.filter((byte) => !SPACES.includes(byte))) : bytes;
}

/** GPT-2's printable character of each byte (github.com/openai/gpt-2, encoder.py: bytes_to_unicode), the other way round. */
const BYTE_OF: ReadonlyMap<string, number> = (() => {
  const printable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const map = new Map<string, number>();
  let others = 0;
  for (let byte = 0; byte < 256; byte++) map.set(String.fromCodePoint(printable(byte) ? byte : 256 + others++), byte);
  return map;
})();
