import type { Message, Prompt } from "../model/prompt.ts";

/** What an answer is worth. */
export interface Grade {
  /** In [0,1]; null: ungraded, which is a gap and never a zero. */
  readonly quality: number | null;
  /** Why it is not 1, or why there is none; null where there is nothing to say. */
  readonly why: string | null;
}

/** What a grader sees of a prompt. */
export type Asked = Pick<Prompt, "reference"> & { readonly id?: string; readonly messages?: readonly Message[] | null };

/** Says what an answer is worth. An empty answer is an answer; a failed call never comes here. */
export interface Grader {
  readonly name: string;
  /** Grows whenever an answer could be graded otherwise than before: grades are stored under `name@version`. */
  readonly version: number;
  readonly reference: "needed" | "optional" | "none";
  /** Why a reference cannot be used, in words that go on from "its reference"; null where it can. */
  check(reference: string): string | null;
  /** Does not throw for any text. Time and memory are bounded in the lengths of answer and reference. */
  grade(text: string, prompt: Asked): Grade | Promise<Grade>;
}

/** The name that a grade is stored under. */
export const identityOf = ({ name, version }: Pick<Grader, "name" | "version">): string => `${name}@${version}`;

export const right: Grade = { quality: 1, why: null };

export const wrong = (why: string): Grade => ({ quality: 0, why });

export const ungraded = (why: string): Grade => ({ quality: null, why });

/** A piece of a text for a message: quoted, on one line, at most 60 characters. */
export function quoted(text: string): string {
  const line = text.slice(0, 200).replaceAll(/\s+/g, " ").trim();
  return `"${line.length > 60 || text.length > 200 ? `${line.slice(0, 59)}…` : line}"`;
}

/** Keeps what was made of the last references (a workload asks each of them once per model). */
export function kept<T>(make: (reference: string) => T, most = 200): (reference: string) => T {
  const made = new Map<string, T>();
  return (reference) => {
    if (made.has(reference)) return made.get(reference) as T;
    const value = make(reference);
    if (made.size >= most) made.delete(made.keys().next().value as string);
    made.set(reference, value);
    return value;
  };
}
