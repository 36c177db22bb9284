import { tokenCount } from "../../../lib/token-count.ts";
import type { VsrRecipe } from "../../../router/vsr/shape.ts";
import { textIn } from "./fields.ts";
import type { Path } from "./source.ts";

/** A band of tokens, both ends within; an end that cannot be read is null. */
export interface ContextBand {
  readonly name: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly path: Path;
}

export function contextBands({ path, signals }: VsrRecipe): readonly ContextBand[] {
  return (signals["context"] ?? []).map((spec, k) => {
    const [min, max] = [textIn(spec, "min_tokens").trim(), textIn(spec, "max_tokens").trim()];
    return { name: spec.name, min: min === "" ? 0 : tokenCount(min), max: max === "" ? Infinity : tokenCount(max), path: [...path, "signals", "context", k] };
  });
}
