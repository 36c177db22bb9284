import type { VsrDecision, VsrRecipe } from "../../../../router/vsr/shape.ts";
import { namesInWords } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import { recipeLogic } from "../logic/recipe-logic.ts";
import type { LintSource, Path } from "../source.ts";

/** Decisions as a list: their order, their models, the file's version (facts 1.7). */
export const decisions: Family = {
  rules: {
    version: { severity: "warning", summary: "the version is not v0.3, which upstream's loader does not look at" },
    "no-decisions": { severity: "warning", summary: "no decisions: every prompt goes to the default model" },
    "no-model-refs": { severity: "warning", summary: "a decision names no model: its prompts go to the default model" },
    "negative-priority": { severity: "warning", summary: "a priority below 0" },
    "tier-zero-first": { severity: "warning", summary: "decisions with and without a tier: where one with a tier matches, those without come first, by confidence" },
    "strategy-ignored": { severity: "note", summary: "strategy is not looked at where a decision with a tier matches" },
    "confidence-before-priority": { severity: "note", summary: "within a tier, and with strategy confidence, confidence comes before priority" },
    "equal-priority": { severity: "note", summary: "decisions of one priority: the more confident one wins, then the name" },
  },
  check(source, say) {
    const { version } = source.content;
    if (version !== "v0.3") say("version", ["version"], version === "" ? "there is no version" : `version "${version}" is not v0.3, the one that wrp knows`, "upstream's loader takes any: write version: v0.3", version === "" ? {} : { replacement: "v0.3" });
    const empty = source.recipes.filter((recipe) => recipe.decisions.length === 0);
    for (const { path, name } of empty) if (source.recipes.length === 1 || path[0] === "recipes") say("no-decisions", path, `${path[0] === "recipes" ? `recipe "${name}" has` : "there are"} no decisions: every prompt goes to the default model`, "give it decisions");
    for (const recipe of source.recipes) checkRecipe(recipe, source, say);
  },
};

function checkRecipe(recipe: VsrRecipe, source: LintSource, say: Say): void {
  const { config } = source;
  const { path, decisions: all } = recipe;
  for (const [k, decision] of all.entries()) {
    const at = [...path, "decisions", k];
    if ((decision.priority ?? 0) < 0) say("negative-priority", [...at, "priority"], `decision "${decision.name}" has priority ${decision.priority}: upstream takes it, and it comes behind those without a priority`, "priorities are 0 or more");
    if (decision.modelRefs.length === 0 && !answers(decision)) say("no-model-refs", at, `decision "${decision.name}" names no model: its prompts go to ${config.defaultModel === "" ? "no model" : `the default model, "${config.defaultModel}"`}`, "give it modelRefs");
  }
  checkTiers(recipe, say);
  checkTies(recipe, source, say);
}

function answers({ plugins }: VsrDecision): boolean {
  return plugins.some(({ type }) => type === "fast_response");
}

function checkTiers({ path, decisions: all, strategy }: VsrRecipe, say: Say): void {
  const tiered = all.filter(({ tier }) => (tier ?? 0) > 0);
  const first = all.findIndex(({ tier }) => (tier ?? 0) > 0);
  if (tiered.length === 0) return;
  const without = all.filter(({ tier }) => (tier ?? 0) === 0);
  const at: Path = [...path, "decisions", first, "tier"];
  if (without.length > 0) say("tier-zero-first", at, `where ${tiered.length === 1 ? `"${tiered[0]?.name}"` : `one of ${tiered.length} decisions with a tier`} matches, ${without.length === 1 ? `"${without[0]?.name}", which has no tier, comes` : `the ${without.length} decisions without a tier that match come`} first, by confidence and not by priority`, "give every decision a tier, or none");
  if (strategy !== "") say("strategy-ignored", [...path, "strategy"], `strategy ${strategy} is not looked at where a decision with a tier matches: then tier, confidence, priority and name decide`, "it still decides among decisions without a tier, where none with one matches");
}

/** Decisions of one place in the order that can match one request. */
function checkTies(recipe: VsrRecipe, source: LintSource, say: Say): void {
  const { path, decisions: all, strategy } = recipe;
  const { meet } = recipeLogic(source, recipe);
  const byConfidence = strategy === "confidence" || all.some(({ tier }) => (tier ?? 0) > 0);
  const groups = Map.groupBy(all.entries(), ([, { tier, priority }]) => (byConfidence ? String(tier ?? 0) : `${tier ?? 0} ${priority ?? 0}`));
  for (const group of groups.values()) {
    const meeting = group.filter(([k, one]) => group.some(([j, other]) => j !== k && meet(one, other)));
    const [first, second] = meeting;
    if (!first || !second) continue;
    const names = namesInWords(meeting.map(([, { name }]) => name));
    const tier = first[1].tier ?? 0;
    const at = [...path, "decisions", second[0], "priority"];
    const priorities = new Set(meeting.map(([, { priority }]) => priority ?? 0));
    if (priorities.size === 1) say("equal-priority", at, `${names} have priority ${second[1].priority ?? 0}${tier > 0 ? ` in tier ${tier}` : ""}: where several match, the most confident wins, then the first by name`, "give each its own priority");
    else if (byConfidence) say("confidence-before-priority", at, `${names} ${strategy === "confidence" && tier === 0 ? "are ordered by strategy confidence" : tier > 0 ? `are of tier ${tier}` : "have no tier, and others have one"}: where ${strategy === "confidence" || tier > 0 ? "several match" : "several match, and one with a tier"}, the most confident wins, whatever the priorities`, "priorities only part equal confidences: a tier of its own for each makes the order sure");
  }
}
