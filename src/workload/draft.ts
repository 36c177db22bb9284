import { contentHash, promptHash, valueHash } from "../lib/hash.ts";
import type { Message, Prompt } from "../model/prompt.ts";

/** A prompt that is still being put together. */
export type Draft = { -readonly [K in keyof Prompt]: Prompt[K] };

/** What identifies a row, before anything is known of its prompt. */
export interface RowName {
  readonly file: string;
  readonly row: number;
  /** The file's base name: dataset and id where the row has none. */
  readonly base: string;
}

/** A prompt with its text (if any), hash and length; everything else not known. `id` null or empty: named after file and row. */
export function newDraft(name: RowName, id: string | null, messages: readonly Message[] | null, dataset: string | null): Draft {
  return {
    ordinal: 0,
    id: id || `${name.base}#${name.row}`,
    hash: messages ? promptHash(messages) : "",
    messages,
    dataset: dataset || name.base,
    file: name.file,
    row: name.row,
    lengthCodePoints: messages ? codePoints(messages) : null,
    inputTokens: null,
    session: null,
    turn: null,
    tags: [],
    meta: {},
    reference: null,
    grader: null,
    chosen: null,
    outcomes: [],
  };
}

/** The hash of a prompt whose text is not given: it is known by its name in its dataset. */
export function nameHash(dataset: string, id: string): string {
  return valueHash({ dataset, id });
}

/** All message texts, joined by newlines. */
export function textOf(messages: readonly Message[]): string {
  return messages.length === 1 ? (messages[0] as Message).content : messages.map((message) => message.content).join("\n");
}

/** Hash of a text as an id among others. */
export function idHash(dataset: string, id: string): string {
  return contentHash(`${dataset}\0${id}`);
}

/** Unicode code points of all texts joined by newlines; a lone surrogate counts as one. */
function codePoints(messages: readonly Message[]): number {
  let count = messages.length - 1;
  for (const { content } of messages) {
    count += content.length;
    // At once false for texts that V8 holds as Latin-1, which is most.
    if (!SURROGATE_PAIR.test(content)) continue;
    for (let i = 0; i < content.length - 1; i++) {
      if ((content.charCodeAt(i) & 0xfc00) === 0xd800 && (content.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
        count--;
        i++;
      }
    }
  }
  return count;
}

const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/;
