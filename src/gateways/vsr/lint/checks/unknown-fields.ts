import { nearest } from "../../../../model/nearest.ts";
import type { Family, Say } from "../finding.ts";
import { KNOWN_FIELDS, type FieldTable } from "../known-fields.ts";
import type { Path } from "../source.ts";

/** Fields that upstream's loader passes over in silence, at every level. */
export const unknownFields: Family = {
  rules: { "unknown-field": { severity: "warning", summary: "a field that upstream does not know, and so leaves aside" } },
  check({ raw }, say) {
    visit(raw, KNOWN_FIELDS, [], say);
  },
};

function visit(value: unknown, table: FieldTable, path: Path, say: Say): void {
  if (Array.isArray(value)) for (const [k, part] of value.entries()) visit(part, table, [...path, k], say);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const [key, part] of Object.entries(value)) {
    const below = table.fields.get(key);
    if (below) visit(part, below, [...path, key], say);
    if (table.fields.has(key) || key.startsWith("x-")) continue;
    // A field whose own name is there already was not meant twice.
    const near = nearest(key, [...table.fields.keys()].filter((name) => !Object.hasOwn(value, name)));
    if (near === null && table.open) continue;
    say("unknown-field", [...path, key], `upstream knows no field "${key}" here, and leaves it aside`, near === null ? `known: ${[...table.fields.keys()].join(", ")}` : `did you mean "${near}"?`, { key: true, ...(near === null ? {} : { replacement: near }) });
  }
}
