import type { Mapping, Score, VsrRecipe } from "../../../../router/vsr/shape.ts";
import { definedNames } from "../../../../router/vsr/reject.ts";
import { unknownName, type WrpError } from "../../../../model/errors.ts";
import { nearest } from "../../../../model/nearest.ts";
import { boundsIn, boundsInWords, cellsOf, keeps, type Cell } from "../bounds.ts";
import { namesInWords } from "../fields.ts";
import type { Family, Say } from "../finding.ts";
import { scoreSpans } from "../score-spans.ts";
import type { LintSource, Path } from "../source.ts";

/** Scores and the bands that they fall into (facts 1.6). */
export const projections: Family = {
  rules: {
    "inert-projections": { severity: "error", summary: "scores without mappings, or mappings without scores: upstream evaluates neither" },
    "unknown-score": { severity: "error", summary: "a mapping's source, or a score's input, is a score that is not there" },
    "repeated-output": { severity: "error", summary: "two mappings, or outputs of mappings, of one name" },
    "projection-cycle": { severity: "error", summary: "scores that read one another in a circle" },
    "unknown-mapping-method": { severity: "warning", summary: "a mapping's method other than threshold_bands and multi_emit" },
    "unknown-value-source": { severity: "warning", summary: "a value_source other than binary, confidence, raw and score" },
    "unreachable-output": { severity: "error", summary: "a band that no attainable score falls into, or that bands before it take whole" },
    "zero-weight": { severity: "note", summary: "an input of weight 0 counts nothing" },
    "bad-slope": { severity: "warning", summary: "a slope of 0 or less: upstream takes 12" },
  },
  check(source, say) {
    for (const recipe of source.recipes) {
      const { path, scores, mappings } = recipe;
      if (scores.length > 0 && mappings.length === 0) say("inert-projections", [...path, "projections", "scores"], "scores without mappings: upstream evaluates neither, and no projection ever matches", "map the scores to outputs, or drop them");
      if (mappings.length > 0 && scores.length === 0) say("inert-projections", [...path, "projections", "mappings"], "mappings without scores: upstream evaluates neither, and no projection ever matches", "define the scores that they read");
      checkScores(recipe, say);
      checkCycles(recipe, say);
      checkMappings(recipe, source, say);
    }
  },
};

function checkScores(recipe: VsrRecipe, say: Say): void {
  const defined = definedNames(recipe);
  const scoreNames = recipe.scores.map(({ name }) => name);
  for (const [k, { inputs }] of recipe.scores.entries())
    for (const [j, { type: written, name, value_source: source, weight }] of inputs.entries()) {
      const at = [...recipe.path, "projections", "scores", k, "inputs", j];
      const type = written.trim().toLowerCase();
      const from = source.trim().toLowerCase();
      const known = type === "projection" ? (from === "confidence" ? defined.get("projection") : new Set(scoreNames)) : defined.get(type);
      const tell = (code: string, { message, hint }: WrpError, field: string) => say(code, [...at, field], message, hint ?? null);
      if (type !== "kb_metric" && !known) tell("unknown-signal-type", unknownName("signal type", written, [...defined.keys(), "kb_metric"]), "type");
      else if (known && known.size > 0 && !known.has(type === "complexity" ? name.replace(/:[^:]*$/, "") : name)) tell(type === "projection" ? "unknown-score" : "unknown-signal", unknownName(type === "projection" ? "score" : `${type} signal`, name, known), "name");
      if (!["", "binary", "confidence", "raw", "score"].includes(from)) say("unknown-value-source", [...at, "value_source"], `value_source "${source}" is none: upstream takes it for binary`, "known: binary, confidence, raw, score", suggestion(from, ["binary", "confidence", "raw", "score"]));
      if (weight === 0) say("zero-weight", [...at, "weight"], `${type} "${name}" has weight 0: it counts nothing`, "give it a weight, or drop it");
    }
}

/** A score whose inputs lead back to it. */
function checkCycles({ path, scores, mappings }: VsrRecipe, say: Say): void {
  const sourceOf = new Map(mappings.flatMap(({ outputs, source }) => outputs.map(({ name }) => [name, source] as const)));
  const readsOf = ({ inputs }: Score) => inputs.filter(({ type }) => type.trim().toLowerCase() === "projection").map(({ name, value_source: from }) => (from.trim().toLowerCase() === "confidence" ? (sourceOf.get(name) ?? name) : name));
  const byName = new Map(scores.map((score) => [score.name, score]));
  const reaches = (from: string, target: string, seen: Set<string>): boolean => {
    const score = byName.get(from);
    if (!score || seen.has(from)) return false;
    seen.add(from);
    return readsOf(score).some((name) => name === target || reaches(name, target, seen));
  };
  const circle = scores.filter(({ name }) => reaches(name, name, new Set()));
  const [first] = circle;
  if (first) say("projection-cycle", [...path, "projections", "scores", scores.indexOf(first), "name"], `${circle.length === 1 ? `score "${first.name}" reads itself` : `scores ${namesInWords(circle.map(({ name }) => name))} read one another`}`, "let one of them read signals alone");
}

function checkMappings(recipe: VsrRecipe, source: LintSource, say: Say): void {
  const spans = scoreSpans(source, recipe);
  const scoreNames = recipe.scores.map(({ name }) => name);
  const seen = new Set<string>();
  const mappingNames = recipe.mappings.map(({ name }) => name);
  for (const [k, mapping] of recipe.mappings.entries()) {
    const at = [...recipe.path, "projections", "mappings", k];
    if (mappingNames.indexOf(mapping.name) < k) say("repeated-output", [...at, "name"], `two mappings are named "${mapping.name}"`, "give each its own name");
    if (scoreNames.length > 0 && !scoreNames.includes(mapping.source)) say("unknown-score", [...at, "source"], `unknown score "${mapping.source}"`, `known: ${scoreNames.join(", ")}`, suggestion(mapping.source, scoreNames));
    if (!["", "threshold_bands", "multi_emit"].includes(mapping.method)) say("unknown-mapping-method", [...at, "method"], `method "${mapping.method}" is none`, "known: threshold_bands, multi_emit", suggestion(mapping.method, ["threshold_bands", "multi_emit"]));
    if (mapping.calibration?.slope !== undefined && mapping.calibration.slope <= 0) say("bad-slope", [...at, "calibration", "slope"], `a slope of ${mapping.calibration.slope}: upstream takes 12`, "a slope is above 0");
    for (const [j, { name }] of mapping.outputs.entries()) {
      if (seen.has(name)) say("repeated-output", [...at, "outputs", j, "name"], `two outputs are named "${name}"`, "rules could not tell them apart: give each its own name");
      seen.add(name);
    }
    checkBands(mapping, at, spans.get(mapping.source), say);
  }
}

/** Bands of a mapping, over what its score can be. */
function checkBands({ name, method, outputs }: Mapping, path: Path, span: { readonly lo: number; readonly hi: number } | undefined, say: Say): void {
  const bounds = outputs.flatMap(boundsIn);
  const all = cellsOf(bounds, { lo: -Infinity, hi: Infinity, whole: false });
  const attainable = span ? cellsOf(bounds, { ...span, whole: false }) : all;
  const first = method !== "multi_emit";
  for (const [k, output] of outputs.entries()) {
    const at = [...path, "outputs", k];
    const holds = (cells: readonly Cell[]) => cells.filter(({ at: value }) => keeps(value, output));
    const taken = (value: number) => outputs.slice(0, k).find((before) => keeps(value, before));
    if (holds(all).length === 0) say("inverted-band", at, `output "${output.name}": no score is ${boundsInWords(output)}`, "swap its bounds");
    else if (span && holds(attainable).length === 0) say("unreachable-output", at, `output "${output.name}" is for scores ${boundsInWords(output)}, and the score is within [${rounded(span.lo)}, ${rounded(span.hi)}]: it never matches`, "mend the bounds, or the weights of the score");
    else if (first && holds(attainable).every(({ at: value }) => taken(value))) say("unreachable-output", at, `output "${output.name}": outputs before it take every score that it is for`, "threshold_bands gives the first output that fits: put the narrower first, or part them");
    else if (first) {
      // Bands that widen one after the other are a way to write thresholds.
      const parted = outputs.slice(0, k).filter((before) => all.some(({ at: value }) => keeps(value, before) && !keeps(value, output)));
      const shared = holds(attainable).find(({ at: value }) => parted.some((before) => keeps(value, before)));
      if (shared) say("overlapping-bands", at, `outputs "${taken(shared.at)?.name}" and "${output.name}" both hold the score ${shared.words}: the first wins`, "part them, unless it is meant (multi_emit gives both)");
    }
  }
  const inside = outputs.length > 1 ? attainable.filter(({ at }) => !outputs.some((output) => keeps(at, output))) : [];
  const gap = inside.find(({ at }) => at > Math.min(...bounds) && at < Math.max(...bounds)) ?? inside.find(({ at }) => bounds.includes(at));
  if (gap) say("band-gap", [...path, "outputs"], `mapping "${name}": a score ${gap.words} is in no band`, "close the gap with gte or lte, unless it is meant");
}

function rounded(value: number): string {
  return String(Number(value.toFixed(6)));
}

function suggestion(value: string, known: readonly string[]): { readonly replacement?: string } {
  const near = nearest(value, known);
  return near === null ? {} : { replacement: near };
}
