import { parseJson } from "./nesting.ts";
import { isGap } from "./outcome.ts";

/** What a cell of a log holds: JSON text (of text inside, once more) as its value, everything else as it is. */
export function jsonCell(value: unknown): unknown {
  let inner = value;
  for (let depth = 0; depth < 2 && typeof inner === "string" && /^\s*["[{]/.test(inner); depth++) {
    try {
      inner = parseJson(inner);
    } catch {
      return inner;
    }
  }
  return inner;
}

/** What stands under keys of nested objects (JSON text inside them read too) and under indexes of lists; undefined where there is nothing. */
export function field(value: unknown, ...path: readonly (string | number)[]): unknown {
  let inner = jsonCell(value);
  for (const key of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = jsonCell((inner as Record<string | number, unknown>)[key]);
  }
  return inner;
}

/** A name or number as text; blank, lists and objects are null. */
export function nameCell(value: unknown): string | null {
  return isGap(value) || typeof value === "object" ? null : String(value).trim();
}

/** Whether a cell says yes. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === "string" && /^\s*(true|1|t)\s*$/i.test(value));
}

/** A number for a fact, null where the cell holds none. */
export function numberFact(value: unknown): number | null {
  const number = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** The names in a list, in JSON text, in a Postgres array (`{a,"b c"}`) or between commas. */
export function namesCell(value: unknown): string[] {
  const inner = jsonCell(value);
  if (isGap(inner)) return [];
  const list: readonly unknown[] = Array.isArray(inner) ? inner : typeof inner === "string" ? inner.replace(/^\{(.*)\}$/s, "$1").split(",") : [];
  const names = list.filter((one) => typeof one === "string" || typeof one === "number");
  return names.map((one) => String(one).trim().replace(/^"(.*)"$/s, "$1")).filter((one) => one !== "");
}
