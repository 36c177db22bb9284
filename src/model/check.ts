import { z } from "zod";

/** What `wrp check --json` prints; its JSON Schema is `schemas/check.schema.json`. */

const fixSchema = z.object({
  line: z.number().int().positive(),
  column: z.number().int().positive().describe("in UTF-16 units, from 1"),
  endLine: z.number().int().positive(),
  endColumn: z.number().int().positive().describe("behind the last character that is replaced"),
  text: z.string().describe("what stands there once it is mended"),
});

const findingSchema = z.object({
  severity: z.enum(["error", "warning", "note"]).describe("a note is worth knowing, and never an error with --strict"),
  code: z.string().describe("short name of what is wrong: unknown-key, bad-row, unknown-model …"),
  file: z.string().nullable().describe("null where it is about no one file"),
  line: z.number().int().positive().nullable(),
  column: z.number().int().positive().nullable().describe("in UTF-16 units, from 1"),
  message: z.string(),
  hint: z.string().nullable(),
  fix: fixSchema.nullable().describe("the edit that mends it; null where it is not plain"),
});

const checkedFileSchema = z.object({
  name: z.string(),
  format: z.string().nullable().describe('the importer that reads it, "config" for the config; null where it cannot be read'),
  prompts: z.number().int().nonnegative().nullable().describe("prompts that would be judged; null where the file holds none"),
  models: z.array(z.string()).nullable().describe("models that it has outcomes of; null where it can have none"),
});

export const checkSchema = z.object({
  schemaVersion: z.literal(1),
  findings: z.array(findingSchema),
  files: z.array(checkedFileSchema),
  summary: z.object({
    errors: z.number().int().nonnegative(),
    warnings: z.number().int().nonnegative(),
    notes: z.number().int().nonnegative(),
    files: z.number().int().nonnegative(),
    unlisted: z.number().int().nonnegative().describe("of the errors: bad rows beyond those that `findings` lists"),
  }),
});

export type Fix = z.infer<typeof fixSchema>;
export type Severity = z.infer<typeof findingSchema>["severity"];
export type Finding = z.infer<typeof findingSchema>;
export type CheckedFile = z.infer<typeof checkedFileSchema>;
export type CheckDocument = z.infer<typeof checkSchema>;
