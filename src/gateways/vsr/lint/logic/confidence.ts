import type { RuleNode, VsrRecipe } from "../../../../router/vsr/shape.ts";
import { ANY_CONFIDENCE, ONE, ZERO, type Span } from "../../../../router/vsr/span.ts";
import { partAt } from "../fields.ts";

/** A half at least: a sigmoid of a distance, or 0.5 and a share of criteria. */
const HALF: Span = { lo: 0.5, hi: 1 };
/** Types whose signals state no confidence, or always 1 where they match. */
const SURE: ReadonlySet<string> = new Set(["keyword", "context", "authz", "metadata", "conversation"]);

/** What the confidence of a rule tree can be where it matches (facts 1.4, 1.6, 1.7). */
export function confidenceOf(node: RuleNode | undefined, recipe: VsrRecipe): Span {
  if (!node) return ZERO;
  if (node.type !== "") return leafConfidence(node, recipe);
  const operator = node.operator.toUpperCase();
  if (operator === "NOT") return ONE;
  const parts = node.conditions.map((condition) => confidenceOf(condition, recipe));
  if (parts.length === 0) return ZERO;
  const [lows, highs] = [parts.map(({ lo }) => lo), parts.map(({ hi }) => hi)];
  if (operator !== "AND") return { lo: Math.min(...lows), hi: Math.max(...highs) };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { lo: mean(lows), hi: mean(highs) };
}

function leafConfidence({ type, name, predicate }: RuleNode, { signals }: VsrRecipe): Span {
  if (predicate || SURE.has(type)) return ONE;
  if (type === "event" || type === "projection") return HALF;
  if (type !== "structure") return ANY_CONFIDENCE;
  const spec = signals["structure"]?.find((one) => one.name === name);
  return spec && Object.keys(partAt(spec, "predicate")).length === 0 ? ONE : HALF;
}
