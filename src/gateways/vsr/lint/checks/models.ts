import { partAt } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import type { LintSource, Path } from "../source.ts";

/** Providers' models, their prices, and the model that is called where no decision matches. */
export const models: Family = {
  rules: {
    "no-default-model": { severity: "warning", summary: "no default model: a prompt that no decision matches has none" },
    "unknown-default-model": { severity: "warning", summary: "the default model is none of the providers' models" },
    "negative-price": { severity: "warning", summary: "a negative price: upstream counts it 0" },
    "missing-price": { severity: "warning", summary: "a model has no price, and others that it competes with by cost have one" },
    "zero-price": { severity: "note", summary: "a model that costs nothing, as its prices say" },
    "unused-model": { severity: "note", summary: "a provider's model that no decision, algorithm or default names" },
    "unknown-lora": { severity: "warning", summary: "a modelRef names a LoRA that the model's card does not list" },
    "unknown-reasoning-family": { severity: "warning", summary: "a model is of a reasoning family that providers.defaults does not define" },
  },
  check(source, say) {
    checkDefault(source, say);
    checkPrices(source, say);
    checkUse(source, say);
    checkRefs(source, say);
  },
};

function checkDefault({ config, content }: LintSource, say: Say): void {
  const { defaultModel, models: known } = config;
  const cards = (content.routing?.modelCards ?? []).map(({ name }) => name);
  if (defaultModel === "") say("no-default-model", ["providers", "defaults"], "there is no default model: a prompt that no decision matches, or whose decision names no model, has none", "set providers.defaults.default_model");
  else if (!known.has(defaultModel) && !cards.includes(defaultModel)) say("unknown-default-model", ["providers", "defaults", "default_model"], `default model "${defaultModel}" is none of the providers' models`, `known: ${[...known.keys()].join(", ")}`);
}

function checkPrices({ content, recipes }: LintSource, say: Say): void {
  const all = content.providers?.models ?? [];
  for (const [k, { name, pricing }] of all.entries())
    for (const [field, price] of Object.entries(pricing ?? {})) if (typeof price === "number" && price < 0) say("negative-price", ["providers", "models", k, "pricing", field], `${field} of "${name}" is ${price}: upstream counts it 0`, "a price is USD per million tokens, 0 or more");
  for (const [k, { name, pricing }] of all.entries()) if (pricing?.prompt_per_1m === 0 && (pricing.completion_per_1m ?? 0) === 0) say("zero-price", ["providers", "models", k, "pricing"], `"${name}" costs nothing: every saving and every choice by cost counts it so`, "give it a price, unless it is free to you");
  const competing = new Set(recipes.flatMap(({ decisions }) => decisions.filter(({ algorithm }) => algorithm?.type === "multi_factor").flatMap(({ modelRefs }) => modelRefs.map(({ model }) => model))));
  const priced = all.some(({ pricing }) => pricing?.prompt_per_1m !== undefined);
  for (const [k, { name, pricing }] of all.entries())
    if (priced && pricing?.prompt_per_1m === undefined) say("missing-price", ["providers", "models", k], `"${name}" has no prompt_per_1m, and other models have one${competing.has(name) ? ": multi_factor counts its cost 0, the worst, and takes it for the dearest where it falls back to the cheapest" : ""}`, "give it pricing: prompt_per_1m and completion_per_1m");
}

/** A model is used where its name stands as a value: decisions name models in many fields (planner, judge, synthesis …). */
function checkUse({ content, config, raw }: LintSource, say: Say): void {
  const named = new Set<string>([config.defaultModel]);
  const collect = (value: unknown, path: Path): void => {
    if (typeof value === "string") named.add(value);
    else if (typeof value === "object" && value !== null && path.length < 60) for (const [key, part] of Object.entries(value)) if (key !== "modelCards") collect(part, [...path, key]);
  };
  collect(partAt(raw, "routing"), []);
  collect((raw as { readonly recipes?: unknown } | null)?.recipes, []);
  collect(partAt(raw, "global"), []);
  for (const [k, { name }] of (content.providers?.models ?? []).entries()) if (!named.has(name)) say("unused-model", ["providers", "models", k, "name"], `no decision, algorithm or default names model "${name}"`, "clients may still ask for it by name; drop it otherwise");
}

function checkRefs({ content, recipes, raw }: LintSource, say: Say): void {
  const families = partAt(raw, "providers", "defaults", "reasoning_families");
  for (const [k, { name, reasoning_family: family }] of (content.providers?.models ?? []).entries())
    if (family !== "" && !Object.hasOwn(families, family)) say("unknown-reasoning-family", ["providers", "models", k, "reasoning_family"], `"${name}" is of reasoning family "${family}", which is not defined`, Object.keys(families).length > 0 ? `defined: ${Object.keys(families).join(", ")}` : "define it under providers.defaults.reasoning_families");
  const loras = new Map((content.routing?.modelCards ?? []).map((card) => [card.name, card.loras.map(({ name }) => name)]));
  for (const { path, decisions } of recipes)
    for (const [k, { modelRefs }] of decisions.entries())
      for (const [j, { model, lora_name: lora }] of modelRefs.entries())
        if (lora !== "" && !(loras.get(model) ?? []).includes(lora)) say("unknown-lora", [...path, "decisions", k, "modelRefs", j, "lora_name"], `the card of "${model}" lists no LoRA "${lora}"`, `its LoRAs: ${(loras.get(model) ?? []).join(", ") || "none"}`);
}
