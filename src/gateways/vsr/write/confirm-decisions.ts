import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { WrpError } from "../../../model/errors.ts";
import type { SignalReadings } from "../../../model/signal.ts";
import { vsrRouter, type VsrRouter } from "../../../router/vsr/router.ts";
import { random, type Random } from "../../../stats/random.ts";
import type { SetLeaves } from "./set-leaves.ts";

/** Readings tried of each recipe. */
const TRIED = 50;

/**
 * Makes two engines, one of the written text and one of the first text's values with the changes put in, and lets both decide the same
 * random readings in every recipe. Throws WrpError where they differ: then the text must not be written.
 */
export function confirmDecisions({ after, meant: values, text }: SetLeaves, file: string): void {
  const plain = stringify(values, { aliasDuplicateObjects: false });
  for (const { name } of after.config.recipes) {
    const [written, meant] = [vsrRouter(text.replace(/^\uFEFF/, ""), file, { recipe: name }), vsrRouter(plain, file, { recipe: name })];
    const draw = random(1, "confirm", name);
    for (let k = 0; k < TRIED; k++) {
      const readings = randomReadings(written, draw.fork(k));
      if (!isDeepStrictEqual(written.trace(readings), meant.trace(readings))) throw new WrpError(`recipe "${name}" would decide otherwise than it is meant to, and is not written`, { place: { file }, code: "reads-otherwise" });
    }
  }
}

/** Readings in which each signal that the recipe reads matches or not, more or less surely, or is unknown. */
export function randomReadings({ signals }: VsrRouter, draw: Random): SignalReadings {
  const matched = new Map<string, string[]>();
  const readings = { confidences: new Map<string, number>(), values: new Map<string, number>(), errors: new Set<string>(), unknown: new Set<string>() };
  const share = draw.next();
  for (const [type, specs] of signals)
    for (const { name } of specs) {
      const key = `${type}:${name}`;
      const level = type === "complexity" ? `:${["hard", "medium", "easy"][draw.below(3)]}` : "";
      if (draw.next() < 0.02) readings.unknown.add(key);
      else if (draw.next() < share) {
        matched.set(type, [...(matched.get(type) ?? []), `${name}${level}`]);
        readings.confidences.set(`${key}${level}`, draw.next());
      }
      if (draw.next() < 0.5) readings.values.set(key, 4 * draw.next());
    }
  return { matched, ...readings };
}
