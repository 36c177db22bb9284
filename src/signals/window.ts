const RUNES = 2048;
const OMISSION = "\n... [content sampled for routing signal evaluation] ...\n";

/**
 * What a signal of bounded reading sees of a text: all of it up to 2048 runes, else its head, middle and tail, a third of that each, as vLLM
 * Semantic Router cuts them (classifier_signal_text_window.go of its 2026-08-22).
 */
export function sampled(text: string): string {
  if (text.length <= RUNES) return text;
  const runes = [...text];
  if (runes.length <= RUNES) return text;
  const part = Math.floor(RUNES / 3);
  const tail = RUNES - 2 * part;
  const middle = Math.floor((runes.length - part) / 2);
  return [runes.slice(0, part), runes.slice(middle, middle + part), runes.slice(runes.length - tail)].map((some) => some.join("")).join(OMISSION);
}
