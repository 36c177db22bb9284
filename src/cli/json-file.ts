import type { z } from "zod";
import { WrpError } from "../model/errors.ts";
import { readTextFile } from "./text-file.ts";

/** Reads a JSON file of a known form, as it is and as the form takes it. Throws WrpError with the file, and how it should look. */
export function readJsonFile<T>(file: string, cwd: string, schema: z.ZodType<T>, { what, form, maxBytes }: { readonly what: string; readonly form: string; readonly maxBytes: number }): { readonly value: unknown; readonly data: T } {
  const value = parsed(readTextFile(file, cwd, maxBytes), file, form);
  const { success, data, error } = schema.safeParse(value);
  if (success) return { value, data };
  const [issue] = error.issues;
  throw new WrpError(`is no ${what}: ${issue?.path.length ? `${issue.path.map(String).join(".")}: ` : ""}${issue?.message}`, { place: { file }, hint: form });
}

function parsed(text: string, file: string, form: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new WrpError(`is not JSON: ${error.message}`, { place: { file }, hint: form, cause: error });
  }
}
