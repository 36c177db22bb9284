import { z } from "zod";
import { checkSchema } from "../../model/check.ts";
import { configSchema } from "../../model/config.ts";
import { datasetRowSchema } from "../../model/dataset-row.ts";
import { unknownName } from "../../model/errors.ts";
import { reportSchema } from "../../model/report.ts";
import type { World } from "../world.ts";

/** The documents that have a schema; `schemas/` in the package holds the same. */
export const SCHEMAS = { report: reportSchema, config: configSchema, dataset: datasetRowSchema, check: checkSchema } as const;

export function schemaCommand(name: string, world: World): number {
  if (!(name in SCHEMAS)) throw unknownName("schema", name, Object.keys(SCHEMAS));
  world.stdout.write(schemaText(name as keyof typeof SCHEMAS));
  return 0;
}

/** The JSON Schema (2020-12) of a document, as it is shipped. */
export function schemaText(name: keyof typeof SCHEMAS): string {
  return `${JSON.stringify({ title: `wrp ${name}`, ...z.toJSONSchema(SCHEMAS[name], { io: "input" }) }, null, 2)}\n`;
}
