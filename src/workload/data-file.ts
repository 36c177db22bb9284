/** A data file before anything is known about its content. */
export interface DataFile {
  /** As the user named it, or found it under a folder or glob. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

const ENDINGS = [".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet"];

/** Whether a name has one of the endings that data files usually have, `.gz` aside. */
export function looksLikeData(name: string): boolean {
  const bare = withoutGz(name.toLowerCase());
  return ENDINGS.some((ending) => bare.endsWith(ending));
}

/** The file's name without folders and data endings: `data/mmlu_anatomy.csv.gz` → `mmlu_anatomy`. */
export function baseName(name: string): string {
  const last = withoutGz(name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1));
  const ending = ENDINGS.find((known) => last.toLowerCase().endsWith(known) && last.length > known.length);
  return ending ? last.slice(0, -ending.length) : last;
}

function withoutGz(name: string): string {
  return name.toLowerCase().endsWith(".gz") && name.length > 3 ? name.slice(0, -3) : name;
}
