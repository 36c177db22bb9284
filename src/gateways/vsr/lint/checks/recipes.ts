import type { Family } from "../finding.ts";

/** Recipes and the names that clients ask for. */
export const recipes: Family = {
  rules: { "unreachable-recipe": { severity: "warning", summary: "a recipe that no entrypoint leads to" } },
  check({ content }, say) {
    const led = new Set(content.entrypoints.map(({ recipe }) => recipe.trim()));
    for (const [k, { name }] of content.recipes.entries())
      if (name.trim() !== "default" && !led.has(name.trim())) say("unreachable-recipe", ["recipes", k, "name"], `no entrypoint leads to recipe "${name}": nothing is ever routed by it`, "add an entrypoint: model_names and recipe");
  },
};
