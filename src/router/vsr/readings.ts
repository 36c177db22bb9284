import type { SignalReadings, SignalSpecs } from "../../model/signal.ts";
import { leafNameOf } from "./signal-kinds.ts";

/** Readings of signals that nobody computes. */
export function unknownReadings(specs: SignalSpecs): SignalReadings {
  const unknown = [...specs].flatMap(([type, some]) => some.map((spec) => `${type}:${leafNameOf(type, { ...spec.fields, name: spec.name })}`));
  return { matched: new Map(), confidences: new Map(), values: new Map(), errors: new Set(), unknown: new Set(unknown) };
}
