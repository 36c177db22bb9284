import { Ajv, type AnySchema, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { RE2JS } from "re2js";
import { kept, right, ungraded, wrong, type Grader } from "../grader.ts";
import { jsonIn, readJson } from "../json-value.ts";

/**
 * The answer's JSON (found as by the grader json) satisfies the schema: draft 2020-12, or draft-07 where `$schema` says so. Formats are not
 * enforced, nothing is fetched, and patterns are read as RE2.
 */
export const jsonSchema: Grader = {
  name: "json-schema",
  version: 1,
  reference: "needed",
  check(reference) {
    const validate = compiled(reference);
    return typeof validate === "string" ? `is no JSON Schema: ${validate}` : null;
  },
  grade(text, { reference }) {
    const validate = compiled(reference ?? "");
    if (typeof validate === "string") return ungraded(`its reference is no JSON Schema: ${validate}`);
    const found = jsonIn(text);
    if (found === null) return wrong("it holds no JSON");
    if (found instanceof Error) return wrong(found.message);
    if (validate(found.value)) return right;
    const [first] = validate.errors ?? [];
    return wrong(`${first?.instancePath || "it"} ${first?.message ?? "does not satisfy the schema"}`);
  },
};

/** A compiled schema, or why there is none. */
const compiled = kept((reference): ValidateFunction | string => {
  try {
    const { value } = readJson(reference);
    if (typeof value !== "boolean" && (typeof value !== "object" || value === null || Array.isArray(value))) return "it must be an object, true or false";
    const draft = typeof value === "object" ? (value as { $schema?: unknown }).$schema : undefined;
    if (draft !== undefined && !/draft-07|draft\/2020-12/.test(String(draft))) return `$schema must be draft 2020-12 or draft-07 (got ${JSON.stringify(draft)})`;
    return validatorOf(value as AnySchema, draft !== undefined && /draft-07/.test(String(draft)));
  } catch (error) {
    return (error as Error).message;
  }
});

function validatorOf(schema: AnySchema, isDraft07: boolean): ValidateFunction {
  const options = { strict: false, validateFormats: false, logger: false, code: { regExp: linear } } as const;
  const ajv = isDraft07 ? new Ajv(options) : new Ajv2020(options);
  // Ajv's own compares each with each.
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({ keyword: "uniqueItems", type: "array", schemaType: "boolean", error: { message: "must not have equal items" }, validate: (isAsked: boolean, items: unknown[]) => !isAsked || areUnique(items) });
  return ajv.compile(schema);
}

const areUnique = (items: readonly unknown[]): boolean => new Set(items.map((item) => readJson(JSON.stringify(item)).canonical)).size === items.length;

/** A pattern of a schema is tried on what a model wrote: it must not take more than linear time. */
function linear(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiledPattern = RE2JS.compile(RE2JS.translateRegExp(pattern));
  // Ajv keeps patterns by their text.
  return { test: (text) => compiledPattern.test(text), toString: () => pattern };
}
linear.code = "linear";
