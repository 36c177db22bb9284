import { contentHash } from "../../lib/hash.ts";
import { BATCH, type Row } from "../containers/container.ts";
import type { Draft, RowName } from "../draft.ts";
import type { NoteKind, Notes } from "../notes.ts";
import type { OutcomeDraft } from "../outcome.ts";
import { BadRow, newProblems, type Problems } from "../problems.ts";
import type { Source } from "../source.ts";
import type { ImportedBatch } from "./importer.ts";

/** A row of the long form (one row a prompt and model), taken apart. */
export interface LongRow {
  /** Rows of one key are about the same prompt. */
  readonly key: string;
  /** What the row says of its prompt; what the first row says stands. */
  readonly draft: Draft;
  /** What a model did with it; null where the row only tells of the prompt. */
  readonly outcome: OutcomeDraft | null;
  /** Of two rows about one prompt and model the higher stands, of equals the first. */
  readonly rank?: number;
}

/** How a form's rows come together. */
export interface Grouping {
  /** Takes a row of the file with this index apart. Throws BadRow on what cannot be right. */
  parse(row: Row, name: RowName, source: number, notes: Notes): LongRow;
  /** Adds what a later row knows of the same prompt. */
  fill?(draft: Draft, later: Draft, notes: Notes): void;
  /**
   * What is wrong with a second row about one prompt and model, `first` being the other's position: for forms read a file at
   * a time. Where absent, ranks decide, and rows that differ are noted.
   */
  clash?(model: string, draft: Draft, first: number): BadRow;
}

/** Characters of prompts and answers that are held at once. */
const HELD = 256 * 1024 * 1024;

/**
 * Prompts of files in the long form, in the order of their first rows, wherever their other rows stand. Prompts are held
 * until all files are read; where they are too many for memory (`held` characters), the files are read again for the rest.
 */
export async function* groupRows(
  sources: readonly Source[],
  grouping: Grouping,
  problems: Problems,
  notes: Notes,
  held = HELD,
): AsyncGenerator<ImportedBatch> {
  /** The place of each prompt in the order of first rows, by hash of its key. */
  const places = new Map<string, number>();
  for (let from = 0; from === 0 || from < places.size; ) {
    // Every pass takes every row apart; what is bad in them is told once.
    const told = from === 0 ? problems : newProblems();
    const groups = newGroups(from, held, grouping);
    for (const [index, source] of sources.entries()) {
      const { file, base, container } = source;
      for await (const batch of source.batches(told)) {
        for (let i = 0; i < batch.rows.length; i++) {
          const at = batch.at[i] as number;
          const odd = newRemarks();
          try {
            const row = grouping.parse(batch.rows[i] as Row, { file: file.name, row: batch.first + i, base }, index, odd);
            const key = contentHash(row.key);
            let place = places.get(key);
            if (place === undefined) places.set(key, (place = places.size));
            groups.add(place, row, { source: index, at, odd });
          } catch (error) {
            if (!(error instanceof BadRow)) throw error;
            told.add(file, at, container.lines, error);
          }
        }
      }
    }
    const whole = groups.take();
    for (const { calls, clashes, odd } of whole) {
      for (const { source, at, problem } of clashes) problems.add((sources[source] as Source).file, at, (sources[source] as Source).container.lines, problem);
      for (const remarks of [odd, ...calls.map((call) => call.odd)]) remarks.tell(notes);
    }
    yield* inBatches(whole, sources.length > 1);
    from = groups.end();
  }
}

interface Place {
  readonly source: number;
  readonly at: number;
  /** What is odd about the row. */
  readonly odd: Remarks;
}

interface Call extends Place {
  readonly outcome: OutcomeDraft;
  readonly rank: number;
}

interface Group {
  readonly draft: Draft;
  readonly calls: Call[];
  readonly sources: number[];
  readonly clashes: (Place & { readonly problem: BadRow })[];
  readonly odd: Remarks;
  size: number;
}

/** The prompts from place `from` on, as many as fit. */
function newGroups(from: number, held: number, grouping: Grouping) {
  const groups = new Map<number, Group>();
  let end = Infinity;
  let size = 0;
  return {
    add(place: number, { draft, outcome, rank = 0 }: LongRow, at: Place): void {
      if (place < from || place >= end) return;
      let group = groups.get(place);
      const before = group?.size ?? 0;
      if (!group) groups.set(place, (group = { draft, calls: [], sources: [], clashes: [], odd: newRemarks(), size: sizeOfPrompt(draft) }));
      else grouping.fill?.(group.draft, draft, group.odd);
      if (group.sources.at(-1) !== at.source) group.sources.push(at.source);
      if (outcome) addCall(group, { ...at, outcome, rank }, grouping);
      size += group.size - before;
      if (size > held && groups.size > 1) shrink();
    },
    /** The prompts, now whole. */
    take: () => [...groups.values()],
    /** The place of the first prompt that is not among them. */
    end: () => end,
  };

  /** Leaves the later half to the next pass. Places are met in rising order, so the map has them in it. */
  function shrink(): void {
    const places = [...groups.keys()];
    const kept = Math.ceil(places.length / 2);
    end = places[kept] as number;
    for (const place of places.slice(kept)) {
      size -= (groups.get(place) as Group).size;
      groups.delete(place);
    }
  }
}

function addCall(group: Group, call: Call, { clash }: Grouping): void {
  const known = group.calls.findIndex(({ outcome }) => outcome.model === call.outcome.model);
  if (known === -1) {
    group.calls.push(call);
    group.size += sizeOfOutcome(call.outcome);
    return;
  }
  const earlier = group.calls[known] as Call;
  if (clash) {
    group.clashes.push({ ...call, problem: clash(call.outcome.model, group.draft, earlier.at) });
    return;
  }
  if (differ(earlier.outcome, call.outcome)) group.odd.add("repeated-call", `${call.outcome.model} on ${group.draft.id}`);
  if (call.rank <= earlier.rank) return;
  group.calls[known] = call;
  group.size += sizeOfOutcome(call.outcome) - sizeOfOutcome(earlier.outcome);
}

/** Notes that are kept until it is known whether they are told: a row may not stand, a prompt may be left to the next pass. */
interface Remarks extends Notes {
  tell(notes: Notes): void;
}

function newRemarks(): Remarks {
  let kept: [NoteKind, string][] | null = null;
  return {
    add: (kind, example) => void (kept ??= []).push([kind, example]),
    warnings: () => [],
    tell(notes) {
      for (const [kind, example] of kept ?? []) notes.add(kind, example);
    },
  };
}

function differ(a: OutcomeDraft, b: OutcomeDraft): boolean {
  return (Object.keys(a) as (keyof OutcomeDraft)[]).some((key) => a[key] !== b[key]);
}

/** Characters, and about as many again as the figures take. */
function sizeOfPrompt({ messages, reference }: Draft): number {
  let size = 500 + (reference?.length ?? 0);
  for (const { content } of messages ?? []) size += content.length;
  return size;
}

function sizeOfOutcome({ text, error }: OutcomeDraft): number {
  return 200 + (text?.length ?? 0) + (error?.length ?? 0);
}

function* inBatches(groups: readonly Group[], several: boolean): Generator<ImportedBatch> {
  for (let i = 0; i < groups.length; i += BATCH) {
    const batch = groups.slice(i, i + BATCH);
    for (const { draft, calls } of batch) draft.outcomes = calls.map(({ outcome }) => outcome);
    yield { prompts: batch.map(({ draft }) => draft), raws: null, sources: several ? batch.map(({ sources }) => sources) : null };
  }
}
