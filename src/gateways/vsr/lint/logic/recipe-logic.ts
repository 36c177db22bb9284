import type { RuleNode, VsrDecision, VsrRecipe } from "../../../../router/vsr/shape.ts";
import type { LintSource } from "../source.ts";
import { confidenceOf } from "./confidence.ts";
import { ALWAYS, diagrams, NEVER, UNDECIDED, type Diagram, type Diagrams } from "./diagram.ts";
import { variablesOf } from "./variables.ts";

/** What can be said of a recipe's rules whatever a request is. All answers are false where it cannot be decided. */
export interface RecipeLogic {
  /** Whether all of them can never hold together. */
  exclude(nodes: readonly RuleNode[]): boolean;
  holdsAlways(node: RuleNode): boolean;
  /** Whether two decisions can match one request; true where that is not decided. */
  meet(a: VsrDecision, b: VsrDecision): boolean;
  /** The decisions of which one always wins where this one matches; null where there are none. As few as will do. */
  shadowsOf(decision: VsrDecision): readonly VsrDecision[] | null;
}

const made = new WeakMap<VsrRecipe, RecipeLogic>();

export function recipeLogic(source: LintSource, recipe: VsrRecipe): RecipeLogic {
  const known = made.get(recipe) ?? logicOf(source, recipe);
  made.set(recipe, known);
  return known;
}

function logicOf(source: LintSource, recipe: VsrRecipe): RecipeLogic {
  const graph = diagrams();
  const { leaf, sure } = variablesOf(source, recipe, graph);
  const memo = new Map<RuleNode, Diagram>();
  const of = (node: RuleNode): Diagram => {
    const known = memo.get(node) ?? treeOf(node, leaf, of, graph);
    memo.set(node, known);
    return known;
  };
  const ofDecision = ({ rules }: VsrDecision): Diagram => (rules ? of(rules) : ALWAYS);
  const possible = (diagram: Diagram): Diagram => graph.and(sure, diagram);
  const implied = (diagram: Diagram, by: Diagram): boolean => possible(graph.and(by, graph.not(diagram))) === NEVER;
  return {
    exclude: (nodes) => possible(nodes.map(of).reduce(graph.and, ALWAYS)) === NEVER,
    holdsAlways: (node) => implied(of(node), ALWAYS),
    meet: (a, b) => possible(graph.and(ofDecision(a), ofDecision(b))) !== NEVER,
    shadowsOf(decision) {
      const before = recipe.decisions.filter((other) => other !== decision && ofDecision(other) !== UNDECIDED && surelyBefore(other, decision, recipe));
      const covers = (some: readonly VsrDecision[]) => implied(some.map(ofDecision).reduce(graph.or, NEVER), ofDecision(decision));
      if (!covers(before)) return null;
      const one = before.find((other) => covers([other]));
      return one ? [one] : before.reduceRight((kept, other) => (covers(kept.filter((some) => some !== other)) ? kept.filter((some) => some !== other) : kept), before);
    },
  };
}

function treeOf(node: RuleNode, leaf: (node: RuleNode) => Diagram, of: (node: RuleNode) => Diagram, graph: Diagrams): Diagram {
  if (node.type !== "") return leaf(node);
  const [first] = node.conditions;
  switch (node.operator.toUpperCase()) {
    case "AND":
      return node.conditions.map(of).reduce(graph.and, ALWAYS);
    case "NOT":
      return first && node.conditions.length === 1 ? graph.not(of(first)) : NEVER;
    default:
      return node.conditions.map(of).reduce(graph.or, NEVER);
  }
}

/** Whether `a` is chosen before `b` in every order that can apply where both match (facts 1.7: selectBestDecision). */
function surelyBefore(a: VsrDecision, b: VsrDecision, recipe: VsrRecipe): boolean {
  const [tierA, tierB] = [a.tier ?? 0, b.tier ?? 0];
  if (tierA !== tierB) return tierA < tierB;
  const tiered = tierA > 0 || recipe.decisions.some(({ tier }) => (tier ?? 0) > 0);
  const plain = tierA === 0;
  const byConfidence = !tiered || ahead(a, b, recipe, true);
  return byConfidence && (!plain || ahead(a, b, recipe, recipe.strategy === "confidence"));
}

function ahead(a: VsrDecision, b: VsrDecision, recipe: VsrRecipe, confidenceFirst: boolean): boolean {
  const priority = (a.priority ?? 0) - (b.priority ?? 0);
  const byName = Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) < 0;
  if (!confidenceFirst && priority !== 0) return priority > 0;
  const rest = priority !== 0 ? priority > 0 : byName;
  if (JSON.stringify(a.rules) === JSON.stringify(b.rules)) return rest;
  const [x, y] = [confidenceOf(a.rules, recipe), confidenceOf(b.rules, recipe)];
  return x.lo > y.hi || (x.lo >= y.hi && rest);
}
