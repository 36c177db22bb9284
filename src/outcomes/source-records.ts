import type { Database } from "better-sqlite3";
import type { Connection } from "./connection.ts";
import type { AnswerKey, AnswerSource } from "./store.ts";

/** Gives the number of a source's record of a prompt, making both where they are not there. Belongs into a write transaction. */
export function sourceRecords(handle: Database, sourceId: number): (key: AnswerKey) => number {
  const insertPrompt = handle.prepare("INSERT INTO prompts (hash, messages) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const insertRecord = handle.prepare(
    `INSERT INTO records (source_id, row, prompt_id) SELECT ${sourceId}, ?, id FROM prompts WHERE hash = ? ON CONFLICT DO NOTHING`,
  );
  const select = handle
    .prepare<[number, string], number>(
      `SELECT r.id FROM records AS r JOIN prompts AS p ON p.id = r.prompt_id WHERE r.source_id = ${sourceId} AND r.row = ? AND p.hash = ?`,
    )
    .pluck();
  return ({ variant, hash, messages }) => {
    insertPrompt.run(hash, messages === null ? null : JSON.stringify(messages));
    insertRecord.run(variant, hash);
    return select.get(variant, hash) as number;
  };
}

/** The number of a source that is no file. */
export function sourceNumber(c: Connection, { kind, hash }: AnswerSource): number {
  c.run(c.db.insertInto("sources").values({ kind, hash, import_hash: "" }).onConflict((on) => on.doNothing()));
  return (c.first(c.db.selectFrom("sources").select("id").where("kind", "=", kind).where("hash", "=", hash).where("import_hash", "=", "")) as { id: number }).id;
}

/** The number of a grader, by its name with its version. */
export function graderNumber(c: Connection, name: string): number {
  c.run(c.db.insertInto("graders").values({ name }).onConflict((on) => on.doNothing()));
  return (c.first(c.db.selectFrom("graders").select("id").where("name", "=", name)) as { id: number }).id;
}
