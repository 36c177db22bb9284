import type { SignalReadings } from "../../model/signal.ts";
import type { SignalSpecs } from "../policy.ts";
import { LEAF_TYPES, leafNameOf } from "./signal-kinds.ts";

/** Readings of signals that nobody computes. */
export function unknownReadings(specs: SignalSpecs): SignalReadings {
  const unknown = Object.entries(specs).flatMap(([list, of]) => of.map((spec) => `${LEAF_TYPES[list] ?? list}:${leafNameOf(list, { name: "", ...spec })}`));
  return { matched: new Map(), confidences: new Map(), values: new Map(), errors: new Set(), unknown: new Set(unknown) };
}
