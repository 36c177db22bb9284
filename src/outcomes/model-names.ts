import type { Database } from "better-sqlite3";

/** Models by number and back, each looked up in the store once. */
export interface ModelNames {
  /** The model's number; a new model gets one. */
  idOf(name: string): number;
  nameOf(id: number): string;
}

export function modelNames(handle: Database): ModelNames {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const insert = handle.prepare("INSERT INTO models (name) VALUES (?) ON CONFLICT DO NOTHING");
  const selectId = handle.prepare<[string], number>("SELECT id FROM models WHERE name = ?").pluck();
  const selectName = handle.prepare<[number], string>("SELECT name FROM models WHERE id = ?").pluck();
  return {
    idOf(name) {
      const known = ids.get(name);
      if (known !== undefined) return known;
      insert.run(name);
      const id = selectId.get(name) as number;
      ids.set(name, id);
      return id;
    },
    nameOf(id) {
      const known = names.get(id);
      if (known !== undefined) return known;
      const name = selectName.get(id) as string;
      names.set(id, name);
      return name;
    },
  };
}
