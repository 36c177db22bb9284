import type { VariantShape } from "./probe-shape.ts";

const LANGUAGES = ["de", "en", "es", "fr", "ja", "zh"];

/** What upstream's pass rates by tag count a probe under (recipe_conformance_coverage.py). */
export function tagCategories({ tags, messages, tools }: VariantShape): string[] {
  const lowered = tags.map((tag) => tag.toLowerCase());
  const any = (...names: readonly string[]) => lowered.some((tag) => names.includes(tag));
  const starts = (prefix: string) => lowered.some((tag) => tag.startsWith(prefix));
  const categories: Readonly<Record<string, boolean>> = {
    language: starts("language:") || any(...LANGUAGES),
    negative: any("negative", "class:negative", "fallback"),
    collision: any("collision") || lowered.some((tag) => tag.endsWith(":collision")),
    fallback: any("fallback"),
    stress: starts("stress:"),
    tools: any("tools", "shape:tools") || tools.length > 0,
    multi_turn: any("multi-turn", "multiturn", "shape:messages") || messages.length > 0,
  };
  return Object.keys(categories).filter((name) => categories[name]);
}
