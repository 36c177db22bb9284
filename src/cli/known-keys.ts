import { z } from "zod";

/** A node of a JSON Schema, as far as keys are looked up in it. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly const?: unknown;
}

/** The keys that a schema knows at a path; of several forms, those of the one that the value there is of (by its `kind`, say). */
export function knownKeys(schema: z.ZodType, root: unknown, path: readonly PropertyKey[]): string[] {
  let nodes = formsOf(z.toJSONSchema(schema, { io: "input" }) as Node, root);
  let value = root;
  for (const key of path) {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
    nodes = nodes.flatMap((node) => below(node, key)).flatMap((node) => formsOf(node, value));
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function below(node: Node, key: PropertyKey): Node[] {
  if (typeof key === "number") return node.items ? [node.items] : [];
  const { properties = {}, additionalProperties: others } = node;
  const named = typeof key === "string" && Object.hasOwn(properties, key) ? properties[key] : undefined;
  return named ? [named] : typeof others === "object" ? [others] : [];
}

/** A node's alternatives: those whose constants the value has, or all of them where it has none's. */
function formsOf(node: Node, value: unknown): Node[] {
  const forms = node.anyOf ?? node.oneOf;
  if (!forms) return [node];
  const flat = forms.flatMap((form) => formsOf(form, value));
  const fitting = flat.filter(({ properties = {} }) =>
    Object.entries(properties).every(([key, property]) => property.const === undefined || property.const === (value as Record<string, unknown> | null)?.[key]),
  );
  return fitting.length > 0 ? fitting : flat;
}
