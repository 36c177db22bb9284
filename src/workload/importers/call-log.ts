import { contentHash } from "../../lib/hash.ts";
import { WrpError } from "../../model/errors.ts";
import { BATCH, type Row } from "../containers/container.ts";
import type { Draft, RowName } from "../draft.ts";
import { newNotes, type Notes } from "../notes.ts";
import { BadRow, newProblems, type Problems } from "../problems.ts";
import { newSeen } from "../seen.ts";
import { columnList, type Source } from "../source.ts";
import type { Import, Importer } from "./importer.ts";

/** One call of a log, as far as its place in a session goes; `draft` puts the rest together. */
export interface CallRecord {
  readonly session: string | null;
  /** Turn in the session, where the log states it. */
  readonly turn: number | null;
  /** When it began, in any unit: orders the turns of a session where the log does not state them. */
  readonly at: number | null;
  /** Null where the record is passed over after all (noted). Throws BadRow. */
  draft(): Draft | null;
}

/** A row of a log by its keys, or columns. */
export type Fields = Readonly<Record<string, unknown>>;

/** How the rows of a log, of an importer's form, become calls. */
export interface CallLog {
  readonly form: Pick<Importer, "name" | "detect">;
  /** The records that a row holds, where it is more than one (OTLP). */
  records?(row: Fields): Iterable<Fields>;
  /** A record's call; null where it is none (noted). Throws BadRow. */
  call(record: Fields, name: RowName, notes: Notes): CallRecord | null;
}

/**
 * Reads a log of calls, record by record. Prompts are numbered by record, and turns by time within their session; for
 * these the log is gone through once before, keeping a few bytes a record. A file that neither looks like the form asked
 * for nor holds a call is refused (WrpError).
 */
export function readCalls(source: Source, log: CallLog): Import {
  let turns: Int32Array | null = null;
  return {
    sessions: true,
    renumbered: log.records !== undefined,
    async *read(problems, notes) {
      const turnOf = (turns ??= await findTurns(source, log));
      const take = (call: CallRecord, record: number): Draft | null => {
        const draft = call.draft();
        if (!draft || call.session === null) return draft;
        draft.session = call.session;
        draft.turn = call.turn ?? (turnOf[record] as number);
        return draft;
      };
      let calls = 0;
      for await (const prompts of visit(source, log, problems, notes, take)) {
        calls += prompts.length;
        yield { prompts, raws: null };
      }
      if (calls === 0 && problems.count === 0 && !log.form.detect(source))
        throw new WrpError(`no calls: this does not look like "${log.form.name}"; its columns are ${columnList(source)}`, { place: { file: source.file.name } });
    },
  };
}

/** What a log's `call` returns for a record that is none, said in the warnings. */
export function passedOver(notes: Notes, what: string, where: string): null {
  notes.add("not-a-call", `${what} at ${where}`);
  return null;
}

/** Each record's turn in its session, from 0 in order of time (records without a time last, in file order). */
async function findTurns(source: Source, log: CallLog): Promise<Int32Array> {
  const numbers = newSeen();
  const calls: { readonly records: number[]; readonly sessions: number[]; readonly times: number[] } = { records: [], sessions: [], times: [] };
  let sessions = 0;
  let records = 0;
  const take = ({ session, turn, at }: CallRecord, record: number): null => {
    records = record + 1;
    if (session === null || turn !== null) return null;
    const hash = contentHash(session);
    let number = numbers.get(hash);
    if (number === undefined) numbers.set(hash, (number = sessions++));
    calls.records.push(record);
    calls.sessions.push(number);
    calls.times.push(at ?? Infinity);
    return null;
  };
  try {
    for await (const _ of visit(source, log, newProblems(), newNotes(), take));
  } catch (error) {
    // What is wrong with the file is told when it is read.
    if (!(error instanceof WrpError)) throw error;
  }
  const turns = new Int32Array(records);
  const next = new Int32Array(sessions);
  const order = calls.records.map((_, i) => i).sort((a, b) => compare(calls.times[a] as number, calls.times[b] as number));
  for (const i of order) turns[calls.records[i] as number] = (next[calls.sessions[i] as number] as number)++;
  return turns;
}

/** Goes through a log's calls in order; what `take` makes of them comes in lists of about 512. Bad rows go to `problems`. */
async function* visit<T>(
  { file, base, container, batches }: Source,
  log: CallLog,
  problems: Problems,
  notes: Notes,
  take: (call: CallRecord, record: number) => T | null,
): AsyncGenerator<readonly T[]> {
  let record = 0;
  let taken: T[] = [];
  for await (const batch of batches(problems)) {
    for (let i = 0; i < batch.rows.length; i++) {
      const row = fieldsOf(batch.rows[i] as Row, batch.columns);
      try {
        for (const one of log.records?.(row) ?? [row]) {
          const number = record++;
          const call = log.call(one, { file: file.name, row: number, base }, notes);
          const made = call && take(call, number);
          if (made !== null) taken.push(made);
          if (taken.length < BATCH) continue;
          yield taken;
          taken = [];
        }
      } catch (error) {
        if (!(error instanceof BadRow)) throw error;
        problems.add(file, batch.at[i] as number, container.lines, error);
      }
    }
  }
  if (taken.length > 0) yield taken;
}

function fieldsOf(row: Row, columns: readonly string[] | null): Fields {
  return columns ? Object.fromEntries(columns.map((column, i) => [column, (row as readonly unknown[])[i]])) : (row as Fields);
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
