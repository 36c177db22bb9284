/** Whether a YAML text is a config of vLLM Semantic Router: by its top-level keys, none of which a wrp.yaml has. */
export function looksLikeVsr(text: string): boolean {
  return /^["']?(?:(?:routing|providers|recipes|entrypoints|decisions)["']?\s*:|version["']?\s*:\s*["']?v\d)/m.test(text);
}
