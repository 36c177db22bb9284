import { configSchema, type Config } from "../model/config.ts";

/** What is left of a config when what does not fit its schema is taken out. */
export interface UsableConfig {
  readonly config: Config;
  /** The path that something in `config` has in the file. */
  pathInFile(path: readonly PropertyKey[]): readonly PropertyKey[];
}

type Tree = Record<PropertyKey, unknown>;

/** How often taking out may uncover the next thing that does not fit: a key, then its entry, then its list. */
const MOST_ROUNDS = 10;

/**
 * Takes out of a config what does not fit: a key where that is enough, else the entry of the list that it stands in, else the whole
 * of a top-level key. With a policy goes the `reference`, which may name it.
 */
export function usableConfig(value: unknown): UsableConfig {
  const tree = structuredClone(value) as Tree;
  const kept = new Map<PropertyKey, number[]>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const parsed = configSchema.safeParse(tree);
    if (parsed.success) return { config: parsed.data, pathInFile: ([key, k, ...rest]) => (key === undefined ? [] : k === undefined ? [key] : [key, entryInFile(key, k), ...rest]) };
    if (typeof tree !== "object" || tree === null || Array.isArray(tree)) break;
    const dropped = new Map<PropertyKey, Set<number>>();
    for (const issue of parsed.error.issues)
      if (issue.code === "unrecognized_keys") for (const key of issue.keys) delete at(tree, issue.path)?.[key];
      else takeOut(issue.path, dropped);
    for (const [key, entries] of dropped) drop(key, entries);
  }
  return { config: {}, pathInFile: (path) => path };

  function entryInFile(key: PropertyKey, k: PropertyKey): PropertyKey {
    return typeof k === "number" ? (kept.get(key)?.[k] ?? k) : k;
  }

  function takeOut([key, k, field]: readonly PropertyKey[], dropped: Map<PropertyKey, Set<number>>): void {
    const list = key === undefined ? undefined : tree[key];
    if (key === undefined) return;
    if (!Array.isArray(list) || typeof k !== "number") return void delete tree[key];
    const entry = list[k] as unknown;
    if (field !== undefined && typeof entry === "object" && entry !== null && Object.hasOwn(entry, field)) delete (entry as Tree)[field];
    else dropped.set(key, (dropped.get(key) ?? new Set()).add(k));
  }

  function drop(key: PropertyKey, entries: ReadonlySet<number>): void {
    const list = tree[key] as unknown[] | undefined;
    if (!list) return; // gone whole, for another fault
    kept.set(key, (kept.get(key) ?? list.map((_, i) => i)).filter((_, k) => !entries.has(k)));
    tree[key] = list.filter((_, k) => !entries.has(k));
    if (key === "policies") delete tree["reference"];
  }
}

function at(tree: Tree, path: readonly PropertyKey[]): Tree | undefined {
  return path.reduce<unknown>((value, key) => (value as Tree | null | undefined)?.[key], tree) as Tree | undefined;
}
