import type { RuleNode, VsrRecipe } from "../../../../router/vsr/shape.ts";
import { namesInWords } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import { recipeLogic, type RecipeLogic } from "../logic/recipe-logic.ts";
import type { LintSource, Path } from "../source.ts";
import { nodesOf } from "../trees.ts";

/** What follows from rules and order alone. Silent where it is not decided. */
export const logic: Family = {
  rules: {
    "dead-decision": { severity: "error", summary: "the rules of a decision can never hold" },
    contradiction: { severity: "warning", summary: "conditions of a group can never hold together" },
    tautology: { severity: "warning", summary: "one of a group's conditions always holds" },
    "shadowed-decision": { severity: "warning", summary: "wherever a decision matches, another one wins" },
  },
  check(source, say) {
    for (const recipe of source.recipes) checkRecipe(recipe, source, say);
  },
};

function checkRecipe(recipe: VsrRecipe, source: LintSource, say: Say): void {
  const known = recipeLogic(source, recipe);
  for (const [k, decision] of recipe.decisions.entries()) {
    const at = [...recipe.path, "decisions", k];
    const { rules } = decision;
    const name = decision.name === "" ? at : [...at, "name"];
    if (rules) checkGroups(rules, [...at, "rules"], known, say);
    if (rules && known.exclude([rules])) {
      say("dead-decision", name, `decision "${decision.name}" can never match: ${whyNever(rules, known)}`, "mend its rules, or drop it");
      continue;
    }
    const shadows = known.shadowsOf(decision);
    if (shadows && shadows.length > 0) say("shadowed-decision", name, `decision "${decision.name}" is never chosen: wherever it matches, ${shadows.length === 1 ? `"${shadows[0]?.name}" matches too and comes first` : `one of ${namesInWords(shadows.map((one) => one.name))} matches too and comes first`}`, "put it before them, make them narrower, or drop it");
  }
}

function checkGroups(root: RuleNode, path: Path, known: RecipeLogic, say: Say): void {
  for (const { node, path: at } of nodesOf(root, path)) {
    if (node.type !== "" || node.conditions.length < 2) continue;
    const operator = node.operator.toUpperCase();
    if (operator === "NOT") continue;
    if (operator === "AND") {
      if (node !== root && joint(node, known)) say("contradiction", at, `${whyNever(node, known)}: this AND never holds`, "mend its conditions");
    } else if (!node.conditions.some((condition) => known.holdsAlways(condition)) && known.holdsAlways(node)) say("tautology", at, `one of these conditions always holds: this OR ${node === root ? "makes the decision match everything" : "says nothing"}`, node === root ? "a decision for everything has no rules" : "drop it, or mend its conditions");
  }
}

/** Conditions that can each hold, and not all together. */
function joint({ conditions }: RuleNode, known: RecipeLogic): boolean {
  return conditions.every((condition) => !known.exclude([condition])) && known.exclude(conditions);
}

function whyNever(node: RuleNode, known: RecipeLogic): string {
  if (node.type !== "") return `${inWords(node)} never holds`;
  const operator = node.operator.toUpperCase();
  if (operator === "AND") {
    const dead = node.conditions.find((condition) => known.exclude([condition]));
    if (dead) return whyNever(dead, known);
    for (const [k, one] of node.conditions.entries()) for (const other of node.conditions.slice(k + 1)) if (known.exclude([one, other])) return `${inWords(one)} and ${inWords(other)} exclude one another`;
    return "its conditions exclude one another";
  }
  if (operator === "NOT") return node.conditions.length === 1 ? `${inWords(node.conditions[0] as RuleNode)} always holds` : "NOT has one condition";
  const [first] = node.conditions;
  return first === undefined ? "an OR over nothing never holds" : node.conditions.length === 1 ? whyNever(first, known) : "none of its conditions can hold";
}

function inWords(node: RuleNode): string {
  if (node.type !== "") return `${node.type} "${node.name}"${node.predicate ? " within its bounds" : ""}`;
  const [only] = node.conditions;
  if (node.operator.toUpperCase() === "NOT" && only) return `not ${inWords(only)}`;
  return only && node.conditions.length === 1 ? inWords(only) : `a group (${node.operator || "no operator"})`;
}
