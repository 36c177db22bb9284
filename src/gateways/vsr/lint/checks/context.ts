import type { VsrRecipe } from "../../../../router/vsr/shape.ts";
import { contextBands, type ContextBand } from "../context-bands.ts";
import type { Family, Say } from "../finding.ts";

/** Bands of tokens (facts 1.3: both ends are within). */
export const context: Family = {
  rules: {
    "bad-tokens": { severity: "error", summary: "a number of tokens that cannot be read, or a band without any" },
    "inverted-band": { severity: "error", summary: "a band whose ends are the wrong way round never matches" },
    "overlapping-bands": { severity: "warning", summary: "two bands overlap, and neither holds the other" },
    "touching-bands": { severity: "note", summary: "two context bands share an end: both match there, since both ends are within" },
    "band-gap": { severity: "note", summary: "between two bands lie values that are in none" },
  },
  check({ recipes }, say) {
    for (const recipe of recipes) checkRecipe(recipe, say);
  },
};

function checkRecipe(recipe: VsrRecipe, say: Say): void {
  const sound: { name: string; min: number; max: number; path: ContextBand["path"] }[] = [];
  for (const { name, min, max, path } of contextBands(recipe)) {
    if (min === null || max === null) say("bad-tokens", [...path, min === null ? "min_tokens" : "max_tokens"], `context "${name}": ${min === null ? "min_tokens" : "max_tokens"} is no number of tokens`, "write 8000 or 8K, 1000000 or 1M");
    else if (min === 0 && max === Infinity) say("bad-tokens", path, `context "${name}" has neither min_tokens nor max_tokens`, "give it one at least");
    else if (min > max) say("inverted-band", path, `context "${name}" is from ${min} to ${max} tokens: it never matches`, "swap min_tokens and max_tokens");
    else sound.push({ name, min, max, path });
  }
  const sorted = sound.toSorted((a, b) => a.min - b.min || a.max - b.max);
  let reached = sorted[0];
  for (const [k, band] of sorted.entries()) {
    for (const before of sorted.slice(0, k)) {
      if (before.max === band.min && before.max < band.max && before.min < band.min) say("touching-bands", [...band.path, "min_tokens"], `at ${band.min} tokens context "${before.name}" and "${band.name}" both match`, `min_tokens: ${band.min + 1} would part them`);
      else if (before.max > band.min && before.max < band.max && before.min < band.min) say("overlapping-bands", [...band.path, "min_tokens"], `from ${band.min} to ${before.max} tokens context "${before.name}" and "${band.name}" both match`, "part them, unless both are meant");
    }
    if (reached && band.min > reached.max + 1) say("band-gap", [...band.path, "min_tokens"], `from ${reached.max + 1} to ${band.min - 1} tokens neither context "${reached.name}" nor "${band.name}" matches`, "close the gap, unless it is meant");
    if (reached && band.max > reached.max) reached = band;
  }
}
