import type { Prompt } from "./prompt.ts";

/** Ids at least this long are taken to be unique: UUIDs, hashes. */
const UNIQUE_LENGTH = 16;

/** What names a prompt's session, null where it is of none. A long id is the same session in whatever file it stands; "1" in two datasets is two. */
export function sessionKey({ dataset, session }: Pick<Prompt, "dataset" | "session">): string | null {
  if (session === null) return null;
  return session.length >= UNIQUE_LENGTH ? `session:${session}` : `session:${dataset}:${session}`;
}
