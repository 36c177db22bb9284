import type { z } from "zod";
import { nearest } from "../model/nearest.ts";
import { knownKeys } from "./known-keys.ts";

/** What zod says where a union has no words of its own. */
const UNTOLD = "Invalid input";

/** One thing that does not fit the config's schema, in words. */
export interface ConfigIssue {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly path: readonly PropertyKey[];
  /** True where the path ends in a key that should not be there. */
  readonly isKey: boolean;
}

/** What codes an issue can have. */
export const SCHEMA_CODES: ReadonlySet<string> = new Set(["unknown-key", "unknown-value", "wrong-type", "wrong-value"]);

/** A zod issue in words: one for each unknown key, and of a value that has several forms, what keeps it from the one it is nearest to. */
export function issuesOf(issue: z.core.$ZodIssue, root: unknown, schema: z.ZodType): ConfigIssue[] {
  const { path } = issue;
  const where = path.length > 0 ? `"${path.map(String).join(".")}" ` : "";
  const got = `(got ${shown(valueAt(root, path))})`;
  const one = (code: string, message: string, hint: string | null = null): ConfigIssue[] => [{ code, message: where + message, hint, path, isKey: false }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const known = knownKeys(schema, root, path);
        const near = nearest(key, known);
        const hint = near !== null ? `did you mean "${near}"?` : known.length > 0 ? `known: ${known.join(", ")}` : null;
        return { code: "unknown-key", message: `${where}unknown key "${key}"`, hint, path: [...path, key], isKey: true };
      });
    case "invalid_union": {
      if ("options" in issue && issue.options) {
        const known = issue.options.map(String);
        const what = path[0] === "policies" ? "kind of policy" : String(path.at(-1));
        return one("unknown-value", `is no known ${what} ${got}; known: ${known.join(", ")}`, suggestion(valueAt(root, path), known));
      }
      if (issue.message !== UNTOLD) return one("wrong-type", `${issue.message} ${got}`); // the schema has its own words for it
      const forms = issue.errors.filter((form) => form.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"));
      const nearestForm = forms.toSorted((a, b) => faultsOf(a) - faultsOf(b))[0];
      if (nearestForm) return nearestForm.flatMap((inner) => issuesOf({ ...inner, path: [...path, ...inner.path] } as z.core.$ZodIssue, root, schema));
      const words = issue.errors.flatMap((form) => (form[0] ? [wanted(form[0])] : []));
      return one("wrong-type", `must be ${[...new Set(words)].join(", or ")} ${got}`);
    }
    case "invalid_type":
      return one("wrong-type", `must be ${wanted(issue)} ${got}`);
    case "invalid_value":
      return one("unknown-value", `${issue.message} ${got}`, suggestion(valueAt(root, path), issue.values.map(String)));
    default:
      return one("wrong-value", `${issue.message} ${got}`);
  }
}

/** How far a value is from a form: each key that the form does not know counts. */
function faultsOf(form: readonly z.core.$ZodIssue[]): number {
  return form.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

function suggestion(value: unknown, known: readonly string[]): string | null {
  const near = typeof value === "string" ? nearest(value, known) : null;
  return near === null ? null : `did you mean "${near}"?`;
}

/** What an issue asks for. */
function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  if (issue.code !== "invalid_type") return issue.message;
  return issue.expected === "boolean" ? "true or false" : `${/^[aeio]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], root);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
