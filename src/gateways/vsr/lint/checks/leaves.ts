import { LEAF_TYPES, signalNameOf } from "../../../../router/vsr/signal-kinds.ts";
import type { RuleNode, VsrRecipe } from "../../../../router/vsr/shape.ts";
import { boundsIn, boundsInWords, cellsOf, keeps } from "../bounds.ts";
import type { Family, Say } from "../finding.ts";
import { textIn, textsIn } from "../fields.ts";
import { measureOf } from "../measures.ts";
import type { Path } from "../source.ts";
import { nodesOf, treesOf } from "../trees.ts";

/** Types whose signals have neither a value nor a confidence that a predicate could look at. */
const UNMEASURED: ReadonlySet<string> = new Set(["keyword", "context", "authz"]);
const LEVELS = ["hard", "medium", "easy"];

/** Leaves that cannot hold as they are written. */
export const leaves: Family = {
  rules: {
    "predicate-without-value": { severity: "error", summary: "a predicate on a signal that has no value is never true" },
    "impossible-predicate": { severity: "error", summary: "no value is within the bounds of a predicate" },
    "complexity-level": { severity: "error", summary: "a complexity leaf names no level (rule:hard, rule:medium, rule:easy), so it never matches" },
    "classifier-without-predicate": { severity: "error", summary: "a classifier leaf without a predicate never matches" },
    "unknown-label": { severity: "warning", summary: "a classifier leaf names a label that the classifier does not list" },
  },
  check({ recipes }, say) {
    for (const recipe of recipes) for (const { root, path } of treesOf(recipe)) for (const found of nodesOf(root, path)) if (found.node.type !== "") checkLeaf(found.node, found.path, recipe, say);
  },
};

function checkLeaf(node: RuleNode, path: Path, recipe: VsrRecipe, say: Say): void {
  const { type, name, label, predicate } = node;
  if (predicate) {
    const at = [...path, "predicate"];
    const domain = measureOf(type, name, recipe)?.domain ?? { lo: -Infinity, hi: Infinity, whole: false };
    if (UNMEASURED.has(type)) say("predicate-without-value", at, `a ${type} signal has no value and no confidence: a predicate on it is never true`, "drop the predicate: the leaf then matches where the signal does");
    else if (!cellsOf(boundsIn(predicate), domain).some(({ at: value }) => keeps(value, predicate))) say("impossible-predicate", at, `no ${domain.whole ? "count" : "value"} is ${boundsInWords(predicate)}`, "the leaf never matches: mend its bounds");
  }
  if (type === "complexity" && !LEVELS.some((level) => name === `${signalNameOf(type, name)}:${level}`)) say("complexity-level", [...path, "name"], `complexity "${name}" names no level: it never matches`, `write ${LEVELS.map((level) => `${signalNameOf(type, name)}:${level}`).join(", ")}`);
  if (type !== "classifier") return;
  if (!predicate) say("classifier-without-predicate", path, `classifier "${name}" has no predicate: it never matches`, "give it a label and a predicate, such as gte: 0.5");
  const list = Object.keys(LEAF_TYPES).find((key) => LEAF_TYPES[key] === type) ?? "";
  const spec = recipe.signals[list]?.find((one) => one.name === name);
  const labels = spec ? textsIn(spec, "labels") : [];
  if (spec && label !== "" && labels.length > 0 && !labels.includes(label)) say("unknown-label", [...path, "label"], `classifier "${textIn(spec, "name")}" has no label "${label}"`, `its labels: ${labels.join(", ")}`);
}
