/** Fields of parts that the engine does not read, as they are written: a number or boolean where a text stands is that text, as Go's YAML reads it. */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsIn(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A part of a part: `fieldAt(signal, "feature", "source")`. */
export function partAt(value: unknown, ...keys: readonly string[]): Fields {
  return fieldsIn(keys.reduce<unknown>((part, key) => fieldsIn(part)[key], value));
}

/** What a path leads to in a file as it is written. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((part, key) => (Array.isArray(part) ? part[key as number] : fieldsIn(part)[key]), value);
}

export function textIn(part: Fields, key: string): string {
  return textOf(part[key]) ?? "";
}

/** Undefined where there is none. */
export function numberIn(part: Fields, key: string): number | undefined {
  const value = part[key];
  return typeof value === "number" ? value : undefined;
}

export function listIn(part: Fields, key: string): readonly unknown[] {
  const value = part[key];
  return Array.isArray(value) ? value : [];
}

export function textsIn(part: Fields, key: string): readonly string[] {
  return listIn(part, key).map((one) => textOf(one) ?? "");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** How a finding writes names: `"a", "b" and 3 more`. */
export function namesInWords(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : shown.join("");
}
