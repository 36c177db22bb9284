/** Tokens of a text in OpenAI's o200k encoding: exact for models that use it, an estimate for others. Loads the encoder on first use. */
export async function countTokens(text: string): Promise<number> {
  const { countTokens: count } = await import("gpt-tokenizer/encoding/o200k_base");
  return count(text);
}
