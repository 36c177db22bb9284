/** Writes schemas/*.schema.json from the zod schemas; the tests compare them. Run by `npm run schemas`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { SCHEMAS, schemaText } from "../dist/cli/commands/schema.js";

mkdirSync("schemas", { recursive: true });
for (const name of Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]) writeFileSync(`schemas/${name}.schema.json`, schemaText(name));
