import type { RuleNode, VsrRecipe } from "../../../router/vsr/shape.ts";
import type { Path } from "./source.ts";

/** A rule tree of a recipe. */
export interface Tree {
  readonly of: "decision" | "composer";
  readonly name: string;
  readonly root: RuleNode;
  readonly path: Path;
}

/** The rule trees of decisions, then those of complexity signals. */
export function treesOf({ path, decisions, signals }: VsrRecipe): readonly Tree[] {
  const rules = decisions.flatMap(({ name, rules: root }, k): Tree[] => (root ? [{ of: "decision", name, root, path: [...path, "decisions", k, "rules"] }] : []));
  const composers = (signals["complexity"] ?? []).flatMap(({ name, composer: root }, k): Tree[] => (root ? [{ of: "composer", name, root, path: [...path, "signals", "complexity", k, "composer"] }] : []));
  return [...rules, ...composers];
}

/** Every node of a tree with its path, the root first. */
export function nodesOf(node: RuleNode, path: Path): readonly { readonly node: RuleNode; readonly path: Path }[] {
  return [{ node, path }, ...node.conditions.flatMap((condition, k) => nodesOf(condition, [...path, "conditions", k]))];
}
