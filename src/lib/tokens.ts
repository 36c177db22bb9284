/**
 * Counts tokens in OpenAI's o200k encoding: exact for models that use it, an estimate for others. The encoder is loaded on first
 * use.
 */
export async function tokenCounter(): Promise<(text: string) => number> {
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  return (text) => countTokens(text);
}
