/** Writes schemas/*.schema.json from the zod schemas; with --check it compares instead. Run by `npm run schemas`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { SCHEMAS, schemaText } from "../src/cli/commands/schema.ts";

mkdirSync("schemas", { recursive: true });
for (const name of Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]) {
  const file = `schemas/${name}.schema.json`;
  const text = schemaText(name);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    process.stderr.write(`${file} is not what the code makes today: npm run schemas\n`);
    process.exitCode = 1;
  }
}
