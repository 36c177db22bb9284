import { nearest } from "../../../../model/nearest.ts";
import type { RuleNode } from "../../../../router/vsr/shape.ts";
import type { Family, Say } from "../finding.ts";
import type { Path } from "../source.ts";
import { nodesOf, treesOf, type Tree } from "../trees.ts";

const OPERATORS = ["AND", "OR", "NOT"];

/** Operators of rule trees and how many conditions they have (facts: pkg/decision/engine.go evalNode). */
export const operators: Family = {
  rules: {
    "unknown-operator": { severity: "warning", summary: "an operator that is none: decisions take it for OR, complexity composers for AND" },
    "missing-operator": { severity: "warning", summary: "conditions without an operator: decisions take it for OR, complexity composers for AND" },
    "not-arity": { severity: "error", summary: "NOT over more or less than one condition never matches" },
    "empty-and": { severity: "warning", summary: "AND over no condition always matches, with confidence 0" },
    "empty-or": { severity: "error", summary: "OR over no condition never matches" },
    "leaf-and-group": { severity: "warning", summary: "a node with a type is a leaf: its operator and conditions are not looked at" },
    "repeated-condition": { severity: "warning", summary: "the same condition stands twice in a group" },
  },
  check({ recipes }, say) {
    for (const recipe of recipes) for (const tree of treesOf(recipe)) for (const { node, path } of nodesOf(tree.root, tree.path)) checkNode(node, path, tree, say);
  },
};

function checkNode(node: RuleNode, path: Path, tree: Tree, say: Say): void {
  const { operator, conditions } = node;
  if (node.type !== "") {
    if (operator !== "" || conditions.length > 0) say("leaf-and-group", path, `${node.type} leaf "${node.name}" has ${operator === "" ? "conditions" : "an operator"} too, which upstream does not look at`, "make it a group of its own, or drop the type");
    return;
  }
  const read = operator.toUpperCase();
  const known = OPERATORS.includes(read);
  const taken = known ? read : tree.of === "composer" ? "AND" : "OR";
  const at = operator === "" ? path : [...path, "operator"];
  if (!known) {
    const near = nearest(read, OPERATORS);
    if (operator === "") say("missing-operator", path, `no operator: upstream takes it for ${taken}`, `write operator: ${taken}, or the one that is meant`);
    else say("unknown-operator", at, `operator "${operator}" is none: upstream takes it for ${taken}`, "operators are AND, OR and NOT", near === null ? {} : { replacement: near });
  }
  if (taken === "NOT" && conditions.length !== 1) say("not-arity", at, `NOT over ${conditions.length} conditions never matches`, conditions.length === 0 ? "give it one condition" : "put the conditions under one AND or OR below the NOT");
  if (taken === "AND" && conditions.length === 0) say("empty-and", at, "AND over no condition always matches, with confidence 0", "a decision for everything has no rules at all");
  if (taken === "OR" && conditions.length === 0) say("empty-or", at, "OR over no condition never matches", "give it conditions, or drop the rules to match everything");
  checkRepeated(conditions, path, say);
}

function checkRepeated(conditions: readonly RuleNode[], path: Path, say: Say): void {
  const seen = new Set<string>();
  for (const [k, condition] of conditions.entries()) {
    const written = JSON.stringify(condition);
    if (seen.has(written)) say("repeated-condition", [...path, "conditions", k], `${condition.type === "" ? "the same group" : `${condition.type} "${condition.name}"`} stands here twice`, "drop one: in an AND it counts twice in the mean of confidences");
    seen.add(written);
  }
}
