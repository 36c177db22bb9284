import { LOGGED_SIGNALS, readLoggedSignals } from "../../model/logged-signals.ts";
import type { Prompt } from "../../model/prompt.ts";
import type { SignalReadings } from "../../model/signal.ts";
import { LEAF_TYPES } from "./signal-kinds.ts";
import type { VsrRecipe } from "./shape.ts";

/**
 * A prompt's readings as the log of a router with the same signals has them: what it does not name did not match. Projections are made
 * anew, and what a knowledge base measured is unknown where the log does not say. Null where the log says nothing.
 */
export function loggedReadings({ meta }: Pick<Prompt, "meta">, { scores }: VsrRecipe): SignalReadings | null {
  const logged = readLoggedSignals(meta[LOGGED_SIGNALS]);
  if (!logged) return null;
  const matched = new Map(Object.entries(logged.matched).map(([type, names]) => [LEAF_TYPES[type] ?? type, names] as const));
  matched.delete("projection");
  const values = numbers(logged.values);
  const measured = scores.flatMap(({ inputs }) => inputs.flatMap(({ type, kb, metric }) => (type.trim().toLowerCase() === "kb_metric" ? [`kb_metric:${kb}:${metric}`.toLowerCase()] : [])));
  return { matched, confidences: numbers(logged.confidences), values, errors: new Set(), unknown: new Set(measured.filter((key) => !values.has(key))) };
}

function numbers(by: Readonly<Record<string, number>>): Map<string, number> {
  return new Map(Object.entries(by).filter(([key, value]) => typeof value === "number" && !key.startsWith("projection:")));
}
