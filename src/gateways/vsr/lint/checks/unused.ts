import type { VsrRecipe } from "../../../../router/vsr/shape.ts";
import { LEAF_TYPES, leafNameOf, signalNameOf } from "../../../../router/vsr/signal-kinds.ts";
import type { Family, Say } from "../finding.ts";
import { nodesOf, treesOf } from "../trees.ts";

/** What is defined and nothing reads. */
export const unused: Family = {
  rules: {
    "unused-signal": { severity: "note", summary: "a signal that no rule, composer, score or partition reads: upstream does not evaluate it" },
    "unused-output": { severity: "note", summary: "an output of a mapping that no rule or score reads" },
    "unused-score": { severity: "note", summary: "a score that no mapping or score reads" },
  },
  check({ recipes }, say) {
    for (const recipe of recipes) checkRecipe(recipe, say);
  },
};

function checkRecipe(recipe: VsrRecipe, say: Say): void {
  const { path, signals, scores, mappings, partitions } = recipe;
  const read = new Set<string>();
  for (const { root, path: at } of treesOf(recipe)) for (const { node } of nodesOf(root, at)) if (node.type !== "") read.add(`${node.type}:${signalNameOf(node.type, node.name)}`);
  for (const { inputs } of scores) for (const { type, name, kb } of inputs) read.add(type.trim().toLowerCase() === "kb_metric" ? `kb_metric:${kb}` : `${type.trim().toLowerCase()}:${signalNameOf(type.trim().toLowerCase(), name)}`);
  for (const { members } of partitions) for (const name of members) read.add(`embedding:${name}`).add(`domain:${name}`);
  for (const [list, specs] of Object.entries(signals)) {
    const type = LEAF_TYPES[list];
    if (type === undefined) continue;
    for (const [k, spec] of specs.entries())
      if (!read.has(`${type}:${leafNameOf(type, spec)}`) && !(type === "kb" && read.has(`kb_metric:${String(spec["kb"])}`))) say("unused-signal", [...path, "signals", list, k, "name"], `nothing reads ${type} "${leafNameOf(type, spec)}": upstream does not evaluate it`, "drop it, or read it in a rule");
  }
  for (const [k, { outputs }] of mappings.entries())
    for (const [j, { name }] of outputs.entries()) if (!read.has(`projection:${name}`)) say("unused-output", [...path, "projections", "mappings", k, "outputs", j, "name"], `no rule or score reads output "${name}"`, "it still parts the bands beside it; drop it where it does not");
  const sources = new Set(mappings.map(({ source }) => source));
  for (const [k, { name }] of scores.entries()) if (mappings.length > 0 && !sources.has(name) && !read.has(`projection:${name}`)) say("unused-score", [...path, "projections", "scores", k, "name"], `no mapping or score reads score "${name}"`, "drop it, or map it");
}
