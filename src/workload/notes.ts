/** Things that are odd but no error: each kind becomes one warning with its count and an example. */
export interface Notes {
  add(kind: NoteKind, example: string): void;
  warnings(): string[];
}

const texts = {
  "failed-call": (n: number, example: string) =>
    `${n} ${n === 1 ? "call" : "calls"} with quality 0, no tokens and no cost: taken as failed, not as wrong answers (${example})`,
  "bad-literal": (n: number, example: string) =>
    `${n} ${n === 1 ? "prompt begins" : "prompts begin"} like a Python list but cannot be read as one: taken as plain text (${example})`,
  "repeated-id": (n: number, example: string) =>
    `${n} ${n === 1 ? "id is" : "ids are"} used by several rows; rows are never merged by id (${example})`,
  "different-outcomes": (n: number, example: string) =>
    `${n} duplicate ${n === 1 ? "prompt has" : "prompts have"} different recorded outcomes (${example})`,
  "not-text": (n: number, example: string) => `${n} message ${n === 1 ? "part is" : "parts are"} not text and left out (${example})`,
} as const;

export type NoteKind = keyof typeof texts;

export function newNotes(): Notes {
  const seen = new Map<NoteKind, { count: number; example: string }>();
  return {
    add(kind, example) {
      const entry = seen.get(kind);
      if (entry) entry.count++;
      else seen.set(kind, { count: 1, example });
    },
    warnings: () =>
      (Object.keys(texts) as NoteKind[]).flatMap((kind) => {
        const entry = seen.get(kind);
        return entry ? [texts[kind](entry.count, `for example ${entry.example}`)] : [];
      }),
  };
}
