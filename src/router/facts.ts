import { WrpError, type Place } from "../model/errors.ts";
import type { Prompt } from "../model/prompt.ts";

/** A number known of a prompt, by the name that policies use. */
export interface NumericFact {
  readonly name: string;
  /** Null where this prompt has none. */
  read(prompt: Prompt, signals: Readonly<Record<string, unknown>>): number | null;
}

/** Short names that mean a fact. */
const ALIASES: Readonly<Record<string, string>> = {
  length: "prompt.lengthCodePoints",
  lengthCodePoints: "prompt.lengthCodePoints",
  tokens: "prompt.tokens",
  turn: "prompt.turn",
};

/** The fact of this name: `prompt.lengthCodePoints`, `prompt.tokens`, `prompt.turn`, `meta.NAME` or `signals.NAME`. Throws WrpError. */
export function factOf(name: string, place?: Place): NumericFact {
  const full = ALIASES[name] ?? name;
  if (full === "prompt.lengthCodePoints") return { name: full, read: (p) => p.lengthCodePoints };
  if (full === "prompt.tokens") return { name: full, read: (p) => p.inputTokens };
  if (full === "prompt.turn") return { name: full, read: (p) => p.turn };
  const [scope, ...rest] = full.split(".");
  const key = rest.join(".");
  if (scope === "meta" && key) return { name: full, read: (p) => numberOrNull(p.meta[key]) };
  if (scope === "signals" && key) return { name: full, read: (_, signals) => numberOrNull(signals[key]) };
  throw new WrpError(`unknown fact "${name}"`, {
    code: "unknown-fact",
    hint: "facts: prompt.lengthCodePoints, prompt.tokens, prompt.turn, meta.NAME, signals.NAME",
    ...(place ? { place } : {}),
  });
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
