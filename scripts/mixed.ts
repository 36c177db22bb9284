/** Makes datasets/mixed.jsonl from scripts/mixed/, and its tables in datasets/README.md. Run by `npm run mixed`. */
import { readFileSync, writeFileSync } from "node:fs";
import { cardTables, withTables } from "./mixed/card.ts";
import { readSources, rowsOf } from "./mixed/sources.ts";

const domains = readSources();
const text = rowsOf(domains);
writeFileSync("datasets/mixed.jsonl", text);
writeFileSync("datasets/README.md", withTables(readFileSync("datasets/README.md", "utf8"), await cardTables(domains)));
process.stdout.write(`datasets/mixed.jsonl: ${text.split("\n").length - 1} prompts, ${Buffer.byteLength(text)} bytes\n`);
