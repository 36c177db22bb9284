/** Things that are odd but no error: each kind becomes one warning with its count and an example. */
export interface Notes {
  /** @param row record number of the example, where it is known */
  add(kind: NoteKind, example: string, row?: number): void;
  warnings(): string[];
}

/** Notes that know the files which their examples are from. */
export interface NoteBook extends Notes {
  /** The same notes, for what is met in one file. */
  in(file: string): Notes;
  noted(): Note[];
}

/** One kind of oddity, and where its first example stands. */
export interface Note {
  readonly code: NoteKind;
  readonly message: string;
  readonly file: string | null;
  /** Record number in the file, from 0; null where it is not known. */
  readonly row: number | null;
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
  "repeated-call": (n: number, example: string) =>
    `${n} ${n === 1 ? "call is" : "calls are"} recorded more than once for a prompt and model, differently: one of them is taken (${example})`,
  "several-choices": (n: number, example: string) =>
    `${n} ${n === 1 ? "prompt has" : "prompts have"} choices of several routers: the first is taken as logged (${example})`,
  "not-graded": (n: number, example: string) =>
    `${n} ${n === 1 ? "answer" : "answers"} whose grading failed: taken as not graded, though the score says 0 (${example})`,
  "no-usage": (n: number, example: string) =>
    `${n} ${n === 1 ? "answer has" : "answers have"} a text, but 0 tokens: taken as tokens and cost not known (${example})`,
  "unpriced-as-zero": (n: number, example: string) =>
    `${n} ${n === 1 ? "call costs" : "calls cost"} 0 because the run had no price for the model: taken as cost not known (${example})`,
  "load-time": (n: number, example: string) =>
    `${n} ${n === 1 ? "row states" : "rows state"} a model's load time: left out, latency is that of a loaded model (${example})`,
  "price-list": (n: number, example: string) =>
    `${n} ${n === 1 ? "file is a price list and holds" : "files are price lists and hold"} no prompts; prices count only where a call has tokens and no cost (${example})`,
  "priced-by-list": (n: number, example: string) =>
    `${n} ${n === 1 ? "call has" : "calls have"} no recorded cost: priced by tokens and the price list (${example})`,
  "price-in-prose": (n: number, example: string) =>
    `${n} price ${n === 1 ? "list entry describes" : "list entries describe"} a model at another price than the price fields: the fields count (${example})`,
  "two-prices": (n: number, example: string) => `${n} ${n === 1 ? "model has" : "models have"} different prices in two lists: the first list counts (${example})`,
  "not-text": (n: number, example: string) => `${n} message ${n === 1 ? "part is" : "parts are"} not text and left out (${example})`,
  "not-a-call": (n: number, example: string) =>
    `${n} ${n === 1 ? "record is" : "records are"} passed over: no ${n === 1 ? "call" : "calls"} of a language model (${example})`,
  "no-model": (n: number, example: string) =>
    `${n} ${n === 1 ? "call names" : "calls name"} no model: without an outcome, or passed over where there is no text either (${example})`,
  "bad-time": (n: number, example: string) =>
    `${n} ${n === 1 ? "time or duration" : "times or durations"} cannot be (unreadable, negative, longer than a day): ` +
    `left as ${n === 1 ? "a gap" : "gaps"} (${example})`,
  "cut-text": (n: number, example: string) =>
    `${n} ${n === 1 ? "prompt is" : "prompts are"} cut short in the log and ${n === 1 ? "stands" : "stand"} so, with meta.truncated (${example})`,
  "other-currency": (n: number, example: string) => `${n} ${n === 1 ? "cost is" : "costs are"} not in USD: left as ${n === 1 ? "a gap" : "gaps"} (${example})`,
} as const;

export type NoteKind = keyof typeof texts;

export function newNotes(): NoteBook {
  const seen = new Map<NoteKind, { count: number; example: string; file: string | null; row: number | null }>();
  const noted = (): Note[] =>
    (Object.keys(texts) as NoteKind[]).flatMap((code) => {
      const entry = seen.get(code);
      return entry ? [{ code, message: texts[code](entry.count, `for example ${entry.example}`), file: entry.file, row: entry.row }] : [];
    });
  const noting = (file: string | null): NoteBook => ({
    add(kind, example, row) {
      const entry = seen.get(kind);
      if (entry) entry.count++;
      else seen.set(kind, { count: 1, example, file, row: row ?? null });
    },
    in: noting,
    noted,
    warnings: () => noted().map(({ message }) => message),
  });
  return noting(null);
}
